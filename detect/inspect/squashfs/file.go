package squashfs

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"

	"github.com/chatvet/chatvet/detect/inspect/archive"
)

// Open returns the contents of a regular file of the image.
func (im *Image) Open(e Entry) (io.Reader, error) {
	in, err := im.inode(e.ref)
	if err != nil {
		return nil, err
	}
	if in.kind != regular {
		return nil, &fs.PathError{Op: "open", Path: e.Name, Err: fs.ErrInvalid}
	}
	blocks := in.size / im.super.blockSize
	if in.tail == nowhere && in.size%im.super.blockSize != 0 {
		blocks++
	}
	return &body{im: im, in: in, left: in.size, blocks: blocks, at: in.start}, nil
}

// body is a file's contents, block by block.
type body struct {
	im     *Image
	in     inode
	left   int64
	blocks int64 // still to come, without the fragment
	at     int64 // where the next block starts
	plain  []byte
	err    error
}

func (b *body) Read(p []byte) (int, error) {
	for len(b.plain) == 0 && b.err == nil {
		if b.left == 0 {
			b.err = io.EOF
			break
		}
		b.plain, b.err = b.next()
	}
	if b.err != nil {
		return 0, b.err
	}
	n := copy(p, b.plain)
	b.plain = b.plain[n:]
	return n, nil
}

// next unpacks the next block of the file, or its fragment.
func (b *body) next() ([]byte, error) {
	want := min(b.left, b.im.super.blockSize)
	var data []byte
	var err error
	if b.blocks > 0 {
		b.blocks--
		data, err = b.block(want)
	} else {
		data, err = b.im.fragment(b.in.tail, b.in.offset, want)
	}
	if err != nil {
		return nil, err
	}
	if int64(len(data)) != want {
		return nil, fmt.Errorf("%w: a block of %d bytes where %d belong", ErrCorrupt, len(data), want)
	}
	b.left -= want
	return data, nil
}

func (b *body) block(want int64) ([]byte, error) {
	var size [4]byte
	if err := b.in.sizes.read(size[:]); err != nil {
		return nil, fmt.Errorf("reading the sizes of blocks: %w", err)
	}
	n := binary.LittleEndian.Uint32(size[:])
	length := int64(n & 0xffffff)
	if n == 0 { // a hole
		if err := b.im.budget.Take(want); err != nil {
			return nil, err
		}
		return make([]byte, want), nil
	}
	data, err := b.im.block(b.at, length, n&(1<<24) == 0, b.im.super.blockSize)
	b.at += length
	return data, err
}

// fragment returns bytes of a block that the ends of several files share.
func (im *Image) fragment(number uint32, offset, want int64) ([]byte, error) {
	const entry, perBlock = 16, metadataBlock / 16
	if number >= im.super.fragments {
		return nil, fmt.Errorf("%w: a file ends in a fragment that there is not", ErrCorrupt)
	}
	var b [entry]byte
	le := binary.LittleEndian
	if err := readAt(im.r, im.size, b[:8], im.super.fragmentsAt+8*int64(number/perBlock)); err != nil {
		return nil, fmt.Errorf("reading the table of fragments: %w", err)
	}
	c := cursor{im: im, at: int64(le.Uint64(b[:])), offset: entry * int64(number%perBlock)}
	if err := c.read(b[:]); err != nil {
		return nil, fmt.Errorf("reading the table of fragments: %w", err)
	}
	size := le.Uint32(b[8:])
	data, err := im.block(int64(le.Uint64(b[:])), int64(size&0xffffff), size&(1<<24) == 0, im.super.blockSize)
	if err != nil {
		return nil, err
	}
	if err := im.budget.Take(want); err != nil { // many files may share what was unpacked once
		return nil, err
	}
	if offset < 0 || want > int64(len(data)) || offset > int64(len(data))-want {
		return nil, fmt.Errorf("%w: a file ends outside of its fragment", ErrCorrupt)
	}
	return data[offset : offset+want], nil
}

// namesPerMember is how many names of whatever kind an image may have for each
// regular file that is looked at: folders and links cost little.
const namesPerMember = 8

// Walk is an archive.Walk over the regular files of an image.
func Walk(ctx context.Context, r io.ReaderAt, size int64, limits archive.Limits, visit archive.Visit) error {
	im, err := Open(r, size, limits.Budget)
	if err != nil {
		return err
	}
	entries, listed := im.Entries(ctx, limits.Members*namesPerMember)
	seen := 0
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.Mode&fs.ModeSymlink != 0 {
			continue
		}
		if seen++; seen > limits.Members {
			return archive.ErrTooManyMembers
		}
		contents, err := im.Open(e)
		if err != nil {
			return err
		}
		if err := visit(archive.Member{Name: e.Name, Size: e.Size}, contents); err != nil {
			return err
		}
	}
	return listed
}
