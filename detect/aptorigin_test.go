package detect_test

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

// repinned is the list with other keys in the place of Signal's own: nobody but
// Signal can sign with that one.
func repinned(t *testing.T, fingerprint string) *signatures.List {
	t.Helper()
	list := embedded(t)
	var clients []*signatures.Client
	for _, c := range list.Clients {
		if c.ID == "signal" {
			copied := *c
			copied.Pins = slices.Clone(c.Pins)
			for i := range copied.Pins {
				copied.Pins[i].Signer = slices.Clone(copied.Pins[i].Signer)
				for k := range copied.Pins[i].Signer {
					if copied.Pins[i].Signer[k].Kind == signatures.OpenPGPFingerprint {
						copied.Pins[i].Signer[k].Value = fingerprint
					}
				}
			}
			c = &copied
		}
		clients = append(clients, c)
	}
	return signatures.NewList(list.Version, list.Issued, list.Families, clients)
}

// judged scans a folder as a Linux disk and returns the inventory with client,
// verdict and reason of its only finding.
func judged(t *testing.T, root platform.Root, list *signatures.List) (inventory.Inventory, string) {
	t.Helper()
	inv, err := detect.Collect(t.Context(), root, list, detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	res := judge.Judge(inv, list, judge.Policy{})
	if len(res.Findings) != 1 {
		t.Fatalf("findings %s, gaps %s", marshal(t, res.Findings), marshal(t, res.Gaps))
	}
	f := res.Findings[0]
	return inv, f.Client + " " + string(f.Verdict) + " " + f.Reason
}

// signalDisk is a system on which dpkg installed a synthetic signal-desktop.
func signalDisk(t *testing.T) (dir, deb string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"info", "updates", "triggers", "parts"} {
		if err := os.MkdirAll(filepath.Join(dir, "root/var/lib/dpkg", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	linuxtest.Write(t, dir, map[string]string{
		"root/var/lib/dpkg/status": "", "root/etc/os-release": "ID=synthetic\n",
		"tree/DEBIAN/control":             "Package: signal-desktop\nVersion: 7.1.0\nArchitecture: amd64\nMaintainer: Nobody <nobody@example.org>\nDescription: synthetic\n",
		"tree/opt/Signal/bin/signal":      "#!/bin/sh\necho synthetic\n",
		"tree/opt/Signal/resources/a.txt": "text\n",
	})
	sum := md5.Sum([]byte("#!/bin/sh\necho synthetic\n"))
	linuxtest.Write(t, dir, map[string]string{"tree/DEBIAN/md5sums": fmt.Sprintf("%x  opt/Signal/bin/signal\n", sum)})
	deb = dir + "/signal-desktop_7.1.0_amd64.deb"
	linuxtest.Tool(t, dir, nil, "dpkg-deb", "--root-owner-group", "--build", "tree", deb)
	linuxtest.Tool(t, dir, nil, "dpkg", "--root="+dir+"/root", "--force-not-root", "--force-architecture", "--log=/dev/null", "--install", deb)
	return dir, deb
}

const (
	aptLists   = "root/var/lib/apt/lists/"
	makersRepo = "updates.signal.org_desktop_apt_dists_xenial_"
)

// publish writes the lists of a repository that has a package, signed by a key.
func publish(t *testing.T, dir string, key linuxtest.Key, repository, deb string) {
	t.Helper()
	data, err := os.ReadFile(deb)
	if err != nil {
		t.Fatal(err)
	}
	index := fmt.Sprintf("Package: signal-desktop\nVersion: 7.1.0\nArchitecture: amd64\nFilename: pool/x.deb\nSize: %d\nSHA256: %x\nDescription: synthetic\n\n", len(data), sha256.Sum256(data))
	release := fmt.Sprintf("Origin: A Maker\nSuite: xenial\nCodename: xenial\nDate: Mon, 01 Jun 2026 00:00:00 UTC\nSHA256:\n %x %d main/binary-amd64/Packages\n", sha256.Sum256([]byte(index)), len(index))
	linuxtest.Write(t, dir, map[string]string{"Release": release, aptLists + repository + "main_binary-amd64_Packages": index})
	linuxtest.Tool(t, dir, key.Env, "gpg", "--batch", "--yes", "--clearsign", "--digest-algo", "SHA256", "--output", aptLists+repository+"InRelease", "Release")
}

// TestWhoVouchesForADeb tells a package of the maker's own repository from the same
// package of somebody else's, from one that apt's lists name only, and from a .deb
// that no list has; then it changes a program, and what dpkg recorded of it.
func TestWhoVouchesForADeb(t *testing.T) {
	dir, deb := signalDisk(t)
	key := linuxtest.NewKey(t, "A maker")
	own := repinned(t, key.Fingerprint)
	root := linuxtest.Disk(t, dir+"/root")
	expect := func(what string, list *signatures.List, want, origin string) inventory.Inventory {
		t.Helper()
		inv, got := judged(t, root, list)
		if got != want {
			t.Errorf("%s: %s, want %s; gaps %s", what, got, want, marshal(t, inv.Gaps))
		}
		if got := linuxtest.Value(inv.Builds[0].Facts, signatures.PackageOrigin); got != origin {
			t.Errorf("%s: origin %q, want %q", what, got, origin)
		}
		return inv
	}
	expect("no lists", own, "signal unverified distribution-claimed", "")

	linuxtest.Write(t, dir, map[string]string{aptLists + "deb.example.org_debian_dists_x_main_binary-amd64_Packages": "Package: another\nVersion: 1\nSize: 1\nSHA256: " + strings.Repeat("0", 64) + "\n\n"})
	expect("a .deb that no list has", own, "signal unverified origin-unknown", "")

	const from = "updates.signal.org/desktop/apt, xenial/main"
	publish(t, dir, key, makersRepo, deb)
	expect("listed, archive not kept", own, "signal unverified distribution-claimed", from)

	archive := "root/var/cache/apt/archives/signal-desktop_7.1.0_amd64.deb"
	data, err := os.ReadFile(deb)
	if err != nil {
		t.Fatal(err)
	}
	linuxtest.Write(t, dir, map[string]string{archive: string(data)})
	inv := expect("key not there", own, "signal unverified distribution-claimed", from)
	if len(inv.Gaps) == 0 || inv.Gaps[0].Kind != "not-proved" {
		t.Errorf("key not there: gaps %s", marshal(t, inv.Gaps))
	}
	key.Export(t, dir+"/root/usr/share/keyrings/maker.gpg", false)
	expect("the maker's own", own, "signal official pinned-signer", from)
	inv = expect("signed by somebody else", embedded(t), "signal unverified distribution-claimed", from)
	if s := inv.Builds[0].Signatures; len(s) != 1 || s[0].Integrity != inventory.Intact || s[0].Trust != inventory.Untrusted || s[0].Signers[0].Fingerprint != key.Fingerprint {
		t.Errorf("signed by somebody else: %s", marshal(t, s))
	}

	changed := "#!/bin/sh\necho changed\n"
	linuxtest.Write(t, dir, map[string]string{"root/opt/Signal/bin/signal": changed})
	expect("changed", own, "signal unverified differs-from-package", from)
	linuxtest.Write(t, dir, map[string]string{"root/var/lib/dpkg/info/signal-desktop.md5sums": fmt.Sprintf("%x  opt/Signal/bin/signal\n", md5.Sum([]byte(changed)))})
	expect("changed, and the record too", own, "signal unverified differs-from-package", from)
}
