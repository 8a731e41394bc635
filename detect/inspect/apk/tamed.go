package apk

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Kinds of chunk (ResourceTypes.h, RES_STRING_POOL_TYPE), and the flag of a
// pool whose strings are in UTF-8.
const (
	stringPool = 0x0001
	utf8Pool   = 1 << 8
)

// Bounds on the strings of a manifest.
const (
	maxString  = 32 << 10 // bytes of one
	maxStrings = 16 << 20 // bytes of all, which may overlap
)

// unused is an offset that lies outside every pool: the parser takes a string
// there for missing.
const unused = 1<<32 - 1

// tamed returns a copy of a manifest in which nothing makes its parser reserve
// memory for more than is there: chunks lie inside the file, and strings that
// claim to reach out of their pool, or to be very long, are gone. The parser
// sizes buffers by these fields before it reads.
func tamed(b []byte) ([]byte, error) {
	if len(b) < 8 {
		return nil, fmt.Errorf("a manifest of %d bytes", len(b))
	}
	b = bytes.Clone(b)
	end := min(int64(len(b)), int64(binary.LittleEndian.Uint32(b[4:])))
	left := int64(maxStrings)
	for at := int64(binary.LittleEndian.Uint16(b[2:])); at+8 <= end; {
		length := int64(binary.LittleEndian.Uint32(b[at+4:]))
		if length < 8 || length > int64(len(b))-at {
			return nil, fmt.Errorf("a chunk of the manifest at offset %d claims to be %d bytes long", at, length)
		}
		if binary.LittleEndian.Uint16(b[at:]) == stringPool {
			left -= tameStrings(b[at : at+length])
		}
		if left < 0 {
			return nil, fmt.Errorf("the texts of the manifest are %w", ErrTooLarge)
		}
		at += length
	}
	return b, nil
}

// tameStrings takes the impossible strings out of a pool and returns how many
// bytes the others have.
func tameStrings(pool []byte) (total int64) {
	const header = 28
	if len(pool) < header {
		return 0
	}
	count := int64(binary.LittleEndian.Uint32(pool[8:]))
	wide := binary.LittleEndian.Uint32(pool[16:])&utf8Pool == 0
	start := int64(binary.LittleEndian.Uint32(pool[20:]))
	offsets := pool[header:]
	if start > int64(len(pool)) {
		return 0
	}
	// The parser takes what the count is too high by for missing.
	count = max(0, min(count, (start-header)/4, int64(len(offsets))/4))
	strings := pool[max(start, header):]
	for i := range count {
		offset := offsets[4*i : 4*i+4]
		length := stringLength(strings, int64(binary.LittleEndian.Uint32(offset)), wide)
		if length < 0 || length > maxString {
			binary.LittleEndian.PutUint32(offset, unused)
			continue
		}
		total += length
	}
	return total
}

// stringLength is the length of a string in bytes, or -1 where it reaches out of
// the pool.
func stringLength(pool []byte, at int64, wide bool) int64 {
	if at >= int64(len(pool)) {
		return -1
	}
	rest := pool[at:]
	if wide {
		return wideLength(rest)
	}
	_, rest = shortLength(rest) // in characters, then in bytes
	length, rest := shortLength(rest)
	if length > int64(len(rest)) {
		return -1
	}
	return length
}

// wideLength reads a length of one or two units of 16 bits.
func wideLength(b []byte) int64 {
	if len(b) < 2 {
		return -1
	}
	length, b := int64(binary.LittleEndian.Uint16(b)), b[2:]
	if length&0x8000 != 0 {
		if len(b) < 2 {
			return -1
		}
		length, b = length&0x7fff<<16|int64(binary.LittleEndian.Uint16(b)), b[2:]
	}
	if 2*length > int64(len(b)) {
		return -1
	}
	return 2 * length
}

// shortLength reads a length of one or two bytes, as far as it is there.
func shortLength(b []byte) (length int64, rest []byte) {
	if len(b) == 0 {
		return 0, nil
	}
	if b[0]&0x80 == 0 || len(b) == 1 {
		return int64(b[0] & 0x7f), b[1:]
	}
	return int64(b[0]&0x7f)<<8 | int64(b[1]), b[2:]
}
