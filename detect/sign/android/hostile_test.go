package android_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inspect/apk/apktest"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/android"
)

// signedInEveryWay is a package of the made-up maker with all schemes.
func signedInEveryWay(k keys, files map[string][]byte) []byte {
	unsigned := apktest.SignJAR(apktest.Package{Manifest: apktest.Manifest{MinSDK: 21, TargetSDK: 33}, Files: files}.Unsigned(), k.maker, "X-Android-APK-Signed: 2, 3\r\n")
	ranged := apktest.Signer{Key: k.maker, From: 28, To: last}
	rotated := apktest.Signer{Key: k.next, From: 33, To: last, Lineage: []apktest.Key{k.maker}}
	return apktest.WithBlock(unsigned, apktest.Scheme(apktest.V2, unsigned, apktest.Signer{Key: k.maker}), apktest.Scheme(apktest.V3, unsigned, ranged), apktest.Scheme(apktest.V31, unsigned, rotated))
}

// Contents of several chunks, in pieces that end anywhere.
func TestContentsOfManyChunks(t *testing.T) {
	k := newKeys()
	noise := make([]byte, 3<<20+17)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(noise)
	b := signedInEveryWay(k, map[string][]byte{"assets/noise": noise})
	r := bytes.NewReader(b)
	for _, piece := range []int{1 << 20, 1<<20 - 1, 4096, 333_333, len(b)} {
		f, err := apk.Read(r, int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := android.Read(context.Background(), r, f, nil, android.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		for rest := b; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
			for _, taker := range p.Takers() {
				taker.Write(rest[:min(piece, len(rest))])
			}
		}
		for _, s := range p.Signatures("a.apk", true) {
			if s.Integrity != inventory.Intact {
				t.Errorf("in pieces of %d: %+v", piece, s)
			}
		}
	}
}

// Nothing is intact of which the digests were not finished.
func TestAnUnfinishedFileIsNotIntact(t *testing.T) {
	b := signedInEveryWay(newKeys(), nil)
	r := bytes.NewReader(b)
	f, err := apk.Read(r, int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := android.Read(context.Background(), r, f, nil, android.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Signatures("a.apk", false) {
		if s.Scheme != "v1" && s.Integrity != inventory.IntegrityNotChecked || len(s.Signers) == 0 {
			t.Errorf("%+v", s)
		}
	}
}

// What is too large to be unpacked is not checked, and says so.
func TestJARContentsHaveALimit(t *testing.T) {
	k := newKeys()
	b := apktest.SignJAR(apktest.Package{Files: map[string][]byte{"assets/zeros": make([]byte, 1<<20)}}.Unsigned(), k.maker, "")
	r := bytes.NewReader(b)
	f, err := apk.Read(r, int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := android.Read(context.Background(), r, f, nil, android.Limits{Contents: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Signatures("a.apk", true) {
		if s.Integrity != inventory.IntegrityNotChecked || len(s.Signers) != 1 {
			t.Errorf("%+v", s)
		}
	}
	if len(p.Problems()) == 0 {
		t.Error("nothing says why")
	}
}

func TestHostile(t *testing.T) {
	whole := signedInEveryWay(newKeys(), nil)
	end := len(whole) - 22
	directory := int(binary.LittleEndian.Uint32(whole[end+16:]))
	for name, b := range fixture.Hostile(whole, 4, directory-24, directory, end, end+16) {
		all, err := signaturesOf(t, b)
		for _, s := range all {
			if err == nil && s.Integrity == inventory.Intact && !bytes.Equal(b, whole) && s.Scheme != "v1" {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
	broken := fixture.Broken{R: bytes.NewReader(whole), Good: int64(directory) - 100, Err: errors.New("no more")}
	f, err := apk.Read(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := android.Read(context.Background(), broken, f, nil, android.DefaultLimits); err == nil {
		t.Error("a signing block that cannot be read is none")
	}
}

// The end of a scan ends the unpacking too.
func TestCancelled(t *testing.T) {
	b := apktest.SignJAR(apktest.Package{}.Unsigned(), newKeys().maker, "")
	r := bytes.NewReader(b)
	f, err := apk.Read(r, int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p, err := android.Read(ctx, r, f, nil, android.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for _, s := range p.Signatures("a.apk", true) {
		if s.Integrity != inventory.IntegrityNotChecked {
			t.Errorf("%+v", s)
		}
	}
}

func FuzzSignatures(f *testing.F) {
	k := newKeys()
	f.Add(signedInEveryWay(k, nil))
	f.Add(apktest.SignJAR(apktest.Package{}.Unsigned(), k.maker, ""))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		file, err := apk.Read(r, int64(len(b)))
		if err != nil {
			return
		}
		m, _ := file.Manifest()
		p, err := android.Read(context.Background(), r, file, m, android.Limits{Contents: 1 << 20, OldContents: 1 << 20})
		if err != nil {
			return
		}
		_, err = digest.File(context.Background(), r, int64(len(b)), digest.Request{Also: p.Takers()})
		p.Signatures("a.apk", err == nil)
		p.Stamp()
	})
}
