// Package program says which files of an installed package are programs: the
// name and the mode of a file go in, an answer comes out. The file itself is not
// opened.
package program

import (
	"io/fs"
	"path"
	"strings"
)

// Is says whether a file of a package can hold code that runs: it is executable,
// lies where commands lie, or is a library or a script by its ending. Libraries
// and scripts of Debian packages are not executable.
func Is(name string, mode fs.FileMode) bool {
	if mode&0o111 != 0 {
		return true
	}
	dir, base := path.Split(name)
	if InPath(dir) || strings.Contains("/"+dir, "/libexec/") {
		return true
	}
	if strings.HasSuffix(base, ".so") || strings.Contains(base, ".so.") {
		return true
	}
	return codeEndings[path.Ext(base)] && !strings.HasPrefix(dir, "usr/share/doc/")
}

// InPath holds for the folders of a system's PATH.
func InPath(dir string) bool {
	switch path.Base(dir) {
	case "bin", "sbin", "games":
	default:
		return false
	}
	switch strings.TrimSuffix(path.Dir(path.Clean(dir)), "/") {
	case ".", "usr", "usr/local":
		return true
	}
	return false
}

var codeEndings = map[string]bool{
	".asar": true, ".cjs": true, ".dll": true, ".exe": true, ".jar": true, ".js": true, ".lua": true, ".mjs": true,
	".node": true, ".pl": true, ".pm": true, ".py": true, ".rb": true, ".sh": true, ".tcl": true, ".wasm": true,
}

// Main is the file that a person would call the program of a package: the
// command of its name, else one that begins with it, else any command, else the
// first program; fallback where there is none.
func Main(name string, programs []string, fallback string) string {
	best, rank := fallback, 4
	for _, f := range programs {
		r := 3
		switch dir, base := path.Split(f); {
		case InPath(dir) && base == name:
			r = 0
		case InPath(dir) && strings.HasPrefix(base, name):
			r = 1
		case InPath(dir):
			r = 2
		}
		if r < rank {
			best, rank = f, r
		}
	}
	return best
}
