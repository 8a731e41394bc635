package dpkg

import (
	"io/fs"
	"path"
	"strings"
)

// isProgram says whether a file of a package can hold code that runs: it is
// executable, lies where commands lie, or is a library or a script by its
// ending. Libraries and scripts of Debian packages are not executable.
func isProgram(name string, mode fs.FileMode) bool {
	if mode&0o111 != 0 {
		return true
	}
	dir, base := path.Split(name)
	if inPath(dir) || strings.Contains("/"+dir, "/libexec/") {
		return true
	}
	if strings.HasSuffix(base, ".so") || strings.Contains(base, ".so.") {
		return true
	}
	return codeEndings[path.Ext(base)] && !strings.HasPrefix(dir, "usr/share/doc/")
}

// inPath holds for the folders of a system's PATH.
func inPath(dir string) bool {
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
