package dumpsys

import "strings"

// Bounds on a list of packages. Android takes no longer names (PackageParser:
// what makes a file name, 223 characters).
const (
	maxPackages = 20_000
	maxID       = 255
)

// Listed is one line of "pm list packages -f -i -U".
type Listed struct {
	ID        string
	Path      string // of the main APK
	Installer string // of record; empty where the phone names none
	UID       string // several with commas where several users have it
}

// Packages reads "pm list packages" with any of -f, -i and -U. Broken counts lines
// that claim to name a package and name none; tooMany is true where the list goes
// on beyond its bound.
func Packages(text string) (all []Listed, broken int, tooMany bool) {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "package:")
		if !ok {
			continue
		}
		if len(all) == maxPackages {
			return all, broken, true
		}
		p, ok := listed(rest)
		if !ok {
			broken++
			continue
		}
		all = append(all, p)
	}
	return all, broken, false
}

// listed takes a line apart from its end, since a path may hold an equals sign:
// PATH=ID  installer=WHO uid:NUMBER.
func listed(line string) (p Listed, ok bool) {
	if i := strings.LastIndex(line, " uid:"); i >= 0 {
		p.UID, line = strings.TrimSpace(line[i+len(" uid:"):]), line[:i]
	}
	if i := strings.LastIndex(line, " installer="); i >= 0 {
		p.Installer, line = strings.TrimSpace(line[i+len(" installer="):]), line[:i]
		if p.Installer == "null" || !IsPackageID(p.Installer) {
			p.Installer = ""
		}
	}
	line = strings.TrimSpace(line)
	p.ID = line
	if i := strings.LastIndexByte(line, '='); i >= 0 {
		p.Path, p.ID = line[:i], line[i+1:]
	}
	return p, IsPackageID(p.ID)
}

// IsPackageID is true for what Android takes as the name of a package
// (FrameworkParsingPackageUtils.validateName): letters, digits, underscores and
// dots. Only such a name is ever put into a command.
func IsPackageID(s string) bool {
	if s == "" || len(s) > maxID {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// maxParts bounds the APKs of one package.
const maxParts = 256

// Paths reads "pm path": the main APK and its splits.
func Paths(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if path, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "package:"); ok && strings.HasPrefix(path, "/") && len(all) < maxParts {
			all = append(all, path)
		}
	}
	return all
}
