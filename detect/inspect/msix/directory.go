package msix

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Bounds on the zip file (APPNOTE 4.3 and 4.4).
const (
	maxDirectory = 16 << 20
	maxMembers   = 1 << 16
	endRecord    = 22
	end64Record  = 56
	end64Locator = 20
	centralFixed = 46
	none32       = 0xffffffff
)

// directory is the central directory with what follows it, as it stands in the
// file: a signature covers its bytes.
type directory struct {
	records   []record
	at, size  int64
	end       []byte // the end record, with its comment
	end64     []byte // the 64-bit end record and its locator, nil where there are none
	end64From int64
}

// record is one entry of the central directory.
type record struct {
	name   string
	raw    []byte
	offset int64 // of its local header
}

func readDirectory(r io.ReaderAt, size int64) (*directory, error) {
	d := &directory{}
	if err := d.findEnd(r, size); err != nil {
		return nil, err
	}
	if d.size < 0 || d.size > maxDirectory || d.at < 0 || d.at > size-d.size {
		return nil, fmt.Errorf("%w: a directory of %d bytes at %#x", ErrDamaged, d.size, d.at)
	}
	raw, err := readAt(r, d.at, d.size)
	if err != nil {
		return nil, err
	}
	for len(raw) > 0 {
		e, rest, err := readRecord(raw)
		if err != nil {
			return nil, err
		}
		if len(d.records) == maxMembers {
			return nil, fmt.Errorf("%w: more than %d members", ErrDamaged, maxMembers)
		}
		d.records, raw = append(d.records, e), rest
	}
	return d, nil
}

// findEnd reads the end records. A comment, which a package does not have, may
// be as long as it likes elsewhere; here it is at most a few bytes.
func (d *directory) findEnd(r io.ReaderAt, size int64) error {
	const tail = endRecord + 256
	last, err := readAt(r, max(0, size-tail), min(size, tail))
	if err != nil {
		return err
	}
	i := bytes.LastIndex(last, []byte("PK\x05\x06"))
	if i < 0 || len(last)-i < endRecord {
		return fmt.Errorf("%w: no end of a zip directory", ErrDamaged)
	}
	d.end = last[i:]
	le := binary.LittleEndian
	if int(le.Uint16(d.end[20:])) != len(d.end)-endRecord {
		return fmt.Errorf("%w: something follows the end of the zip directory", ErrDamaged)
	}
	d.size, d.at = int64(le.Uint32(d.end[12:])), int64(le.Uint32(d.end[16:]))
	from := size - int64(len(d.end)) - end64Locator - end64Record
	if from < 0 {
		return nil
	}
	b, err := readAt(r, from, end64Record+end64Locator)
	if err != nil {
		return err
	}
	if string(b[:4]) == "PK\x06\x06" && string(b[end64Record:end64Record+4]) == "PK\x06\x07" {
		d.end64, d.end64From = b, from
		d.size, d.at = int64(le.Uint64(b[40:])&(1<<62-1)), int64(le.Uint64(b[48:])&(1<<62-1))
	}
	return nil
}

func readRecord(b []byte) (record, []byte, error) {
	le := binary.LittleEndian
	if len(b) < centralFixed || string(b[:4]) != "PK\x01\x02" {
		return record{}, nil, fmt.Errorf("%w: zip directory", ErrDamaged)
	}
	name, extra, comment := int(le.Uint16(b[28:])), int(le.Uint16(b[30:])), int(le.Uint16(b[32:]))
	length := centralFixed + name + extra + comment
	if length > len(b) {
		return record{}, nil, fmt.Errorf("%w: zip directory", ErrDamaged)
	}
	e := record{name: string(b[centralFixed : centralFixed+name]), raw: b[:length:length], offset: int64(le.Uint32(b[42:]))}
	if e.offset == none32 {
		e.offset = offset64(b[centralFixed+name:centralFixed+name+extra], le.Uint32(b[24:]) == none32, le.Uint32(b[20:]) == none32)
	}
	return e, b[length:], nil
}

// offset64 reads the offset of a local header from the 64-bit extra field, where
// it stands behind the sizes that need it too; -1 where it is missing.
func offset64(extra []byte, sizes ...bool) int64 {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		id, length := le.Uint16(extra), int(le.Uint16(extra[2:]))
		extra = extra[4:]
		if length > len(extra) {
			return -1
		}
		if id == 1 {
			at := 0
			for _, present := range sizes {
				if present {
					at += 8
				}
			}
			if at+8 > length {
				return -1
			}
			return int64(le.Uint64(extra[at:]) & (1<<62 - 1))
		}
		extra = extra[length:]
	}
	return -1
}

// without is the directory as it was before its last member, the signature, was
// added: its record gone, and the end records corrected.
func (d *directory) without(last record) []byte {
	var out []byte
	for _, e := range d.records[:len(d.records)-1] {
		out = append(out, e.raw...)
	}
	le := binary.LittleEndian
	count, size := uint64(len(d.records)-1), uint64(len(out))
	if d.end64 != nil {
		end := bytes.Clone(d.end64)
		le.PutUint64(end[24:], count)
		le.PutUint64(end[32:], count)
		le.PutUint64(end[40:], size)
		le.PutUint64(end[48:], uint64(last.offset))
		le.PutUint64(end[end64Record+8:], uint64(last.offset)+size)
		return append(append(out, end...), d.end...)
	}
	end := bytes.Clone(d.end)
	le.PutUint16(end[8:], uint16(count))
	le.PutUint16(end[10:], uint16(count))
	le.PutUint32(end[12:], uint32(size))
	le.PutUint32(end[16:], uint32(last.offset))
	return append(out, end...)
}

func readAt(r io.ReaderAt, at, n int64) ([]byte, error) {
	b := make([]byte, n)
	if got, err := r.ReadAt(b, at); int64(got) < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return b, nil
}
