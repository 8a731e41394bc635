package apple

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Bounds on the signatures of one program.
const (
	maxSignature   = 64 << 20 // bytes in all slices; page hashes take 32 for every 4 KiB
	maxBlobs       = 64
	maxDirectories = 4
)

// ErrDamaged says that a signature cannot be read.
var ErrDamaged = errors.New("damaged code signature")

// Magic numbers of cs_blobs.h.
const (
	magicRequirement     = 0xfade0c00
	magicRequirements    = 0xfade0c01
	magicCodeDirectory   = 0xfade0c02
	magicSuperBlob       = 0xfade0cc0
	magicEntitlements    = 0xfade7171
	magicEntitlementsDER = 0xfade7172
	magicWrapper         = 0xfade0b01
)

// Slots of a super blob. The first few are those of a code directory's special
// slots.
const (
	slotDirectory       = 0
	slotInfo            = 1
	slotRequirements    = 2
	slotResources       = 3
	slotEntitlements    = 5
	slotEntitlementsDER = 7
	slotAlternate       = 0x1000 // and the four behind it
	lastAlternate       = 0x1004
	slotCMS             = 0x10000
	slotTicket          = 0x10002
)

// superBlob is the blobs of a signature by slot, each with its own head.
type superBlob map[uint32][]byte

// readSuperBlob reads a super blob, which may be followed by other bytes; rest
// are those. Every offset is held against what is there, and nothing is copied.
func readSuperBlob(data []byte, magic uint32) (b superBlob, rest []byte, err error) {
	if len(data) < 12 {
		return nil, nil, fmt.Errorf("%w: %d bytes", ErrDamaged, len(data))
	}
	length, count := binary.BigEndian.Uint32(data[4:]), binary.BigEndian.Uint32(data[8:])
	switch {
	case binary.BigEndian.Uint32(data) != magic:
		return nil, nil, fmt.Errorf("%w: it begins with %#x", ErrDamaged, data[:4])
	case uint64(length) > uint64(len(data)):
		return nil, nil, fmt.Errorf("%w: says %d bytes, has %d", ErrDamaged, length, len(data))
	case count > maxBlobs || 12+8*count > length:
		return nil, nil, fmt.Errorf("%w: %d parts in %d bytes", ErrDamaged, count, length)
	}
	rest, data = data[length:], data[:length]
	b = superBlob{}
	for i := range count {
		slot, at := binary.BigEndian.Uint32(data[12+8*i:]), binary.BigEndian.Uint32(data[16+8*i:])
		blob, err := blobAt(data, at)
		if err != nil {
			return nil, nil, fmt.Errorf("part %#x: %w", slot, err)
		}
		if _, twice := b[slot]; twice {
			return nil, nil, fmt.Errorf("%w: two parts %#x", ErrDamaged, slot)
		}
		b[slot] = blob
	}
	return b, rest, nil
}

// blobAt is one blob: a magic number, its length and what is in it.
func blobAt(data []byte, at uint32) ([]byte, error) {
	if uint64(at)+8 > uint64(len(data)) {
		return nil, fmt.Errorf("%w: at %d of %d bytes", ErrDamaged, at, len(data))
	}
	length := binary.BigEndian.Uint32(data[at+4:])
	if length < 8 || uint64(at)+uint64(length) > uint64(len(data)) {
		return nil, fmt.Errorf("%w: %d bytes at %d of %d", ErrDamaged, length, at, len(data))
	}
	return data[at : at+length], nil
}

// body is what is in a blob of a kind; nil where there is none of that kind.
func (b superBlob) body(slot, magic uint32) []byte {
	blob := b[slot]
	if len(blob) < 8 || binary.BigEndian.Uint32(blob) != magic {
		return nil
	}
	return blob[8:]
}
