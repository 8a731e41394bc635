package squashfs

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
)

// contents have an empty file, one of whole blocks and one that is not, one of
// holes, many in one folder, and a long name.
func contents() map[string]string {
	files := map[string]string{
		"AppRun": "-> usr/bin/client", "usr/bin/client": strings.Repeat("0123456789abcdef", 20_000), "empty": "",
		"whole": strings.Repeat("w", 4<<10), "holes": strings.Repeat("\x00", 300<<10) + "end", "a/b/c/d": "deep", "a/link": "-> ../whole",
		"long/" + strings.Repeat("n", 255): "x",
	}
	for i := range 700 {
		files[fmt.Sprintf("many/%03d", i)] = fmt.Sprint(i)
	}
	return files
}

func limits() archive.Limits {
	return archive.Limits{Members: 10_000, Budget: archive.NewBudget(256 << 20)}
}

// all is everything in an image, as contents writes it.
func all(t *testing.T, image []byte) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := Walk(t.Context(), bytes.NewReader(image), int64(len(image)), limits(), func(m archive.Member, r io.Reader) error {
		data, err := io.ReadAll(r)
		if int64(len(data)) != m.Size {
			t.Errorf("%s: %d bytes, says %d", m.Name, len(data), m.Size)
		}
		got[m.Name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	im, err := Open(bytes.NewReader(image), int64(len(image)), limits().Budget)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := im.Entries(t.Context(), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Mode&fs.ModeSymlink != 0 {
			got[e.Name] = "-> " + e.Target
		}
	}
	return got
}

func TestFixture(t *testing.T) {
	if diff := cmp.Diff(contents(), all(t, fixture.SquashFS(contents()))); diff != "" {
		t.Error(diff)
	}
}

// made is an image by mksquashfs, of Debian's squashfs-tools.
func made(t *testing.T, files map[string]string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("mksquashfs"); err != nil {
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	for name, text := range files {
		at := filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		err := os.WriteFile(at, []byte(text), 0o644)
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = errors.Join(os.Remove(at), os.Symlink(target, at))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("mksquashfs", append([]string{from, to, "-quiet", "-no-progress"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("mksquashfs %v: %v\n%s", args, err, out)
	}
	image, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func TestReal(t *testing.T) {
	for _, args := range [][]string{
		{"-comp", "gzip"}, {"-comp", "xz"}, {"-comp", "zstd"}, {"-comp", "gzip", "-b", "4096"}, {"-comp", "xz", "-b", "1M"},
		{"-comp", "zstd", "-no-fragments"}, {"-comp", "gzip", "-noI", "-noD", "-noF"}, {"-comp", "gzip", "-always-use-fragments"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			if diff := cmp.Diff(contents(), all(t, made(t, contents(), args...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNotOpened(t *testing.T) {
	for _, comp := range []string{"lzo", "lz4", "lzma"} {
		image := made(t, map[string]string{"a": strings.Repeat("a", 9000)}, "-comp", comp)
		_, err := Open(bytes.NewReader(image), int64(len(image)), limits().Budget)
		if !errors.Is(err, archive.ErrMethod) || !strings.Contains(err.Error(), comp) {
			t.Errorf("%s: %v", comp, err)
		}
	}
}

// TestFilter has calls that lead to one place: the filter for processors makes them
// equal, and mksquashfs keeps what is smallest.
func TestFilter(t *testing.T) {
	const target = 0x00400000
	var code []byte
	for at := uint32(0); len(code) < 64<<10; at = uint32(len(code)) {
		code = binary.LittleEndian.AppendUint32(append(code, 0xe8), target-(at+5))
		code = append(code, byte(at*7), 0x90)
	}
	image := made(t, map[string]string{"program": string(code)}, "-comp", "xz", "-Xbcj", "x86")
	err := Walk(t.Context(), bytes.NewReader(image), int64(len(image)), limits(), func(_ archive.Member, r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	})
	if !errors.Is(err, unpack.ErrUnsupported) {
		t.Errorf("error %v, want one that says so", err)
	}
}

func TestFind(t *testing.T) {
	entries := []Entry{
		{Name: "a/file"}, {Name: "abs", Mode: fs.ModeSymlink, Target: "/a/file"}, {Name: "a/up", Mode: fs.ModeSymlink, Target: "../../../a/file"},
		{Name: "loop", Mode: fs.ModeSymlink, Target: "loop"}, {Name: "gone", Mode: fs.ModeSymlink, Target: "nothing"},
	}
	for name, want := range map[string]string{"a/file": "a/file", "abs": "a/file", "a/up": "a/file", "loop": "", "gone": "", "none": ""} {
		e, err := Find(entries, name)
		if e.Name != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %q, %v", name, e.Name, err)
		}
	}
}

// TestBounds has images that are well-formed and larger than what is allowed.
func TestBounds(t *testing.T) {
	image := fixture.SquashFS(contents())
	walk := func(l archive.Limits) error {
		return Walk(t.Context(), bytes.NewReader(image), int64(len(image)), l, func(_ archive.Member, r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return err
		})
	}
	if err := walk(archive.Limits{Members: 5, Budget: archive.NewBudget(1 << 30)}); !errors.Is(err, archive.ErrTooManyMembers) {
		t.Errorf("too many members: %v", err)
	}
	if err := walk(archive.Limits{Members: 1000, Budget: archive.NewBudget(512 << 10)}); !errors.Is(err, archive.ErrExpansion) {
		t.Errorf("too large: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Walk(ctx, bytes.NewReader(image), int64(len(image)), limits(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}

func TestHostile(t *testing.T) {
	image := fixture.SquashFS(map[string]string{"a": strings.Repeat("a", 5000), "b/c": "-> ../a"})
	cuts := []int{96, len(image) / 2, len(image) - 8}
	for name, b := range fixture.Hostile(image, cuts...) {
		survives(t, name, bytes.NewReader(b), int64(len(b)))
		survives(t, name+", says it is longer", bytes.NewReader(b), int64(len(b))+1<<40)
		survives(t, name+", breaks off", fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2), Err: errors.New("no more")}, int64(len(b)))
	}
	// Every byte behind the superblock too: the tables are not compressed.
	for i := range image {
		b := bytes.Clone(image)
		b[i] ^= 0xff
		survives(t, fmt.Sprint("flipped at ", i), bytes.NewReader(b), int64(len(b)))
	}
}

// survives walks an image, whatever comes of it, within its budget.
func survives(t testing.TB, name string, r io.ReaderAt, size int64) {
	t.Helper()
	const budget, members = 4 << 20, 100
	read, seen := int64(0), 0
	err := Walk(context.Background(), r, size, archive.Limits{Members: members, Budget: archive.NewBudget(budget)}, func(m archive.Member, body io.Reader) error {
		if seen++; seen > members {
			t.Errorf("%s: more than %d members", name, members)
		}
		n, _ := io.Copy(io.Discard, body)
		read += n
		return nil
	})
	if read > budget {
		t.Errorf("%s: %d bytes out of a budget of %d, %v", name, read, budget, err)
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(fixture.SquashFS(map[string]string{"a": strings.Repeat("a", 5000), "b/c": "-> ../a"}))
	f.Add(fixture.SquashFS(map[string]string{"meta/snap.yaml": "name: x\n"}))
	f.Add([]byte(Magic))
	f.Fuzz(func(t *testing.T, b []byte) { survives(t, "fuzz", bytes.NewReader(b), int64(len(b))) })
}

func BenchmarkWalk(b *testing.B) {
	image := fixture.SquashFS(map[string]string{"client": strings.Repeat("0123456789abcdef", 1<<20)})
	b.SetBytes(16 << 20)
	for b.Loop() {
		err := Walk(b.Context(), bytes.NewReader(image), int64(len(image)), limits(), func(_ archive.Member, r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
