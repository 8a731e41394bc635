// Package elf reads Linux programs and libraries: what machine they are for,
// how they are loaded, which libraries they ask for, and the build id that the
// linker gave them. An io.ReaderAt goes in, a typed result comes out.
//
// It follows the System V ABI, chapters 4 (ELF header), 5 (program header,
// dynamic section, note section), and the GNU note NT_GNU_BUILD_ID. It goes by
// the program headers alone, as the loader does: the section table may be
// stripped, or a lie. Go's own linker lists a GNU build id in the section table
// only; that one is not seen.
//
// debug/elf of the standard library allocates by the counts that a file claims;
// here every count is compared with a bound first.
package elf

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// ErrNotELF says that the bytes are no ELF file: no magic, an unknown class or
// byte order, or a header cut off.
var ErrNotELF = errors.New("not an ELF file")

// Bounds on one file.
const (
	maxProgramHeaders = 256
	maxInterp         = 4 << 10
	maxNotes          = 64 << 10
	maxDynamic        = 4 << 10 // entries
	maxNeeded         = 1 << 10
	maxName           = 512
	maxBuildID        = 64
	maxProblems       = 16
)

// Type is the kind of object (e_type).
type Type uint16

// Types of object that are run or loaded.
const (
	Executable Type = 2
	Shared     Type = 3 // libraries and position-independent programs
)

// File is what one object says about itself.
type File struct {
	Bits      int // 32 or 64
	BigEndian bool
	Machine   Machine
	Type      Type
	Interp    string // the loader's path; empty for static programs and most libraries
	BuildID   string // hex
	Soname    string
	Needed    []string
	// Problems name the parts that were damaged or left out.
	Problems []string
}

// Machine is the processor (e_machine).
type Machine uint16

// Machines by the names that Go and most distributions know.
const (
	I386    Machine = 3
	ARM     Machine = 40
	X86_64  Machine = 62
	AArch64 Machine = 183
	RISCV   Machine = 243
)

func (m Machine) String() string {
	switch m {
	case I386:
		return "x86"
	case ARM:
		return "arm"
	case X86_64:
		return "x64"
	case AArch64:
		return "arm64"
	case RISCV:
		return "riscv"
	}
	return fmt.Sprintf("machine-%d", uint16(m))
}

// Read reads the object in the first size bytes of r. It returns an error that
// wraps ErrNotELF where the header cannot be read; anything damaged behind it
// is a problem in the result.
func Read(r io.ReaderAt, size int64) (*File, error) {
	o := &object{r: r, size: size}
	if err := o.header(); err != nil {
		return nil, err
	}
	for _, s := range o.segments {
		switch s.kind {
		case segmentInterp:
			o.interp(s)
		case segmentNote:
			o.notes(s)
		case segmentDynamic:
			o.dynamic(s)
		}
	}
	return &o.File, nil
}

// object is a file while it is read.
type object struct {
	File
	r        io.ReaderAt
	size     int64
	order    binary.ByteOrder
	segments []segment
}

// segment is a program header.
type segment struct {
	kind                    uint32
	offset, address, inFile uint64
	align                   uint64
}

// Segment types (p_type).
const (
	segmentLoad    = 1
	segmentDynamic = 2
	segmentInterp  = 3
	segmentNote    = 4
)

func (o *object) problem(format string, args ...any) {
	if len(o.Problems) < maxProblems {
		o.Problems = append(o.Problems, fmt.Sprintf(format, args...))
	}
}

// read returns up to n bytes at an offset, fewer only at the end of the file.
func (o *object) read(offset, n uint64) ([]byte, error) {
	if offset >= uint64(o.size) || n == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	buf := make([]byte, min(n, uint64(o.size)-offset))
	got, err := o.r.ReadAt(buf, int64(offset))
	if got == len(buf) {
		return buf, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return buf[:got], err
}

func (o *object) header() error {
	if o.size < 0 {
		return ErrNotELF
	}
	head, err := o.read(0, 64)
	if len(head) < 52 || string(head[:4]) != "\x7fELF" {
		return notELF("no header", err)
	}
	switch head[5] {
	case 1:
		o.order = binary.LittleEndian
	case 2:
		o.order, o.BigEndian = binary.BigEndian, true
	default:
		return notELF("unknown byte order", nil)
	}
	o.Type, o.Machine = Type(o.order.Uint16(head[16:])), Machine(o.order.Uint16(head[18:]))
	switch head[4] {
	case 1:
		o.Bits = 32
		return o.programHeaders(uint64(o.order.Uint32(head[28:])), o.order.Uint16(head[42:]), o.order.Uint16(head[44:]))
	case 2:
		if len(head) < 64 {
			return notELF("header cut off", err)
		}
		o.Bits = 64
		return o.programHeaders(o.order.Uint64(head[32:]), o.order.Uint16(head[54:]), o.order.Uint16(head[56:]))
	}
	return notELF("unknown class", nil)
}

func notELF(what string, err error) error {
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %s: %w", ErrNotELF, what, err)
	}
	return fmt.Errorf("%w: %s", ErrNotELF, what)
}

func (o *object) programHeaders(at uint64, length, count uint16) error {
	if count == 0 {
		return nil // an object file, not yet linked
	}
	want := uint16(56)
	if o.Bits == 32 {
		want = 32
	}
	if length != want {
		o.problem("program headers: %d bytes each, want %d", length, want)
		return nil
	}
	if count > maxProgramHeaders {
		o.problem("program headers: %d, only %d are read", count, maxProgramHeaders)
		count = maxProgramHeaders
	}
	buf, _ := o.read(at, uint64(count)*uint64(length))
	if len(buf) < int(count)*int(length) {
		o.problem("program headers: cut off")
	}
	for ; len(buf) >= int(length); buf = buf[length:] {
		o.segments = append(o.segments, o.segment(buf))
	}
	return nil
}

func (o *object) segment(b []byte) segment {
	if o.Bits == 32 {
		return segment{
			kind: o.order.Uint32(b), offset: uint64(o.order.Uint32(b[4:])), address: uint64(o.order.Uint32(b[8:])),
			inFile: uint64(o.order.Uint32(b[16:])), align: uint64(o.order.Uint32(b[28:])),
		}
	}
	return segment{
		kind: o.order.Uint32(b), offset: o.order.Uint64(b[8:]), address: o.order.Uint64(b[16:]),
		inFile: o.order.Uint64(b[32:]), align: o.order.Uint64(b[48:]),
	}
}

func (o *object) interp(s segment) {
	b, err := o.read(s.offset, min(s.inFile, maxInterp))
	if err != nil {
		o.problem("interpreter: %v", err)
		return
	}
	o.Interp = cString(b)
}

const noteGNUBuildID = 3

// notes looks for the GNU build id (name "GNU", type 3).
func (o *object) notes(s segment) {
	if o.BuildID != "" {
		return
	}
	align := 4
	if s.align == 8 {
		align = 8
	}
	b, err := o.read(s.offset, min(s.inFile, maxNotes))
	if err != nil && s.inFile > 0 {
		o.problem("notes: %v", err)
		return
	}
	for len(b) >= 12 {
		name, desc, kind := uint64(o.order.Uint32(b)), uint64(o.order.Uint32(b[4:])), o.order.Uint32(b[8:])
		descAt := roundUp(12+name, align)
		if descAt+desc > uint64(len(b)) {
			o.problem("notes: one reaches beyond its segment")
			return
		}
		if kind == noteGNUBuildID && name == 4 && string(b[12:16]) == "GNU\x00" && desc > 0 && desc <= maxBuildID {
			o.BuildID = hex.EncodeToString(b[descAt : descAt+desc])
			return
		}
		b = b[min(roundUp(descAt+desc, align), uint64(len(b))):]
	}
}

func roundUp(n uint64, align int) uint64 {
	a := uint64(align)
	return (n + a - 1) / a * a
}

// Tags of the dynamic section (d_tag).
const (
	tagNull   = 0
	tagNeeded = 1
	tagStrtab = 5
	tagSoname = 14
)

// dynamic reads the names that the loader works with. The string table is given
// by its address in memory, which a load segment translates.
func (o *object) dynamic(s segment) {
	width := uint64(o.Bits / 8)
	b, err := o.read(s.offset, min(s.inFile, maxDynamic*2*width))
	if err != nil {
		o.problem("dynamic section: %v", err)
		return
	}
	var needed []uint64
	var strtab, soname uint64
entries:
	for ; uint64(len(b)) >= 2*width; b = b[2*width:] {
		value := o.word(b[width:])
		switch o.word(b) {
		case tagNull:
			break entries
		case tagNeeded:
			if len(needed) < maxNeeded {
				needed = append(needed, value)
			}
		case tagStrtab:
			strtab = value
		case tagSoname:
			soname = value
		}
	}
	table, ok := o.offset(strtab)
	if !ok {
		if len(needed) > 0 || soname != 0 {
			o.problem("dynamic section: its string table is not in the file")
		}
		return
	}
	if soname != 0 {
		o.Soname = o.name(table, soname)
	}
	for _, n := range needed {
		if name := o.name(table, n); name != "" {
			o.Needed = append(o.Needed, name)
		}
	}
}

func (o *object) word(b []byte) uint64 {
	if o.Bits == 32 {
		return uint64(o.order.Uint32(b))
	}
	return o.order.Uint64(b)
}

func (o *object) offset(address uint64) (uint64, bool) {
	for _, s := range o.segments {
		if s.kind == segmentLoad && address >= s.address && address-s.address < s.inFile {
			return s.offset + (address - s.address), true
		}
	}
	return 0, false
}

func (o *object) name(table, at uint64) string {
	b, err := o.read(table+at, maxName)
	if err != nil || !bytes.Contains(b, []byte{0}) {
		o.problem("dynamic section: a name cannot be read")
		return ""
	}
	return cString(b)
}

func cString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}
