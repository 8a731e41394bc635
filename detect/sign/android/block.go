package android

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/chatvet/chatvet/detect/inspect/apk"
)

// Ids of the parts of an APK Signing Block.
const (
	idV2       = 0x7109871a
	idV3       = 0xf05368c0
	idV31      = 0x1b93ad61
	idStamp    = 0x6dff800d // source stamp, version 2
	idFrosting = 0x2146444e // what Google Play adds
)

// maxBlock is how large a signing block may be, in bytes. Real ones have a few
// hundred kilobytes.
const maxBlock = 16 << 20

const (
	blockMagic  = "APK Sig Block 42"
	blockFooter = 24
)

var (
	errNoBlock       = errors.New("no signing block")
	errBlockTooLarge = errors.New("the signing block is too large")
)

// block is an APK Signing Block: between the contents and the directory of the
// zip file ("APK Signing Block" in APK Signature Scheme v2).
type block struct {
	offset int64 // where it begins
	end    int64 // where the directory begins
	parts  map[uint32][]byte
}

// readBlock finds the block. Where Android would not find one, as where it is
// damaged, it is errNoBlock: then Android looks for a JAR signature.
func readBlock(r io.ReaderAt, f *apk.File) (*block, error) {
	end := f.DirectoryOffset
	if f.Zip64 || end+f.DirectorySize != f.EndOffset || end < blockFooter+8 {
		return nil, errNoBlock
	}
	var footer [blockFooter]byte
	if err := readFull(r, footer[:], end-blockFooter); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint64(footer[:])
	if string(footer[8:]) != blockMagic || size < blockFooter || size > uint64(end-8) {
		return nil, errNoBlock
	}
	if size > maxBlock {
		return nil, fmt.Errorf("%w: %d bytes", errBlockTooLarge, size)
	}
	b := &block{offset: end - int64(size) - 8, end: end, parts: map[uint32][]byte{}}
	all := make([]byte, size+8)
	if err := readFull(r, all, b.offset); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint64(all) != size {
		return nil, errNoBlock
	}
	return b, b.readParts(all[8 : len(all)-blockFooter])
}

// readParts takes the first part of each id, as Android does.
func (b *block) readParts(pairs []byte) error {
	for len(pairs) > 0 {
		if len(pairs) < 12 {
			return errNoBlock
		}
		length := binary.LittleEndian.Uint64(pairs)
		if length < 4 || length > uint64(len(pairs)-8) {
			return errNoBlock
		}
		id := binary.LittleEndian.Uint32(pairs[8:])
		if _, there := b.parts[id]; !there {
			b.parts[id] = pairs[12 : 8+length]
		}
		pairs = pairs[8+length:]
	}
	return nil
}

func readFull(r io.ReaderAt, b []byte, offset int64) error {
	n, err := r.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("reading the signing block: %w", err)
}
