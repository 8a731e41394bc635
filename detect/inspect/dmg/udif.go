package dmg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/chatvet/chatvet/detect/inspect/plist"
)

// TrailerSize is the size of the block that describes an image, in bytes.
const TrailerSize = 512

const sectorSize = 512

var (
	// ErrNotImage says that a file has no trailer of a disk image.
	ErrNotImage = errors.New("not an Apple disk image")
	// ErrDamaged says that an image contradicts itself.
	ErrDamaged = errors.New("damaged disk image")
	// ErrMethod says that a part is compressed in a way that is not read here.
	ErrMethod = errors.New("compressed in a way that chatvet does not read")
	// ErrTooLarge says that a part is over a bound.
	ErrTooLarge = errors.New("disk image too large")
)

// Span is a part of the file, in bytes.
type Span struct{ Offset, Size int64 }

// End is the offset behind the last byte.
func (s Span) End() int64 { return s.Offset + s.Size }

// File is a disk image.
type File struct {
	Size int64
	// Trailer are the 512 bytes that describe the image, and TrailerAt where
	// they stand: at the end, or, in an image that was made to be read from a
	// stream, at the beginning.
	Trailer   []byte
	TrailerAt int64

	Data         Span // what the chunks lie in
	Resources    Span // the older form of the block map
	PropertyList Span
	Signature    Span // its size is 0 without one

	Segments       uint32 // files that the image is split into
	Sectors        uint64
	DataChecksum   Checksum
	MasterChecksum Checksum
	Partitions     []Partition
	// Problems are what is damaged without making the rest unreadable.
	Problems []string

	r io.ReaderAt
}

// Read reads the trailer and the block map. Where it returns a File with an
// error, the trailer could be read and the block map could not.
func Read(r io.ReaderAt, size int64) (*File, error) {
	f := &File{Size: size, r: r}
	if err := f.findTrailer(); err != nil {
		return nil, err
	}
	if err := f.readTrailer(); err != nil {
		return nil, err
	}
	return f, f.readMap()
}

// findTrailer looks at the end of the file, then at its beginning.
func (f *File) findTrailer() error {
	for _, at := range []int64{f.Size - TrailerSize, 0} {
		b, err := f.bytesAt(Span{at, TrailerSize}, TrailerSize)
		if err == nil && string(b[:4]) == "koly" {
			f.Trailer, f.TrailerAt = b, at
			return nil
		}
	}
	return ErrNotImage
}

func (f *File) readTrailer() error {
	t := f.Trailer
	if size := binary.BigEndian.Uint32(t[8:]); size != TrailerSize {
		return fmt.Errorf("%w: a trailer of %d bytes", ErrDamaged, size)
	}
	f.Segments, f.Sectors = binary.BigEndian.Uint32(t[60:]), binary.BigEndian.Uint64(t[492:])
	f.DataChecksum, f.MasterChecksum = checksumAt(t[80:]), checksumAt(t[352:])
	for _, part := range []struct {
		name string
		at   int
		into *Span
	}{{"data", 24, &f.Data}, {"resources", 40, &f.Resources}, {"property list", 216, &f.PropertyList}, {"signature", 296, &f.Signature}} {
		offset, size := binary.BigEndian.Uint64(t[part.at:]), binary.BigEndian.Uint64(t[part.at+8:])
		if size == 0 {
			continue
		}
		if offset > uint64(f.Size) || size > uint64(f.Size)-offset {
			return fmt.Errorf("%w: %s of %d bytes at %d in a file of %d", ErrDamaged, part.name, size, offset, f.Size)
		}
		*part.into = Span{int64(offset), int64(size)}
	}
	return nil
}

// SignatureFits is true where the signature stands where systems look for it:
// between everything that it covers and the trailer at the end, which is of the
// only version that they sign (Security, diskimagerep.cpp, udifVersion).
func (f *File) SignatureFits() bool {
	const version = 4
	return f.Signature.Size > 0 && binary.BigEndian.Uint32(f.Trailer[4:]) == version && f.TrailerAt == f.Size-TrailerSize && f.Signature.End() == f.TrailerAt
}

// At reads a part of the file, of at most limit bytes.
func (f *File) At(part Span, limit int64) ([]byte, error) { return f.bytesAt(part, limit) }

func (f *File) bytesAt(part Span, limit int64) ([]byte, error) {
	switch {
	case part.Size > limit:
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, part.Size, limit)
	case part.Offset < 0 || part.Size < 0 || part.Offset > f.Size || part.Size > f.Size-part.Offset:
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, part.Size)
	n, err := f.r.ReadAt(b, part.Offset)
	if int64(n) == part.Size {
		return b, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return nil, err
}

// readMap reads the block map out of the property list.
func (f *File) readMap() error {
	if f.Segments > 1 {
		return fmt.Errorf("%w: an image in %d files", ErrMethod, f.Segments)
	}
	if f.PropertyList.Size == 0 {
		if f.Resources.Size > 0 {
			return fmt.Errorf("%w: the block map is in a resource fork", ErrMethod)
		}
		return fmt.Errorf("%w: no block map", ErrDamaged)
	}
	raw, err := f.bytesAt(f.PropertyList, plist.MaxSize)
	if err != nil {
		return fmt.Errorf("reading the property list: %w", err)
	}
	d, err := plist.Parse(raw)
	if err != nil {
		return fmt.Errorf("reading the property list: %w", err)
	}
	entries := d.Dict("resource-fork").List("blkx")
	if len(entries) > maxPartitions {
		return fmt.Errorf("%w: %d partitions, the limit is %d", ErrTooLarge, len(entries), maxPartitions)
	}
	for i, entry := range entries {
		e, _ := entry.(plist.Dict)
		table, _ := e["Data"].([]byte)
		p, err := f.readPartition(table)
		if err != nil {
			return fmt.Errorf("block map %d: %w", i, err)
		}
		if p.Name = e.Text("CFName"); p.Name == "" {
			p.Name = e.Text("Name")
		}
		f.Partitions = append(f.Partitions, p)
	}
	if len(entries) == 0 {
		return fmt.Errorf("%w: no block map", ErrDamaged)
	}
	return nil
}
