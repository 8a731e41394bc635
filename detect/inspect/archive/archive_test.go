package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/google/go-cmp/cmp"
)

var files = fixture.Files{"a": []byte("first"), "b/c": bytes.Repeat([]byte("second "), 10000), "empty": nil}

func limits() archive.Limits {
	return archive.Limits{Members: 100, Budget: archive.NewBudget(1 << 20)}
}

// contents walks an archive; a member whose stream fails has the error as its
// contents.
func contents(walk archive.Walk, b []byte, l archive.Limits) (map[string]string, error) {
	got := map[string]string{}
	err := walk(context.Background(), bytes.NewReader(b), int64(len(b)), l, func(m archive.Member, r io.Reader) error {
		body, err := io.ReadAll(r)
		got[m.Name] = string(body)
		if err != nil {
			got[m.Name] = err.Error()
		}
		return nil
	})
	return got, err
}

func want() map[string]string {
	m := map[string]string{}
	for name, b := range files {
		m[name] = string(b)
	}
	return m
}

// compressed runs one of the machine's compressors.
func compressed(t *testing.T, b []byte, tool ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(tool[0]); err != nil {
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatalf("%s is not installed", tool[0])
		}
		t.Skipf("%s is not installed", tool[0])
	}
	cmd := exec.Command(tool[0], tool[1:]...)
	cmd.Stdin = bytes.NewReader(b)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWalk(t *testing.T) {
	tar := fixture.Tar(files)
	for _, c := range []struct {
		name  string
		walk  archive.Walk
		bytes func(t *testing.T) []byte
	}{
		{"zip", archive.Zip, func(*testing.T) []byte { return fixture.Zip(files) }},
		{"tar", archive.Tar, func(*testing.T) []byte { return tar }},
		{"tar.gz", archive.Tar, func(*testing.T) []byte { return fixture.Gzip(tar) }},
		{"tar.bz2", archive.Tar, func(t *testing.T) []byte { return compressed(t, tar, "bzip2", "-c") }},
		{"tar.xz", archive.Tar, func(t *testing.T) []byte { return compressed(t, tar, "xz", "-9", "-c") }},
		{"tar.zst", archive.Tar, func(t *testing.T) []byte { return compressed(t, tar, "zstd", "-c") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.bytes(t)
			got, err := contents(c.walk, b, limits())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want(), got); diff != "" {
				t.Error(diff)
			}
			if c.name != "zip" && !archive.IsTar(bytes.NewReader(b), int64(len(b))) {
				t.Error("not taken for a tar")
			}
		})
	}
}

func TestIsTarRefusesOthers(t *testing.T) {
	for name, b := range map[string][]byte{
		"empty": nil, "text": []byte("text"), "gzip of text": fixture.Gzip(bytes.Repeat([]byte("text"), 1000)),
		"gzip of little": fixture.Gzip([]byte("text")), "gzip cut off": fixture.Gzip(fixture.Tar(files))[:15], "zip": fixture.Zip(files),
		"xz magic and no more": []byte("\xfd7zXZ\x00"),
	} {
		if archive.IsTar(bytes.NewReader(b), int64(len(b))) {
			t.Errorf("%s is taken for a tar", name)
		}
	}
}

func TestEncryptedMembers(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	compressed(t, nil, "7z", "a", "-pexample", filepath.Join(dir, "a.zip"), filepath.Join(dir, "secret"))
	b, err := os.ReadFile(filepath.Join(dir, "a.zip"))
	if err != nil {
		t.Fatal(err)
	}
	err = archive.Zip(context.Background(), bytes.NewReader(b), int64(len(b)), limits(), func(m archive.Member, r io.Reader) error {
		_, err := io.ReadAll(r)
		return err
	})
	if !errors.Is(err, archive.ErrEncrypted) {
		t.Errorf("%v, want ErrEncrypted", err)
	}
}

func TestUnknownMethodLeavesTheOthers(t *testing.T) {
	b := fixture.Zip(files)
	at := bytes.LastIndex(b, []byte("PK\x01\x02")) // the entry of "empty", the last
	binary.LittleEndian.PutUint16(b[at+10:], 97)
	got, err := contents(archive.Zip, b, limits())
	if err != nil {
		t.Fatal(err)
	}
	if got["a"] != "first" || !strings.Contains(got["empty"], archive.ErrMethod.Error()) {
		t.Errorf("%.60q", got)
	}
}

func TestLimits(t *testing.T) {
	bomb := fixture.Files{"bomb": make([]byte, 4<<20)}
	for _, c := range []struct {
		name string
		walk archive.Walk
		b    []byte
		l    archive.Limits
		want error
	}{
		{"members of a zip", archive.Zip, fixture.Zip(files), archive.Limits{Members: 2, Budget: archive.NewBudget(1 << 20)}, archive.ErrTooManyMembers},
		{"members of a tar", archive.Tar, fixture.Tar(files), archive.Limits{Members: 2, Budget: archive.NewBudget(1 << 20)}, archive.ErrTooManyMembers},
		{"zip bomb", archive.Zip, fixture.Zip(bomb), limits(), archive.ErrExpansion},
		{"tar bomb", archive.Tar, fixture.Gzip(fixture.Tar(bomb)), limits(), archive.ErrExpansion},
	} {
		t.Run(c.name, func(t *testing.T) {
			total := 0
			err := c.walk(context.Background(), bytes.NewReader(c.b), int64(len(c.b)), c.l, func(_ archive.Member, r io.Reader) error {
				n, err := io.Copy(io.Discard, r)
				total += int(n)
				return err
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if total > 1<<20 {
				t.Errorf("%d bytes came through a limit of %d", total, 1<<20)
			}
		})
	}
}

func TestHolesOfASparseFileCount(t *testing.T) {
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "sparse"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(file.Truncate(1<<30), file.Close()); err != nil {
		t.Fatal(err)
	}
	b := compressed(t, nil, "tar", "-C", dir, "-c", "--sparse", "sparse")
	if len(b) > 1<<20 {
		t.Fatalf("tar wrote %d bytes: no sparse file", len(b))
	}
	total := int64(0)
	err = archive.Tar(context.Background(), bytes.NewReader(b), int64(len(b)), limits(), func(m archive.Member, r io.Reader) error {
		n, err := io.Copy(struct{ io.Writer }{io.Discard}, r)
		total += n
		return err
	})
	if !errors.Is(err, archive.ErrExpansion) || total > 1<<20 {
		t.Errorf("%v after %d bytes", err, total)
	}
}

// TestPassedOverMembersCountInATar: a tar has to be unpacked to be passed over.
func TestPassedOverMembersCountInATar(t *testing.T) {
	b := fixture.Gzip(fixture.Tar(fixture.Files{"bomb": make([]byte, 4<<20), "later": []byte("x")}))
	err := archive.Tar(context.Background(), bytes.NewReader(b), int64(len(b)), limits(), func(archive.Member, io.Reader) error { return nil })
	if !errors.Is(err, archive.ErrExpansion) {
		t.Errorf("%v, want ErrExpansion", err)
	}
}

func TestBudgetThatIsJustEnough(t *testing.T) {
	r := archive.NewBudget(4).Reader(strings.NewReader("four"))
	if b, err := io.ReadAll(r); string(b) != "four" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	r = archive.NewBudget(4).Reader(strings.NewReader("fifth"))
	if b, err := io.ReadAll(r); string(b) != "fift" || !errors.Is(err, archive.ErrExpansion) {
		t.Errorf("%q, %v", b, err)
	}
}

func TestDirectoryLargerThanIsKept(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	name := strings.Repeat("n", 60000)
	for i := range 300 {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(name, i), Method: zip.Store}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := contents(archive.Zip, out.Bytes(), limits()); !errors.Is(err, archive.ErrTooManyMembers) {
		t.Errorf("%v, want ErrTooManyMembers", err)
	}
}

func TestContextEndsTheWalk(t *testing.T) {
	for name, c := range map[string]struct {
		walk archive.Walk
		b    []byte
	}{"zip": {archive.Zip, fixture.Zip(files)}, "tar": {archive.Tar, fixture.Tar(files)}} {
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		err := c.walk(ctx, bytes.NewReader(c.b), int64(len(c.b)), limits(), func(archive.Member, io.Reader) error {
			seen++
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) && name == "zip" || seen > 1 && name == "zip" {
			t.Errorf("%s: %v after %d members", name, err, seen)
		}
		cancel()
		if err := c.walk(ctx, bytes.NewReader(c.b), int64(len(c.b)), limits(), func(archive.Member, io.Reader) error {
			t.Errorf("%s: a member after the end", name)
			return nil
		}); err == nil {
			t.Errorf("%s: no error after the end", name)
		}
	}
}

func TestHostile(t *testing.T) {
	small := fixture.Files{"a": []byte("first"), "b": []byte("second")}
	z, tar := fixture.Zip(small), fixture.Tar(small)
	for name, b := range fixture.Hostile(z, 4, 30, bytes.Index(z, []byte("PK\x01\x02")), len(z)-22) {
		survives(t, "zip "+name, archive.Zip, b)
	}
	for name, b := range fixture.Hostile(tar, 257, 512, 1024, 2048) {
		survives(t, "tar "+name, archive.Tar, b)
	}
	for name, b := range fixture.Hostile(fixture.Gzip(tar), 2, 10, 20) {
		survives(t, "tar.gz "+name, archive.Tar, b)
	}
}

func survives(t *testing.T, name string, walk archive.Walk, b []byte) {
	t.Helper()
	for _, r := range []io.ReaderAt{bytes.NewReader(b), fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2), Err: errors.New("bad sector")}} {
		for _, size := range []int64{int64(len(b)), int64(len(b)) + 1000, 1 << 40} {
			total := int64(0)
			walk(context.Background(), r, size, limits(), func(_ archive.Member, r io.Reader) error {
				n, _ := io.Copy(io.Discard, r)
				total += n
				return nil
			})
			if total > 1<<20 {
				t.Errorf("%s: %d bytes came through a limit of %d", name, total, 1<<20)
			}
		}
	}
}

func FuzzZip(f *testing.F) {
	f.Add(fixture.Zip(files))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, b []byte) { survives(t, "fuzzed", archive.Zip, b) })
}

func FuzzTar(f *testing.F) {
	f.Add(fixture.Tar(fixture.Files{"a": []byte("first")}))
	f.Add(fixture.Gzip(fixture.Tar(fixture.Files{"a": []byte("first")})))
	f.Add([]byte("\xfd7zXZ\x00\x00\x04"))
	f.Fuzz(func(t *testing.T, b []byte) { survives(t, "fuzzed", archive.Tar, b) })
}
