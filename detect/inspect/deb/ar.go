package deb

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
)

const (
	arMagic   = "!<arch>\n"
	arHeader  = 60
	arMembers = 64 // a .deb has three, and a few more with signatures
)

// member is one member of the ar archive.
type member struct {
	name         string
	suffix       string // compression
	offset, size int64
}

// members finds the control and the data archive, in the order that deb(5)
// wants: version mark, then, with members in between that start with "_",
// control, data. What follows data is nobody's business.
func members(r io.ReaderAt, size int64) (control, data member, err error) {
	next, err := readVersion(r, size)
	if err != nil {
		return control, data, err
	}
	for range arMembers {
		m, err := arMember(r, next, size)
		if err != nil {
			return control, data, err
		}
		next = m.offset + m.size + m.size&1
		switch base := archiveName(m.name); {
		case strings.HasPrefix(m.name, "_"):
			continue
		case base == "control" && control.name == "":
			if control, err = withSuffix(m, base); err != nil {
				return control, data, err
			}
		case base == "data" && control.name != "":
			data, err = withSuffix(m, base)
			return control, data, err
		default:
			return control, data, fmt.Errorf("%w: member %q is out of place", ErrMalformed, m.name)
		}
	}
	return control, data, fmt.Errorf("%w: no data archive among the first %d members", ErrMalformed, arMembers)
}

// readVersion reads the archive's start and the version mark, and returns where
// the next member starts.
func readVersion(r io.ReaderAt, size int64) (int64, error) {
	magic := make([]byte, len(arMagic))
	if size < int64(len(magic)) {
		return 0, ErrNotDeb
	}
	if err := readFull(r, magic, 0); err != nil {
		return 0, err
	}
	if string(magic) != arMagic {
		return 0, ErrNotDeb
	}
	m, err := arMember(r, int64(len(arMagic)), size)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNotDeb, err)
	}
	if m.name != "debian-binary" || m.size < 4 || m.size > 64 {
		return 0, ErrNotDeb
	}
	version := make([]byte, m.size)
	if err := readFull(r, version, m.offset); err != nil {
		return 0, err
	}
	if !strings.HasPrefix(string(version), "2.") {
		return 0, fmt.Errorf("%w: package format %q", ErrUnsupported, version)
	}
	return m.offset + m.size + m.size&1, nil
}

// arMember reads the member header at offset.
func arMember(r io.ReaderAt, offset, size int64) (member, error) {
	if offset > size-arHeader {
		return member{}, fmt.Errorf("%w: it ends before its data archive: %w", ErrMalformed, io.ErrUnexpectedEOF)
	}
	h := make([]byte, arHeader)
	if err := readFull(r, h, offset); err != nil {
		return member{}, err
	}
	if string(h[58:]) != "`\n" {
		return member{}, fmt.Errorf("%w: an ar header without its end mark", ErrMalformed)
	}
	n, err := strconv.ParseUint(strings.TrimRight(string(h[48:58]), " "), 10, 63)
	if err != nil {
		return member{}, fmt.Errorf("%w: an ar member's size", ErrMalformed)
	}
	m := member{
		name:   strings.TrimSuffix(strings.TrimRight(string(h[:16]), " "), "/"),
		offset: offset + arHeader,
		size:   int64(n),
	}
	if m.size > size-m.offset {
		return member{}, fmt.Errorf("%w: member %q is larger than the file: %w", ErrMalformed, m.name, io.ErrUnexpectedEOF)
	}
	return m, nil
}

// archiveName returns "control" or "data" for the names of the two archives in
// any compression, and "" for others.
func archiveName(name string) string {
	for _, base := range []string{"control", "data"} {
		if strings.HasPrefix(name, base+".tar") {
			return base
		}
	}
	return ""
}

func withSuffix(m member, base string) (member, error) {
	m.suffix = strings.TrimPrefix(m.name, base+".tar")
	// lz4 is known to package unpack but is no compression of packages.
	if m.suffix == ".lz4" || !slices.Contains(unpack.Suffixes, m.suffix) {
		return member{}, fmt.Errorf("%w: %q", ErrUnsupported, m.name)
	}
	return m, nil
}

func readFull(r io.ReaderAt, p []byte, offset int64) error {
	_, err := io.ReadFull(&source{ctx: context.Background(), r: r, at: offset, end: offset + int64(len(p))}, p)
	return err
}
