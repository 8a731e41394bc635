package origin

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// DoublePrefix begins the name of the file in which a Mac keeps, beside a file on
// a disk that has no extended attributes, what it would keep in them.
const DoublePrefix = "._"

// Bounds on an AppleDouble file. The attributes lie in its first entry, so that
// what follows need not be read.
const (
	MaxDouble     = 256 << 10 // bytes that are read
	maxEntries    = 16
	maxAttributes = 64
)

// The parts of an AppleDouble file (RFC 1740, appendices A and B), and of the
// attributes in it (xnu, bsd/vfs/vfs_xattr.c: apple_double_header,
// attr_header, attr_entry). All numbers are big-endian.
const (
	doubleMagic    = 0x00051607
	doubleVersion  = 0x00020000
	doubleHeader   = 26
	doubleEntry    = 12
	finderInfoID   = 9
	finderInfoSize = 32
	attrPad        = 2
	attrMagic      = 0x41545452 // "ATTR"
	attrHeader     = 36
	attrFixed      = 11 // of an entry, before the name
)

// ErrDouble is wrapped where a file is no AppleDouble file or is damaged.
var ErrDouble = errors.New("damaged AppleDouble file")

// ReadDouble returns the extended attributes in an AppleDouble file, by name. One
// that holds none is an empty map and no error. Of two with one name, the first
// counts.
func ReadDouble(r io.ReaderAt) (map[string][]byte, error) {
	data, err := io.ReadAll(io.NewSectionReader(r, 0, MaxDouble))
	if err != nil {
		return nil, fmt.Errorf("reading AppleDouble file: %w", err)
	}
	be := binary.BigEndian
	if len(data) < doubleHeader || be.Uint32(data) != doubleMagic || be.Uint32(data[4:]) != doubleVersion {
		return nil, fmt.Errorf("%w: header", ErrDouble)
	}
	count := int(be.Uint16(data[24:]))
	if count > maxEntries || doubleHeader+count*doubleEntry > len(data) {
		return nil, fmt.Errorf("%w: %d entries", ErrDouble, count)
	}
	for i := range count {
		e := data[doubleHeader+i*doubleEntry:]
		if be.Uint32(e) == finderInfoID {
			return attributes(data, uint64(be.Uint32(e[4:])), uint64(be.Uint32(e[8:])))
		}
	}
	return map[string][]byte{}, nil
}

// attributes reads what follows the Finder's 32 bytes in their entry.
func attributes(data []byte, offset, length uint64) (map[string][]byte, error) {
	all := map[string][]byte{}
	if length < finderInfoSize+attrPad+attrHeader {
		return all, nil // the Finder's own bytes alone
	}
	at := offset + finderInfoSize + attrPad
	if at+attrHeader > uint64(len(data)) {
		return nil, fmt.Errorf("%w: attributes at %d", ErrDouble, at)
	}
	header := data[at:]
	be := binary.BigEndian
	if be.Uint32(header) != attrMagic {
		return all, nil
	}
	count := int(be.Uint16(header[34:]))
	if count > maxAttributes {
		return nil, fmt.Errorf("%w: %d attributes", ErrDouble, count)
	}
	at += attrHeader
	for range count {
		name, value, next, err := attribute(data, at)
		if err != nil {
			return nil, err
		}
		if _, twice := all[name]; !twice {
			all[name] = value
		}
		at = next
	}
	return all, nil
}

// attribute reads one entry of the table. Entries are filled up to a multiple of
// four bytes.
func attribute(data []byte, at uint64) (name string, value []byte, next uint64, err error) {
	size := uint64(len(data))
	if at+attrFixed > size {
		return "", nil, 0, fmt.Errorf("%w: attribute at %d", ErrDouble, at)
	}
	be := binary.BigEndian
	from, length := uint64(be.Uint32(data[at:])), uint64(be.Uint32(data[at+4:]))
	end := at + attrFixed + uint64(data[at+10])
	if end > size || end == at+attrFixed || data[end-1] != 0 || from > size || length > size-from {
		return "", nil, 0, fmt.Errorf("%w: attribute at %d", ErrDouble, at)
	}
	return string(data[at+attrFixed : end-1]), data[from : from+length], at + (end-at+3)&^3, nil
}
