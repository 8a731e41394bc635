package msi

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// readProperties reads the table Property: a column of names, then one of
// values, each a number of a string in the pool.
func (f *File) readProperties() error {
	pool, err := f.readPool()
	if err != nil {
		return err
	}
	table, err := f.contents("!Property", maxTable)
	if err != nil {
		return err
	}
	rows := len(table) / (2 * pool.refSize)
	for row := range rows {
		name := pool.text(table, row)
		if name == "" || f.Properties[name] != "" {
			continue
		}
		f.Properties[name] = pool.text(table, rows+row)
	}
	return nil
}

// pool is the strings of a package.
type pool struct {
	refSize  int // bytes of a reference to a string: 2, or 3 in large packages
	codepage uint16
	starts   []uint32 // of string n in data, and one past the last
	data     []byte
}

const maxStrings = 1 << 22

// readPool reads the streams _StringPool, which has a length and a count of uses
// for each string, and _StringData, which has the strings one after the other.
func (f *File) readPool() (*pool, error) {
	index, err := f.contents("!_StringPool", maxTable)
	if err != nil {
		return nil, fmt.Errorf("string pool: %w", err)
	}
	data, err := f.contents("!_StringData", maxTable)
	if err != nil {
		return nil, fmt.Errorf("strings: %w", err)
	}
	return newPool(index, data)
}

func newPool(index, data []byte) (*pool, error) {
	if len(index) < 4 {
		return nil, fmt.Errorf("%w: no string pool", ErrDamaged)
	}
	le := binary.LittleEndian
	p := &pool{refSize: 2, codepage: le.Uint16(index), data: data}
	if le.Uint16(index[2:])&0x8000 != 0 {
		p.refSize = 3
	}
	at := uint64(0)
	add := func(length uint64) {
		p.starts = append(p.starts, uint32(min(at, uint64(len(data)))))
		at = min(at+length, uint64(len(data)))
	}
	add(0) // string 0 is none
	for index = index[4:]; len(index) >= 4 && len(p.starts) < maxStrings; {
		length, uses := uint64(le.Uint16(index)), le.Uint16(index[2:])
		index = index[4:]
		if length == 0 && uses != 0 && len(index) >= 4 { // over 64 KiB: the length is in the next row
			length = uint64(le.Uint32(index))
			index = index[4:]
		}
		add(length)
	}
	add(0)
	return p, nil
}

// text is the string that a row of a table refers to.
func (p *pool) text(table []byte, row int) string {
	at := row * p.refSize
	n := int(binary.LittleEndian.Uint16(table[at:]))
	if p.refSize == 3 {
		n |= int(table[at+2]) << 16
	}
	if n+1 >= len(p.starts) {
		return ""
	}
	raw := p.data[p.starts[n]:p.starts[n+1]]
	return decode(raw[:min(len(raw), maxText)], p.codepage)
}

// decode reads text in a Windows code page. What is UTF-8 already stays.
func decode(raw []byte, codepage uint16) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	table, ok := codepages[codepage]
	if !ok {
		table = charmap.Windows1252
	}
	b, err := table.NewDecoder().Bytes(raw)
	if err != nil {
		return ""
	}
	return string(b)
}

// codepages are those that installers are written in. 0 is none in particular.
var codepages = map[uint16]encoding.Encoding{
	874: charmap.Windows874, 932: japanese.ShiftJIS, 936: simplifiedchinese.GBK, 949: korean.EUCKR, 950: traditionalchinese.Big5,
	1250: charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253, 1254: charmap.Windows1254,
	1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
}
