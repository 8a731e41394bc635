package detect_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/detect/sign/pgp"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

// vouching is the list with one more pin: somebody who distributes a client under
// a name and signs with a test's key.
func vouching(t *testing.T, client, fingerprint string, product signatures.Indicator) *signatures.List {
	t.Helper()
	list := embedded(t)
	clients := slices.Clone(list.Clients)
	for i, c := range clients {
		if c.ID == client {
			copied := *c
			copied.Pins = append(slices.Clone(c.Pins), signatures.Pin{
				Channel: "a-distribution", Platform: signatures.Linux, By: signatures.ByDistributor,
				Signer:  []signatures.Indicator{{Kind: signatures.OpenPGPFingerprint, Value: fingerprint, Source: 1}},
				Product: []signatures.Indicator{product},
			})
			clients[i] = &copied
		}
	}
	return signatures.NewList(list.Version, list.Issued, list.Families, clients)
}

// signedRPM makes a package of a client with rpmbuild, and signs it with rpmsign.
func signedRPM(t *testing.T, dir string, key linuxtest.Key) string {
	t.Helper()
	linuxtest.Write(t, dir, map[string]string{"t.spec": telegramSpec})
	linuxtest.Tool(t, dir, nil, "rpmbuild", "-bb", "--quiet", "--define", "_topdir "+dir+"/top",
		"--define", "_binary_filedigest_algorithm 8", "--target", "noarch", "t.spec")
	built, err := filepath.Glob(dir + "/top/RPMS/noarch/*.rpm")
	if err != nil || len(built) != 1 {
		t.Fatal(built, err)
	}
	linuxtest.Tool(t, dir, key.Env, "rpmsign", "--addsign", "--define", "_gpg_name "+key.Fingerprint, "--define", "_gpg_digest_algo sha256", "--define", "__gpg /usr/bin/gpg", built[0])
	return built[0]
}

// TestSignedRPM signs a package with rpmsign and installs it with rpm: without its
// key, with it, under a list that knows it; then a program is changed, and what
// the database recorded of it too.
func TestSignedRPM(t *testing.T) {
	dir := t.TempDir()
	key := linuxtest.NewKey(t, "A distribution")
	built := signedRPM(t, dir, key)
	rpm := []string{"--root", dir + "/root", "--dbpath", "/var/lib/rpm"}
	linuxtest.Tool(t, dir, nil, "rpm", append(rpm, "-i", "--nodeps", "--nosignature", built)...)
	root := linuxtest.Disk(t, dir+"/root")
	known := vouching(t, "telegram", key.Fingerprint, signatures.Indicator{Kind: signatures.RPMPackage, Value: "telegram-desktop", Source: 1})
	expect := func(what string, list *signatures.List, want string, signed int) {
		t.Helper()
		inv, got := judged(t, root, list)
		if got != want || len(inv.Builds[0].Signatures) != signed {
			t.Errorf("%s: %s, want %s; signatures %s, gaps %s", what, got, want, marshal(t, inv.Builds[0].Signatures), marshal(t, inv.Gaps))
		}
		if (signed == 0) != (len(inv.Gaps) > 0) {
			t.Errorf("%s: gaps %s", what, marshal(t, inv.Gaps))
		}
	}
	const claimed, independent, differs = "telegram unverified distribution-claimed", "telegram independent pinned-signer", "telegram unverified differs-from-package"
	expect("no key", known, claimed, 0)

	key.Export(t, dir+"/root/etc/pki/rpm-gpg/RPM-GPG-KEY-test", true)
	expect("key on the disk", embedded(t), claimed, 1)
	expect("key on the disk and pinned", known, independent, 1)
	if err := os.RemoveAll(dir + "/root/etc/pki"); err != nil {
		t.Fatal(err)
	}
	key.Export(t, dir+"/key.asc", true)
	linuxtest.Tool(t, dir, nil, "rpm", append(rpm, "--import", dir+"/key.asc")...)
	expect("key in the database and pinned", known, independent, 1)

	const program = "root/usr/bin/telegram-desktop"
	genuine, err := os.ReadFile(filepath.Join(dir, program))
	if err != nil {
		t.Fatal(err)
	}
	changed := []byte("#!/bin/sh\nchanged\n")
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(program, changed)
	expect("changed", known, differs, 1)

	const db = "root/var/lib/rpm/rpmdb.sqlite"
	records, err := os.ReadFile(filepath.Join(dir, db))
	if err != nil {
		t.Fatal(err)
	}
	digest := func(data []byte) []byte { return fmt.Appendf(nil, "%x", sha256.Sum256(data)) }
	if !bytes.Contains(records, digest(genuine)) {
		t.Fatal("the database does not hold the digest in one piece")
	}
	write(db, bytes.ReplaceAll(records, digest(genuine), digest(changed)))
	expect("changed, and the record too", known, "telegram unverified broken-signature", 1)
	write(program, genuine)
	write(db, records)
	expect("as it was", known, independent, 1)
}

// TestSignedRPMFile judges the package itself, as somebody downloaded it: with its
// key known or not, with a part behind the signed header changed, and with the
// header changed that was signed.
func TestSignedRPMFile(t *testing.T) {
	dir := t.TempDir()
	key := linuxtest.NewKey(t, "A distribution")
	genuine, err := os.ReadFile(signedRPM(t, dir, key))
	if err != nil {
		t.Fatal(err)
	}
	key.Export(t, dir+"/key.asc", true)
	public, err := os.ReadFile(dir + "/key.asc")
	if err != nil {
		t.Fatal(err)
	}
	ring, err := pgp.NewKeyring(public)
	if err != nil {
		t.Fatal(err)
	}
	product := signatures.Indicator{Kind: signatures.RPMPackage, Value: "telegram-desktop", Source: 1}
	known := vouching(t, "telegram", key.Fingerprint, product)
	payload := bytes.Clone(genuine)
	payload[len(payload)-1] ^= 1
	header := bytes.Replace(genuine, []byte("A Vendor"), []byte("B Vendor"), 1)
	if bytes.Equal(header, genuine) {
		t.Fatal("the header does not hold the vendor")
	}
	for _, c := range []struct {
		what string
		file []byte
		list *signatures.List
		ring *pgp.Keyring
		want string
		sig  string // integrity and trust
	}{
		{"pinned, key at hand", genuine, known, ring, "telegram independent pinned-signer", "intact untrusted"},
		{"not pinned, key at hand", genuine, embedded(t), ring, "telegram unverified no-pin", "intact untrusted"},
		{"pinned, no key", genuine, known, nil, "telegram unverified signature-not-checked", "not-checked not-checked"},
		{"other contents", payload, known, ring, "telegram mismatch broken-signature", "broken untrusted"},
		{"other contents, by a key of nobody's", payload, embedded(t), ring, "telegram unverified broken-signature", "broken untrusted"},
		{"another header", header, known, ring, "telegram mismatch broken-signature", "broken not-checked"},
	} {
		linuxtest.Write(t, dir+"/downloads", map[string]string{"telegram.rpm": string(c.file)})
		root := linuxtest.Disk(t, dir+"/downloads")
		root.Kind, root.Paths = platform.Paths, []string{"."}
		inv, err := detect.Collect(t.Context(), root, c.list, detect.Options{PackageKeys: c.ring})
		if err != nil || len(inv.Builds) != 1 || len(inv.Builds[0].Signatures) != 1 {
			t.Fatalf("%s: %v, %s", c.what, err, marshal(t, inv.Builds))
		}
		res := judge.Judge(inv, c.list, judge.Policy{})
		if len(res.Findings) != 1 {
			t.Fatalf("%s: %s", c.what, marshal(t, res.Findings))
		}
		f, sig := res.Findings[0], inv.Builds[0].Signatures[0]
		if got := f.Client + " " + string(f.Verdict) + " " + f.Reason; got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
		if got := string(sig.Integrity) + " " + string(sig.Trust); got != c.sig {
			t.Errorf("%s: the signature is %s, want %s (%v)", c.what, got, c.sig, sig.Problems)
		}
	}
}
