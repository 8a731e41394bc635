// Package deb reads Debian binary packages, the .deb files of deb(5): an ar
// archive of the version mark, the control archive and the data archive. An
// io.ReaderAt goes in; the package's own description, its list of MD5 digests
// and a walk over its files come out. Nothing is unpacked to disk.
//
// Nothing here is proof of anything: whoever made the file wrote what it says.
// What ties a package to a distribution is in detect/sign/aptrelease.
//
// Formats: deb(5), deb-control(5), ar(5) as dpkg reads it, tar as of POSIX and
// GNU; the compressions are those of package unpack.
package deb

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
)

var (
	// ErrNotDeb is returned where a file does not start as a .deb does.
	ErrNotDeb = errors.New("not a Debian package")
	// ErrMalformed is returned where a package breaks its format.
	ErrMalformed = errors.New("malformed Debian package")
	// ErrTooLarge is returned where a part is larger than the limits allow.
	ErrTooLarge = unpack.ErrTooLarge
	// ErrCorrupt is returned where compressed data break their format.
	ErrCorrupt = unpack.ErrCorrupt
	// ErrUnsupported is returned for a compression or version that is not read.
	ErrUnsupported = unpack.ErrUnsupported
)

// Limits bound the work on one package.
type Limits struct {
	Control int64 // bytes of the control archive, unpacked
	Data    int64 // bytes of the data archive, unpacked
	Members int   // files in the data archive
	Name    int   // bytes of a file's name or link target
	Window  int64 // bytes of history that a decompressor may keep
}

// DefaultLimits are what a scan uses. Debian's largest dictionary is 64 MiB
// (xz -9).
var DefaultLimits = Limits{Control: 16 << 20, Data: 2 << 30, Members: 100_000, Name: 4096, Window: 64 << 20}

// Package is what a .deb says about itself.
type Package struct {
	Control Control
	// MD5 holds, by path, the digests of the package's md5sums file: 32
	// lower-case hex digits. It is empty where there is no such file, and may
	// leave files out.
	MD5 map[string]string
	// Compression is that of the data archive, as the ending of its name.
	Compression string

	data   member
	r      io.ReaderAt
	limits Limits
}

// Read reads a package's description. size is that of the whole file in bytes.
// It returns an error wrapping ErrNotDeb, ErrMalformed, ErrCorrupt, ErrTooLarge
// or ErrUnsupported, or what r or a decompressor returned.
func Read(r io.ReaderAt, size int64, limits Limits) (*Package, error) {
	control, data, err := members(r, size)
	if err != nil {
		return nil, fmt.Errorf("reading package: %w", err)
	}
	p := &Package{Compression: data.suffix, data: data, r: r, limits: limits}
	if err := p.readControl(control); err != nil {
		return nil, fmt.Errorf("reading %s: %w", control.name, err)
	}
	return p, nil
}

// Walk calls fn for each member of the data archive, in its order. The reader
// yields the member's bytes and is good until fn returns; members other than
// regular files have none. An error of fn ends the walk and is returned as it
// is; ctx ends it early. What was walked before an error stays true of the
// bytes that were read, but says nothing about the rest.
func (p *Package) Walk(ctx context.Context, fn func(Member, io.Reader) error) error {
	archive, closer, err := openTar(ctx, p.r, p.data, p.limits.Data, p.limits.Window)
	if err != nil {
		return fmt.Errorf("opening %s: %w", p.data.name, err)
	}
	defer closer.Close()
	for count := 0; ; count++ {
		h, err := archive.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", p.data.name, err)
		}
		if count >= p.limits.Members {
			return fmt.Errorf("reading %s: %w: more than %d members", p.data.name, ErrTooLarge, p.limits.Members)
		}
		m, err := newMember(h, p.limits.Name)
		if err != nil {
			return fmt.Errorf("reading %s: %w", p.data.name, err)
		}
		if m.Name == "." {
			continue
		}
		if err := fn(m, archive); err != nil {
			return err
		}
	}
}

// tarReader reads a tar archive and makes panics of its reader errors.
type tarReader struct {
	r     *tar.Reader
	plain io.Reader
}

func openTar(ctx context.Context, r io.ReaderAt, m member, limit, window int64) (*tarReader, io.Closer, error) {
	plain, err := unpack.NewReader(m.suffix, &source{ctx: ctx, r: r, at: m.offset, end: m.offset + m.size},
		unpack.Limits{Output: limit, Window: window})
	if err != nil {
		return nil, nil, err
	}
	return &tarReader{r: tar.NewReader(plain), plain: plain}, plain, nil
}

func (t *tarReader) next() (h *tar.Header, err error) {
	defer recovered(&err)
	h, err = t.r.Next()
	if err == io.EOF {
		// The checksums of the compression stand behind the padding.
		if _, err := io.Copy(io.Discard, t.plain); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, tar.ErrInsecurePath) || errors.Is(err, tar.ErrFieldTooLong) {
		err = fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return h, err
}

func (t *tarReader) Read(p []byte) (n int, err error) {
	defer recovered(&err)
	return t.r.Read(p)
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: the archive reader gave up: %v", ErrMalformed, p)
	}
}

// source reads a part of a file in order, as long as ctx lasts, and gives up on
// a file that returns nothing.
type source struct {
	ctx     context.Context
	r       io.ReaderAt
	at, end int64
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if s.at >= s.end {
		return 0, io.EOF
	}
	if left := s.end - s.at; int64(len(p)) > left {
		p = p[:left]
	}
	n, err := s.r.ReadAt(p, s.at)
	s.at += int64(n)
	switch {
	case n == len(p):
		return n, nil
	case err == io.EOF:
		return n, io.ErrUnexpectedEOF // the file is shorter than it was said to be
	case n == 0 && err == nil:
		return 0, io.ErrNoProgress
	}
	return n, err
}
