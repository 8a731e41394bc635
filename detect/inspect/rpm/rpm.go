// Package rpm reads package files of rpm. Bytes go in; what the package says about
// itself, the signatures over it, and the files inside come out. Who signed is for
// detect/sign/rpm to ask.
//
// Formats: rpm, docs/manual/format_lead.md, format_header.md and format_payload.md.
// A package is a lead, a header of signatures that is padded to eight bytes, a
// header, and a packed archive (cpio(5), "new ASCII" format). Packages with a file
// of 4 GB and more have another kind of archive, which is not read.
package rpm

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
	"github.com/chatvet/chatvet/detect/inspect/rpmheader"
)

var (
	// ErrNotRPM: the bytes do not begin as a package.
	ErrNotRPM = errors.New("not a package of rpm")
	// ErrCorrupt: they do, and do not go on as one.
	ErrCorrupt = errors.New("damaged package")
	// ErrUnsupported: the archive inside is of a kind that is not read.
	ErrUnsupported = errors.New("an archive inside that is not read")
)

const (
	leadSize     = 96
	headerStart  = 16
	maxSignature = 1 << 20
	maxHeader    = 64 << 20 // the largest of a distribution is about 5 MB
	window       = 128 << 20
	maxName      = 4 << 10
)

var (
	leadMagic   = []byte{0xed, 0xab, 0xee, 0xdb}
	headerMagic = []byte{0x8e, 0xad, 0xe8, 0x01}
)

// Package is a package file that was read as far as its header.
type Package struct {
	Header     *rpmheader.Header
	Signatures [][]byte // OpenPGP, over the header
	r          io.ReaderAt
	payload    int64 // where it begins
	size       int64 // of the file
}

// Read reads the lead and both headers of a file of size bytes. It returns
// ErrNotRPM, ErrCorrupt, or an error wrapping rpmheader.ErrDamaged or what r
// returned.
func Read(r io.ReaderAt, size int64) (*Package, error) {
	lead := make([]byte, len(leadMagic))
	if size < leadSize {
		return nil, ErrNotRPM
	}
	if _, err := r.ReadAt(lead, 0); err != nil {
		return nil, fmt.Errorf("reading the lead: %w", err)
	}
	if !bytes.Equal(lead, leadMagic) {
		return nil, ErrNotRPM
	}
	signatures, end, err := readHeader(r, leadSize, size, maxSignature)
	if err != nil {
		return nil, fmt.Errorf("reading the header of signatures: %w", err)
	}
	header, end, err := readHeader(r, end+(8-end%8)%8, size, maxHeader)
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	return &Package{Header: header, Signatures: signatures.Signatures(), r: r, payload: end, size: size}, nil
}

func readHeader(r io.ReaderAt, at, size, limit int64) (*rpmheader.Header, int64, error) {
	start := make([]byte, headerStart)
	if at > size-headerStart {
		return nil, 0, ErrCorrupt
	}
	if _, err := r.ReadAt(start, at); err != nil {
		return nil, 0, err
	}
	if !bytes.Equal(start[:4], headerMagic) {
		return nil, 0, ErrCorrupt
	}
	length := headerStart + 16*int64(binary.BigEndian.Uint32(start[8:])) + int64(binary.BigEndian.Uint32(start[12:]))
	if length > limit || length > size-at {
		return nil, 0, fmt.Errorf("%w: %d bytes", ErrCorrupt, length)
	}
	whole := make([]byte, length)
	if _, err := r.ReadAt(whole, at); err != nil && err != io.EOF {
		return nil, 0, err
	}
	h, err := rpmheader.Parse(whole[8:])
	return h, at + length, err
}

// PayloadSHA256 digests the packed archive, which a signed header names.
func (p *Package) PayloadSHA256(ctx context.Context) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, withContext{ctx, p.packed()}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (p *Package) packed() io.Reader {
	return io.NewSectionReader(p.r, p.payload, p.size-p.payload)
}

func (p *Package) beginsWith(magic string) bool {
	start := make([]byte, len(magic))
	n, _ := p.packed().Read(start)
	return string(start[:n]) == magic
}

// codings are the names of compressions in a header, with the endings by which
// package unpack knows them.
var codings = map[string]string{"": ".gz", "gzip": ".gz", "xz": ".xz", "zstd": ".zst", "bzip2": ".bz2", "none": ""}

// Walk goes through the regular files of a package.
func Walk(ctx context.Context, r io.ReaderAt, size int64, limits archive.Limits, visit archive.Visit) error {
	p, err := Read(r, size)
	if err != nil {
		return err
	}
	suffix, ok := codings[p.Header.String(rpmheader.PayloadCoding)]
	if format := p.Header.String(rpmheader.PayloadFormat); !ok || format != "" && format != "cpio" {
		return ErrUnsupported
	}
	if suffix == ".gz" && p.beginsWith(cpioMagic) {
		suffix = "" // rpm reads through what is not packed, and does not name it
	}
	plain, err := unpack.NewReader(suffix, withContext{ctx, p.packed()}, unpack.Limits{Output: limits.Budget.Left(), Window: window})
	if err != nil {
		return err
	}
	defer plain.Close()
	return walkCPIO(plain, limits, visit)
}

const (
	cpioMagic   = "070701"
	cpioHead    = 110
	cpioTrailer = "TRAILER!!!"
	modeType    = 0o170000
	modeRegular = 0o100000
)

// walkCPIO reads members: a head of numbers in eight hex digits each, a name and
// the contents, each padded to four bytes.
func walkCPIO(r io.Reader, limits archive.Limits, visit archive.Visit) error {
	head := make([]byte, cpioHead)
	for count := 0; ; count++ {
		if _, err := io.ReadFull(r, head); err != nil {
			return fmt.Errorf("reading the archive: %w", noEnd(err))
		}
		if string(head[:6]) != cpioMagic {
			return ErrUnsupported
		}
		mode, err1 := number(head, 1)
		size, err2 := number(head, 6)
		length, err3 := number(head, 11)
		if err := errors.Join(err1, err2, err3); err != nil || length == 0 || length > maxName {
			return fmt.Errorf("%w: the head of a file", ErrCorrupt)
		}
		name := make([]byte, length+(4-(cpioHead+length)%4)%4)
		if _, err := io.ReadFull(r, name); err != nil {
			return fmt.Errorf("reading the archive: %w", noEnd(err))
		}
		m := archive.Member{Name: strings.TrimPrefix(string(bytes.TrimRight(name, "\x00")), "./"), Size: size}
		if m.Name == cpioTrailer {
			return nil
		}
		if count == limits.Members {
			return archive.ErrTooManyMembers
		}
		if err := limits.Budget.Take(size); err != nil {
			return err
		}
		body := &io.LimitedReader{R: r, N: size}
		if mode&modeType == modeRegular {
			if err := visit(m, body); err != nil {
				return err
			}
		}
		rest := body.N + (4-size%4)%4
		if _, err := io.CopyN(io.Discard, r, rest); err != nil {
			return fmt.Errorf("reading the archive: %w", noEnd(err))
		}
	}
}

// number is the nth field behind the magic.
func number(head []byte, n int) (int64, error) {
	v, err := strconv.ParseUint(string(head[6+8*n:][:8]), 16, 32)
	return int64(v), err
}

func noEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// withContext ends reading with ctx.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (c withContext) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
