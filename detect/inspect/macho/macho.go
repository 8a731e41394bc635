package macho

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Bounds on one file.
const (
	maxSlices   = 32
	maxCommands = 8 << 10
	maxHeader   = 4 << 20 // bytes of load commands of one slice
	maxLibs     = 1 << 10
	maxPlist    = 2 << 20
)

// ErrNotMachO says that the file begins like no program of Apple's.
var ErrNotMachO = errors.New("not a Mach-O file")

// ErrDamaged says that nothing in the file can be read as a program.
var ErrDamaged = errors.New("damaged Mach-O file")

// File is a Mach-O file.
type File struct {
	// Universal is true for a file of several slices, also where it is one.
	Universal bool
	// Header is the size of the table of slices, 0 without one.
	Header int64
	Slices []Slice
	Size   int64

	r io.ReaderAt
}

// Slice is a program for one processor. Offsets are in bytes from the beginning
// of the slice, but for Offset itself.
type Slice struct {
	Offset, Size int64
	CPU          CPU
	Type         FileType
	// MinOS and SDK are versions such as "10.15"; empty where it does not say.
	MinOS, SDK string
	UUID       string
	Libraries  []string // that it is linked with
	Encrypted  bool     // by a store, so that its contents say nothing
	// Signature is where the signature lies; its size is 0 without one.
	Signature Span
	// Text is what the segment __TEXT takes of the file.
	Text Span
	// InfoPlist is the property list inside the program, nil without one.
	InfoPlist []byte
	Problems  []string
}

// Span is a part of a slice.
type Span struct{ Offset, Size int64 }

// End is the offset behind the last byte.
func (s Span) End() int64 { return s.Offset + s.Size }

// Magic numbers of mach-o/fat.h and mach-o/loader.h, as read in big endian.
const (
	magicFat     = 0xcafebabe
	magicFat64   = 0xcafebabf
	magic32      = 0xfeedface
	magic64      = 0xfeedfacf
	magic32Other = 0xcefaedfe // little endian
	magic64Other = 0xcffaedfe
)

// Read reads the headers. An error says that there is no slice that could be
// read at all.
func Read(r io.ReaderAt, size int64) (*File, error) {
	head, err := bytesAt(r, 0, 8, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotMachO, err)
	}
	f := &File{Size: size, r: r}
	switch magic := binary.BigEndian.Uint32(head); magic {
	case magicFat, magicFat64:
		f.Universal = true
		err = f.readFat(r, binary.BigEndian.Uint32(head[4:]), magic == magicFat64)
	case magic32, magic64, magic32Other, magic64Other:
		f.Slices = []Slice{{Size: size}}
	default:
		return nil, ErrNotMachO
	}
	if err != nil {
		return nil, err
	}
	for i := range f.Slices {
		if err := f.Slices[i].read(r); err != nil {
			if len(f.Slices) == 1 {
				return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
			}
			f.Slices[i].problem("%v", err)
		}
	}
	return f, nil
}

// readFat reads the table of slices (struct fat_arch and fat_arch_64). Slices
// that overlap could be signed for what another one is, and are refused.
func (f *File) readFat(r io.ReaderAt, count uint32, wide bool) error {
	if count == 0 || count > maxSlices {
		return fmt.Errorf("%w: %d slices", ErrDamaged, count)
	}
	row := int64(20)
	if wide {
		row = 32
	}
	f.Header = 8 + int64(count)*row
	table, err := bytesAt(r, 8, f.Header-8, f.Size)
	if err != nil {
		return fmt.Errorf("%w: table of slices: %w", ErrDamaged, err)
	}
	for ; len(table) > 0; table = table[row:] {
		s := Slice{CPU: CPU{Type: binary.BigEndian.Uint32(table), Sub: binary.BigEndian.Uint32(table[4:])}}
		if wide {
			s.Offset, s.Size = int64(binary.BigEndian.Uint64(table[8:])), int64(binary.BigEndian.Uint64(table[16:]))
		} else {
			s.Offset, s.Size = int64(binary.BigEndian.Uint32(table[8:])), int64(binary.BigEndian.Uint32(table[12:]))
		}
		if s.Offset < f.Header || s.Size < 0 || s.Size > f.Size-s.Offset {
			return fmt.Errorf("%w: slice of %d bytes at %d in a file of %d", ErrDamaged, s.Size, s.Offset, f.Size)
		}
		for _, other := range f.Slices {
			if s.Offset < other.Offset+other.Size && other.Offset < s.Offset+s.Size {
				return fmt.Errorf("%w: slices overlap at %d", ErrDamaged, s.Offset)
			}
		}
		f.Slices = append(f.Slices, s)
	}
	return nil
}

// At reads a part of a slice, of at most limit bytes.
func (f *File) At(s *Slice, part Span, limit int64) ([]byte, error) {
	if part.Size > limit {
		return nil, fmt.Errorf("%d bytes, the limit is %d", part.Size, limit)
	}
	if part.Offset < 0 || part.Offset > s.Size {
		return nil, io.ErrUnexpectedEOF
	}
	return bytesAt(f.r, s.Offset+part.Offset, part.Size, s.Offset+s.Size)
}

func (s *Slice) problem(format string, args ...any) {
	if len(s.Problems) < 16 {
		s.Problems = append(s.Problems, fmt.Sprintf(format, args...))
	}
}

// bytesAt reads exactly n bytes that lie before end.
func bytesAt(r io.ReaderAt, at, n, end int64) ([]byte, error) {
	if at < 0 || n < 0 || at > end || n > end-at {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, n)
	got, err := r.ReadAt(b, at)
	if int64(got) == n {
		return b, nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return nil, err
}
