package owned

import (
	"strings"
	"testing"

	"github.com/chatvet/chatvet/platform/linux/linuxtest"
)

func TestFiles(t *testing.T) {
	dpkg := "-- var/lib/dpkg/info/x.list --\n/.\n/opt/x\n"
	for name, c := range map[string]struct {
		host       string
		has        bool
		incomplete bool
	}{
		"dpkg":                   {dpkg, true, false},
		"pacman":                 {"-- var/lib/pacman/local/x-1/files --\n%FILES%\nopt/x\n", true, false},
		"a package without list": {"-- var/lib/pacman/local/x-1/desc --\nx\n", false, false},
		"nobody":                 {"-- opt/x --\nx\n", false, false},
		"a record unread":        {"-- var/lib/dpkg/info/a.list [mode=000] --\nx\n-- var/lib/dpkg/info/b.list --\n/opt/y\n", false, true},
		"nothing left to ask":    {dpkg + "-- var/lib/dpkg/info/y.list [mode=000] --\nx\n", true, false},
		"a line without end":     {"-- var/lib/dpkg/info/x.list --\n/" + strings.Repeat("x", 1<<17) + "\n/opt/x\n", false, true},
		"rpm unread":             {"-- var/lib/rpm/Packages --\nx\n", false, true},
	} {
		gaps := 0
		listed, err := Files(t.Context(), linuxtest.Host(t, c.host).FS, []string{"opt/x"}, func(string, error) { gaps++ })
		if err != nil || listed.Has("opt/x") != c.has || listed.Incomplete != c.incomplete || (gaps > 0) != c.incomplete {
			t.Errorf("%s: has it %v, incomplete %v, %d gaps, %v", name, listed.Has("opt/x"), listed.Incomplete, gaps, err)
		}
	}
}
