package appimage

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
)

// signed makes a key and a detached, armored signature by it over nothing that
// matters: the signature is read, not verified.
func signed(t testing.TB) (signature []byte, fingerprint string) {
	t.Helper()
	key, err := openpgp.NewEntity("Synthetic", "made for a test", "nobody@example.org", &packet.Config{DefaultHash: crypto.SHA256})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := openpgp.ArmoredDetachSign(&out, key, strings.NewReader("digest"), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), fmt.Sprintf("%X", key.PrimaryKey.Fingerprint)
}

func TestRead(t *testing.T) {
	signature, fingerprint := signed(t)
	plain := fixture.AppImage{Contents: []byte("hsqs...")}
	one := bytes.Clone(plain.Bytes())
	one[10] = 1
	for name, c := range map[string]struct {
		file []byte
		want File
	}{
		"nothing but contents":   {plain.Bytes(), File{Type: 2}},
		"update and a signature": {fixture.AppImage{Update: "zsync|https://example.org/a.zsync", Signature: signature, Contents: []byte("hsqs...")}.Bytes(), File{Type: 2, Update: "zsync|https://example.org/a.zsync", Signed: true, Key: fingerprint}},
		"a signature that is none": {fixture.AppImage{Signature: []byte("text"), Contents: []byte("hsqs...")}.Bytes(),
			File{Type: 2, Signed: true, Problems: []string{"the signature: "}}},
		"type 1": {one, File{Type: 1}},
	} {
		got, err := Read(bytes.NewReader(c.file), int64(len(c.file)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Type == 2 {
			if string(c.file[got.Contents:]) != "hsqs..." {
				t.Errorf("%s: contents at %d of %d", name, got.Contents, len(c.file))
			}
			c.want.Contents = got.Contents
		}
		for i, p := range got.Problems {
			got.Problems[i] = p[:strings.Index(p, ": ")+2] // the rest is the library's
		}
		if diff := cmp.Diff(&c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	elf := fixture.ELF{}.Bytes()
	if _, err := Read(bytes.NewReader(elf), int64(len(elf))); !errors.Is(err, ErrNotAppImage) {
		t.Errorf("a program: %v", err)
	}
}

func TestHostile(t *testing.T) {
	signature, _ := signed(t)
	whole := fixture.AppImage{Update: "x", Signature: signature, Contents: []byte("hsqs...")}.Bytes()
	f, err := Read(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range fixture.Hostile(whole, 16, 64, int(f.Contents)) {
		survives(t, name, bytes.NewReader(b), int64(len(b)))
		survives(t, name+", says it is longer", bytes.NewReader(b), int64(len(b))+1<<40)
		survives(t, name+", breaks off", fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2), Err: errors.New("no more")}, int64(len(b)))
	}
	for i := 64; i < len(whole); i++ {
		b := bytes.Clone(whole)
		b[i] ^= 0xff
		survives(t, fmt.Sprint("flipped at ", i), bytes.NewReader(b), int64(len(b)))
	}
}

func survives(t testing.TB, name string, r io.ReaderAt, size int64) {
	t.Helper()
	f, err := Read(r, size)
	if err == nil && (f.Contents < 0 || f.Contents > size || len(f.Problems) > 8 || len(f.Update) > maxUpdate) {
		t.Errorf("%s: %+v", name, f)
	}
}

func FuzzRead(f *testing.F) {
	signature, _ := signed(f)
	f.Add(fixture.AppImage{Update: "x", Signature: signature, Contents: []byte("hsqs...")}.Bytes())
	f.Add(fixture.AppImage{Signature: []byte{0x88, 0x5e}}.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) { survives(t, "fuzz", bytes.NewReader(b), int64(len(b))) })
}
