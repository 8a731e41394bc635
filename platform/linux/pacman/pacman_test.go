package pacman

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

func list() *signatures.List {
	return linuxtest.List(signatures.Indicator{Kind: signatures.PacmanPackage, Value: "telegram-desktop"})
}

// TestReal lets pacman install a package, whose list of digests Debian's bsdtar
// writes as makepkg does, and compares what is found with what pacman says.
func TestReal(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{"pkg/usr/bin/telegram-desktop": "#!/bin/sh\n", "pkg/etc/t.conf": "x\n", "pkg/usr/share/t/a file": "y\n"}
	linuxtest.Write(t, dir, files)
	linuxtest.Write(t, dir, map[string]string{
		"pkg/.PKGINFO":          "pkgname = telegram-desktop\npkgbase = telegram-desktop\npkgver = 5.1-2\npkgdesc = synthetic\nbuilddate = 1\npackager = A Packager <a@example.org>\nsize = 9\narch = any\nbackup = etc/t.conf\n",
		"root/var/lib/pacman/x": "",
	})
	linuxtest.Tool(t, dir+"/pkg", nil, "bsdtar", "-czf", ".MTREE", "--format=mtree", "--options=!all,use-set,type,uid,gid,mode,time,size,md5,sha256,link", ".PKGINFO", "etc", "usr")
	linuxtest.Tool(t, dir+"/pkg", nil, "bsdtar", "-cJf", dir+"/t.pkg.tar.xz", ".PKGINFO", ".MTREE", "etc", "usr")
	linuxtest.Write(t, dir, map[string]string{"pacman.conf": "[options]\nArchitecture = auto\nSigLevel = Never\n"})
	pacman := func(args ...string) string {
		return linuxtest.Tool(t, dir, nil, "pacman", append([]string{"--config", dir + "/pacman.conf", "--root", dir + "/root", "--dbpath", dir + "/root/var/lib/pacman", "--noconfirm"}, args...)...)
	}
	pacman("-U", "--noscriptlet", "--cachedir", dir, "--logfile", dir+"/log", "--hookdir", dir, dir+"/t.pkg.tar.xz")

	sink := linuxtest.Find(t, Lookup{}, linuxtest.Disk(t, dir+"/root"), list())
	if len(sink.Candidates) != 1 || len(sink.Gaps) > 0 {
		t.Fatalf("candidates %v, gaps %v", sink.Candidates, sink.Gaps)
	}
	c := sink.Candidates[0]
	if diff := cmp.Diff(strings.TrimSpace(pacman("-Q")), c.Product+" "+c.Version); diff != "" {
		t.Error(diff)
	}
	var got, want []string
	for _, f := range c.Files {
		got = append(got, f.Path+" "+f.SHA256)
		if f.Conffile != (f.Path == "etc/t.conf") || f.Program != (f.Path == "usr/bin/telegram-desktop") {
			t.Errorf("%+v", f)
		}
	}
	for name, contents := range files {
		sum := sha256.Sum256([]byte(contents))
		want = append(want, strings.TrimPrefix(name, "pkg/")+" "+hex.EncodeToString(sum[:]))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if origin := linuxtest.Value(c.Facts, signatures.PackageOrigin); !strings.HasPrefix(origin, "A Packager <a@example.org>") {
		t.Errorf("origin %q", origin)
	}
	if err := os.Remove(dir + "/root/usr/bin/telegram-desktop"); err != nil {
		t.Fatal(err)
	}
	c = linuxtest.Find(t, Lookup{}, linuxtest.Disk(t, dir+"/root"), list()).Candidates[0]
	if got := linuxtest.Value(c.Facts, signatures.PackageMissing); got != "usr/bin/telegram-desktop" {
		t.Errorf("missing: %q", got)
	}
}

func TestDamage(t *testing.T) {
	const at = "-- var/lib/pacman/local/telegram-desktop-1/"
	desc := at + "desc --\n%NAME%\ntelegram-desktop\n\n%VERSION%\n1\n\n"
	for name, c := range map[string]struct {
		host string
		want []string
	}{
		"no files and no digests": {desc, []string{"missing var/lib/pacman/local/telegram-desktop-1/files", "missing var/lib/pacman/local/telegram-desktop-1/mtree"}},
		"digests that are not packed": {desc + at + "files --\n%FILES%\nusr/\n" + at + "mtree --\n#mtree\n",
			[]string{"corrupt var/lib/pacman/local/telegram-desktop-1/mtree"}},
		"no name":        {at + "desc --\n%VERSION%\n1\n", []string{"corrupt var/lib/pacman/local/telegram-desktop-1/desc"}},
		"a planted path": {desc + at + "files --\n%FILES%\nhome/ann/.config/Signal/config.json\n../etc/passwd\n-- home/ann/.config/Signal/config.json --\nx\n-- etc/passwd --\nx\n", []string{"private-data home/ann/.config/Signal/config.json", "missing var/lib/pacman/local/telegram-desktop-1/mtree"}},
	} {
		sink := linuxtest.Find(t, Lookup{}, linuxtest.Host(t, c.host), list())
		got := linuxtest.Kinds(sink.Gaps)
		slices.Sort(got)
		slices.Sort(c.want)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for _, found := range sink.Candidates {
			if len(found.Files) > 0 {
				t.Errorf("%s: files %v", name, found.Files)
			}
		}
	}
}

func FuzzRecords(f *testing.F) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte("#mtree\n/set type=file uid=0\n./usr/bin/a\\040b mode=755 sha256digest=" + strings.Repeat("0", 64) + "\n./usr type=dir\n"))
	w.Close()
	f.Add(packed.Bytes())
	f.Add([]byte("%NAME%\nx\n\n%FILES%\nusr/\nusr/bin/x\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		parseFields(in)
		files, _ := parseMtree(in)
		for name := range files {
			if strings.HasPrefix(name, "/") || strings.Contains("/"+name+"/", "/../") {
				t.Errorf("name %q", name)
			}
		}
	})
}
