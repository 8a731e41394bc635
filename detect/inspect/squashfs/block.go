package squashfs

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
)

// leastCharge is what unpacking the smallest block costs: setting up a
// decompressor takes time whatever comes out.
const leastCharge = 16 << 10

// cachedBlocks are kept: neighbours in a directory share blocks.
const cachedBlocks = 8

// unpacker undoes one block. It returns at most limit bytes, and an error where
// there would be more.
type unpacker func(packed []byte, limit int64) ([]byte, error)

// unpackerFor takes the number of a compression (squashfs_fs.h, *_COMPRESSION).
func unpackerFor(compression uint16) (unpacker, error) {
	switch compression {
	case 1:
		return unpackZlib, nil
	case 4:
		return unpackXZ, nil
	case 6:
		return unpackZstd, nil
	}
	names := map[uint16]string{2: "lzma", 3: "lzo", 5: "lz4"}
	if name := names[compression]; name != "" {
		return nil, fmt.Errorf("squashfs in %s: %w", name, archive.ErrMethod)
	}
	return nil, fmt.Errorf("squashfs in compression %d: %w", compression, archive.ErrMethod)
}

func unpackZlib(packed []byte, limit int64) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return bounded(z, limit)
}

func unpackXZ(packed []byte, limit int64) ([]byte, error) {
	// The dictionary is as large as a block, also for small metadata.
	z, err := unpack.NewReader(".xz", bytes.NewReader(packed), unpack.Limits{Output: limit, Window: maxBlock})
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return bounded(z, limit)
}

func unpackZstd(packed []byte, limit int64) ([]byte, error) {
	z, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxBlock))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return bounded(z, limit)
}

func bounded(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("a block is longer than %d bytes", limit)
	}
	return data, err
}

// block returns the plain bytes of a block, at most limit of them. They are shared
// with the cache and must not be changed.
func (im *Image) block(at, length int64, packed bool, limit int64) (data []byte, err error) {
	if data, ok := im.blocks.get(at); ok {
		return data, nil
	}
	if length <= 0 || length > limit {
		return nil, fmt.Errorf("%w: a block of %d bytes", ErrCorrupt, length)
	}
	raw := make([]byte, length)
	if err := readAt(im.r, im.size, raw, at); err != nil {
		return nil, fmt.Errorf("reading a block: %w", err)
	}
	data = raw
	if packed {
		data, err = im.undo(raw, limit)
	}
	cost := int64(len(data))
	if err != nil {
		cost = limit // a damaged block may have cost as much as a whole one
	}
	if out := im.budget.Take(max(cost, leastCharge)); err == nil {
		err = out
	}
	if err != nil {
		return nil, err
	}
	im.blocks.put(at, data)
	return data, nil
}

// undo unpacks one block; a panic of a decompressor is an error.
func (im *Image) undo(raw []byte, limit int64) (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the decompressor stopped: %v", ErrCorrupt, p)
		}
	}()
	data, err = im.unpack(raw, limit)
	if errors.Is(err, unpack.ErrUnsupported) {
		return nil, fmt.Errorf("unpacking a block: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: unpacking a block: %v", ErrCorrupt, err)
	}
	return data, nil
}

// blockCache keeps the last few blocks, by where they start.
type blockCache struct {
	kept [cachedBlocks]struct {
		at   int64
		data []byte
	}
	next int
}

func (c *blockCache) get(at int64) ([]byte, bool) {
	for _, k := range c.kept {
		if k.data != nil && k.at == at {
			return k.data, true
		}
	}
	return nil, false
}

func (c *blockCache) put(at int64, data []byte) {
	c.kept[c.next].at, c.kept[c.next].data = at, data
	c.next = (c.next + 1) % cachedBlocks
}

// cursor reads on in a table of metadata blocks.
type cursor struct {
	im     *Image
	at     int64 // where the block starts
	offset int64 // in the block's plain bytes
}

func (c *cursor) read(b []byte) error {
	for len(b) > 0 {
		data, next, err := c.im.metadata(c.at)
		if err != nil {
			return err
		}
		if c.offset > int64(len(data)) {
			return fmt.Errorf("%w: a place behind the end of its block", ErrCorrupt)
		}
		n := copy(b, data[c.offset:])
		b = b[n:]
		c.offset += int64(n)
		if c.offset == int64(len(data)) {
			c.at, c.offset = next, 0
		}
	}
	return nil
}

// metadata returns the block of a table, and where the next one starts.
func (im *Image) metadata(at int64) (data []byte, next int64, err error) {
	var head [2]byte
	if at < superblockSize {
		return nil, 0, fmt.Errorf("%w: a table outside of it", ErrCorrupt)
	}
	if err := readAt(im.r, im.size, head[:], at); err != nil {
		return nil, 0, fmt.Errorf("reading a table: %w", err)
	}
	n := binary.LittleEndian.Uint16(head[:])
	length := int64(n &^ 0x8000)
	data, err = im.block(at+2, length, n&0x8000 == 0, metadataBlock)
	if err == nil && len(data) == 0 {
		err = fmt.Errorf("%w: an empty block in a table", ErrCorrupt)
	}
	return data, at + 2 + length, err
}
