package detect_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

// TestSignedFlatpak has flatpak export, sign, and install an app: first under a
// key that the list does not know, then under one that it does; then a program of
// the app is changed, and an object of the repository.
func TestSignedFlatpak(t *testing.T) {
	const id = "org.signal.Signal"
	dir := t.TempDir()
	key := linuxtest.NewKey(t, "A store")
	env := append([]string{"HOME=" + dir + "/home", "FLATPAK_USER_DIR=" + dir + "/root/var/lib/flatpak", "FLATPAK_SYSTEM_DIR=" + dir + "/none"}, key.Env...)
	linuxtest.Write(t, dir, map[string]string{
		"home/x":                       "",
		"app/metadata":                 "[Application]\nname=" + id + "\nruntime=org.example.Platform/x86_64/1\ncommand=signal-desktop\n",
		"app/files/bin/signal-desktop": "#!/bin/sh\n", "app/files/lib/deep/er/a.so": "text", "app/files/share/a.txt": "x",
		"app/export/x": "",
	})
	key.Export(t, dir+"/key.gpg", false)
	linuxtest.Tool(t, dir, env, "flatpak", "build-export", "--disable-sandbox", "--arch=x86_64", "--gpg-sign="+key.Fingerprint, "--gpg-homedir="+key.Home, "repo", "app", "stable")
	linuxtest.Tool(t, dir, env, "flatpak", "build-update-repo", "--gpg-sign="+key.Fingerprint, "--gpg-homedir="+key.Home, "repo")
	linuxtest.Tool(t, dir, env, "flatpak", "remote-add", "--user", "--gpg-import="+dir+"/key.gpg", "a-remote", "file://"+dir+"/repo")
	linuxtest.Tool(t, dir, env, "flatpak", "install", "--user", "-y", "--noninteractive", "--no-deps", "--no-related", "a-remote", id)
	root := linuxtest.Disk(t, dir+"/root")
	known := vouching(t, "signal", key.Fingerprint, signatures.Indicator{Kind: signatures.FlatpakID, Value: id, Source: 1})
	expect := func(what string, list *signatures.List, want string, signed int) {
		t.Helper()
		inv, got := judged(t, root, list)
		if got != want || len(inv.Builds[0].Signatures) != signed || (signed == 0) != (len(inv.Gaps) > 0) {
			t.Errorf("%s: %s, want %s; signatures %s, gaps %s", what, got, want, marshal(t, inv.Builds[0].Signatures), marshal(t, inv.Gaps))
		}
	}
	const claimed, independent, differs = "signal unverified distribution-claimed", "signal independent pinned-signer", "signal unverified differs-from-package"
	expect("a key that nobody knows", embedded(t), claimed, 1)
	expect("a key that the list knows", known, independent, 1)

	found, err := filepath.Glob(dir + "/root/var/lib/flatpak/app/" + id + "/x86_64/stable/*/files/bin/signal-desktop")
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	// The file is one with the repository's object: another is put in its place.
	change := func(name, text string, mode os.FileMode) (restore func()) {
		t.Helper()
		before, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write := func(data []byte) {
			t.Helper()
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, data, mode); err != nil {
				t.Fatal(err)
			}
		}
		write([]byte(text))
		return func() { write(before) }
	}
	restore := change(found[0], "#!/bin/sh\nchanged\n", 0o755)
	expect("changed program", known, differs, 1)
	restore()
	expect("as it was", known, independent, 1)

	added := filepath.Dir(found[0]) + "/added"
	if err := os.WriteFile(added, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	expect("a program that the commit does not have", known, claimed, 1)
	if err := os.Remove(added); err != nil {
		t.Fatal(err)
	}
	trees, err := filepath.Glob(dir + "/root/var/lib/flatpak/repo/objects/*/*.dirtree")
	if err != nil || len(trees) == 0 {
		t.Fatal(trees, err)
	}
	restore = change(trees[0], "another", 0o644)
	expect("changed object", known, claimed, 0)
	restore()
	metas, err := filepath.Glob(dir + "/root/var/lib/flatpak/repo/objects/*/*.commitmeta")
	if err != nil || len(metas) == 0 {
		t.Fatal(metas, err)
	}
	meta, err := os.ReadFile(metas[0])
	if err != nil {
		t.Fatal(err)
	}
	meta[len(meta)/2] ^= 1 // among the 384 bytes of the signature's number
	restore = change(metas[0], string(meta), 0o644)
	expect("a signature that does not hold", known, "signal unverified broken-signature", 1)
	restore()
	if err := os.Remove(dir + "/root/var/lib/flatpak/repo/a-remote.trustedkeys.gpg"); err != nil {
		t.Fatal(err)
	}
	expect("no key", known, claimed, 0)
}
