package dmg

import (
	"bytes"
	"compress/bzip2"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"sort"

	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
)

// Bounds on one chunk: tools make them of 256 KiB to 1 MiB.
const (
	maxChunk  = 16 << 20
	maxWindow = 64 << 20
)

// Disk reads the unpacked sectors of a partition. It keeps the last chunk, and
// stops with ErrTooLarge when it has unpacked more than it was allowed.
type Disk struct {
	f    *File
	p    *Partition
	left int64

	chunk int // that is kept, -1 for none
	kept  []byte
}

// Disk opens a partition of which at most limit bytes are unpacked.
func (f *File) Disk(p *Partition, limit int64) *Disk {
	return &Disk{f: f, p: p, left: limit, chunk: -1}
}

// Size is the size of the unpacked partition, in bytes.
func (d *Disk) Size() int64 { return int64(d.p.Sectors) * sectorSize }

// ReadAt implements io.ReaderAt, but not for several callers at a time.
func (d *Disk) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	for n < len(p) && off < d.Size() {
		part, err := d.at(off, min(int64(len(p)-n), d.Size()-off), p[n:])
		if err != nil {
			return n, err
		}
		n += part
		off += int64(part)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// at copies what one chunk, or one hole between chunks, has of a piece.
func (d *Disk) at(off, want int64, p []byte) (int, error) {
	sector := uint64(off) / sectorSize
	i := sort.Search(len(d.p.chunks), func(i int) bool { c := d.p.chunks[i]; return c.from+c.sectors > sector })
	if i == len(d.p.chunks) {
		return blank(p[:want]), nil
	}
	c := &d.p.chunks[i]
	begin, size := int64(c.from)*sectorSize, int64(c.sectors)*sectorSize
	if off < begin {
		return blank(p[:min(want, begin-off)]), nil
	}
	want = min(want, begin+size-off)
	switch c.method {
	case zeros, ignored:
		return blank(p[:want]), nil
	case stored:
		if c.part.Size < size {
			return 0, fmt.Errorf("%w: %d bytes for %d", ErrDamaged, c.part.Size, size)
		}
		return d.f.r.ReadAt(p[:want], c.part.Offset+off-begin)
	}
	if err := d.unpack(i); err != nil {
		return 0, fmt.Errorf("chunk at sector %d: %w", c.from, err)
	}
	return copy(p[:want], d.kept[off-begin:]), nil
}

func blank(p []byte) int {
	clear(p)
	return len(p)
}

// unpack makes a chunk the one that is kept.
func (d *Disk) unpack(i int) (err error) {
	if d.chunk == i {
		return nil
	}
	c := &d.p.chunks[i]
	if c.sectors > maxChunk/sectorSize {
		return fmt.Errorf("%w: %d sectors in one piece", ErrTooLarge, c.sectors)
	}
	size := int64(c.sectors) * sectorSize
	if d.left -= size; d.left < 0 {
		return fmt.Errorf("%w: more would be unpacked than is looked at", ErrTooLarge)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the reader stopped: %v", ErrDamaged, p)
		}
	}()
	stream, err := c.open(io.NewSectionReader(d.f.r, c.part.Offset, c.part.Size), size)
	if err != nil {
		return err
	}
	var b bytes.Buffer // grows with what comes, not with what was said
	n, err := io.Copy(&b, io.LimitReader(stream, size))
	if err == nil && n < size {
		err = fmt.Errorf("%d bytes of %d", n, size)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	d.chunk, d.kept = i, b.Bytes()
	return nil
}

func (c *chunk) open(packed io.Reader, size int64) (io.Reader, error) {
	switch c.method {
	case zlibbed:
		r, err := zlib.NewReader(packed)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return r, nil
	case bzipped:
		return bzip2.NewReader(packed), nil
	case xzipped:
		r, err := unpack.NewReader(".xz", packed, unpack.Limits{Output: size, Window: maxWindow})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return r, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrMethod, c.method)
}
