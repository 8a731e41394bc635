// Package squashfs reads the compressed images in which snaps and AppImages come.
// An io.ReaderAt goes in; the names of what is inside come out, and the contents
// of regular files as streams. Nothing is mounted or written.
//
// It follows the format of squashfs 4.0 as the Linux kernel reads it
// (fs/squashfs/squashfs_fs.h): superblock, metadata blocks, inodes 1-3 and 8-10,
// directory table, fragment table. Blocks in gzip (zlib, RFC 1950), xz and zstd are
// undone; lzma, lzo and lz4 are errors wrapping archive.ErrMethod.
//
// Every block that is unpacked is charged to the caller's budget, also when it is
// unpacked again. Memory is bound by a few blocks of at most 1 MiB.
package squashfs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/chatvet/chatvet/detect/inspect/archive"
)

// Errors that a caller tells apart. They are wrapped with detail.
var (
	ErrNotSquashfs = errors.New("not a squashfs 4.0 image")
	ErrCorrupt     = errors.New("damaged squashfs image")
)

const (
	superblockSize = 96
	minBlock       = 4 << 10
	maxBlock       = 1 << 20
	metadataBlock  = 8 << 10
	nowhere        = 0xffffffff // the fragment of a file that has none
)

// Magic begins an image.
const Magic = "hsqs"

// Is is true where the head of a file is that of a squashfs 4.0 image.
func Is(head []byte) bool {
	return len(head) >= 32 && string(head[:4]) == Magic && string(head[28:32]) == "\x04\x00\x00\x00"
}

// Image is an open image. It is for one goroutine.
type Image struct {
	r      io.ReaderAt
	size   int64
	budget *archive.Budget
	super  superblock
	unpack unpacker
	blocks blockCache
}

type superblock struct {
	blockSize   int64
	fragments   uint32
	compression uint16
	root        uint64
	inodes      int64 // where the tables start
	directories int64
	fragmentsAt int64
}

// Open reads the superblock of the image that fills r. Unpacked bytes are drawn
// from budget.
func Open(r io.ReaderAt, size int64, budget *archive.Budget) (*Image, error) {
	b := make([]byte, superblockSize)
	if err := readAt(r, size, b, 0); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotSquashfs, err)
	}
	le := binary.LittleEndian
	if !Is(b) {
		return nil, ErrNotSquashfs
	}
	s := superblock{
		blockSize:   int64(le.Uint32(b[12:])),
		fragments:   le.Uint32(b[16:]),
		compression: le.Uint16(b[20:]),
		root:        le.Uint64(b[32:]),
		inodes:      int64(le.Uint64(b[64:])),
		directories: int64(le.Uint64(b[72:])),
		fragmentsAt: int64(le.Uint64(b[80:])),
	}
	used := int64(le.Uint64(b[40:]))
	switch log := le.Uint16(b[22:]); {
	case s.blockSize < minBlock || s.blockSize > maxBlock || log > 20 || s.blockSize != 1<<log:
		return nil, fmt.Errorf("%w: blocks of %d bytes", ErrCorrupt, s.blockSize)
	case used < superblockSize || used > size:
		return nil, fmt.Errorf("%w: %d bytes long, says %d: %w", ErrCorrupt, size, used, io.ErrUnexpectedEOF)
	case outside(s.inodes, used) || outside(s.directories, used) || s.fragments > 0 && outside(s.fragmentsAt, used):
		return nil, fmt.Errorf("%w: a table lies outside of it", ErrCorrupt)
	}
	unpack, err := unpackerFor(s.compression)
	if err != nil {
		return nil, err
	}
	return &Image{r: r, size: used, budget: budget, super: s, unpack: unpack}, nil
}

// Size is the length of the image in bytes; what follows it is not part of it.
func (im *Image) Size() int64 { return im.size }

func outside(at, size int64) bool { return at < superblockSize || at >= size }

// readAt fills b, or fails.
func readAt(r io.ReaderAt, size int64, b []byte, at int64) error {
	if at < 0 || at > size-int64(len(b)) {
		return io.ErrUnexpectedEOF
	}
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}
