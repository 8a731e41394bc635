package apk_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inspect/apk/apktest"
	"github.com/google/go-cmp/cmp"
)

func full() apktest.Manifest {
	return apktest.Manifest{
		Package: "org.example.chat", VersionName: "8.1.2", Label: "Example Chat 例", Split: "config.de", SharedUserID: "org.example.shared",
		MinSDK: 21, TargetSDK: 34, Sandbox: 2, Debuggable: true, TestOnly: true,
		Permissions: []string{"android.permission.INTERNET", "android.permission.READ_SMS"},
		Services:    []string{"org.example.chat.Push"}, Receivers: []string{".Boot"},
	}
}

func TestManifest(t *testing.T) {
	b := apktest.Package{Manifest: full()}.Unsigned()
	f, err := apk.Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	want := &apk.Manifest{
		Package: "org.example.chat", VersionName: "8.1.2", Label: "Example Chat 例", Split: "config.de", SharedUserID: "org.example.shared",
		MinSDK: 21, TargetSDK: 34, Sandbox: 2, Debuggable: true, TestOnly: true,
		Permissions: []string{"android.permission.INTERNET", "android.permission.READ_SMS"},
		Services:    []string{"org.example.chat.Push"}, Receivers: []string{".Boot"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A string that claims to be huge is missing, and costs no memory.
func TestManifestWithImpossibleStrings(t *testing.T) {
	b := full().Bytes()
	const pool = 8
	strings := pool + int(binary.LittleEndian.Uint32(b[pool+20:]))
	copy(b[strings:], "\xff\xff\xff\xff")
	m, _ := apk.ReadManifest(b)
	if m.Package != "org.example.chat" {
		t.Errorf("package %q: one string spoils the others", m.Package)
	}
	copy(b[pool+4:], "\xff\xff\xff\x7f")
	if _, err := apk.ReadManifest(b); err == nil {
		t.Error("a chunk longer than the file is no error")
	}
}

func TestRead(t *testing.T) {
	whole := apktest.Package{}.Unsigned()
	for _, test := range []struct {
		name   string
		change func(b []byte) []byte
		err    error
	}{
		{"as it is", func(b []byte) []byte { return b }, nil},
		{"with a comment", func(b []byte) []byte {
			b[len(b)-2] = 5
			return append(b, "hello"...)
		}, nil},
		{"with something after the end", func(b []byte) []byte { return append(b, 0) }, apk.ErrNotZip},
		{"with a gap before the end record", func(b []byte) []byte {
			return append(append(bytes.Clone(b[:len(b)-22]), "gap"...), b[len(b)-22:]...)
		}, nil},
		{"with a directory that reaches into the end record", func(b []byte) []byte { b[len(b)-10]++; return b }, apk.ErrNotZip},
		{"with a directory beyond the file", func(b []byte) []byte { b[len(b)-3] = 0x7f; return b }, apk.ErrNotZip},
	} {
		b := test.change(bytes.Clone(whole))
		f, err := apk.Read(bytes.NewReader(b), int64(len(b)))
		if !errors.Is(err, test.err) {
			t.Errorf("%s: error %v, want %v", test.name, err, test.err)
		}
		if err == nil && !f.Has(apk.ManifestName) {
			t.Errorf("%s: the manifest is not found", test.name)
		}
	}
}

func TestReadFileKeepsTheLimit(t *testing.T) {
	b := apktest.Package{Files: map[string][]byte{"assets/zeros": make([]byte, 10_000)}}.Unsigned()
	f, err := apk.Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := f.ReadFile("assets/zeros", 10_000); err != nil || len(got) != 10_000 {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
	if _, _, err := f.ReadFile("assets/zeros", 9_999); !errors.Is(err, apk.ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if _, ok, err := f.ReadFile("absent", 1); ok || err != nil {
		t.Errorf("an absent file: %t, %v", ok, err)
	}
}

func TestHostile(t *testing.T) {
	whole := apktest.Package{Manifest: full()}.Unsigned()
	end := len(whole) - 22
	for name, b := range fixture.Hostile(whole, 4, 30, end, end+16, int(binary.LittleEndian.Uint32(whole[end+16:]))) {
		for _, size := range []int64{int64(len(b)), int64(len(b)) + 100, 1 << 40, -1} {
			if f, err := apk.Read(bytes.NewReader(b), size); err == nil {
				if _, err := f.Manifest(); err == nil && size > int64(len(b)) {
					t.Errorf("%s: read although %d bytes are missing", name, size-int64(len(b)))
				}
			}
		}
	}
	broken := fixture.Broken{R: bytes.NewReader(whole), Good: int64(end) - 10, Err: errors.New("no more")}
	if _, err := apk.Read(broken, int64(len(whole))); err == nil {
		t.Error("a file that cannot be read to its end is read")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(apktest.Package{Manifest: full()}.Unsigned())
	f.Add(apktest.Package{}.Unsigned())
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := apk.Read(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		_, _ = p.Manifest()
		p.PlainManifest()
		for _, e := range p.Entries {
			_, _, _ = p.ReadFile(e.Name, 1<<16)
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add(full().Bytes())
	f.Add(apktest.Manifest{}.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, _ := apk.ReadManifest(b); m == nil {
			t.Error("no manifest at all")
		}
	})
}
