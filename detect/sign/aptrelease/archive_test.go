package aptrelease

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/chatvet/chatvet/detect/inspect/deb/debtest"
)

// The synthetic archive: a throw-away key, a release, an index and a package
// under Debian's names, none of which is Debian's.

var made = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

const (
	releaseName = "deb.example_debian_dists_bookworm_InRelease"
	indexName   = "deb.example_debian_dists_bookworm_main_binary-amd64_Packages"
	plainEntry  = "main/binary-amd64/Packages"
)

// newKey makes a key at the time made that lasts for a year.
func newKey(t testing.TB, name string) *openpgp.Entity {
	t.Helper()
	e, err := openpgp.NewEntity(name, "throw-away", "test@example.org", &packet.Config{
		Algorithm: packet.PubKeyAlgoEdDSA, KeyLifetimeSecs: 365 * 24 * 3600,
		Time: func() time.Time { return made },
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func keyring(t testing.TB, keys ...*openpgp.Entity) *Keyring {
	t.Helper()
	var b bytes.Buffer
	for _, e := range keys {
		if err := e.Serialize(&b); err != nil {
			t.Fatal(err)
		}
	}
	k, err := NewKeyring(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var ours, theirs = sync.OnceValue(func() *openpgp.Entity { return mustKey("Ours") }), sync.OnceValue(func() *openpgp.Entity { return mustKey("Theirs") })

func mustKey(name string) *openpgp.Entity {
	return newKey(panicking{}, name)
}

// panicking lets keys be made once for all tests.
type panicking struct{ testing.TB }

func (panicking) Helper()           {}
func (panicking) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// signing says how a text is signed.
type signing struct {
	key  *openpgp.Entity
	hash crypto.Hash
	kind packet.SignatureType
	at   time.Time
}

func well(key *openpgp.Entity) signing {
	return signing{key, crypto.SHA256, packet.SigTypeText, made.Add(time.Hour)}
}

// signature signs a text as clear signing has it: lines end in CR LF.
func signature(t testing.TB, text string, s signing) []byte {
	t.Helper()
	sig := &packet.Signature{SigType: s.kind, PubKeyAlgo: s.key.PrivateKey.PubKeyAlgo, Hash: s.hash, CreationTime: s.at,
		IssuerKeyId: &s.key.PrivateKey.KeyId}
	h := s.hash.New()
	if s.kind == packet.SigTypeText {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	h.Write([]byte(text))
	salted := false // the salt is none for SHA-1
	if err := sig.Sign(h, s.key.PrivateKey, &packet.Config{NonDeterministicSignaturesViaNotation: &salted}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := sig.Serialize(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// clearsign makes a signed message of a text without its last line end.
func clearsign(t testing.TB, text string, how ...signing) string {
	t.Helper()
	var packets []byte
	for _, s := range how {
		packets = append(packets, signature(t, text, s)...)
	}
	return frame(t, "Hash: SHA256\n", strings.ReplaceAll("\n"+text, "\n-", "\n- -")[1:], packets)
}

func frame(t testing.TB, headers, text string, packets []byte) string {
	t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, "PGP SIGNATURE", nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(packets)
	w.Close()
	return beginMessage + "\n" + headers + "\n" + text + "\n" + strings.TrimSuffix(b.String(), "\n") + "\n"
}

func digestOf(data []byte) Digest {
	sum := sha256.Sum256(data)
	return Digest{int64(len(data)), hex.EncodeToString(sum[:])}
}

// release writes a release file's text with entries in its table.
func releaseText(entries map[string]Digest) string {
	text := "Origin: Debian\nLabel: Debian\nSuite: oldstable\nCodename: bookworm\nDate: Wed, 01 May 2024 12:00:00 UTC\nMD5Sum:\n 00 1 x\nSHA256:"
	for name, d := range entries {
		text += fmt.Sprintf("\n %s %8d %s", d.SHA256, d.Size, name)
	}
	return text
}

func paragraph(name, version string, archive Digest) string {
	return fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: amd64\nDescription: d\n Package: trap\nFilename: pool/%s.deb\nSize: %d\nMD5sum: 00\nSHA256: %s\n",
		name, version, name, archive.Size, archive.SHA256)
}

func syntheticDeb(t testing.TB, body string) []byte {
	t.Helper()
	return debtest.Build(t, debtest.Package{
		Control:     "Package: example-chat\nVersion: 1.2-3\nArchitecture: amd64\nDescription: synthetic\n",
		Compression: ".gz",
		Files: []debtest.File{
			{Name: "./usr/bin/", Mode: fs.ModeDir | 0o755},
			{Name: "./usr/bin/example-chat", Mode: 0o755, Body: body},
			{Name: "./usr/bin/hard", Link: "./usr/bin/example-chat", Hard: true},
			{Name: "./usr/bin/soft", Link: "example-chat"},
		},
	})
}

// evidence makes a whole chain that holds.
func evidence(t testing.TB) (e Evidence, archive, index []byte) {
	t.Helper()
	archive = syntheticDeb(t, "hello")
	index = []byte(paragraph("another", "1", Digest{1, strings.Repeat("0", 64)}) + "\n" +
		paragraph("example-chat", "1.2-3", digestOf(archive)) + "\n" +
		paragraph("example-chat-data", "1.2-3", Digest{1, strings.Repeat("0", 64)}))
	release := clearsign(t, releaseText(map[string]Digest{plainEntry: digestOf(index)}), well(ours()))
	return Evidence{
		Releases: []ReleaseFile{{releaseName, []byte(release)}},
		Indexes:  []IndexFile{{indexName, bytes.NewReader(index), int64(len(index))}},
		Archive:  bytes.NewReader(archive), Size: int64(len(archive)),
		Keys: keyring(t, ours()),
	}, archive, index
}

// skip skips a test that needs what this machine does not have, but fails where
// everything is asked for.
func skip(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}
