package plist

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
	"unicode/utf16"
)

const (
	binaryMagic = "bplist00"
	trailerSize = 32
)

// epoch is 0 in dates of the binary form.
var epoch = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)

// binaryList is a list in binary form: objects, a table of their offsets, and a
// trailer that tells where they are.
type binaryList struct {
	data       []byte
	table      []byte // of offsets
	offsetSize int
	refSize    int
	count      uint64
	*budget
}

func parseBinary(data []byte) (any, error) {
	if len(data) < len(binaryMagic)+trailerSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrDamaged, len(data))
	}
	t := data[len(data)-trailerSize:]
	p := &binaryList{offsetSize: int(t[6]), refSize: int(t[7]), count: binary.BigEndian.Uint64(t[8:]), budget: newBudget()}
	top, at := binary.BigEndian.Uint64(t[16:]), binary.BigEndian.Uint64(t[24:])
	body := data[:len(data)-trailerSize]
	if p.offsetSize < 1 || p.offsetSize > 8 || p.refSize < 1 || p.refSize > 8 ||
		at > uint64(len(body)) || p.count > (uint64(len(body))-at)/uint64(p.offsetSize) {
		return nil, fmt.Errorf("%w: trailer", ErrDamaged)
	}
	p.data, p.table = body[:at], body[at:]
	return p.value(top, 0)
}

func bigEndian(b []byte) (v uint64) {
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// part returns n bytes of the objects.
func (p *binaryList) part(at, n uint64) ([]byte, error) {
	if at > uint64(len(p.data)) || n > uint64(len(p.data))-at {
		return nil, fmt.Errorf("%w: %d bytes at %d", ErrDamaged, n, at)
	}
	return p.data[at : at+n], nil
}

// value builds an object. One that holds itself ends at the bound of depth.
func (p *binaryList) value(ref uint64, depth int) (any, error) {
	if err := p.object(depth); err != nil {
		return nil, err
	}
	if ref >= p.count {
		return nil, fmt.Errorf("%w: object %d of %d", ErrDamaged, ref, p.count)
	}
	at := bigEndian(p.table[ref*uint64(p.offsetSize):][:p.offsetSize])
	marker, err := p.part(at, 1)
	if err != nil {
		return nil, err
	}
	kind, low := marker[0]>>4, uint64(marker[0]&0xf)
	at++
	switch kind {
	case 0x0:
		return low == 9, nil // 8 is false; null and fill bytes do not occur
	case 0x1:
		return p.integer(at, low)
	case 0x2:
		return p.real(at, low)
	case 0x3:
		b, err := p.part(at, 8)
		if err != nil {
			return nil, err
		}
		return date(math.Float64frombits(bigEndian(b))), nil
	case 0x8:
		b, err := p.part(at, low+1)
		if err != nil || low > 7 {
			return nil, fmt.Errorf("%w: reference of %d bytes", ErrDamaged, low+1)
		}
		return UID(bigEndian(b)), nil
	}
	n, at, err := p.length(at, low)
	if err != nil {
		return nil, err
	}
	switch kind {
	case 0x4, 0x5, 0x6:
		return p.text(kind, at, n)
	case 0xa, 0xc: // a set is read as an array
		return p.array(at, n, depth)
	case 0xd:
		return p.dict(at, n, depth)
	}
	return nil, fmt.Errorf("%w: object of kind %#x", ErrDamaged, kind)
}

// length is the count in a marker, or in the number behind it.
func (p *binaryList) length(at, low uint64) (n, next uint64, err error) {
	if low < 0xf {
		return low, at, nil
	}
	marker, err := p.part(at, 1)
	if err != nil {
		return 0, 0, err
	}
	if marker[0]>>4 != 1 || marker[0]&0xf > 3 {
		return 0, 0, fmt.Errorf("%w: length at %d", ErrDamaged, at)
	}
	size := uint64(1) << (marker[0] & 0xf)
	b, err := p.part(at+1, size)
	if err != nil {
		return 0, 0, err
	}
	return bigEndian(b), at + 1 + size, nil
}

func (p *binaryList) integer(at, low uint64) (any, error) {
	if low > 4 {
		return nil, fmt.Errorf("%w: number of 2^%d bytes", ErrDamaged, low)
	}
	b, err := p.part(at, 1<<low)
	if err != nil {
		return nil, err
	}
	return int64(bigEndian(b[max(0, len(b)-8):])), nil
}

func (p *binaryList) real(at, low uint64) (any, error) {
	if low != 2 && low != 3 {
		return nil, fmt.Errorf("%w: number of 2^%d bytes", ErrDamaged, low)
	}
	b, err := p.part(at, 1<<low)
	if err != nil {
		return nil, err
	}
	if low == 2 {
		return float64(math.Float32frombits(uint32(bigEndian(b)))), nil
	}
	return math.Float64frombits(bigEndian(b)), nil
}

func date(seconds float64) time.Time {
	const far = 9e9 // seconds that a time.Duration holds
	if math.IsNaN(seconds) || math.Abs(seconds) > far {
		return time.Time{}
	}
	return epoch.Add(time.Duration(seconds) * time.Second)
}

// text builds data (4), ASCII (5) or UTF-16 (6).
func (p *binaryList) text(kind byte, at, n uint64) (any, error) {
	if n > MaxSize {
		return nil, fmt.Errorf("%w: text of %d", ErrDamaged, n)
	}
	if kind == 0x6 {
		n *= 2
	}
	b, err := p.part(at, n)
	if err != nil {
		return nil, err
	}
	if err := p.bytes(len(b)); err != nil {
		return nil, err
	}
	switch kind {
	case 0x4:
		return append([]byte{}, b...), nil
	case 0x5:
		return string(b), nil
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units)), nil
}

// refs are n references.
func (p *binaryList) refs(at, n uint64) ([]byte, error) {
	if n > uint64(len(p.data)) {
		return nil, fmt.Errorf("%w: %d references", ErrDamaged, n)
	}
	return p.part(at, n*uint64(p.refSize))
}

func (p *binaryList) array(at, n uint64, depth int) (any, error) {
	refs, err := p.refs(at, n)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for ; len(refs) > 0; refs = refs[p.refSize:] {
		v, err := p.value(bigEndian(refs[:p.refSize]), depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (p *binaryList) dict(at, n uint64, depth int) (any, error) {
	refs, err := p.refs(at, max(n, 2*n)) // n where twice that wraps
	if err != nil {
		return nil, err
	}
	keys, values := refs[:len(refs)/2], refs[len(refs)/2:]
	d := Dict{}
	for ; len(keys) > 0; keys, values = keys[p.refSize:], values[p.refSize:] {
		k, err := p.value(bigEndian(keys[:p.refSize]), depth+1)
		if err != nil {
			return nil, err
		}
		key, ok := k.(string)
		if _, twice := d[key]; !ok || twice {
			return nil, fmt.Errorf("%w: key %v", ErrDamaged, k)
		}
		if d[key], err = p.value(bigEndian(values[:p.refSize]), depth+1); err != nil {
			return nil, err
		}
	}
	return d, nil
}
