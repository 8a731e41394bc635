package msi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/google/go-cmp/cmp"
)

// installer is a synthetic package: a compound file of sectors of 512 bytes with
// the given streams, by decoded name, all of them in the mini stream.
func installer(streams map[string][]byte) []byte {
	le := binary.LittleEndian
	type row struct {
		name string
		raw  []byte
		data []byte
	}
	var rows []row
	for name, data := range streams {
		rows = append(rows, row{name, encodeName(name), data})
	}
	// Sector 0 is the allocation table, 1 that of the mini stream, then the
	// directory, then the mini stream.
	directory := make([]byte, (len(rows)+1+3)/4*512)
	var mini []byte
	miniFAT := bytes.Repeat([]byte{0xff}, 512)
	entry := func(i int, name []byte, kind byte, start uint32, size int) []byte {
		e := directory[i*128:][:128]
		copy(e, name)
		le.PutUint16(e[64:], uint16(len(name)+2))
		e[66] = kind
		for _, at := range []int{68, 72, 76} {
			le.PutUint32(e[at:], noStream)
		}
		le.PutUint32(e[116:], start)
		le.PutUint32(e[120:], uint32(size))
		return e
	}
	for i, r := range rows {
		first := len(mini) / miniSector
		e := entry(i+1, r.raw, streamEntry, uint32(first), len(r.data))
		if i+1 < len(rows) {
			le.PutUint32(e[72:], uint32(i+2)) // the next sibling
		}
		for n := 0; n*miniSector < len(r.data); n++ {
			next := uint32(first + n + 1)
			if (n+1)*miniSector >= len(r.data) {
				next = endOfChain
			}
			le.PutUint32(miniFAT[4*(first+n):], next)
		}
		mini = append(mini, r.data...)
		mini = append(mini, make([]byte, -len(mini)&(miniSector-1))...)
	}
	directorySectors, miniSectors := len(directory)/512, (len(mini)+511)/512
	root := entry(0, encodeName("Root Entry"), rootEntry, uint32(2+directorySectors), len(mini))
	if len(rows) > 0 {
		le.PutUint32(root[76:], 1)
	}
	fat := bytes.Repeat([]byte{0xff}, 512)
	link := func(first, count int) {
		for n := range count {
			next := uint32(first + n + 1)
			if n+1 == count {
				next = endOfChain
			}
			le.PutUint32(fat[4*(first+n):], next)
		}
	}
	le.PutUint32(fat, 0xfffffffd)
	link(1, 1)
	link(2, directorySectors)
	link(2+directorySectors, miniSectors)
	head := bytes.Repeat([]byte{0}, 512)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le.PutUint16(head[26:], 3)
	le.PutUint16(head[30:], 9)
	le.PutUint16(head[32:], 6)
	le.PutUint32(head[44:], 1)
	le.PutUint32(head[48:], 2)
	le.PutUint32(head[56:], miniCutoff)
	le.PutUint32(head[60:], 1)
	le.PutUint32(head[64:], 1)
	le.PutUint32(head[68:], endOfChain)
	copy(head[76:], bytes.Repeat([]byte{0xff}, 512-76))
	le.PutUint32(head[76:], 0)
	mini = append(mini, make([]byte, miniSectors*512-len(mini))...)
	return bytes.Join([][]byte{head, fat, miniFAT, directory, mini}, nil)
}

// encodeName packs a name as installers do where it begins with an exclamation
// mark.
func encodeName(name string) []byte {
	var out []byte
	put := func(c uint16) { out = binary.LittleEndian.AppendUint16(out, c) }
	rest, table := strings.CutPrefix(name, "!")
	if !table {
		for _, c := range name {
			put(uint16(c))
		}
		return out
	}
	put(tableMark)
	for ; len(rest) >= 2; rest = rest[2:] {
		put(0x3800 + uint16(strings.IndexByte(letters, rest[0])) + uint16(strings.IndexByte(letters, rest[1]))<<6)
	}
	if rest != "" {
		put(0x4800 + uint16(strings.IndexByte(letters, rest[0])))
	}
	return out
}

// properties makes the three streams of a Property table.
func properties(codepage uint16, refSize int, texts ...string) map[string][]byte {
	pool := binary.LittleEndian.AppendUint16(nil, codepage)
	flags := uint16(0)
	if refSize == 3 {
		flags = 0x8000
	}
	pool = binary.LittleEndian.AppendUint16(pool, flags)
	var data, names, values []byte
	for i, text := range texts {
		if len(text) > 0xffff { // a long string: its length in the next row
			pool = append(pool, 0, 0, 1, 0)
			pool = binary.LittleEndian.AppendUint32(pool, uint32(len(text)))
		} else {
			pool = binary.LittleEndian.AppendUint16(pool, uint16(len(text)))
			pool = append(pool, 1, 0)
		}
		data = append(data, text...)
		ref := binary.LittleEndian.AppendUint32(nil, uint32(i+1))[:refSize]
		if i%2 == 0 {
			names = append(names, ref...)
		} else {
			values = append(values, ref...)
		}
	}
	return map[string][]byte{"!_StringPool": pool, "!_StringData": data, "!Property": append(names, values...)}
}

func read(t *testing.T, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestProperties(t *testing.T) {
	for _, c := range []struct {
		name     string
		codepage uint16
		refSize  int
		texts    []string
		want     map[string]string
	}{
		{"plain", 1252, 2, []string{"ProductName", "Example Chat", "Manufacturer", "Example Chat Ltd"}, map[string]string{"ProductName": "Example Chat", "Manufacturer": "Example Chat Ltd"}},
		{"wide references", 1252, 3, []string{"ProductName", "Example Chat"}, map[string]string{"ProductName": "Example Chat"}},
		{"western code page", 1252, 2, []string{"ProductName", "Caf\xe9"}, map[string]string{"ProductName": "Café"}},
		{"chinese code page", 936, 2, []string{"ProductName", "\xc1\xc4\xcc\xec"}, map[string]string{"ProductName": "聊天"}},
		{"UTF-8", 65001, 2, []string{"ProductName", "聊天"}, map[string]string{"ProductName": "聊天"}},
		{"none", 1252, 2, nil, map[string]string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read(t, installer(properties(c.codepage, c.refSize, c.texts...)))
			if diff := cmp.Diff(c.want, f.Properties); diff != "" || len(f.Problems) > 0 {
				t.Errorf("%s%q", diff, f.Problems)
			}
		})
	}
}

func TestAStringOver64KiBShiftsNothing(t *testing.T) {
	streams := properties(1252, 2, "Long", strings.Repeat("x", 0x10001), "ProductName", "Example Chat")
	p, err := newPool(streams["!_StringPool"], streams["!_StringData"])
	if err != nil {
		t.Fatal(err)
	}
	table := streams["!Property"]
	if got := p.text(table, 3); got != "Example Chat" {
		t.Errorf("the string behind it is %.40q", got)
	}
}

func TestSignatureStreams(t *testing.T) {
	streams := properties(1252, 2, "ProductName", "Example Chat")
	if f := read(t, installer(streams)); f.Signature != nil || f.Extended != nil {
		t.Errorf("unsigned, but %q and %q", f.Signature, f.Extended)
	}
	unsigned := read(t, installer(streams))
	streams["\x05DigitalSignature"], streams["\x05MsiDigitalSignatureEx"] = []byte("der"), []byte("digest")
	f := read(t, installer(streams))
	if string(f.Signature) != "der" || string(f.Extended) != "digest" {
		t.Errorf("%q, %q", f.Signature, f.Extended)
	}
	f.Extended = nil
	with, _, err := f.Digest(context.Background(), sha256.New)
	if err != nil {
		t.Fatal(err)
	}
	without, _, err := unsigned.Digest(context.Background(), sha256.New)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(with, without) {
		t.Error("the signature is part of its own digest")
	}
}

func TestContextEndsADigest(t *testing.T) {
	f := read(t, installer(properties(1252, 2, "ProductName", "Example Chat")))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := f.Digest(ctx, sha256.New); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestARealInstaller reads the package of relic's tests, as msiinfo does.
func TestARealInstaller(t *testing.T) {
	cmd := exec.Command("go", "mod", "download", "-json", "github.com/sassoftware/relic/v7@v7.6.2")
	cmd.Dir = t.TempDir()
	out, _ := cmd.Output()
	var module struct{ Dir, Error string }
	if json.Unmarshal(out, &module) != nil || module.Dir == "" {
		why := "the Go module github.com/sassoftware/relic/v7@v7.6.2 cannot be had: " + module.Error
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	b, err := os.ReadFile(filepath.Join(module.Dir, "functest/packages/dummy.msi"))
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, b).Properties
	want := map[string]string{
		"ProductName": "dummy", "ProductVersion": "1.0.0", "Manufacturer": "dummy",
		"ProductCode": "{01D48E5F-8885-47C2-8D89-793CFC9DE165}", "UpgradeCode": "{A9C9A3FB-AF3C-4A5C-9818-BC9BE1EDCD51}",
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
}

func TestHostile(t *testing.T) {
	good := installer(properties(1252, 2, "ProductName", "Example Chat"))
	for name, b := range fixture.Hostile(good, 76, 512, 1024, 1536, 2048) {
		for _, r := range []io.ReaderAt{bytes.NewReader(b), fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2), Err: errors.New("bad sector")}} {
			for _, size := range []int64{int64(len(b)), int64(len(b)) + 1000, 1 << 30, 1 << 40} {
				survives(t, name, r, size)
			}
		}
	}
}

// TestLoopsEnd: chains and directories that lead back to themselves.
func TestLoopsEnd(t *testing.T) {
	good := installer(properties(1252, 2, "ProductName", "Example Chat"))
	for name, at := range map[string]int{"allocation table of the directory": 512 + 4*2, "mini stream": 1024, "sibling": 1536 + 128 + 72, "child": 1536 + 76} {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint32(b[at:], binary.LittleEndian.Uint32(b[at:])-1)
		if at == 1024 {
			binary.LittleEndian.PutUint32(b[at:], 0)
		}
		survives(t, name, bytes.NewReader(b), int64(len(b)))
	}
}

// survives reads and digests; an error is as good as a result.
func survives(t *testing.T, name string, r io.ReaderAt, size int64) {
	t.Helper()
	f, err := Read(r, size)
	if err != nil {
		if f != nil {
			t.Errorf("%s: an error and a result", name)
		}
		return
	}
	_, _, _ = f.Digest(context.Background(), sha256.New)
	_, _ = f.Appended()
}

func FuzzRead(f *testing.F) {
	f.Add(installer(properties(1252, 2, "ProductName", "Example Chat")))
	f.Add(installer(properties(936, 3, "ProductName", "\xc1\xc4\xcc\xec")))
	f.Add(installer(map[string][]byte{"\x05DigitalSignature": []byte("der"), "\x05MsiDigitalSignatureEx": []byte("digest")}))
	f.Fuzz(func(t *testing.T, b []byte) { survives(t, "fuzzed", bytes.NewReader(b), int64(len(b))) })
}
