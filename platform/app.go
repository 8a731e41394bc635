package platform

import (
	"path"
	"strings"
)

// IsApp is true for the folder of an app for macOS or iOS: by its name, and by what
// has to lie in it.
func IsApp(fsys FS, name string) bool {
	if !strings.EqualFold(path.Ext(name), ".app") {
		return false
	}
	for _, info := range []string{"Contents/Info.plist", "Info.plist"} {
		if at, err := fsys.Lstat(path.Join(name, info)); err == nil && at.Mode().IsRegular() {
			return true
		}
	}
	return false
}
