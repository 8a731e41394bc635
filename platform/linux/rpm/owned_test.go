package rpm

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform/linux/linuxtest"
)

// TestOwned asks a database that rpm itself wrote for files, a link and what no
// package has.
func TestOwned(t *testing.T) {
	root := linuxtest.Disk(t, install(t, t.TempDir()))
	asked := map[string]bool{}
	for _, name := range []string{"usr/bin/telegram-desktop", "usr/bin/another-link", "usr/share/another/a-file-with-a-long-name-1", "usr/bin/more", "opt/telegram-desktop"} {
		asked[name] = true
	}
	gap := func(name string, err error) { t.Errorf("%s: %v", name, err) }
	var got []string
	for name := range Owned(t.Context(), root.FS, asked, gap) {
		got = append(got, name)
	}
	slices.Sort(got)
	want := []string{"usr/bin/another-link", "usr/bin/telegram-desktop", "usr/share/another/a-file-with-a-long-name-1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOwnedUnread(t *testing.T) {
	for name, c := range map[string]struct {
		host string
		gaps int
	}{
		"no rpm":      {"-- etc/hostname --\nx\n", 0},
		"Berkeley DB": {"-- var/lib/rpm/Packages --\nx\n", 1},
		"unreadable":  {"-- usr/lib/sysimage/rpm/rpmdb.sqlite [mode=000] --\nx\n", 1},
		"damaged":     {"-- var/lib/rpm/Packages.db [size=4096] --\n", 1},
	} {
		gaps := 0
		owned := Owned(t.Context(), linuxtest.Host(t, c.host).FS, map[string]bool{"opt/x": true}, func(string, error) { gaps++ })
		if len(owned) > 0 || gaps != c.gaps {
			t.Errorf("%s: %v, %d gaps, want %d", name, owned, gaps, c.gaps)
		}
	}
}
