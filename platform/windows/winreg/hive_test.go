package winreg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform/windows/winreg/hivetest"
)

func sample() []byte {
	root := &hivetest.Key{}
	key := root.Add("Microsoft", "Windows", "CurrentVersion", "Uninstall", "Example Chat")
	key.Set("DisplayName", hivetest.Text("Example Chat 8.138")).Set("EstimatedSize", hivetest.Number(0xabcd))
	key.Set("", hivetest.Text("default")).Set("Größe", hivetest.Text("ü")).Set("词", hivetest.Text("聊天"))
	key.Set("Odd", hivetest.Value{Type: 1, Data: []byte{'a', 0, 'b'}}).Set("Long", hivetest.Value{Type: 3, Data: make([]byte, 9)})
	key.Set("Path", hivetest.Value{Type: 2, Data: []byte("%\x00a\x00%\x00\x00\x00x\x00")})
	key.Set("List", hivetest.Value{Type: 7, Data: []byte("a\x00\x00\x00b\x00\x00\x00\x00\x00")})
	root.Add("聊天").Set("a", hivetest.Text("b"))
	return root.Bytes()
}

func openHive(t testing.TB, data []byte) Key {
	t.Helper()
	_, root, err := OpenHive(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestHive(t *testing.T) {
	root := openHive(t, sample())
	names, err := root.Subkeys()
	if diff := cmp.Diff([]string{"Microsoft", "聊天"}, names); diff != "" || err != nil {
		t.Error(diff, err)
	}
	key, err := root.Open(`microsoft\WINDOWS\\CurrentVersion\uninstall\example chat`)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]Value{
		"displayname":   {Type: Text, Text: "Example Chat 8.138"},
		"EstimatedSize": {Type: Number, Number: 0xabcd},
		"":              {Type: Text, Text: "default"},
		"größe":         {Type: Text, Text: "ü"},
		"词":             {Type: Text, Text: "聊天"},
		"Odd":           {Type: Text, Text: "a"},
		"Long":          {Type: Binary, Bytes: make([]byte, 9)},
		"Path":          {Type: ExpandText, Text: "%a%"},
		"List":          {Type: Texts, Texts: []string{"a", "b"}},
	} {
		got, err := key.Value(name)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	if _, err := key.Value("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a value that is not there: %v", err)
	}
	if _, err := root.Open(`Microsoft\None\x`); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that is not there: %v", err)
	}
	if _, err := root.Open(strings.Repeat(`x\`, MaxDepth+1)); !errors.Is(err, ErrTooMany) {
		t.Errorf("a deep path: %v", err)
	}
}

// offsetOf finds a cell by its signature and returns the place of its payload.
func offsetOf(t *testing.T, data []byte, signature string) int {
	t.Helper()
	for at := 4096 + 32; at < len(data); {
		size := -int(int32(binary.LittleEndian.Uint32(data[at:])))
		if size <= 0 {
			break
		}
		if strings.HasPrefix(string(data[at+4:]), signature) {
			return at + 4
		}
		at += size
	}
	t.Fatalf("no cell %s", signature)
	return 0
}

// An index that leads to itself would overflow the parser's stack.
func TestIndexThatLeadsToItself(t *testing.T) {
	data := sample()
	root := binary.LittleEndian.Uint32(data[36:])
	node := 4096 + int(root) + 4
	list := 4096 + int(binary.LittleEndian.Uint32(data[node+28:])) + 4
	copy(data[list:], "ri")
	binary.LittleEndian.PutUint32(data[list+4:], uint32(list-4-4096))
	names, err := openHive(t, data).Subkeys()
	if !errors.Is(err, ErrDamaged) || len(names) > 1 {
		t.Errorf("%v, %v", names, err)
	}
}

func TestLyingLengths(t *testing.T) {
	for name, length := range map[string]uint32{"huge": 0x7fffffff, "inline": 0x80000008, "past the end": 60_000} {
		data := sample()
		vk := offsetOf(t, data, "vk")
		binary.LittleEndian.PutUint32(data[vk+4:], length)
		key, err := openHive(t, data).Open(`Microsoft\Windows\CurrentVersion\Uninstall\Example Chat`)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := key.Value(""); err == nil {
			t.Errorf("%s: read %d bytes", name, len(v.Bytes))
		}
	}
}

// walk reads everything, so that every reader of a hostile hive is tried.
func walk(k Key, depth int, keys *int) {
	if *keys++; depth > 8 || *keys > 500 {
		return
	}
	for _, name := range []string{"", "DisplayName", "EstimatedSize", "List", "Long", "Path"} {
		k.Value(name)
	}
	names, _ := k.Subkeys()
	for _, name := range names[:min(len(names), 8)] {
		if sub, err := k.Open(name); err == nil {
			walk(sub, depth+1, keys)
		}
	}
}

type shortReader struct{ r io.ReaderAt }

func (s shortReader) ReadAt(p []byte, off int64) (int, error) {
	return s.r.ReadAt(p[:min(len(p), 1)], off)
}

func TestHostileHives(t *testing.T) {
	good := sample()
	cases := map[string][]byte{"empty": nil, "one byte": {'r'}, "doubled": append(slices.Clone(good), good...), "zeros": make([]byte, 1<<16)}
	for _, at := range []int{4, 512, 4096, 4096 + 32, 4096 + 100, len(good) / 2, len(good) - 64} {
		cases["cut at "+strconv.Itoa(at)] = good[:at]
	}
	for i := 0; i < len(good); i += 7 {
		lying := slices.Clone(good)
		lying[i] ^= 0xff
		cases["turned at "+strconv.Itoa(i)] = lying
	}
	for name, data := range cases {
		for _, size := range []int64{int64(len(data)), int64(len(data)) * 3, 1 << 30} {
			keys := 0
			if _, root, err := OpenHive(bytes.NewReader(data), size); err == nil {
				walk(root, 0, &keys)
			} else if len(data) == len(good) && bytes.HasPrefix(data, []byte("regf")) && !errors.Is(err, ErrDamaged) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	keys := 0
	if _, root, err := OpenHive(shortReader{bytes.NewReader(good)}, int64(len(good))); err == nil {
		walk(root, 0, &keys)
	}
	if _, _, err := OpenHive(bytes.NewReader(good), MaxHive+1); !errors.Is(err, ErrTooMany) {
		t.Errorf("a hive that is too large: %v", err)
	}
}

func TestDirty(t *testing.T) {
	data := sample()
	hive, _, err := OpenHive(bytes.NewReader(data), int64(len(data)))
	if err != nil || hive.Dirty() {
		t.Errorf("dirty %v, %v", hive.Dirty(), err)
	}
	data[4]++
	if hive, _, _ = OpenHive(bytes.NewReader(data), int64(len(data))); !hive.Dirty() {
		t.Error("a hive with unwritten changes passes for a finished one")
	}
}

// TestMadeByHivex reads hives that another program wrote.
func TestMadeByHivex(t *testing.T) {
	tool, err := exec.LookPath("hivexregedit")
	if err != nil {
		skipOrFail(t, "hivexregedit (libwin-hivex-perl) is not installed")
	}
	dir := t.TempDir()
	hive, reg := filepath.Join(dir, "SOFTWARE"), filepath.Join(dir, "x.reg")
	empty := (&hivetest.Key{}).Bytes()
	text := "Windows Registry Editor Version 5.00\n\n"
	for _, key := range []string{`Microsoft`, `Microsoft\Uninstall`, `Microsoft\Uninstall\Example Chat`, `Microsoft\Many`} {
		text += `[HKEY_LOCAL_MACHINE\SOFTWARE\` + key + "]\n"
		if strings.HasSuffix(key, "Chat") {
			text += "\"DisplayName\"=\"Example Chat 8.138\"\n\"EstimatedSize\"=dword:0000abcd\n"
		}
		text += "\n"
	}
	for i := range 2000 {
		text += `[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Many\k` + fmt.Sprintf("%04d", i) + "]\n\n"
	}
	if err := errors.Join(os.WriteFile(hive, empty, 0o600), os.WriteFile(reg, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "--merge", "--prefix", `HKEY_LOCAL_MACHINE\SOFTWARE`, hive, reg).CombinedOutput(); err != nil {
		t.Fatalf("hivexregedit: %v\n%s", err, out)
	}
	data, err := os.ReadFile(hive)
	if err != nil {
		t.Fatal(err)
	}
	root := openHive(t, data)
	key, err := root.Open(`Microsoft\Uninstall\Example Chat`)
	if err != nil {
		t.Fatal(err)
	}
	if got := TextOf(key, "DisplayName"); got != "Example Chat 8.138" {
		t.Errorf("DisplayName %q", got)
	}
	many, err := root.Open(`Microsoft\Many`)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := many.Subkeys(); len(names) != 2000 || err != nil || names[1999] != "k1999" {
		t.Errorf("%d names, %v", len(names), err)
	}
	for i := 4096; i < len(data); i += len(data) / 40 {
		keys := 0
		if _, root, err := OpenHive(bytes.NewReader(data[:i]), int64(i)); err == nil {
			walk(root, 0, &keys)
		}
	}
}

// skipOrFail skips a test that lacks a tool, or fails it where nothing may be
// skipped.
func skipOrFail(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func FuzzHive(f *testing.F) {
	good := sample()
	f.Add(good)
	f.Add(good[:4096+200])
	f.Add((&hivetest.Key{}).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		hive, root, err := OpenHive(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		hive.steps = 20_000 // the whole allowance takes a second
		keys := 0
		walk(root, 0, &keys)
	})
}

func TestMemory(t *testing.T) {
	root := NewMemory()
	root.Add(`Software\Example`).Set("DisplayName", "x")
	root.Add(`Software\Shut\Inner`)
	root.keys["software"].keys["shut"].Deny()
	key, err := root.Open(`SOFTWARE\example`)
	if err != nil || TextOf(key, "displayname") != "x" || TextOf(key, "none") != "" {
		t.Error(err)
	}
	if _, err := root.Open(`Software\Shut\Inner`); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %v", err)
	}
	if _, err := root.Open(`Software\None`); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// BenchmarkHostileHive spends the whole allowance of a hive: a list of keys that
// leads to the same key 65,535 times, searched again and again.
func BenchmarkHostileHive(b *testing.B) {
	data := sample()
	root := binary.LittleEndian.Uint32(data[36:])
	node := 4096 + int(root) + 4
	child := binary.LittleEndian.Uint32(data[4096+int(binary.LittleEndian.Uint32(data[node+28:]))+8:])
	list := []byte("li\xff\xff")
	for range 0xffff {
		list = binary.LittleEndian.AppendUint32(list, child)
	}
	binary.LittleEndian.PutUint32(data[node+28:], uint32(len(data)-4096))
	data = binary.LittleEndian.AppendUint32(data, uint32(-len(list)))
	data = append(data, list...)
	for b.Loop() {
		_, root, err := OpenHive(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			b.Fatal(err)
		}
		for !errors.Is(err, ErrTooMany) {
			_, err = root.Open("None")
		}
	}
}
