package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// Rights of Landlock, from the kernel's userspace API page.
const (
	readAnywhere = ll.AccessFSReadFile | ll.AccessFSReadDir
	writeFile    = ll.AccessFSWriteFile | ll.AccessFSTruncate
)

// confine makes this process unable to write anything but the output, to run
// programs and to use TCP, for the rest of its life; later kernels take away
// more. It returns what the kernel did not grant, or nothing. Landlock's TCP
// rules do not reach multipath TCP: that chatvet opens no socket at all is
// guarded by what it links.
func confine(o output) string {
	abi, err := ll.LandlockGetABIVersion()
	if err != nil {
		return "this kernel has no Landlock: " + err.Error()
	}
	rules := []landlock.Rule{landlock.PathAccess(readAnywhere, "/")}
	if o.path != "" && o.device == nil {
		rules = append(rules, outputRule(o.path))
	}
	if err := landlock.V11.BestEffort().Restrict(rules...); err != nil {
		return "Landlock refused: " + err.Error()
	}
	const firstWithTCP = 4
	if abi < firstWithTCP {
		return fmt.Sprintf("this kernel's Landlock (version %d) covers files only, not TCP", abi)
	}
	return ""
}

// outputRule lets a report be written: into the file where there is one,
// otherwise into a new file of its folder.
func outputRule(path string) landlock.Rule {
	if _, err := os.Stat(path); err == nil {
		return landlock.PathAccess(writeFile, path)
	}
	return landlock.PathAccess(writeFile|ll.AccessFSMakeReg, filepath.Dir(path))
}
