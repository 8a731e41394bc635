package dumpsys

import "strings"

// section begins what a whole "dumpsys" says of packages, and anotherSection what
// follows (dumpsys.cpp of frameworks/native: writeDumpHeader).
const (
	section        = "DUMP OF SERVICE package:"
	anotherSection = "DUMP OF SERVICE "
)

// Begins is true for the line with which a whole "dumpsys" turns to packages; ends
// is true for one with which it turns to another service.
func Begins(line string) (begins, ends bool) {
	begins = strings.HasPrefix(line, section)
	return begins, !begins && strings.HasPrefix(line, anotherSection)
}

// IDs lists the packages that a "dumpsys package" tells of, each once, in order.
// TooMany is true where there are more than a bound.
func IDs(text string) (all []string, tooMany bool) {
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "Package [")
		id, after, closed := strings.Cut(rest, "]")
		if !ok || !closed || !strings.HasPrefix(after, " (") || !IsPackageID(id) || seen[id] {
			continue
		}
		if len(all) == maxPackages {
			return all, true
		}
		seen[id] = true
		all = append(all, id)
	}
	return all, false
}
