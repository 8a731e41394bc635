// Package sqlite reads the rows of one table of a SQLite database file.
//
// A file goes in, as an io.ReaderAt; rows come out, one after the other, each
// column as bytes. What is followed is "Database File Format"
// (sqlite.org/fileformat2.html), sections 1.3 the header, 1.6 b-tree pages and
// overflow, 2.1 records, 2.6 the schema. Nothing is written, and no program that
// has the database open is disturbed. Indexes, other encodings than UTF-8 and what
// stands in a write-ahead log are not read.
package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Bounds on a database.
const (
	maxDatabase = 8 << 30
	maxPayload  = 64 << 20 // one row; the largest that is known, of a distribution's packages, is about 5 MB
	maxTreeDeep = 20       // SQLite's own bound
)

var (
	errSQLite  = errors.New("not a SQLite database")
	errDamaged = errors.New("damaged database")
)

// File is a database file.
type File struct {
	r       io.ReaderAt
	pages   uint32
	size    int // of a page
	usable  int // of that, without what an extension reserves
	budget  int64
	visited map[uint32]bool
}

// Open checks the header of a database of size bytes.
func Open(r io.ReaderAt, size int64) (*File, error) {
	head := make([]byte, 100)
	if size < int64(len(head)) || size > maxDatabase {
		return nil, errSQLite
	}
	if _, err := r.ReadAt(head, 0); err != nil {
		return nil, err
	}
	page := int(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 1 << 16
	}
	reserved := int(head[20])
	if string(head[:16]) != "SQLite format 3\x00" || page < 512 || page&(page-1) != 0 || page-reserved < 480 {
		return nil, errSQLite
	}
	if encoding := binary.BigEndian.Uint32(head[56:]); encoding > 1 {
		return nil, fmt.Errorf("%w: text in UTF-16", errSQLite)
	}
	pages := (size + int64(page) - 1) / int64(page)
	// Each page holds one thing only, so nobody needs to read twice the file.
	return &File{r: r, pages: uint32(pages), size: page, usable: page - reserved, budget: 2*size + 1<<20}, nil
}

// Table hands each row of a table to take: its columns as bytes, integers left
// out. An error of take ends it.
func (d *File) Table(name string, take func(columns [][]byte) error) error {
	var root uint32
	d.visited = map[uint32]bool{}
	err := d.walk(1, 0, func(columns [][]byte) error {
		if len(columns) >= 4 && string(columns[0]) == "table" && string(columns[1]) == name {
			root = uint32(integer(columns[3]))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	if root == 0 {
		return fmt.Errorf("%w: no table %s", errDamaged, name)
	}
	d.visited = map[uint32]bool{}
	return d.walk(root, 0, take)
}

// page reads one page; they are numbered from 1.
func (d *File) page(n uint32) ([]byte, error) {
	if n == 0 || n > d.pages {
		return nil, fmt.Errorf("%w: page %d of %d", errDamaged, n, d.pages)
	}
	if d.budget -= int64(d.size); d.budget < 0 {
		return nil, fmt.Errorf("%w: pages are used more than once", errDamaged)
	}
	b := make([]byte, d.size)
	if got, err := d.r.ReadAt(b, int64(n-1)*int64(d.size)); got < len(b) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("page %d: %w", n, err)
	}
	return b, nil
}

// Kinds of b-tree pages of tables.
const (
	interiorTable = 5
	leafTable     = 13
)

func (d *File) walk(n uint32, depth int, take func([][]byte) error) error {
	if depth > maxTreeDeep || d.visited[n] {
		return fmt.Errorf("%w: the tree comes back to page %d", errDamaged, n)
	}
	d.visited[n] = true
	page, err := d.page(n)
	if err != nil {
		return err
	}
	head := page
	if n == 1 {
		head = page[100:] // the database's own header comes first
	}
	cells := int(binary.BigEndian.Uint16(head[3:]))
	switch head[0] {
	case leafTable:
		return d.eachCell(page, head[8:], cells, func(cell []byte) error { return d.leaf(cell, take) })
	case interiorTable:
		err := d.eachCell(page, head[12:], cells, func(cell []byte) error {
			if len(cell) < 4 {
				return errDamaged
			}
			return d.walk(binary.BigEndian.Uint32(cell), depth+1, take)
		})
		if err != nil {
			return err
		}
		return d.walk(binary.BigEndian.Uint32(head[8:]), depth+1, take)
	}
	return fmt.Errorf("%w: page %d is none of a table", errDamaged, n)
}

// eachCell follows the pointers of a page to its cells.
func (d *File) eachCell(page, pointers []byte, cells int, take func([]byte) error) error {
	if 2*cells > len(pointers) {
		return fmt.Errorf("%w: more cells than fit", errDamaged)
	}
	for i := range cells {
		at := int(binary.BigEndian.Uint16(pointers[2*i:]))
		if at >= d.usable {
			return fmt.Errorf("%w: a cell outside of its page", errDamaged)
		}
		if err := take(page[at:d.usable]); err != nil {
			return err
		}
	}
	return nil
}

// leaf reads one row.
func (d *File) leaf(cell []byte, take func([][]byte) error) error {
	size, n1 := varint(cell)
	_, n2 := varint(cell[min(n1, len(cell)):])
	if n1 == 0 || n2 == 0 || size > maxPayload {
		return fmt.Errorf("%w: a row of %d bytes", errDamaged, size)
	}
	payload, err := d.payload(cell[n1+n2:], int(size))
	if err != nil {
		return err
	}
	columns, err := record(payload)
	if err != nil {
		return err
	}
	return take(columns)
}

// payload gathers a row from its page and the overflow pages.
func (d *File) payload(local []byte, size int) ([]byte, error) {
	most := d.usable - 35
	if size <= most {
		if size > len(local) {
			return nil, fmt.Errorf("%w: a row beyond its page", errDamaged)
		}
		return local[:size], nil
	}
	least := (d.usable-12)*32/255 - 23
	keep := least + (size-least)%(d.usable-4)
	if keep > most {
		keep = least
	}
	if keep+4 > len(local) {
		return nil, fmt.Errorf("%w: a row beyond its page", errDamaged)
	}
	out := append([]byte(nil), local[:keep]...)
	next := binary.BigEndian.Uint32(local[keep:])
	for len(out) < size {
		page, err := d.page(next)
		if err != nil {
			return nil, fmt.Errorf("the rest of a row: %w", err)
		}
		next = binary.BigEndian.Uint32(page)
		out = append(out, page[4:4+min(size-len(out), d.usable-4)]...)
	}
	return out, nil
}

// record takes a row apart. Integers come as their big-endian bytes, floats and
// nulls as nothing.
func record(b []byte) ([][]byte, error) {
	head, n := varint(b)
	if n == 0 || head < uint64(n) || head > uint64(len(b)) {
		return nil, fmt.Errorf("%w: a row without its types", errDamaged)
	}
	types, body := b[n:head], b[head:]
	var columns [][]byte
	for len(types) > 0 {
		kind, n := varint(types)
		if n == 0 {
			return nil, fmt.Errorf("%w: types of a row", errDamaged)
		}
		types = types[n:]
		size := columnSize(kind)
		if size > uint64(len(body)) {
			return nil, fmt.Errorf("%w: a column beyond its row", errDamaged)
		}
		columns = append(columns, body[:size])
		body = body[size:]
	}
	return columns, nil
}

func columnSize(kind uint64) uint64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind <= 4:
		return kind
	case kind == 5:
		return 6
	case kind == 6, kind == 7:
		return 8
	}
	return 0 // the constants 0 and 1
}

// integer is the value of an integer column; those of the schema are positive.
func integer(column []byte) (v uint64) {
	for _, b := range column {
		v = v<<8 | uint64(b)
	}
	return v
}

// varint reads a number of one to nine bytes, most significant first; n is 0
// where there is none.
func varint(b []byte) (v uint64, n int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return v<<8 | uint64(b[i]), 9
		}
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
