package dpkg

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

// TestToolsOwnDatabase has dpkg-deb, dpkg-divert, dpkg and update-alternatives make
// a system: a program that was diverted, a configuration file that a newer version
// left behind (obsolete) and that somebody changed, and a command that alternatives
// point to. The packages are synthetic.
func TestToolsOwnDatabase(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	for _, name := range []string{"info", "updates", "triggers", "parts", "alternatives"} {
		if err := os.MkdirAll(filepath.Join(root, adminDir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	linuxtest.Write(t, root, map[string]string{statusFile: "", "etc/os-release": "x", "etc/alternatives/.keep": "", "var/log/.keep": ""})
	tool := func(name string, args ...string) { linuxtest.Tool(t, dir, nil, name, args...) }
	install := func(version string, files map[string]string) {
		tree := filepath.Join(dir, version)
		files["DEBIAN/control"] = "Package: pidgin\nVersion: " + version + "\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: synthetic\n"
		linuxtest.Write(t, tree, files)
		tool("dpkg-deb", "--root-owner-group", "--build", tree, tree+".deb")
		tool("dpkg", "--root="+root, "--force-not-root", "--force-confold", "--log=/dev/null", "--install", tree+".deb")
	}
	tool("dpkg-divert", "--root", root, "--add", "--rename", "--divert", "/usr/bin/pidgin.distrib", "/usr/bin/pidgin")
	install("1", map[string]string{"usr/bin/pidgin": "one", "etc/pidgin.conf": "conf", "DEBIAN/conffiles": "/etc/pidgin.conf\n"})
	linuxtest.Write(t, root, map[string]string{"etc/pidgin.conf": "changed"})
	install("2", map[string]string{"usr/bin/pidgin": "two"})
	tool("update-alternatives", "--root", root, "--altdir", root+"/etc/alternatives", "--admindir", root+"/"+adminDir+"/alternatives", "--log", "/dev/null",
		"--install", "/usr/bin/im", "im", "/usr/bin/pidgin.distrib", "1")
	linuxtest.Write(t, root, map[string]string{"usr/bin/pidgin": "somebody else's"})

	sink := linuxtest.Find(t, Lookup{}, linuxtest.Disk(t, root), linuxtest.List(signatures.Indicator{Kind: signatures.DebPackage, Value: "pidgin"}))
	var got []string
	for _, c := range sink.Candidates {
		got = append(got, c.Product+" "+c.Version)
		for _, f := range c.Files {
			line := f.Path
			if f.Conffile {
				line += " conffile"
			}
			if f.Program {
				line += " program"
			}
			got = append(got, line)
		}
	}
	// The file that was left behind is named, and counts neither way.
	want := []string{"pidgin 2", "usr/bin/pidgin.distrib program", "etc/pidgin.conf conffile"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, k := range linuxtest.Kinds(sink.Gaps) {
		t.Error(k)
	}
}
