package apk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Errors of Read that a caller branches on.
var (
	ErrNotZip   = errors.New("not a zip file as Android reads them")
	ErrTooLarge = errors.New("too large")
)

// Bounds on the directory of one package.
const (
	maxDirectory = 16 << 20 // bytes
	maxEntries   = 1 << 17
)

// Sizes of the records without their variable parts (APPNOTE 4.3.7, 4.3.12,
// 4.3.16), and of the locator of zip64, which Android refuses.
const (
	localSize   = 30
	centralSize = 46
	endSize     = 22
	zip64Size   = 20
	maxComment  = 1<<16 - 1
)

// Compression methods (APPNOTE 4.4.5).
const (
	Stored   = 0
	Deflated = 8
)

// File is a package's layout.
type File struct {
	r    io.ReaderAt
	Size int64
	// End is the end record with its comment, and where it lies.
	End       []byte
	EndOffset int64
	// DirectoryOffset is where the central directory begins, DirectorySize how
	// many bytes it has. A signing block is looked for only where it reaches to
	// the end record.
	DirectoryOffset int64
	DirectorySize   int64
	// Zip64 is true where a zip64 locator stands before the end record.
	Zip64   bool
	Entries []Entry
	byName  map[string]int
	// Duplicate is a name that is there twice, or empty. Android installs no
	// such package, and two readers of it may see two different files.
	Duplicate string
	// Contents is what the entries claim to unpack to, in bytes.
	Contents int64
}

// Entry is one file of a package as the central directory lists it.
type Entry struct {
	Name           string
	Method         uint16
	Encrypted      bool
	CompressedSize int64
	Size           int64
	offset         int64 // of the local header
}

// Read reads the directory.
func Read(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r, Size: size, byName: map[string]int{}}
	if err := f.findEnd(); err != nil {
		return nil, err
	}
	if f.DirectorySize > maxDirectory {
		return nil, fmt.Errorf("the directory of %d bytes is %w", f.DirectorySize, ErrTooLarge)
	}
	directory, err := f.at(f.DirectoryOffset, f.DirectorySize)
	if err != nil {
		return nil, fmt.Errorf("reading the directory: %w", err)
	}
	return f, f.readEntries(directory)
}

// findEnd finds the end record as Android's ZipUtils does: the one nearest to
// the end of the file whose comment reaches exactly to it.
func (f *File) findEnd() error {
	if f.Size < endSize {
		return fmt.Errorf("%w: %d bytes", ErrNotZip, f.Size)
	}
	tail, err := f.at(f.Size-endSize, endSize)
	if err != nil {
		return err
	}
	if !isEnd(tail, 0) {
		length := min(f.Size, endSize+maxComment)
		if tail, err = f.at(f.Size-length, length); err != nil {
			return err
		}
	}
	for at := len(tail) - endSize; at >= 0; at-- {
		if isEnd(tail[at:], len(tail)-endSize-at) {
			return f.takeEnd(tail[at:], f.Size-int64(len(tail)-at))
		}
	}
	return fmt.Errorf("%w: no end record", ErrNotZip)
}

func isEnd(b []byte, comment int) bool {
	return string(b[:4]) == "PK\x05\x06" && int(binary.LittleEndian.Uint16(b[20:])) == comment
}

func (f *File) takeEnd(end []byte, offset int64) error {
	f.End, f.EndOffset = bytes.Clone(end), offset
	f.DirectorySize = int64(binary.LittleEndian.Uint32(end[12:]))
	f.DirectoryOffset = int64(binary.LittleEndian.Uint32(end[16:]))
	if f.DirectoryOffset+f.DirectorySize > offset {
		return fmt.Errorf("%w: the directory would reach into the end record", ErrNotZip)
	}
	if offset >= zip64Size {
		locator, err := f.at(offset-zip64Size, 4)
		if err != nil {
			return err
		}
		f.Zip64 = string(locator) == "PK\x06\x07"
	}
	return nil
}

func (f *File) readEntries(directory []byte) error {
	for len(directory) >= centralSize && string(directory[:4]) == "PK\x01\x02" {
		name := int(binary.LittleEndian.Uint16(directory[28:]))
		length := centralSize + name + int(binary.LittleEndian.Uint16(directory[30:])) + int(binary.LittleEndian.Uint16(directory[32:]))
		if length > len(directory) {
			return fmt.Errorf("%w: entry %d is cut off", ErrNotZip, len(f.Entries))
		}
		if len(f.Entries) == maxEntries {
			return fmt.Errorf("more than %d entries: %w", maxEntries, ErrTooLarge)
		}
		f.add(Entry{
			Name:           string(directory[centralSize : centralSize+name]),
			Encrypted:      directory[8]&1 != 0,
			Method:         binary.LittleEndian.Uint16(directory[10:]),
			CompressedSize: int64(binary.LittleEndian.Uint32(directory[20:])),
			Size:           int64(binary.LittleEndian.Uint32(directory[24:])),
			offset:         int64(binary.LittleEndian.Uint32(directory[42:])),
		})
		directory = directory[length:]
	}
	if len(directory) > 0 {
		return fmt.Errorf("%w: %d bytes of the directory are no entry", ErrNotZip, len(directory))
	}
	return nil
}

func (f *File) add(e Entry) {
	if _, there := f.byName[e.Name]; there {
		f.Duplicate = e.Name
	} else {
		f.byName[e.Name] = len(f.Entries)
	}
	f.Contents += e.Size
	f.Entries = append(f.Entries, e)
}

// Has is true where there is an entry of that name.
func (f *File) Has(name string) bool {
	_, there := f.byName[name]
	return there
}

func (f *File) at(offset, length int64) ([]byte, error) {
	if offset < 0 || length < 0 || offset > f.Size-length {
		return nil, fmt.Errorf("%w: %d bytes at offset %d of %d", ErrNotZip, length, offset, f.Size)
	}
	b := make([]byte, length)
	n, err := f.r.ReadAt(b, offset)
	if n == len(b) {
		return b, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return nil, err
}
