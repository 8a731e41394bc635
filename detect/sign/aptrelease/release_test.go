package aptrelease

import (
	"bytes"
	"crypto"
	_ "crypto/sha1"
	_ "crypto/sha512"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/sign/pgp"
)

var someFiles = map[string]Digest{plainEntry: {5, strings.Repeat("ab", 32)}}

func TestVerifyInRelease(t *testing.T) {
	text := releaseText(someFiles)
	r, err := VerifyInRelease(keyring(t, theirs(), ours()), []byte(clearsign(t, text, well(ours()))))
	if err != nil {
		t.Fatal(err)
	}
	fpr := pgp.Fingerprint(ours().PrimaryKey)
	want := &Release{
		Distribution: "debian-12", Origin: "Debian", Label: "Debian", Suite: "oldstable", Codename: "bookworm",
		Date: "Wed, 01 May 2024 12:00:00 UTC", SHA256: r.SHA256, Files: someFiles,
		Signers: []Signer{{Fingerprint: fpr, Key: fpr, Name: "Ours (throw-away) <test@example.org>", Time: "2024-05-01T13:00:00Z"}},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
}

// TestSignatures holds who signed, how and when against what comes of it.
func TestSignatures(t *testing.T) {
	text := releaseText(someFiles)
	with := func(change func(*signing)) signing {
		s := well(ours())
		change(&s)
		return s
	}
	revoked := newKey(t, "Revoked")
	if err := revoked.Revoke(packet.KeyCompromised, "", &packet.Config{Time: func() time.Time { return made.Add(time.Minute) }}); err != nil {
		t.Fatal(err)
	}
	old := with(func(s *signing) { s.at = made.AddDate(2, 0, 0) })
	sha1 := with(func(s *signing) { s.hash = crypto.SHA1 })
	binary := with(func(s *signing) { s.kind = packet.SigTypeBinary })
	forged := signature(t, text+" ", well(ours()))

	tests := []struct {
		name string
		file string
		want error
		good int
	}{
		{"one key", clearsign(t, text, well(ours())), nil, 1},
		{"SHA-512", frame(t, "Hash: SHA512\n", text, signature(t, text, with(func(s *signing) { s.hash = crypto.SHA512 }))), nil, 1},
		{"a second key that we do not know", clearsign(t, text, well(theirs()), well(ours())), nil, 1},
		{"twice", clearsign(t, text, well(ours()), well(ours())), nil, 2},
		{"a good one beside an expired one", clearsign(t, text, old, well(ours())), nil, 1},
		{"a good one beside SHA-1", clearsign(t, text, sha1, well(ours())), nil, 1},
		{"only a key that we do not know", clearsign(t, text, well(theirs())), ErrNotSigned, 0},
		{"nobody", clearsign(t, text), ErrNotSigned, 0},
		{"signed after the key expired", clearsign(t, text, old), ErrKeyNotValid, 0},
		{"signed before the key was made", clearsign(t, text, with(func(s *signing) { s.at = made.Add(-time.Hour) })), ErrKeyNotValid, 0},
		{"a revoked key", clearsign(t, text, well(revoked)), ErrKeyNotValid, 0},
		{"SHA-1", frame(t, "Hash: SHA1\n", text, signature(t, text, sha1)), ErrWeakDigest, 0},
		{"SHA-1 under a header that says SHA256", clearsign(t, text, sha1), ErrWeakDigest, 0},
		{"SHA-256 under a header that says SHA1", frame(t, "Hash: SHA1\n", text, signature(t, text, well(ours()))), ErrWeakDigest, 0},
		{"SHA-512 under a header that says SHA256", frame(t, "Hash: SHA256\n", text, signature(t, text, with(func(s *signing) { s.hash = crypto.SHA512 }))), ErrWeakDigest, 0},
		{"a dash that is signed but not escaped", frame(t, "Hash: SHA256\n", text+"\n-x: y", signature(t, text+"\n-x: y", well(ours()))), ErrMalformed, 0},
		{"no Hash header", frame(t, "", text, signature(t, text, well(ours()))), ErrWeakDigest, 0},
		{"a binary signature", clearsign(t, text, binary), ErrWeakDigest, 0},
		{"over another text", frame(t, "Hash: SHA256\n", text, signature(t, text+"x", well(ours()))), ErrBadSignature, 0},
		{"a bad one beside a good one", frame(t, "Hash: SHA256\n", text, append(bytes.Clone(signature(t, text, well(ours()))), signature(t, text+"x", well(ours()))...)), ErrBadSignature, 0},
		{"blanks at line ends do not count", frame(t, "Hash: SHA256\n", strings.ReplaceAll(text, "\nSuite", " \t\nSuite"), signature(t, text, well(ours()))), nil, 1},
		{"signed with a blank at the end", frame(t, "Hash: SHA256\n", text, forged), ErrBadSignature, 0},
		{"a key packet among the signatures", frame(t, "Hash: SHA256\n", text, append(bytes.Clone(signature(t, text, well(ours()))), 0xc6, 1, 4)), ErrMalformed, 0},
		{"too many signatures", frame(t, "Hash: SHA256\n", text, bytes.Repeat(signature(t, text, well(theirs())), 17)), ErrMalformed, 0},
	}
	keys := keyring(t, ours(), revoked)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := VerifyInRelease(keys, []byte(tt.file))
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if err == nil && len(r.Signers) != tt.good {
				t.Errorf("%d signers, want %d", len(r.Signers), tt.good)
			}
		})
	}
}

// TestFraming changes what stands around a text whose signature is good.
func TestFraming(t *testing.T) {
	text := releaseText(someFiles)
	good := clearsign(t, text, well(ours()))
	keys := keyring(t, ours())
	between := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	tests := map[string]string{
		"text before":              "Origin: Debian\n" + good,
		"an empty line before":     "\n" + good,
		"text after":               good + "SHA256:\n",
		"a second message":         good + good,
		"a second message, fused":  strings.TrimSuffix(good, "\n") + good,
		"a comment header":         between("Hash: SHA256\n", "Comment: x\nHash: SHA256\n"),
		"text among the headers":   between("Hash: SHA256\n", "Hash: SHA256\nSHA256: x\n"),
		"no empty line":            between("Hash: SHA256\n\n", "Hash: SHA256\n"),
		"a blank in the empty one": between("Hash: SHA256\n\n", "Hash: SHA256\n \n"),
		"carriage returns":         strings.ReplaceAll(good, "\n", "\r\n"),
		"one carriage return":      between("bookworm\n", "bookworm\r\n"),
		"NUL":                      between("bookworm", "bookworm\x00"),
		"vertical tab":             between("bookworm", "bookworm\v"),
		"a dash without escape":    between("Suite:", "-Suite:"),
		"a nested message":         between("Suite:", beginMessage+"\nSuite:"),
		"a second signature block": good + good[strings.Index(good, beginSignature):],
		"a block in the signature": between(endSignature, beginMessage+"\n"+endSignature),
		"no end":                   between(endSignature, ""),
		"no signature":             good[:strings.Index(good, beginSignature)],
		"armor in pieces":          between(beginSignature+"\n", beginSignature+"\nx\n\n"),
		"empty":                    "",
	}
	for name, file := range tests {
		t.Run(name, func(t *testing.T) {
			if file == good {
				t.Fatal("the test changed nothing")
			}
			if r, err := VerifyInRelease(keys, []byte(file)); err == nil {
				t.Errorf("verified: %+v", r)
			}
		})
	}
	// Each byte of the text is covered.
	start := strings.Index(good, "Origin")
	for i := start; i < start+len(text); i++ {
		bad := []byte(good)
		bad[i] ^= 1
		if _, err := VerifyInRelease(keys, bad); err == nil {
			t.Errorf("byte %d (%q) changed and still verified", i, good[i])
		}
	}
	for n := range len(good) - 1 { // the last line end may be missing
		if _, err := VerifyInRelease(keys, []byte(good[:n])); err == nil {
			t.Errorf("cut at %d of %d and still verified", n, len(good))
		}
	}
}

// TestDashEscape: what was escaped for signing is unescaped once, and only once.
func TestDashEscape(t *testing.T) {
	text := releaseText(someFiles) + "\n- - x: y"
	m, err := splitMessage([]byte(clearsign(t, text, well(ours()))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(m.text)); diff != "" {
		t.Error(diff)
	}
	if signers, err := m.verify(keyring(t, ours())); err != nil || len(signers) != 1 {
		t.Error(signers, err)
	}
}

func TestReleaseText(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	tests := []struct {
		name, text string
		want       error
	}{
		{"good", "Origin: Debian\nSHA256:\n " + sum + " 1 a", nil},
		{"the same entry twice", "SHA256:\n " + sum + " 1 a\n " + sum + " 1 a", nil},
		{"two digests for one name", "SHA256:\n " + sum + " 1 a\n " + sum + " 2 a", ErrMalformed},
		{"only MD5 and SHA-1", "Origin: Debian\nMD5Sum:\n 00 1 a\nSHA1:\n 00 1 a", ErrWeakDigest},
		{"a short digest", "SHA256:\n " + sum[2:] + " 1 a", ErrMalformed},
		{"a negative size", "SHA256:\n " + sum + " -1 a", ErrMalformed},
		{"no name", "SHA256:\n " + sum + " 1", ErrMalformed},
		{"two paragraphs", "SHA256:\n " + sum + " 1 a\n\nSHA256:\n " + sum + " 2 a", ErrMalformed},
		{"the table twice", "SHA256:\n " + sum + " 1 a\nSHA256:\n " + sum + " 2 a", ErrMalformed},
		{"nothing", "", ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseRelease([]byte(tt.text))
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestDistribution(t *testing.T) {
	for _, tt := range [][3]string{
		{"Debian", "bookworm", "debian-12"}, {"Debian", "bookworm-updates", "debian-12"},
		{"Debian", "bookworm-security", "debian-12"}, {"Debian", "bookworm-proposed-updates", "debian-12"},
		{"Debian Backports", "bookworm-backports", "debian-12"}, {"Debian", "buster/updates", "debian-10"},
		{"Debian", "trixie", "debian-13"}, {"Debian", "sid", "debian-sid"},
		{"Debian", "", ""}, {"Node Source", "bookworm", ""}, {"debian", "bookworm", ""},
	} {
		if have := distribution(tt[0], tt[1]); have != tt[2] {
			t.Errorf("%q %q: %q, want %q", tt[0], tt[1], have, tt[2])
		}
	}
}

// TestDebianKeys holds the embedded keys against the table beside them.
func TestDebianKeys(t *testing.T) {
	keys, err := Debian()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("keys/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| [a-z-]+ \| ([0-9A-F]{40}) \|`).FindAllStringSubmatch(string(readme), -1)
	var want []string
	for _, row := range rows {
		want = append(want, row[1])
	}
	less := func(a, b string) bool { return a < b }
	if diff := cmp.Diff(sorted(want, less), keys.Fingerprints()); diff != "" {
		t.Error(diff)
	}
}

func FuzzInRelease(f *testing.F) {
	text := releaseText(someFiles)
	f.Add([]byte(clearsign(f, text, well(ours()))))
	f.Add([]byte(clearsign(f, "- x\n"+text, well(theirs()), well(ours()))))
	keys := keyring(f, ours())
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := VerifyInRelease(keys, data)
		if err == nil && len(r.Signers) == 0 {
			t.Fatal("verified without a signer")
		}
		if err == nil && r.Codename != "bookworm" {
			t.Fatalf("verified a text that was never signed: %+v", r)
		}
		parseRelease(data)
	})
}
