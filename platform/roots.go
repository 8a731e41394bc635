package platform

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// OpenLive opens the running machine.
func OpenLive() (Root, error) {
	fsys, err := openHostFS()
	if err != nil {
		return Root{}, fmt.Errorf("opening this machine: %w", err)
	}
	runs := running()
	if runs != nil {
		fsys.kept = runs.kept
	}
	return Root{Kind: Live, OS: runtime.GOOS, FS: fsys, Running: runs}, nil
}

// OpenDisk opens a mounted or unpacked system below a folder. The OS is told
// from what is there. The error names the folder where it is none, as a
// *NotSystemError with a hint.
func OpenDisk(dir string) (Root, error) {
	fsys, err := OpenDir(dir)
	if err != nil {
		return Root{}, err
	}
	system := systemOf(fsys)
	if system == "" {
		return Root{}, &NotSystemError{Dir: dir}
	}
	root := Root{Kind: Disk, OS: system, Name: dir, FS: fsys}
	if system == "windows" || system == "darwin" {
		root.FS = FoldCase(fsys)
	}
	return root, nil
}

// OpenPaths opens files and folders that a person named, which may lie
// anywhere. The error names the first that does not exist.
func OpenPaths(paths ...string) (Root, error) {
	if len(paths) == 0 {
		return Root{}, errors.New("no file or folder was named")
	}
	fsys, err := openHostFS()
	if err != nil {
		return Root{}, fmt.Errorf("opening this machine: %w", err)
	}
	root := Root{Kind: Paths, Name: strings.Join(paths, " "), FS: fsys}
	for _, p := range paths {
		name, err := namedPath(fsys, p)
		if err != nil {
			return Root{}, fmt.Errorf("opening %s: %w", Display(p), cause(err))
		}
		root.Paths = append(root.Paths, name)
	}
	return root, nil
}

// OpenDir opens a folder of the host as a FS that nothing leads out of.
func OpenDir(dir string) (*DirFS, error) {
	base, err := filepath.Abs(dir)
	if err == nil {
		base, err = filepath.EvalSymlinks(base)
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", Display(dir), cause(err))
	}
	root, err := os.OpenRoot(base)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", Display(dir), cause(err))
	}
	return newDirFS(filepath.ToSlash(base), oneFolder{root})
}

func openHostFS() (*DirFS, error) {
	base, p, err := openHost()
	if err != nil {
		return nil, err
	}
	return newDirFS(base, p)
}

// namedPath returns the name of a path that a person typed, and fails where
// there is nothing.
func namedPath(fsys *DirFS, p string) (string, error) {
	if p == "" {
		return "", fs.ErrNotExist
	}
	name, err := hostName(p)
	if err != nil {
		return "", err
	}
	fsys.accept(name)
	real, err := fsys.Resolve(name)
	if err != nil {
		return "", err
	}
	if _, err := fsys.Lstat(real); err != nil {
		return "", err
	}
	return plainName(name, real), nil
}

// plainName keeps the name as it was typed, without "." and double slashes;
// with ".." in it, only the resolved one means the same.
func plainName(name, real string) string {
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "", ".":
		case "..":
			return real
		default:
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return "."
	}
	return strings.Join(parts, "/")
}

// systemOf tells the operating system in a root, as GOOS, or "".
func systemOf(fsys FS) string {
	for _, sign := range []struct{ system, name string }{
		{"linux", "etc/os-release"},
		{"linux", "usr/lib/os-release"},
		{"linux", "var/lib/dpkg"},
		{"darwin", "System/Library/CoreServices"},
		{"darwin", "private/var/db/dslocal"}, // the data volume alone
	} {
		if real, err := fsys.Resolve(sign.name); err == nil {
			if _, err := fsys.Lstat(real); err == nil {
				return sign.system
			}
		}
	}
	if hasFolded(fsys, ".", "Windows", "System32") {
		return "windows"
	}
	return ""
}

// hasFolded looks for folders without regard to case, as Windows would.
func hasFolded(fsys FS, dir string, parts ...string) bool {
	if len(parts) == 0 {
		return true
	}
	entries, err := fsys.ReadDir(dir)
	if err != nil && !errors.Is(err, ErrTooMany) {
		return false
	}
	for _, e := range entries {
		if e.IsDir() && strings.EqualFold(e.Name(), parts[0]) && hasFolded(fsys, dir+"/"+e.Name(), parts[1:]...) {
			return true
		}
	}
	return false
}
