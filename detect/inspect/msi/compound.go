package msi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Bounds on one compound file. A large installer has some ten thousand streams.
const (
	maxSectors = 1 << 24 // that the allocation table may describe
	maxEntries = 1 << 16
	maxDepth   = 8 // storages in storages
)

// Marks in the allocation table and the directory ([MS-CFB] 2.1 and 2.6.1).
const (
	lastRegular = 0xfffffffa
	endOfChain  = 0xfffffffe
	freeSector  = 0xffffffff
	noStream    = 0xffffffff
	entrySize   = 128
	miniSector  = 64
	miniCutoff  = 4096
)

// Types of directory entry.
const (
	storageEntry = 1
	streamEntry  = 2
	rootEntry    = 5
)

// compound is a compound file ([MS-CFB]).
type compound struct {
	r       io.ReaderAt
	size    int64
	shift   uint // sectors are 1<<shift bytes
	fat     []uint32
	miniFAT []uint32
	mini    []run // where the mini stream lies in the file
	entries []entry
}

// entry is one row of the directory, with the fields that a signature covers as
// they stand there.
type entry struct {
	name     []byte // UTF-16LE, without the final zero
	kind     byte
	left     uint32
	right    uint32
	child    uint32
	class    [16]byte
	state    [4]byte
	times    [16]byte
	start    uint32
	rawSize  [4]byte
	size     int64
	children []int // of a storage, in no order
}

// run is bytes of the file that follow each other.
type run struct{ at, length int64 }

// openCompound reads the allocation tables and the directory.
func openCompound(r io.ReaderAt, size int64) (*compound, error) {
	c := &compound{r: r, size: size}
	head, err := c.read(0, 512)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	le := binary.LittleEndian
	c.shift = uint(le.Uint16(head[30:]))
	if c.shift != 9 && c.shift != 12 {
		return nil, fmt.Errorf("%w: sectors of 1<<%d bytes", ErrDamaged, c.shift)
	}
	if sectors := size >> c.shift; sectors > maxSectors {
		return nil, fmt.Errorf("%w: %d sectors", ErrTooLarge, sectors)
	}
	if err := c.readFAT(head); err != nil {
		return nil, fmt.Errorf("allocation table: %w", err)
	}
	if err := c.readDirectory(le.Uint32(head[48:])); err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	if err := c.readMini(le.Uint32(head[60:])); err != nil {
		return nil, fmt.Errorf("mini stream: %w", err)
	}
	return c, c.tree()
}

func (c *compound) read(at, n int64) ([]byte, error) {
	if at < 0 || n < 0 || at > c.size-n {
		return nil, fmt.Errorf("%w: %d bytes at %#x are not in the file", ErrDamaged, n, at)
	}
	b := make([]byte, n)
	if got, err := c.r.ReadAt(b, at); got < len(b) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return b, nil
}

// sector reads one sector. The last one of a file may be cut off.
func (c *compound) sector(n uint32) ([]byte, error) {
	at, length := c.place(n), int64(1)<<c.shift
	b, err := c.read(at, min(length, c.size-at))
	if err != nil || int64(len(b)) == length {
		return b, err
	}
	return append(b, make([]byte, length-int64(len(b)))...), nil
}

func (c *compound) place(sector uint32) int64 { return (int64(sector) + 1) << c.shift }

// readFAT reads the sectors of the allocation table, whose numbers stand in the
// header and, for large files, in a chain of further sectors ([MS-CFB] 2.5).
func (c *compound) readFAT(head []byte) error {
	le := binary.LittleEndian
	sectors := c.size >> c.shift
	for i := 76; i < 512; i += 4 {
		if err := c.addFAT(le.Uint32(head[i:]), sectors); err != nil {
			return err
		}
	}
	perSector := 1<<c.shift/4 - 1
	for next, seen := le.Uint32(head[68:]), int64(0); next <= lastRegular; seen++ {
		if seen > sectors {
			return fmt.Errorf("%w: its own chain has no end", ErrDamaged)
		}
		b, err := c.sector(next)
		if err != nil {
			return err
		}
		for i := range perSector {
			if err := c.addFAT(le.Uint32(b[4*i:]), sectors); err != nil {
				return err
			}
		}
		next = le.Uint32(b[4*perSector:])
	}
	return nil
}

func (c *compound) addFAT(n uint32, sectors int64) error {
	if n > lastRegular || int64(len(c.fat)) > sectors {
		return nil
	}
	b, err := c.sector(n)
	if err != nil {
		return err
	}
	c.fat = appendNumbers(c.fat, b)
	return nil
}

func appendNumbers(to []uint32, b []byte) []uint32 {
	for ; len(b) >= 4; b = b[4:] {
		to = append(to, binary.LittleEndian.Uint32(b))
	}
	return to
}

// chain follows an allocation table from a sector to its end. A chain of more
// sectors than were asked for is cut there.
func chain(table []uint32, start uint32, most int64) ([]uint32, error) {
	var all []uint32
	for n := start; n != endOfChain && int64(len(all)) < most; n = table[n] {
		if int64(n) >= int64(len(table)) {
			return all, fmt.Errorf("%w: a chain leads to sector %#x", ErrDamaged, n)
		}
		all = append(all, n)
		if len(all) > len(table) {
			return all, fmt.Errorf("%w: a chain has no end", ErrDamaged)
		}
	}
	return all, nil
}

func (c *compound) readDirectory(start uint32) error {
	sectors, err := chain(c.fat, start, maxEntries*entrySize>>c.shift+1)
	if err != nil {
		return err
	}
	for _, n := range sectors {
		b, err := c.sector(n)
		if err != nil {
			return err
		}
		for ; len(b) >= entrySize; b = b[entrySize:] {
			c.entries = append(c.entries, c.entry(b))
		}
	}
	if len(c.entries) == 0 || c.entries[0].kind != rootEntry {
		return fmt.Errorf("%w: no root", ErrDamaged)
	}
	if len(c.entries) > maxEntries {
		return fmt.Errorf("%w: more than %d entries", ErrTooLarge, maxEntries)
	}
	return nil
}

// entry reads a row ([MS-CFB] 2.6.1).
func (c *compound) entry(b []byte) entry {
	le := binary.LittleEndian
	e := entry{
		kind: b[66], left: le.Uint32(b[68:]), right: le.Uint32(b[72:]), child: le.Uint32(b[76:]),
		class: [16]byte(b[80:96]), state: [4]byte(b[96:100]), times: [16]byte(b[100:116]),
		start: le.Uint32(b[116:]), rawSize: [4]byte(b[120:124]), size: int64(le.Uint32(b[120:])),
	}
	if c.shift == 12 {
		e.size = int64(min(le.Uint64(b[120:]), 1<<62))
	}
	if n := le.Uint16(b[64:]); n >= 2 && n <= 64 {
		e.name = append([]byte{}, b[:n-2]...)
	}
	return e
}

// readMini reads the table of the mini stream, in which small streams lie, and
// where the mini stream itself lies: it is the root's.
func (c *compound) readMini(start uint32) error {
	if start <= lastRegular {
		sectors, err := chain(c.fat, start, int64(len(c.fat)))
		if err != nil {
			return err
		}
		for _, n := range sectors {
			b, err := c.sector(n)
			if err != nil {
				return err
			}
			c.miniFAT = appendNumbers(c.miniFAT, b)
		}
	}
	root := c.entries[0]
	if root.size == 0 {
		return nil
	}
	var err error
	c.mini, err = c.runs(root.start, root.size)
	return err
}

// runs are the places of a stream of whole sectors.
func (c *compound) runs(start uint32, size int64) ([]run, error) {
	if size > c.size {
		return nil, fmt.Errorf("%w: a stream of %d bytes in a file of %d", ErrDamaged, size, c.size)
	}
	length := int64(1) << c.shift
	sectors, err := chain(c.fat, start, (size+length-1)>>c.shift)
	if err != nil {
		return nil, err
	}
	if int64(len(sectors))<<c.shift < size {
		return nil, fmt.Errorf("%w: a stream ends before its size", ErrDamaged)
	}
	var all []run
	for _, n := range sectors {
		part := run{c.place(n), min(length, size)}
		size -= part.length
		all = appendRun(all, part)
	}
	return all, nil
}

// appendRun joins what lies together.
func appendRun(all []run, r run) []run {
	if n := len(all); n > 0 && all[n-1].at+all[n-1].length == r.at {
		all[n-1].length += r.length
		return all
	}
	return append(all, r)
}

// miniRuns are the places of a stream in the mini stream.
func (c *compound) miniRuns(start uint32, size int64) ([]run, error) {
	sectors, err := chain(c.miniFAT, start, (size+miniSector-1)/miniSector)
	if err != nil {
		return nil, err
	}
	if int64(len(sectors))*miniSector < size {
		return nil, fmt.Errorf("%w: a small stream ends before its size", ErrDamaged)
	}
	places := newPlaces(c.mini)
	var all []run
	for _, n := range sectors {
		at, ok := places.find(int64(n) * miniSector)
		if !ok {
			return nil, fmt.Errorf("%w: a small stream lies outside of the mini stream", ErrDamaged)
		}
		part := run{at, min(miniSector, size)}
		size -= part.length
		all = appendRun(all, part)
	}
	return all, nil
}

// stream reads the contents of an entry.
func (c *compound) stream(e *entry) (io.Reader, error) {
	if e.size == 0 {
		return eof{}, nil
	}
	find := c.runs
	if e.size < miniCutoff {
		find = c.miniRuns
	}
	runs, err := find(e.start, e.size)
	if err != nil {
		return nil, err
	}
	return &runReader{r: c.r, left: runs}, nil
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

type runReader struct {
	r    io.ReaderAt
	left []run
}

func (r *runReader) Read(p []byte) (int, error) {
	if len(r.left) == 0 {
		return 0, io.EOF
	}
	first := &r.left[0]
	n, err := r.r.ReadAt(p[:min(int64(len(p)), first.length)], first.at)
	first.at, first.length = first.at+int64(n), first.length-int64(n)
	if first.length == 0 {
		r.left, err = r.left[1:], nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// tree gives each storage its children. They hang together as a binary tree of
// siblings, which is gone through once; an entry that is met twice is damage.
func (c *compound) tree() error {
	met := make([]bool, len(c.entries))
	met[0] = true
	level := []int{0}
	for depth := 0; len(level) > 0; depth++ {
		if depth > maxDepth {
			return fmt.Errorf("%w: storages in storages", ErrTooLarge)
		}
		var below []int
		for _, parent := range level {
			if err := c.siblings(parent, met); err != nil {
				return err
			}
			for _, child := range c.entries[parent].children {
				if c.entries[child].kind == storageEntry {
					below = append(below, child)
				}
			}
		}
		level = below
	}
	return nil
}

func (c *compound) siblings(parent int, met []bool) error {
	for stack := []uint32{c.entries[parent].child}; len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n == noStream {
			continue
		}
		if int64(n) >= int64(len(c.entries)) || met[n] {
			return fmt.Errorf("%w: the directory leads to entry %#x", ErrDamaged, n)
		}
		met[n] = true
		e := &c.entries[n]
		c.entries[parent].children = append(c.entries[parent].children, int(n))
		stack = append(stack, e.left, e.right)
	}
	return nil
}
