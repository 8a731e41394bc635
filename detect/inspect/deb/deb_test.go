package deb_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
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

	"github.com/chatvet/chatvet/detect/inspect/deb"
	"github.com/chatvet/chatvet/detect/inspect/deb/debtest"
)

const control = `Package: example-chat
Version: 1.2-3
Architecture: amd64
Source: example (1.2)
Maintainer: Example <chat@example.org>
Section: net
Homepage: https://example.org
Description: synthetic client
 made for a test
 Package: not-this-one
`

func synthetic(compression string) debtest.Package {
	return debtest.Package{
		Control:     control,
		MD5Sums:     "5d41402abc4b2a76b9719d911017c592  usr/bin/example-chat\n",
		Compression: compression,
		Files: []debtest.File{
			{Name: "./", Mode: fs.ModeDir | 0o755},
			{Name: "./usr/bin/example-chat", Mode: 0o755, Body: "hello"},
			{Name: "./usr/bin/ec", Link: "example-chat"},
			{Name: "./usr/bin/example-chat2", Link: "./usr/bin/example-chat", Hard: true},
			{Name: "./usr/share/" + strings.Repeat("long/", 40) + "name", Mode: 0o644, Body: strings.Repeat("x", 5000)},
		},
	}
}

// walk returns a line for each member.
func walk(p *deb.Package) (lines []string, err error) {
	err = p.Walk(context.Background(), func(m deb.Member, r io.Reader) error {
		body, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		link := m.Link
		if m.HardLink {
			link = "=" + link
		}
		lines = append(lines, fmt.Sprintf("%v %d %.20s %s %.8s", m.Mode, m.Size, m.Name, link, body))
		return nil
	})
	return lines, err
}

func TestRead(t *testing.T) {
	wantControl := deb.Control{Package: "example-chat", Version: "1.2-3", Architecture: "amd64", Source: "example (1.2)",
		Maintainer: "Example <chat@example.org>", Section: "net", Homepage: "https://example.org", Summary: "synthetic client"}
	wantLines := []string{
		"-rwxr-xr-x 5 usr/bin/example-chat  hello",
		"Lrwxrwxrwx 0 usr/bin/ec example-chat ",
		"-rwxrwxrwx 0 usr/bin/example-chat =usr/bin/example-chat ",
		"-rw-r--r-- 5000 usr/share/long/long/  xxxxxxxx",
	}
	for _, compression := range []string{"", ".gz", ".xz", ".zst"} {
		t.Run(compression, func(t *testing.T) {
			data := debtest.Build(t, synthetic(compression))
			p, err := deb.Read(bytes.NewReader(data), int64(len(data)), deb.DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wantControl, p.Control); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(map[string]string{"usr/bin/example-chat": "5d41402abc4b2a76b9719d911017c592"}, p.MD5); diff != "" {
				t.Error(diff)
			}
			lines, err := walk(p)
			if err != nil {
				t.Fatal(err)
			}
			for i := range lines { // the mode of links is of no meaning
				lines[i] = strings.Replace(lines[i], "----------", "-rwxrwxrwx", 1)
				lines[i] = strings.Replace(lines[i], "L---------", "Lrwxrwxrwx", 1)
			}
			if diff := cmp.Diff(wantLines, lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	gz := func(files ...debtest.File) []byte { return debtest.Compress(t, ".gz", debtest.Tar(t, files)) }
	good := gz(debtest.File{Name: "./control", Body: control})
	mark := debtest.Member{Name: "debian-binary", Body: []byte("2.0\n")}
	data := debtest.Member{Name: "data.tar.gz", Body: gz(debtest.File{Name: "./a", Body: "a"})}
	small := deb.DefaultLimits
	small.Data, small.Members, small.Name = 4096, 2, 64

	tests := []struct {
		name    string
		members []debtest.Member
		limits  deb.Limits
		want    error
	}{
		{"no version mark", []debtest.Member{{Name: "control.tar.gz", Body: good}, data}, deb.DefaultLimits, deb.ErrNotDeb},
		{"version 3", []debtest.Member{{Name: "debian-binary", Body: []byte("3.0\n")}, {Name: "control.tar.gz", Body: good}, data}, deb.DefaultLimits, deb.ErrUnsupported},
		{"data before control", []debtest.Member{mark, data, {Name: "control.tar.gz", Body: good}}, deb.DefaultLimits, deb.ErrMalformed},
		{"two controls", []debtest.Member{mark, {Name: "control.tar.gz", Body: good}, {Name: "control.tar.gz", Body: good}, data}, deb.DefaultLimits, deb.ErrMalformed},
		{"no data", []debtest.Member{mark, {Name: "control.tar.gz", Body: good}}, deb.DefaultLimits, deb.ErrMalformed},
		{"lzma", []debtest.Member{mark, {Name: "control.tar.lzma", Body: good}, data}, deb.DefaultLimits, deb.ErrUnsupported},
		{"empty control", []debtest.Member{mark, {Name: "control.tar.gz", Body: gz(debtest.File{Name: "control"})}, data}, deb.DefaultLimits, deb.ErrMalformed},
		{"field twice", []debtest.Member{mark, {Name: "control.tar.gz", Body: gz(debtest.File{Name: "control", Body: control + "Package: other\n"})}, data}, deb.DefaultLimits, deb.ErrMalformed},
		{"bad md5sums", []debtest.Member{mark, {Name: "control.tar.gz", Body: gz(debtest.File{Name: "control", Body: control}, debtest.File{Name: "md5sums", Body: "zz  a\n"})}, data}, deb.DefaultLimits, deb.ErrMalformed},
		{"leads out", []debtest.Member{mark, {Name: "control.tar.gz", Body: good}, {Name: "data.tar.gz", Body: gz(debtest.File{Name: "./usr/../../etc/passwd"})}}, deb.DefaultLimits, deb.ErrMalformed},
		{"long name", []debtest.Member{mark, {Name: "control.tar.gz", Body: good}, {Name: "data.tar.gz", Body: gz(debtest.File{Name: "./" + strings.Repeat("n", 80)})}}, small, deb.ErrTooLarge},
		{"many members", []debtest.Member{mark, {Name: "control.tar.gz", Body: good}, {Name: "data.tar.gz", Body: gz(debtest.File{Name: "a"}, debtest.File{Name: "b"}, debtest.File{Name: "c"})}}, small, deb.ErrTooLarge},
		{"bomb", []debtest.Member{mark, {Name: "control.tar.gz", Body: good}, {Name: "data.tar.gz", Body: gz(debtest.File{Name: "a", Body: strings.Repeat("\x00", 1<<20)})}}, small, deb.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := debtest.Ar(tt.members)
			p, err := deb.Read(bytes.NewReader(file), int64(len(file)), tt.limits)
			if err == nil {
				_, err = walk(p)
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// TestWalkEnds holds what ends a walk early to what it returns.
func TestWalkEnds(t *testing.T) {
	data := debtest.Build(t, synthetic(".xz"))
	p, err := deb.Read(bytes.NewReader(data), int64(len(data)), deb.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	own := errors.New("enough")
	if err := p.Walk(t.Context(), func(deb.Member, io.Reader) error { return own }); err != own {
		t.Errorf("got %v, want the callback's error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Walk(ctx, func(deb.Member, io.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// liar says that there is more than there is; lazy returns nothing at all.
type liar struct{ io.ReaderAt }
type lazy struct{}

func (lazy) ReadAt([]byte, int64) (int, error) { return 0, nil }

func readAll(r io.ReaderAt, size int64) error {
	p, err := deb.Read(r, size, deb.DefaultLimits)
	if err == nil {
		_, err = walk(p)
	}
	return err
}

func TestHostile(t *testing.T) {
	for _, compression := range []string{"", ".gz", ".xz", ".zst"} {
		whole := debtest.Build(t, synthetic(compression))
		for n := range len(whole) {
			// The last bytes may be ar's padding.
			if err := readAll(bytes.NewReader(whole[:n]), int64(n)); err == nil && n < len(whole)-1 {
				t.Errorf("%q cut at %d of %d: no error", compression, n, len(whole))
			}
		}
		doubled := append(bytes.Clone(whole), whole...)
		if err := readAll(bytes.NewReader(doubled), int64(len(doubled))); err != nil {
			t.Errorf("%q doubled: %v", compression, err) // dpkg passes over what follows too
		}
		half := whole[:len(whole)/2]
		if err := readAll(liar{bytes.NewReader(half)}, int64(len(whole))); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q lying size: %v", compression, err)
		}
	}
	if err := readAll(lazy{}, 1<<40); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("lazy reader: %v", err)
	}
	huge := debtest.Ar([]debtest.Member{{Name: "debian-binary", Body: []byte("2.0\n")}})
	huge = append(huge, fmt.Sprintf("%-16s%-12d%-6d%-6d%-8s%-10s`\n", "control.tar", 0, 0, 0, "100644", "9999999999")...)
	if err := readAll(bytes.NewReader(huge), int64(len(huge))); !errors.Is(err, deb.ErrMalformed) {
		t.Errorf("huge member: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, compression := range []string{"", ".gz", ".xz", ".zst"} {
		f.Add(debtest.Build(f, synthetic(compression)))
	}
	limits := deb.Limits{Control: 1 << 20, Data: 1 << 20, Members: 100, Name: 256, Window: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := deb.Read(bytes.NewReader(data), int64(len(data)), limits)
		if err != nil {
			return
		}
		var total int64
		p.Walk(t.Context(), func(m deb.Member, r io.Reader) error {
			n, err := io.Copy(io.Discard, r)
			if total += n; total > limits.Data {
				t.Fatalf("%d bytes unpacked, limit %d", total, limits.Data)
			}
			if !fs.ValidPath(strings.ToValidUTF8(m.Name, "?")) {
				t.Fatalf("name %q", m.Name)
			}
			return err
		})
	})
}

// TestRealPackage reads a package of Debian's own and holds every file against
// the digests that the package brings along.
func TestRealPackage(t *testing.T) {
	for _, name := range []string{"pidgin", "dino-im"} {
		t.Run(name, func(t *testing.T) {
			p := readReal(t, name)
			if p.Control.Package != name || p.Control.Summary == "" {
				t.Errorf("control: %+v", p.Control)
			}
			seen := 0
			err := p.Walk(t.Context(), func(m deb.Member, r io.Reader) error {
				want, ok := p.MD5[m.Name]
				if !ok || !m.Regular() {
					return nil
				}
				h := md5.New()
				if _, err := io.Copy(h, r); err != nil {
					return err
				}
				if have := hex.EncodeToString(h.Sum(nil)); have != want {
					t.Errorf("%s: md5 %s, want %s", m.Name, have, want)
				}
				seen++
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if seen != len(p.MD5) || seen == 0 {
				t.Errorf("%d files with digests, want %d", seen, len(p.MD5))
			}
		})
	}
}

func BenchmarkWalk(b *testing.B) {
	p := readReal(b, "pidgin")
	var total int64
	for b.Loop() {
		total = 0
		err := p.Walk(b.Context(), func(m deb.Member, r io.Reader) error {
			n, err := io.Copy(io.Discard, r)
			total += n
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(total)
}

func readReal(t testing.TB, name string) *deb.Package {
	t.Helper()
	cmd := exec.Command("apt-get", "download", name)
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		skip(t, fmt.Sprintf("apt-get download %s: %v: %.200s", name, err, out))
	}
	files, err := filepath.Glob(filepath.Join(cmd.Dir, "*.deb"))
	if err != nil || len(files) != 1 {
		t.Fatalf("downloaded %v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	p, err := deb.Read(bytes.NewReader(data), int64(len(data)), deb.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// skip skips a test that needs what this machine does not have, but fails where
// everything is asked for.
func skip(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}
