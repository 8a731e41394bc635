package android_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/android"
	"github.com/google/go-cmp/cmp"
)

// corpus is the folder of AOSP's own test packages, which lies beside the
// repository; see docs/android-signatures.md.
func corpus(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("CHATVET_CORPORA")
	if folder == "" {
		folder = "../../../../shared/corpora"
	}
	folder = filepath.Join(folder, "apksig")
	if _, err := os.Stat(folder); err != nil {
		needed(t, "the packages of AOSP's verifier tests: "+err.Error())
	}
	return folder
}

// needed skips a test whose material is missing, where that is allowed.
func needed(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatalf("missing: %s", what)
	}
	t.Skipf("missing: %s", what)
}

// signaturesOf does with a package what a scan does.
func signaturesOf(t testing.TB, b []byte) ([]inventory.Signature, error) {
	t.Helper()
	r := bytes.NewReader(b)
	f, err := apk.Read(r, int64(len(b)))
	if err != nil {
		return nil, err
	}
	m, _ := f.Manifest()
	p, err := android.Read(context.Background(), r, f, m, android.DefaultLimits)
	if err != nil {
		return nil, err
	}
	_, err = digest.File(context.Background(), r, int64(len(b)), digest.Request{SHA256: true, Also: p.Takers()})
	return p.Signatures("a.apk", err == nil), err
}

// expected is apksigner's verdict on one package.
type expected struct {
	File     string   `json:"file"`
	Verified bool     `json:"verified"`
	Signers  []string `json:"signer_cert_sha256"`
	Errors   []string `json:"errors"`
}

// verdict is the same of ours.
type verdict struct {
	Verified bool
	Signers  []string
}

// verdictFrom says whether every version of Android from one on accepts the
// package, and whom the newest takes for its signer.
func verdictFrom(all []inventory.Signature, from int) verdict {
	v := verdict{Verified: len(all) > 0}
	for _, s := range all {
		if s.MaxSDK == 0 || s.MaxSDK >= from {
			v.Verified = v.Verified && s.Integrity == inventory.Intact
		}
	}
	if v.Verified {
		for _, s := range all[0].Signers {
			v.Signers = append(v.Signers, s.SHA256)
		}
		slices.Sort(v.Signers)
	}
	return v
}

// rsa2048second is the certificate of AOSP's test key rsa-2048_2, as apksigner
// gives it for other packages of the corpus.
const rsa2048second = "681b0e56a796350c08647352a4db800cc44b2adc8f4c72fa350bd05d4d50264d"

// decided gives the verdict where ours is not apksigner 31's, and is meant not
// to be (docs/android-signatures.md, "Where chatvet differs from apksigner").
func decided(file string, from int) (verdict, bool) {
	// That apksigner knows nothing of v3.1, which AOSP's name for this one is
	// about: Android 13 takes the second key.
	if file == "v31-rsa-2048_2-tgt-33-1-tgt-28.apk" {
		return verdict{true, []string{rsa2048second}}, true
	}
	// Android 7 and 8 do not look at v3, and find nothing else in these.
	return verdict{}, from == 24 && slices.Contains([]string{
		"golden-aligned-v3-out.apk",
		"golden-legacy-aligned-v3-lineage-out.apk",
		"golden-legacy-aligned-v3-out.apk",
		"golden-unaligned-v3-out.apk",
		"v3-only-unknown-additional-attr.apk",
		"v3-only-with-dsa-sha256-3072.apk",
		"v3-only-with-ecdsa-sha256-p256.apk",
		"v3-only-with-ecdsa-sha256-p384.apk",
		"v3-only-with-ecdsa-sha256-p521.apk",
		"v3-only-with-ecdsa-sha512-p384.apk",
		"v3-only-with-ignorable-unsupported-sig-algs.apk",
		"v3-only-with-rsa-pkcs1-sha256-1024.apk",
		"v3-only-with-rsa-pkcs1-sha256-2048.apk",
		"v3-only-with-rsa-pkcs1-sha256-3072.apk",
		"v3-only-with-rsa-pkcs1-sha256-4096.apk",
		"v3-only-with-rsa-pkcs1-sha512-1024.apk",
		"v3-only-with-rsa-pkcs1-sha512-16384.apk",
		"v3-only-with-rsa-pkcs1-sha512-2048.apk",
		"v3-only-with-rsa-pkcs1-sha512-8192.apk",
	}, file)
}

func TestAgreesWithApksigner(t *testing.T) {
	folder := corpus(t)
	for file, from := range map[string]int{"expected-minsdk0.ndjson": 1, "expected-minsdk24.ndjson": 24, "expected-minsdk28.ndjson": 28} {
		list, err := os.Open(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		defer list.Close()
		lines := bufio.NewScanner(list)
		lines.Buffer(nil, 1<<20)
		seen := 0
		for lines.Scan() {
			var e expected
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Fatal(err)
			}
			seen++
			b, err := os.ReadFile(filepath.Join(folder, e.File))
			if err != nil {
				t.Fatal(err)
			}
			all, err := signaturesOf(t, b)
			got := verdictFrom(all, from)
			want := verdict{Verified: e.Verified, Signers: slices.Sorted(slices.Values(e.Signers))}
			if !e.Verified {
				want.Signers = nil
			}
			if other, ok := decided(e.File, from); ok {
				if cmp.Equal(want, other) {
					t.Errorf("%s from %d: no difference is left to be decided", e.File, from)
				}
				want = other
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s from %d (apksigner: %v; error %v) (-apksigner +ours):\n%s%+v", e.File, from, e.Errors, err, diff, all)
			}
		}
		if seen != 180 {
			t.Errorf("%s has %d packages, want 180", file, seen)
		}
	}
}

// TestStampsAgreeWithApksigner holds source stamps against apksigner's verdict
// from Android 9 on, where a package is verified at all.
func TestStampsAgreeWithApksigner(t *testing.T) {
	folder := corpus(t)
	list, err := os.ReadFile(filepath.Join(folder, "expected-minsdk28.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	stamped := 0
	for line := range bytes.Lines(list) {
		var e struct {
			expected
			Stamp bool `json:"stamp"`
		}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(folder, e.File))
		if err != nil {
			t.Fatal(err)
		}
		r := bytes.NewReader(b)
		f, err := apk.Read(r, int64(len(b)))
		if err != nil {
			continue
		}
		p, err := android.Read(context.Background(), r, f, nil, android.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		// apksigner 31 refuses every stamp with attributes that it does not know;
		// later ones take these three.
		want := e.Stamp || slices.Contains([]string{"stamp-unknown-attr.apk", "stamp-valid-timestamp-16-byte-buffer.apk", "stamp-valid-timestamp-value.apk"}, e.File)
		if _, ok := p.Stamp(); ok != want {
			t.Errorf("%s: stamp %t, want %t (apksigner %t, %v)", e.File, ok, want, e.Stamp, e.Errors)
		} else if ok {
			stamped++
		}
	}
	if stamped == 0 {
		t.Error("no stamp is good")
	}
}
