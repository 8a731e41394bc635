package elf_test

import (
	"bytes"
	stdelf "debug/elf"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/elf"
	"github.com/google/go-cmp/cmp"
)

func example() fixture.ELF {
	return fixture.ELF{BuildID: []byte{0xde, 0xad, 0xbe, 0xef}, Soname: "libexample.so.1", Needed: []string{"libc.so.6", "libm.so.6"}}
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name string
		in   fixture.ELF
		want elf.File
	}{
		{"static program", fixture.ELF{BuildID: []byte{1, 2}}, elf.File{Bits: 64, Machine: elf.X86_64, Type: elf.Executable, BuildID: "0102"}},
		{"nothing but code", fixture.ELF{}, elf.File{Bits: 64, Machine: elf.X86_64, Type: elf.Executable}},
		{"library", example(), elf.File{Bits: 64, Machine: elf.X86_64, Type: elf.Executable, BuildID: "deadbeef", Soname: "libexample.so.1", Needed: []string{"libc.so.6", "libm.so.6"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.in.Bytes()
			got, err := elf.Read(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAgreesWithTheStandardLibrary reads this machine's own programs, which are
// no attacker's, with both readers.
func TestAgreesWithTheStandardLibrary(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"/usr/bin/*", "/usr/lib/*-linux-gnu/*.so*", "/usr/lib/go*/pkg/tool/*/*", "/usr/local/go/bin/*"} {
		found, _ := filepath.Glob(pattern)
		paths = append(paths, found...)
	}
	compared := 0
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			continue
		}
		compared += compare(t, path, file)
		file.Close()
	}
	if compared == 0 {
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatal("no ELF files on this machine")
		}
		t.Skip("no ELF files on this machine")
	}
	t.Logf("%d files", compared)
}

func compare(t *testing.T, path string, file *os.File) int {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	std, err := stdelf.NewFile(file)
	if err != nil {
		if _, ours := elf.Read(file, info.Size()); ours == nil && !strings.HasSuffix(path, ".o") {
			t.Errorf("%s: read here, but refused by the standard library: %v", path, err)
		}
		return 0
	}
	got, err := elf.Read(file, info.Size())
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return 0
	}
	want := &elf.File{Bits: 64, Machine: elf.Machine(std.Machine), Type: elf.Type(std.Type)}
	if std.Class == stdelf.ELFCLASS32 {
		want.Bits = 32
	}
	want.Needed, _ = std.DynString(stdelf.DT_NEEDED)
	if so, _ := std.DynString(stdelf.DT_SONAME); len(so) > 0 {
		want.Soname = so[0]
	}
	if s := std.Section(".interp"); s != nil && s.Type == stdelf.SHT_PROGBITS {
		b, _ := s.Data()
		want.Interp = strings.TrimRight(string(b), "\x00")
	}
	// Some linkers, Go's among them, list the note in the section table alone,
	// which is not needed to run a program and which we do not read.
	if s := std.Section(".note.gnu.build-id"); s != nil && inNotes(std, s) {
		if b, _ := s.Data(); len(b) > 16 {
			want.BuildID = hex.EncodeToString(b[16:])
		}
	}
	if len(want.Needed) == 0 {
		want.Needed = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", path, diff)
	}
	return 1
}

func TestHostile(t *testing.T) {
	whole := example().Bytes()
	for name, b := range fixture.Hostile(whole, 4, 16, 52, 64, 64+56, 64+3*56, len(whole)-100, len(whole)-10) {
		for _, size := range []int64{int64(len(b)), int64(len(b)) + 1000, 1 << 40, -1} {
			survives(t, name, bytes.NewReader(b), size)
		}
		survives(t, name+", short", fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2)}, int64(len(b)))
		survives(t, name+", failing", fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2), Err: errors.New("bad sector")}, int64(len(b)))
	}
}

func TestCutOffIsAProblem(t *testing.T) {
	whole := example().Bytes()
	at := bytes.Index(whole, []byte("libexample.so.1"))
	f, err := elf.Read(bytes.NewReader(whole[:at]), int64(at))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Problems) == 0 || f.Soname != "" {
		t.Errorf("soname %q, problems %q", f.Soname, f.Problems)
	}
	if f.BuildID != "deadbeef" {
		t.Errorf("what lies before the cut is lost: build id %q", f.BuildID)
	}
}

func TestNotELF(t *testing.T) {
	for _, b := range []string{"", "\x7fELF", "\x7fELF\x09" + strings.Repeat("x", 100), "MZ" + strings.Repeat("\x00", 100)} {
		if _, err := elf.Read(strings.NewReader(b), int64(len(b))); !errors.Is(err, elf.ErrNotELF) {
			t.Errorf("%q: %v", b, err)
		}
	}
}

func survives(t *testing.T, name string, r io.ReaderAt, size int64) {
	t.Helper()
	f, err := elf.Read(r, size)
	if err != nil {
		if f != nil || !errors.Is(err, elf.ErrNotELF) {
			t.Errorf("%s: result %v with error %v", name, f, err)
		}
		return
	}
	if slices.Contains(f.Needed, "") {
		t.Errorf("%s: an empty name in %q", name, f.Needed)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(example().Bytes())
	f.Add(fixture.ELF{}.Bytes())
	f.Add([]byte("\x7fELF\x01\x02\x01"))
	f.Fuzz(func(t *testing.T, b []byte) { survives(t, "fuzzed", bytes.NewReader(b), int64(len(b))) })
}

// inNotes is true where a PT_NOTE segment holds a section.
func inNotes(f *stdelf.File, s *stdelf.Section) bool {
	return slices.ContainsFunc(f.Progs, func(p *stdelf.Prog) bool {
		return p.Type == stdelf.PT_NOTE && p.Off <= s.Offset && s.Offset+s.Size <= p.Off+p.Filesz
	})
}
