// Package pe reads Windows programs: headers, sections, version resources,
// imports, the certificate table, what is appended, and which installer a
// program carries. An io.ReaderAt goes in, typed results come out, no facts and
// no judgement.
//
// It follows "PE Format" by Microsoft (the PE/COFF specification): section 2.1
// MS-DOS stub, 2.3 COFF file header, 2.4 optional header, 3 section table, 5.7
// attribute certificate table, 5.4 (6.4 in older editions) .idata, 5.9 (6.9)
// .rsrc; and "VS_VERSIONINFO structure" of the Win32 documentation; and "ASAR Integrity" of
// Electron's documentation for the resource ELECTRONASAR of type INTEGRITY.
//
// Every count and offset in a file is a claim. Nothing is allocated by one
// before it was compared with a bound and with the size of the file. What is
// damaged is noted in File.Problems, and the rest is still read.
package pe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrNotPE says that the bytes are no Windows program: no MZ header, no PE
// signature where it points, or headers cut off before the section table.
var ErrNotPE = errors.New("not a PE file")

// Bounds on one file. Real programs stay far below each.
const (
	maxSections     = 256
	maxDirectories  = 16
	maxProblems     = 32
	maxOptional     = 4 << 10 // bytes of optional header that are read
	sectionHeader   = 40
	directoryLength = 8
)

// Machine is the processor a program is for (section 2.3.1, machine types).
type Machine uint16

// The machines that chat clients were made for.
const (
	X86   Machine = 0x014c
	X64   Machine = 0x8664
	ARM   Machine = 0x01c4
	ARM64 Machine = 0xaa64
	IA64  Machine = 0x0200
	MIPS  Machine = 0x0166
)

func (m Machine) String() string {
	switch m {
	case X86:
		return "x86"
	case X64:
		return "x64"
	case ARM:
		return "arm"
	case ARM64:
		return "arm64"
	case IA64:
		return "ia64"
	case MIPS:
		return "mips"
	}
	return fmt.Sprintf("machine-%#x", uint16(m))
}

// File is what the headers of one program say. Offsets are in bytes from the
// start of the file.
type File struct {
	Size      int64
	Machine   Machine
	Timestamp uint32 // seconds since 1970, or anything else the linker chose
	DLL       bool
	PE32Plus  bool

	// ChecksumOffset and SecurityEntryOffset are the two places that an
	// Authenticode digest leaves out besides the certificate table itself;
	// SecurityEntryOffset is 0 where the headers have no such entry.
	ChecksumOffset      int64
	SecurityEntryOffset int64
	HeadersSize         int64
	Sections            []Section

	Versions []VersionInfo
	Manifest bool
	Imports  []string // DLL names as written, in order
	// Archives are the Electron archives whose headers the program knows.
	Archives []AsarRecord

	Certificates Certificates
	Overlay      Overlay
	Installer    Installer

	// Problems name the parts that were damaged or left out, in the order in
	// which they were met.
	Problems []string
}

// Section is a row of the section table (section 3).
type Section struct {
	Name           string
	VirtualAddress uint32
	VirtualSize    uint32
	Offset         uint32 // PointerToRawData
	Size           uint32 // SizeOfRawData
}

// Overlay is what follows the last section, without the certificate table.
type Overlay struct{ Offset, Size int64 }

// Read reads the program in the first size bytes of r. It returns an error that
// wraps ErrNotPE where the headers cannot be read at all; anything damaged
// behind them is a problem in the result.
func Read(r io.ReaderAt, size int64) (*File, error) {
	img := &image{r: r, File: File{Size: size}}
	if err := img.headers(); err != nil {
		return nil, err
	}
	img.certificates()
	img.overlay()
	img.imports()
	img.resources()
	img.installer()
	return &img.File, nil
}

// image is a file while it is read.
type image struct {
	File
	r           io.ReaderAt
	directories []directory
	squirrel    bool // has the resource of Squirrel's Setup.exe
	inno        bool // has the resource of Inno Setup's loader
}

type directory struct{ address, size uint32 }

// Data directories by index (section 2.4.3).
const (
	importDirectory   = 1
	resourceDirectory = 2
	securityDirectory = 4
)

func (img *image) directory(i int) directory {
	if i >= len(img.directories) {
		return directory{}
	}
	return img.directories[i]
}

func (img *image) problem(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if len(img.Problems) < maxProblems && !slices.Contains(img.Problems, text) {
		img.Problems = append(img.Problems, text)
	}
}

// read returns up to n bytes at an offset, fewer only at the end of the file.
func (img *image) read(offset, n int64) ([]byte, error) {
	if offset < 0 || offset >= img.Size || n <= 0 {
		return nil, io.ErrUnexpectedEOF
	}
	buf := make([]byte, min(n, img.Size-offset))
	got, err := img.r.ReadAt(buf, offset)
	if got == len(buf) {
		return buf, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return buf[:got], err
}

// headers reads everything up to the end of the section table.
func (img *image) headers() error {
	dos, err := img.read(0, 64)
	if len(dos) < 64 || dos[0] != 'M' || dos[1] != 'Z' {
		return notPE("no MZ header", err)
	}
	at := int64(binary.LittleEndian.Uint32(dos[60:]))
	coff, err := img.read(at, 24)
	if len(coff) < 24 || string(coff[:4]) != "PE\x00\x00" {
		return notPE("no PE signature", err)
	}
	img.Machine = Machine(binary.LittleEndian.Uint16(coff[4:]))
	img.Timestamp = binary.LittleEndian.Uint32(coff[8:])
	img.DLL = binary.LittleEndian.Uint16(coff[22:])&0x2000 != 0
	sections := int(binary.LittleEndian.Uint16(coff[6:]))
	optional := int64(binary.LittleEndian.Uint16(coff[20:]))
	if err := img.optionalHeader(at+24, optional); err != nil {
		return err
	}
	return img.sectionTable(at+24+optional, sections)
}

func notPE(what string, err error) error {
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %s: %w", ErrNotPE, what, err)
	}
	return fmt.Errorf("%w: %s", ErrNotPE, what)
}

// optionalHeader reads what both forms of the optional header share, and the
// data directories, whose place differs between them (section 2.4).
func (img *image) optionalHeader(at, size int64) error {
	buf, err := img.read(at, min(size, maxOptional))
	if len(buf) < 68 {
		return notPE("no optional header", err)
	}
	directories := 96
	switch binary.LittleEndian.Uint16(buf) {
	case 0x10b:
	case 0x20b:
		img.PE32Plus = true
		directories = 112
	default:
		return notPE("unknown optional header", nil)
	}
	img.HeadersSize = int64(binary.LittleEndian.Uint32(buf[60:]))
	img.ChecksumOffset = at + 64
	if len(buf) < directories {
		return nil
	}
	claimed := int64(binary.LittleEndian.Uint32(buf[directories-4:]))
	for i := range min(claimed, maxDirectories) {
		entry := directories + int(i)*directoryLength
		if entry+directoryLength > len(buf) {
			break
		}
		if i == securityDirectory {
			img.SecurityEntryOffset = at + int64(entry)
		}
		img.directories = append(img.directories, directory{
			binary.LittleEndian.Uint32(buf[entry:]), binary.LittleEndian.Uint32(buf[entry+4:]),
		})
	}
	return nil
}

func (img *image) sectionTable(at int64, count int) error {
	if count > maxSections {
		img.problem("section table: %d sections, only %d are read", count, maxSections)
		count = maxSections
	}
	if count == 0 {
		return nil
	}
	buf, err := img.read(at, int64(count)*sectionHeader)
	if len(buf) < sectionHeader {
		return notPE("no section table", err)
	}
	if len(buf) < count*sectionHeader {
		img.problem("section table: cut off")
	}
	for ; len(buf) >= sectionHeader; buf = buf[sectionHeader:] {
		s := Section{
			Name:           cString(buf[:8]),
			VirtualSize:    binary.LittleEndian.Uint32(buf[8:]),
			VirtualAddress: binary.LittleEndian.Uint32(buf[12:]),
			Size:           binary.LittleEndian.Uint32(buf[16:]),
			Offset:         binary.LittleEndian.Uint32(buf[20:]),
		}
		if s.Size > 0 && int64(s.Offset)+int64(s.Size) > img.Size {
			img.problem("section %q: reaches beyond the end of the file", s.Name)
		}
		img.Sections = append(img.Sections, s)
	}
	return nil
}

// offset translates an address of the loaded program into a place in the file.
// The loader rounds PointerToRawData down to 512 bytes (section 3).
func (img *image) offset(address uint32) (int64, bool) {
	for _, s := range img.Sections {
		length := max(s.VirtualSize, s.Size)
		if address < s.VirtualAddress || uint64(address) >= uint64(s.VirtualAddress)+uint64(length) {
			continue
		}
		within := address - s.VirtualAddress
		at := int64(s.Offset&^0x1ff) + int64(within)
		return at, within < s.Size && at < img.Size
	}
	return int64(address), int64(address) < min(img.HeadersSize, img.Size)
}

// load returns up to n bytes at an address of the loaded program.
func (img *image) load(address uint32, n int64) ([]byte, error) {
	at, ok := img.offset(address)
	if !ok {
		return nil, fmt.Errorf("address %#x is not in the file", address)
	}
	return img.read(at, n)
}

func (img *image) overlay() {
	end := min(img.HeadersSize, img.Size)
	for _, s := range img.Sections {
		if s.Size > 0 {
			end = max(end, min(int64(s.Offset)+int64(s.Size), img.Size))
		}
	}
	stop := img.Size
	if c := img.Certificates; c.Size > 0 && c.Offset >= end && c.Offset+c.Size <= img.Size {
		if c.Offset == end {
			// Appended behind the certificates, which no signature covers.
			end = c.Offset + c.Size
		} else {
			stop = c.Offset
		}
	}
	if stop > end {
		img.Overlay = Overlay{Offset: end, Size: stop - end}
	}
}

func cString(b []byte) string {
	if i := slices.Index(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}
