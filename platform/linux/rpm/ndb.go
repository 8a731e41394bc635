package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

var (
	errNDB     = errors.New("not a database of rpm's own format")
	errDamaged = errors.New("damaged database")
)

// Bounds on a database. The largest header of a distribution is about 5 MB.
const (
	maxDatabase = 8 << 30
	maxPayload  = 64 << 20 // of one package
)

// Parts of rpm's own database format (rpm, lib/backend/ndb/rpmpkg.c): numbers are
// little-endian, a page of slots has 4096 bytes, and the first two slots are the
// header.
const (
	ndbMagic   = 'R' | 'p'<<8 | 'm'<<16 | 'P'<<24
	slotMagic  = 'S' | 'l'<<8 | 'o'<<16 | 't'<<24
	blobMagic  = 'B' | 'l'<<8 | 'b'<<16 | 'S'<<24
	slotSize   = 16
	slotPage   = 4096
	blobHead   = 16
	maxNDBPage = 1024 // of slots: 262 142 packages
)

// eachNDB hands the header of each package in a database of size bytes to take. A
// damaged package is passed to damaged and does not end the walk.
func eachNDB(r io.ReaderAt, size int64, take func(header []byte) error, damaged func(error)) error {
	head := make([]byte, 2*slotSize)
	if size < slotPage || size > maxDatabase {
		return errNDB
	}
	if _, err := r.ReadAt(head, 0); err != nil {
		return err
	}
	pages := binary.LittleEndian.Uint32(head[12:])
	if binary.LittleEndian.Uint32(head) != ndbMagic || binary.LittleEndian.Uint32(head[4:]) != 0 || pages == 0 {
		return errNDB
	}
	if pages > maxNDBPage || int64(pages)*slotPage > size {
		return fmt.Errorf("%w: %d pages of slots", errDamaged, pages)
	}
	slots := make([]byte, int(pages)*slotPage)
	if _, err := r.ReadAt(slots, 0); err != nil {
		return err
	}
	budget := size + 1<<20
	for at := 2 * slotSize; at < len(slots); at += slotSize {
		slot := slots[at : at+slotSize]
		index, offset := binary.LittleEndian.Uint32(slot[4:]), int64(binary.LittleEndian.Uint32(slot[8:]))*slotSize
		if binary.LittleEndian.Uint32(slot) != slotMagic {
			return fmt.Errorf("%w: slot %d", errDamaged, at/slotSize)
		}
		if index == 0 || offset == 0 {
			continue // free
		}
		blob, err := ndbBlob(r, size, index, offset, &budget)
		if err != nil {
			damaged(err)
			continue
		}
		if err := take(blob); err != nil {
			return err
		}
	}
	return nil
}

func ndbBlob(r io.ReaderAt, size int64, index uint32, offset int64, budget *int64) ([]byte, error) {
	head := make([]byte, blobHead)
	if offset > size-blobHead {
		return nil, fmt.Errorf("%w: package %d beyond the end", errDamaged, index)
	}
	if _, err := r.ReadAt(head, offset); err != nil {
		return nil, err
	}
	length := int64(binary.LittleEndian.Uint32(head[12:]))
	if binary.LittleEndian.Uint32(head) != blobMagic || binary.LittleEndian.Uint32(head[4:]) != index {
		return nil, fmt.Errorf("%w: no package where package %d should be", errDamaged, index)
	}
	if *budget -= length; length > maxPayload || offset+blobHead+length > size || *budget < 0 {
		return nil, fmt.Errorf("%w: package %d of %d bytes", errDamaged, index, length)
	}
	blob := make([]byte, length)
	if _, err := r.ReadAt(blob, offset+blobHead); err != nil && err != io.EOF {
		return nil, err
	}
	return blob, nil
}
