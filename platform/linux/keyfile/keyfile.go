// Package keyfile reads the text files of groups and keys that Linux desktops
// use: desktop entries (Desktop Entry Specification 1.5, section 3), flatpak's
// metadata (flatpak-metadata(5)) and OSTree's repository settings. Bytes go in,
// groups come out. Localised keys are kept under their own names.
package keyfile

import "strings"

// Bounds on one file. What lies beyond them is left out and said in cut.
const (
	MaxSize   = 1 << 20
	maxGroups = 1000
	maxKeys   = 10_000
)

// File is the groups of a file, each with its keys.
type File map[string]map[string]string

// Parse reads a file. Lines that are neither comment, group nor key are passed
// over, as desktops do; of a key that is there twice, the first counts, so that
// a line at the end of a file takes nothing away. cut is true where a bound
// ended the reading.
func Parse(data []byte) (f File, cut bool) {
	f = File{}
	if len(data) > MaxSize {
		data, cut = data[:MaxSize], true
	}
	var group map[string]string
	keys := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		switch name, value, isKey := strings.Cut(line, "="); {
		case line == "" || line[0] == '#':
		case line[0] == '[' && line[len(line)-1] == ']':
			name = line[1 : len(line)-1]
			if f[name] == nil {
				if len(f) == maxGroups {
					return f, true
				}
				f[name] = map[string]string{}
			}
			group = f[name]
		case isKey && group != nil:
			if keys++; keys > maxKeys {
				return f, true
			}
			name = strings.TrimSpace(name)
			if _, twice := group[name]; !twice {
				group[name] = strings.TrimSpace(value)
			}
		}
	}
	return f, cut
}
