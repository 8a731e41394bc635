package android

import "encoding/binary"

// fields takes apart what the schemes are written in: numbers of 32 bits and
// values that their length of 32 bits goes before, little endian. The first
// field that does not fit makes bad true and everything after it empty.
type fields struct {
	b   []byte
	bad bool
}

func (f *fields) more() bool { return !f.bad && len(f.b) > 0 }

func (f *fields) number() uint32 {
	if f.bad || len(f.b) < 4 {
		f.fail()
		return 0
	}
	n := binary.LittleEndian.Uint32(f.b)
	f.b = f.b[4:]
	return n
}

func (f *fields) value() []byte {
	n := f.number()
	if f.bad || uint64(n) > uint64(len(f.b)) {
		f.fail()
		return nil
	}
	v := f.b[:n:n]
	f.b = f.b[n:]
	return v
}

// inner are the fields of a value.
func (f *fields) inner() *fields { return &fields{b: f.value(), bad: f.bad} }

func (f *fields) fail() { f.b, f.bad = nil, true }
