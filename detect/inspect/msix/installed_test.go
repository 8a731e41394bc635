package msix

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
)

const installedMap = `<BlockMap HashMethod="http://www.w3.org/2001/04/xmlenc#sha256">` +
	`<File Name="My App\a.exe" Size="7"><Block Hash="ExDKLIky29EYZovZdEJVij4fVGteFcaWmd+9YCT1SNg="/></File>` +
	`<File Name="..\out.exe" Size="0"/><File Name="C:\out.exe" Size="0"/><File Name="empty" Size="0"/>` +
	`<File Name="huge" Size="18446744073709551615"><Block Hash=""/></File></BlockMap>`

func installed(t *testing.T) *Installed {
	t.Helper()
	in, err := ReadInstalled(map[string][]byte{manifestName: []byte(manifest), blockMapName: []byte(installedMap), catalogName: []byte("catalog")})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestInstalled(t *testing.T) {
	in := installed(t)
	// A name that leads out of the folder is never one to open.
	if diff := cmp.Diff([]string{"My App/a.exe", "empty", "huge"}, in.Listed()); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]bool{"my app/A.EXE": true, blockMapName: true, "b.exe": false, manifestName: false} {
		if in.Lists(name) != want {
			t.Errorf("%s is listed: %t", name, !want)
		}
	}
	catalog := sha256.Sum256([]byte("catalog"))
	if sums := in.Digests(sha256.New); len(sums) != 2 || !bytes.Equal(sums[PartCatalog], catalog[:]) {
		t.Errorf("digests %x", sums)
	}
	budget := int64(100)
	for _, c := range []struct {
		name, content string
		want          error
	}{
		{"my app/a.exe", "program", nil},
		{"My App/a.exe", "Program", ErrMismatch},
		{"My App/a.exe", "programs", ErrMismatch},
		{"empty", "", nil},
		{"empty", "x", ErrMismatch},
		{"huge", "x", ErrMismatch},
		{"b.exe", "x", ErrUnlisted},
	} {
		err := in.CheckFile(context.Background(), c.name, strings.NewReader(c.content), int64(len(c.content)), &budget)
		if !errors.Is(err, c.want) {
			t.Errorf("%s %q: %v, want %v", c.name, c.content, err, c.want)
		}
	}
	budget = 3
	if err := in.CheckFile(context.Background(), "My App/a.exe", strings.NewReader("program"), 7, &budget); !errors.Is(err, ErrTooMuch) {
		t.Errorf("over the budget: %v", err)
	}
	if err := in.CheckFile(context.Background(), "huge", strings.NewReader(""), -1, &budget); !errors.Is(err, ErrMismatch) {
		t.Errorf("a negative size: %v", err)
	}
}

func TestInstalledHostile(t *testing.T) {
	for _, b := range fixture.Hostile([]byte(installedMap), 60, 100, len(installedMap)/2) {
		survivesInstalled([]byte(manifest), b, []byte("PKCX\x30\x00"))
		survivesInstalled(b, []byte(installedMap), b)
	}
}

func survivesInstalled(manifest, blocks, signature []byte) {
	in, err := ReadInstalled(map[string][]byte{manifestName: manifest, blockMapName: blocks, signatureName: signature})
	if err != nil {
		return
	}
	budget := int64(1 << 20)
	for _, name := range in.Listed() {
		_ = in.CheckFile(context.Background(), name, bytes.NewReader(blocks), int64(len(blocks)), &budget)
	}
	_ = in.Digests(sha256.New)
}

func FuzzReadInstalled(f *testing.F) {
	f.Add([]byte(manifest), []byte(installedMap), []byte("PKCX\x30\x00"))
	f.Add([]byte("<Package/>"), []byte(`<BlockMap/>`), []byte{})
	f.Fuzz(func(t *testing.T, manifest, blocks, signature []byte) { survivesInstalled(manifest, blocks, signature) })
}
