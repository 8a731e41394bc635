package android_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/inspect/apk/apktest"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/google/go-cmp/cmp"
)

// keys of a made-up maker and of somebody else.
type keys struct{ maker, next, other apktest.Key }

func newKeys() keys {
	return keys{apktest.NewKey("Example Chat", "Example Chat Ltd"), apktest.NewKey("Example Chat 2", "Example Chat Ltd"), apktest.NewKey("Somebody", "Somebody Else")}
}

// name is the key of a certificate in a test's words.
func (k keys) name(sha256hex string) string {
	for name, key := range map[string]apktest.Key{"maker": k.maker, "next": k.next, "other": k.other} {
		if sum := sha256.Sum256(key.Certificate); hex.EncodeToString(sum[:]) == sha256hex {
			return name
		}
	}
	return sha256hex
}

// told are signatures in lines: "v3 28- intact maker".
func (k keys) told(all []inventory.Signature) []string {
	var lines []string
	for _, s := range all {
		to := ""
		if s.MaxSDK != 0 {
			to = fmt.Sprint(s.MaxSDK)
		}
		words := []string{s.Scheme, fmt.Sprintf("%d-%s", s.MinSDK, to), string(s.Integrity)}
		for _, signer := range s.Signers {
			words = append(words, k.name(signer.SHA256))
		}
		for _, old := range s.Lineage {
			words = append(words, "after:"+k.name(old.SHA256))
		}
		lines = append(lines, strings.Join(append(words, s.Problems...), " "))
	}
	return lines
}

const last = 1<<31 - 1

// An app is never said to be by a key that did not sign what this version of
// Android looks at.
func TestNobodyElseIsNamed(t *testing.T) {
	k := newKeys()
	manifest := apktest.Manifest{Package: "org.example.chat", MinSDK: 24, TargetSDK: 29}
	unsigned := apktest.Package{Manifest: manifest}.Unsigned()
	maker, other := apktest.Signer{Key: k.maker}, apktest.Signer{Key: k.other}
	ranged := func(s apktest.Signer, from, to uint32) apktest.Signer { s.From, s.To = from, to; return s }
	v2 := func(s ...apktest.Signer) apktest.Part { return apktest.Scheme(apktest.V2, unsigned, s...) }
	v3 := func(s ...apktest.Signer) apktest.Part { return apktest.Scheme(apktest.V3, unsigned, s...) }
	v31 := func(s ...apktest.Signer) apktest.Part { return apktest.Scheme(apktest.V31, unsigned, s...) }
	stripped := map[uint32][]byte{0xbeeff00d: {3, 0, 0, 0}}
	signedJAR := apktest.SignJAR(unsigned, k.maker, "")
	for _, test := range []struct {
		name string
		file []byte
		want []string
	}{
		{"v2", apktest.WithBlock(unsigned, v2(maker)), []string{"v2 24- intact maker"}},
		{"v2 and v3", apktest.WithBlock(unsigned, v2(maker), v3(ranged(maker, 28, last))), []string{"v3 28- intact maker", "v2 24-27 intact maker"}},
		{"v2 that names another certificate", apktest.WithBlock(unsigned, v2(apktest.Signer{Key: k.other, Names: k.maker.Certificate})), []string{"v2 24- broken maker certificate-mismatch"}},
		{"v3 added to the maker's v2", apktest.WithBlock(unsigned, v2(maker), v3(ranged(other, 28, last))), []string{"v3 28- intact other", "v2 24-27 intact maker other-signer-in-newer"}},
		{"v3.1 added to the maker's v3", apktest.WithBlock(unsigned, v3(ranged(maker, 28, last)), v31(ranged(other, 33, last))), []string{"v3.1 33- intact other", "v3 28-32 intact maker other-signer-in-newer", "v1 24-27 unsigned"}},
		{"a second block of v2 behind the first", apktest.WithBlock(unsigned, v2(other), v2(maker)), []string{"v2 24- intact other"}},
		{"two signers of v2", apktest.WithBlock(unsigned, v2(maker, other)), []string{"v2 24- intact " + strings.Join(inOrder(k.maker, k.other, "maker", "other"), " ")}},
		{"two signers of v3 for one version", apktest.WithBlock(unsigned, v3(ranged(maker, 28, last), ranged(other, 30, last))), []string{"v3 30- broken maker other signature-damaged", "v3 28-29 intact maker", "v1 24-27 unsigned"}},
		{"v3 stripped from v2", apktest.WithBlock(unsigned, v2(apktest.Signer{Key: k.maker, Attributes: stripped})), []string{"v2 28- broken maker signature-stripped", "v2 24-27 intact maker"}},
		{"v3.1 stripped from v3", apktest.WithBlock(unsigned, v3(ranged(apktest.Signer{Key: k.maker, Attributes: map[uint32][]byte{0x559f8b02: {33, 0, 0, 0}}}, 28, last))), []string{"v3 33- broken maker signature-stripped", "v3 28-32 intact maker", "v1 24-27 unsigned"}},
		{"a broken v2 beside an intact v1", apktest.WithBlock(signedJAR, apktest.Scheme(apktest.V2, unsigned, maker)), []string{"v2 24- broken maker digest-mismatch"}},
		{"a key that was handed over", apktest.WithBlock(unsigned, v2(maker), v3(ranged(apktest.Signer{Key: k.next, Lineage: []apktest.Key{k.maker}}, 28, last))), []string{"v3 28- intact next after:maker after:next", "v2 24-27 intact maker"}},
		{"v1 for all", signedJAR, []string{"v1 24- intact maker"}},
		{"v1 that speaks of a v2", apktest.SignJAR(unsigned, k.maker, "X-Android-APK-Signed: 2\r\n"), []string{"v1 24- broken maker signature-stripped"}},
		{"v1 that speaks of a v3", apktest.SignJAR(unsigned, k.maker, "X-Android-APK-Signed: 3\r\n"), []string{"v1 28- broken maker signature-stripped", "v1 24-27 intact maker"}},
		{"v1 and a file that it does not know", apktest.Add(signedJAR, map[string][]byte{"classes2.dex": []byte("dex\nadded")}, nil), []string{"v1 24- broken maker unsigned-member"}},
		{"v1 and an added program that says it is a folder", apktest.Add(signedJAR, map[string][]byte{"classes2.dex": []byte("dex\nadded")}, func(h *zip.FileHeader) { h.SetMode(fs.ModeDir | 0o755) }), []string{"v1 24- broken maker unsigned-member"}},
		{"v1 and a second program under a longer name for the first", apktest.Add(signedJAR, map[string][]byte{"a/../classes.dex": []byte("dex\nadded")}, nil), []string{"v1 24- broken maker duplicate-names"}},
		{"v1 behind a program", janus(signedJAR), []string{"v1 24- broken maker prefixed-program"}},
		{"nothing", unsigned, []string{"v1 24- unsigned"}},
	} {
		all, err := signaturesOf(t, test.file)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, k.told(all)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// inOrder gives names in the order of their certificates.
func inOrder(a, b apktest.Key, one, two string) []string {
	if bytes.Compare(a.Certificate, b.Certificate) < 0 {
		return []string{one, two}
	}
	return []string{two, one}
}

// janus puts a program before a package without a signing block, and moves the
// package's offsets, which no JAR signature covers.
func janus(b []byte) []byte {
	prefix := append([]byte("dex\n035\x00"), make([]byte, 100)...)
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		panic(err)
	}
	var out bytes.Buffer
	out.Write(prefix)
	w := zip.NewWriter(&out)
	w.SetOffset(int64(len(prefix)))
	for _, f := range z.File {
		if err := w.Copy(f); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// What a package says about itself decides which signatures are enough.
func TestOldSchemesAreRefused(t *testing.T) {
	k := newKeys()
	for _, test := range []struct {
		manifest apktest.Manifest
		want     []string
	}{
		{apktest.Manifest{MinSDK: 21, TargetSDK: 29}, []string{"v1 21- intact maker"}},
		{apktest.Manifest{MinSDK: 21, TargetSDK: 30}, []string{"v1 30- broken maker scheme-too-old", "v1 21-29 intact maker"}},
		{apktest.Manifest{MinSDK: 21, TargetSDK: 29, Sandbox: 2}, []string{"v1 26- broken maker scheme-too-old", "v1 21-25 intact maker"}},
		{apktest.Manifest{}, []string{"v1 1- intact maker"}},
	} {
		all, err := signaturesOf(t, apktest.SignJAR(apktest.Package{Manifest: test.manifest}.Unsigned(), k.maker, ""))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, k.told(all)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.manifest, diff)
		}
	}
}

// Every byte that a v2 signature covers is covered.
func TestEveryChangeIsSeen(t *testing.T) {
	k := newKeys()
	unsigned := apktest.Package{Manifest: apktest.Manifest{MinSDK: 24}}.Unsigned()
	whole := apktest.WithBlock(unsigned, apktest.Scheme(apktest.V2, unsigned, apktest.Signer{Key: k.maker}))
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 1
		all, err := signaturesOf(t, b)
		if err != nil {
			continue
		}
		for _, s := range all {
			if s.Integrity == inventory.Intact {
				t.Errorf("byte %d of %d was changed, and nobody sees it", i, len(whole))
			}
		}
	}
}

func TestPublicKeysAreTold(t *testing.T) {
	unsigned := apktest.Package{Manifest: apktest.Manifest{MinSDK: 24}}.Unsigned()
	for _, test := range []struct {
		name, organization string
		want               bool
	}{{"Android Debug", "Android", true}, {"Android Debug", "Example Chat Ltd", false}, {"Example", "Android", false}} {
		key := apktest.NewKey(test.name, test.organization)
		all, err := signaturesOf(t, apktest.WithBlock(unsigned, apktest.Scheme(apktest.V2, unsigned, apktest.Signer{Key: key})))
		if err != nil {
			t.Fatal(err)
		}
		if got := len(all[0].Problems) == 1 && all[0].Problems[0] == inventory.ProblemPublicTestKey; got != test.want || all[0].Integrity != inventory.Intact {
			t.Errorf("%s of %s: %+v", test.name, test.organization, all[0])
		}
	}
}
