package detect_test

import (
	"testing"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

// TestPacman lets pacman install a synthetic package and puts files into its
// folder.
func TestPacman(t *testing.T) {
	dir := t.TempDir()
	linuxtest.Write(t, dir, map[string]string{
		"pkg/usr/bin/telegram-desktop": "#!/bin/sh\n", "pkg/usr/lib/telegram-desktop/own.js": "x\n",
		"pkg/.PKGINFO":          "pkgname = telegram-desktop\npkgbase = telegram-desktop\npkgver = 5.1-2\npkgdesc = synthetic\nbuilddate = 1\npackager = A Packager <a@example.org>\nsize = 9\narch = any\n",
		"root/var/lib/pacman/x": "", "pacman.conf": "[options]\nArchitecture = auto\nSigLevel = Never\n",
	})
	linuxtest.Tool(t, dir+"/pkg", nil, "bsdtar", "-czf", ".MTREE", "--format=mtree", "--options=!all,use-set,type,uid,gid,mode,time,size,md5,sha256,link", ".PKGINFO", "usr")
	linuxtest.Tool(t, dir+"/pkg", nil, "bsdtar", "-cJf", dir+"/t.pkg.tar.xz", ".PKGINFO", ".MTREE", "usr")
	linuxtest.Tool(t, dir, nil, "pacman", "--config", dir+"/pacman.conf", "--root", dir+"/root", "--dbpath", dir+"/root/var/lib/pacman", "--noconfirm",
		"-U", "--noscriptlet", "--cachedir", dir, "--logfile", dir+"/log", "--hookdir", dir, dir+"/t.pkg.tar.xz")
	root := linuxtest.Disk(t, dir+"/root")
	list := signatures.NewList("1", "2026-01-01", nil, []*signatures.Client{{
		ID: "telegram", Name: "Telegram", Maker: "Example", Sources: []signatures.Source{{N: 1, Publisher: "Invented", Title: "Invented"}},
		Claims: []signatures.Indicator{{Kind: signatures.PacmanPackage, Value: "telegram-desktop", Source: 1}},
	}})
	for _, step := range []struct{ add, want string }{
		{"usr/lib/telegram-desktop/more.txt", "unverified distribution-claimed"},
		{"usr/lib/telegram-desktop/more.so", "unverified changed-beside-program"},
	} {
		linuxtest.Write(t, dir, map[string]string{"root/" + step.add: "synthetic"})
		inv, err := detect.Collect(t.Context(), root, list, detect.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range judge.Judge(inv, list, judge.Policy{}).Findings {
			got += string(f.Verdict) + " " + f.Reason
		}
		if got != step.want {
			t.Errorf("with %s: %s, want %s", step.add, got, step.want)
		}
	}
}
