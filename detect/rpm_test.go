package detect_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chatvet/chatvet/platform/linux/linuxtest"
)

const telegramSpec = `
Name: telegram-desktop
Version: 5.1
Release: 2
Summary: synthetic
License: none
Vendor: A Vendor
%description
synthetic
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib/telegram-desktop %{buildroot}/etc %{buildroot}/usr/share/applications
echo '#!/bin/sh' > %{buildroot}/usr/bin/telegram-desktop
chmod 755 %{buildroot}/usr/bin/telegram-desktop
echo x > %{buildroot}/usr/lib/telegram-desktop/own.js
echo x > %{buildroot}/etc/t.conf
echo '[Desktop Entry]' > %{buildroot}/usr/share/applications/org.telegram.desktop.desktop
%files
/usr/bin/telegram-desktop
/usr/lib/telegram-desktop/own.js
%config /etc/t.conf
/usr/share/applications/org.telegram.desktop.desktop
`

// TestRPM installs a package with rpm, and changes first a file that may be
// changed and then others.
func TestRPM(t *testing.T) {
	dir := t.TempDir()
	linuxtest.Write(t, dir, map[string]string{"t.spec": telegramSpec})
	linuxtest.Tool(t, dir, nil, "rpmbuild", "-bb", "--quiet", "--define", "_topdir "+dir+"/top", "--target", "noarch", "t.spec")
	built, err := filepath.Glob(dir + "/top/RPMS/noarch/*.rpm")
	if err != nil || len(built) != 1 {
		t.Fatal(built, err)
	}
	linuxtest.Tool(t, dir, nil, "rpm", "--root", dir+"/root", "--dbpath", "/var/lib/rpm", "-i", "--nodeps", built[0])
	root := linuxtest.Disk(t, dir+"/root")
	for _, step := range []struct{ change, want string }{
		{"", "telegram unverified distribution-claimed"},
		{"etc/t.conf", "telegram unverified distribution-claimed"},
		{"usr/lib/telegram-desktop/more.txt", "telegram unverified distribution-claimed"},
		{"usr/lib/telegram-desktop/more.so", "telegram unverified changed-beside-program"},
		{"usr/share/applications/org.telegram.desktop.desktop", "telegram unverified differs-from-package"},
		{"usr/bin/telegram-desktop", "telegram unverified differs-from-package"},
	} {
		if step.change != "" {
			if err := os.WriteFile(filepath.Join(dir, "root", step.change), []byte("#!/bin/sh\nchanged\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if got := verdictOf(t, root); got != step.want {
			t.Errorf("after changing %q: %s, want %s", step.change, got, step.want)
		}
	}
}
