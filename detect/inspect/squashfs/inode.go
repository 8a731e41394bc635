package squashfs

import (
	"encoding/binary"
	"fmt"
	"io/fs"
)

// kind is the type of an inode, without the difference of basic and extended.
type kind uint16

const (
	folder  kind = 1
	regular kind = 2
	link    kind = 3
	// extended is what the number of an extended inode has on top.
	extended = 7
)

// maxTarget bounds the target of a symbolic link.
const maxTarget = 4 << 10

// inode is what one file, folder or link is.
type inode struct {
	kind   kind
	mode   fs.FileMode
	size   int64
	start  int64  // files: where the blocks start; folders: the block of their list
	offset int64  // files: place in the fragment; folders: place in that block
	tail   uint32 // the fragment with the end of a file, or nowhere
	target string
	sizes  cursor // at the sizes of a file's blocks
}

// inode reads the inode that a reference leads to: 48 bits of block, 16 of place.
func (im *Image) inode(ref uint64) (inode, error) {
	at := im.super.inodes + int64(ref>>16&0xffffffff)
	c := cursor{im: im, at: at, offset: int64(ref & 0xffff)}
	var b [40]byte
	if ref>>48 != 0 {
		return inode{}, fmt.Errorf("%w: an inode outside of the table", ErrCorrupt)
	}
	if err := c.read(b[:16]); err != nil {
		return inode{}, fmt.Errorf("reading an inode: %w", err)
	}
	le := binary.LittleEndian
	number := le.Uint16(b[:])
	in := inode{mode: fs.FileMode(le.Uint16(b[2:]) & 0o777), tail: nowhere}
	read := func(n int) bool { return c.read(b[:n]) == nil }
	ok := true
	switch number {
	case uint16(folder):
		ok = read(16)
		in.kind, in.start, in.size, in.offset = folder, int64(le.Uint32(b[0:])), int64(le.Uint16(b[8:])), int64(le.Uint16(b[10:]))
	case uint16(folder) + extended:
		ok = read(24)
		in.kind, in.size, in.start, in.offset = folder, int64(le.Uint32(b[4:])), int64(le.Uint32(b[8:])), int64(le.Uint16(b[18:]))
	case uint16(regular):
		ok = read(16)
		in.kind, in.start, in.tail, in.offset, in.size = regular, int64(le.Uint32(b[0:])), le.Uint32(b[4:]), int64(le.Uint32(b[8:])), int64(le.Uint32(b[12:]))
	case uint16(regular) + extended:
		ok = read(40)
		in.kind, in.start, in.size, in.tail, in.offset = regular, int64(le.Uint64(b[0:])), int64(le.Uint64(b[8:])), le.Uint32(b[28:]), int64(le.Uint32(b[32:]))
	case uint16(link), uint16(link) + extended:
		ok = read(8)
		n := le.Uint32(b[4:])
		if n > maxTarget {
			return inode{}, fmt.Errorf("%w: a link to a name of %d bytes", ErrCorrupt, n)
		}
		target := make([]byte, n)
		ok = ok && c.read(target) == nil
		in.kind, in.target = link, string(target)
	}
	if !ok || in.start < 0 || in.size < 0 {
		return inode{}, fmt.Errorf("%w: an inode is cut off", ErrCorrupt)
	}
	in.sizes = c
	return in, nil
}
