// Package rpmheader reads headers of rpm packages, as they stand in a package file
// and in rpm's database. Bytes go in, the values of tags come out, and the part
// that a signature covers. Nothing is verified here (detect/sign/rpm does).
//
// Format: rpm, docs/manual/format_header.md and include/rpm/rpmtag.h; what a
// signature covers is the immutable region (rpm, lib/header.c, hdrblobImport). It
// imports nothing of ours, so that the look-up of the database can use it too.
package rpmheader

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
)

// Tags of a header, and of the header of signatures in a package file.
const (
	Immutable    = 63
	signatures62 = 62

	DSAHeader     = 267
	RSAHeader     = 268
	SHA1Header    = 269
	SHA256Header  = 273
	OpenPGP       = 278
	Name          = 1000
	Version       = 1001
	Release       = 1002
	Epoch         = 1003
	Description   = 1005
	Vendor        = 1011
	Arch          = 1022
	FileStates    = 1029
	FileModes     = 1030
	FileDigests   = 1035
	FileFlags     = 1037
	VerifyFlags   = 1045
	DirIndexes    = 1116
	Basenames     = 1117
	Dirnames      = 1118
	PayloadFormat = 1124
	PayloadCoding = 1125
	DigestAlgo    = 5011
	PayloadDigest = 5092
	PayloadAlgo   = 5093
)

// types of an entry and the size of one value; 0 for strings.
var typeSize = map[uint32]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 0, 7: 1, 8: 0, 9: 0}

const (
	entrySize  = 16
	maxEntries = 10_000
	// MaxFiles bounds the values of one tag.
	MaxFiles = 500_000
)

// ErrDamaged is wrapped by the errors of this package.
var ErrDamaged = errors.New("damaged package header")

// Header is an index of tags and the values behind it.
type Header struct {
	tags  map[uint32]tag
	index []byte
	data  []byte
}

type tag struct{ kind, offset, count uint32 }

// Parse reads a header without the eight bytes that begin it in a package file.
func Parse(b []byte) (*Header, error) {
	if len(b) < 8 {
		return nil, ErrDamaged
	}
	entries, size := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if entries > maxEntries || uint64(entries)*entrySize+uint64(size) > uint64(len(b)-8) {
		return nil, fmt.Errorf("%w: %d tags, %d bytes", ErrDamaged, entries, size)
	}
	h := &Header{tags: make(map[uint32]tag, entries), index: b[8 : 8+entries*entrySize], data: b[8+entries*entrySize:][:size]}
	for index := h.index; len(index) > 0; index = index[entrySize:] {
		n, t := entry(index)
		if _, twice := h.tags[n]; !twice {
			h.tags[n] = t
		}
	}
	return h, nil
}

func entry(b []byte) (uint32, tag) {
	be := binary.BigEndian
	return be.Uint32(b), tag{be.Uint32(b[4:]), be.Uint32(b[8:]), be.Uint32(b[12:])}
}

// Data are the values as they lie there.
func (h *Header) Data() []byte { return h.data }

// magic begins a header in a package file, and what is signed.
var magic = []byte{0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0}

// Signed returns the bytes that a signature of the package covers, and a header of
// nothing but these: what rpm wrote beside them at installation can be changed by
// whoever can write to the database.
func (h *Header) Signed() ([]byte, *Header, error) {
	if len(h.index) < entrySize {
		return nil, nil, fmt.Errorf("%w: no region", ErrDamaged)
	}
	n, region := entry(h.index)
	if n != Immutable || region.kind != 7 || region.count != entrySize || uint64(region.offset)+entrySize > uint64(len(h.data)) {
		return nil, nil, fmt.Errorf("%w: no signed region", ErrDamaged)
	}
	n, trailer := entry(h.data[region.offset:])
	size := -int64(int32(trailer.offset)) // of the region's part of the index
	if n != Immutable || trailer.kind != 7 || trailer.count != entrySize || size <= 0 || size%entrySize != 0 || size > int64(len(h.index)) {
		return nil, nil, fmt.Errorf("%w: the end of the signed region", ErrDamaged)
	}
	length := int64(region.offset) + entrySize
	out := make([]byte, 0, 16+size+length)
	out = append(out, magic...)
	out = binary.BigEndian.AppendUint32(out, uint32(size/entrySize))
	out = binary.BigEndian.AppendUint32(out, uint32(length))
	out = append(append(out, h.index[:size]...), h.data[:length]...)
	signed, err := Parse(out[len(magic):])
	return out, signed, err
}

// Signatures are the OpenPGP signatures over Signed.
func (h *Header) Signatures() [][]byte {
	var all [][]byte
	for _, n := range []uint32{RSAHeader, DSAHeader} {
		if b, size := h.Bytes(n); size == 1 {
			all = append(all, b)
		}
	}
	for _, s := range h.Strings(OpenPGP) { // rpm 4.20 and later
		if b, err := base64.StdEncoding.DecodeString(s); err == nil {
			all = append(all, b)
		}
	}
	return all
}

// Bytes are the values of a tag of fixed size with the size of one; none where
// they do not lie within the header.
func (h *Header) Bytes(n uint32) ([]byte, int) {
	t, ok := h.tags[n]
	size := typeSize[t.kind]
	if !ok || size == 0 || uint64(t.offset)+uint64(t.count)*uint64(size) > uint64(len(h.data)) {
		return nil, 0
	}
	return h.data[t.offset:][:int(t.count)*size], size
}

// Numbers are the values of a tag of integers.
func (h *Header) Numbers(n uint32) []uint32 {
	b, size := h.Bytes(n)
	if size == 0 || size > 4 || len(b)/size > MaxFiles {
		return nil
	}
	out := make([]uint32, 0, len(b)/size)
	for ; len(b) > 0; b = b[size:] {
		switch size {
		case 1:
			out = append(out, uint32(b[0]))
		case 2:
			out = append(out, uint32(binary.BigEndian.Uint16(b)))
		case 4:
			out = append(out, binary.BigEndian.Uint32(b))
		}
	}
	return out
}

// Number is the first value of a tag of integers.
func (h *Header) Number(n uint32) (uint32, bool) {
	if all := h.Numbers(n); len(all) > 0 {
		return all[0], true
	}
	return 0, false
}

// Strings are the values of a tag of texts; nil where one has no end.
func (h *Header) Strings(n uint32) []string {
	t, ok := h.tags[n]
	if !ok || t.kind != 6 && t.kind != 8 && t.kind != 9 || uint64(t.offset) > uint64(len(h.data)) || t.count > MaxFiles {
		return nil
	}
	rest := h.data[t.offset:]
	var out []string
	for range t.count {
		end := bytes.IndexByte(rest, 0)
		if end < 0 {
			return nil
		}
		out = append(out, string(rest[:end]))
		rest = rest[end+1:]
	}
	return out
}

// String is the first value of a tag of texts.
func (h *Header) String(n uint32) string {
	if all := h.Strings(n); len(all) > 0 {
		return all[0]
	}
	return ""
}

// EVR is the package's version as rpm writes it: the epoch only where there is one.
func (h *Header) EVR() string {
	v := h.String(Version) + "-" + h.String(Release)
	if epoch, ok := h.Number(Epoch); ok && epoch > 0 {
		return fmt.Sprintf("%d:%s", epoch, v)
	}
	return v
}
