package platform

import (
	"path"
	"strings"
)

// MatchReads is true where a name fits a pattern of Lookup.Reads: path.Match
// for each part, and "**" for any number of parts.
func MatchReads(pattern, name string) bool {
	return matchParts(strings.Split(pattern, "/"), strings.Split(name, "/"))
}

func matchParts(pattern, name []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := range len(name) + 1 {
				if matchParts(pattern[1:], name[i:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], name[0]); err != nil || !ok {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return len(name) == 0
}

// BesideArchives lists, as patterns of Lookup.Reads, what else is opened where a
// look-up found the archives (.asar) of an Electron app: the scripts that the
// app can start with instead, the archives that its program names, and what lies
// unpacked beside them.
func BesideArchives() []string {
	return []string{
		"**/app/package.json", "**/app/index.js",
		"**/app.asar/package.json", "**/app.asar/index.js",
		"**/discord_desktop_core/package.json", "**/discord_desktop_core/index.js",
		"**/app_launcher/*.js", "**/resources/*.asar", "**/*.asar.unpacked/**",
	}
}
