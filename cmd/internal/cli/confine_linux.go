package cli

import (
	"fmt"
	"os"

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
// guarded by what it links. Only for a phone there are ports that it may still
// connect to: that of the adb server. Landlock knows ports and no addresses;
// platform/android/adb keeps to loopback.
func confine(o output, ports ...int) string {
	abi, err := ll.LandlockGetABIVersion()
	if err != nil {
		return "this kernel has no Landlock: " + err.Error()
	}
	rules := []landlock.Rule{landlock.PathAccess(readAnywhere, "/")}
	if o.path != "" && o.device == nil {
		rules = append(rules, outputRule(o.path))
	}
	for _, port := range ports {
		rules = append(rules, landlock.ConnectTCP(uint16(port)))
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

// outputRule lets a report be written into one file and nothing else. A new file
// is made now, because the right to make it later is a right over its folder.
func outputRule(path string) landlock.Rule {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		f.Close()
	}
	// Where it cannot be made, writing the report will say why.
	return landlock.PathAccess(writeFile, path).IgnoreIfMissing()
}
