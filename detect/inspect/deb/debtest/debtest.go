// Package debtest builds synthetic .deb files for tests: descriptions of files
// go in, the bytes of a package come out, the same for the same input. Nothing
// of it is a real package.
package debtest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// File is one member of the data archive; a Link makes it a symbolic link, or
// with Hard a hard one.
type File struct {
	Name string
	Mode fs.FileMode
	Body string
	Link string
	Hard bool
}

// Package is what a .deb is made of.
type Package struct {
	Control     string
	MD5Sums     string
	Compression string // "", ".gz", ".xz", ".zst", for both archives
	Files       []File
}

// Build makes the .deb.
func Build(t testing.TB, p Package) []byte {
	t.Helper()
	control := []File{{Name: "./control", Mode: 0o644, Body: p.Control}}
	if p.MD5Sums != "" {
		control = append(control, File{Name: "./md5sums", Mode: 0o644, Body: p.MD5Sums})
	}
	return Ar([]Member{
		{"debian-binary", []byte("2.0\n")},
		{"control.tar" + p.Compression, Compress(t, p.Compression, Tar(t, control))},
		{"data.tar" + p.Compression, Compress(t, p.Compression, Tar(t, p.Files))},
	})
}

// Member is one member of an ar archive.
type Member struct {
	Name string
	Body []byte
}

// Ar makes an ar archive.
func Ar(members []Member) []byte {
	var b bytes.Buffer
	b.WriteString("!<arch>\n")
	for _, m := range members {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.Name, 0, 0, 0, "100644", len(m.Body))
		b.Write(m.Body)
		if len(m.Body)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// Tar makes a tar archive.
func Tar(t testing.TB, files []File) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.Name, Mode: int64(f.Mode.Perm()), Size: int64(len(f.Body)), Linkname: f.Link,
			Typeflag: tar.TypeReg, ModTime: time.Unix(0, 0), Format: tar.FormatGNU}
		switch {
		case f.Hard:
			h.Typeflag = tar.TypeLink
		case f.Link != "":
			h.Typeflag = tar.TypeSymlink
		case f.Mode.IsDir():
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.Body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Compress packs plain as the ending of a file name says.
func Compress(t testing.TB, suffix string, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch suffix {
	case "":
		return plain
	case ".gz":
		w = gzip.NewWriter(&b)
	case ".xz":
		w, err = xz.WriterConfig{DictCap: 1 << 20}.NewWriter(&b)
	case ".zst":
		w, err = zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	default:
		t.Fatalf("no compressor for %q", suffix)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
