package macho

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Load commands of mach-o/loader.h.
const (
	lcSegment         = 0x1
	lcLoadDylib       = 0xc
	lcLoadWeakDylib   = 0x80000018
	lcReexportDylib   = 0x8000001f
	lcSegment64       = 0x19
	lcUUID            = 0x1b
	lcCodeSignature   = 0x1d
	lcEncryptionInfo  = 0x21
	lcEncryption64    = 0x2c
	lcVersionMinMacOS = 0x24
	lcVersionMinIOS   = 0x25
	lcBuildVersion    = 0x32
)

// read reads the header of a slice and its load commands.
func (s *Slice) read(r io.ReaderAt) error {
	end := s.Offset + s.Size
	head, err := bytesAt(r, s.Offset, 28, end)
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	var order binary.ByteOrder = binary.BigEndian
	skip := int64(28)
	switch binary.BigEndian.Uint32(head) {
	case magic32:
	case magic64:
		skip = 32
	case magic32Other:
		order = binary.LittleEndian
	case magic64Other:
		order, skip = binary.LittleEndian, 32
	default:
		return errors.New("no program where the table of slices says so")
	}
	cpu := CPU{order.Uint32(head[4:]), order.Uint32(head[8:])}
	if s.CPU.Type != 0 && s.CPU.Type != cpu.Type {
		s.problem("the table of slices says %s, the slice %s", s.CPU, cpu)
	}
	s.CPU, s.Type = cpu, FileType(order.Uint32(head[12:]))
	count, size := order.Uint32(head[16:]), int64(order.Uint32(head[20:]))
	if count > maxCommands || size > maxHeader {
		return fmt.Errorf("%d load commands of %d bytes", count, size)
	}
	raw, err := bytesAt(r, s.Offset+skip, size, end)
	if err != nil {
		return fmt.Errorf("load commands: %w", err)
	}
	for i := range count {
		if len(raw) < 8 {
			return fmt.Errorf("load command %d: %w", i, io.ErrUnexpectedEOF)
		}
		kind, n := order.Uint32(raw), int64(order.Uint32(raw[4:]))
		if n < 8 || n > int64(len(raw)) {
			return fmt.Errorf("load command %d: %d bytes", i, n)
		}
		s.command(r, order, kind, raw[:n])
		raw = raw[n:]
	}
	return nil
}

// command takes down what one load command says. One that is too short for its
// kind is passed over, with a problem.
func (s *Slice) command(r io.ReaderAt, order binary.ByteOrder, kind uint32, raw []byte) {
	short := func(n int) bool {
		if len(raw) >= n {
			return false
		}
		s.problem("load command %#x of %d bytes", kind, len(raw))
		return true
	}
	switch kind {
	case lcCodeSignature:
		if !short(16) {
			s.signature(Span{int64(order.Uint32(raw[8:])), int64(order.Uint32(raw[12:]))})
		}
	case lcSegment, lcSegment64:
		s.segment(r, order, kind == lcSegment64, raw)
	case lcUUID:
		if !short(24) {
			s.UUID = hex.EncodeToString(raw[8:24])
		}
	case lcLoadDylib, lcLoadWeakDylib, lcReexportDylib:
		if !short(24) && len(s.Libraries) < maxLibs {
			if at := int64(order.Uint32(raw[8:])); at >= 24 && at < int64(len(raw)) {
				s.Libraries = append(s.Libraries, text(raw[at:]))
			}
		}
	case lcEncryptionInfo, lcEncryption64:
		if !short(20) {
			s.Encrypted = order.Uint32(raw[16:]) != 0
		}
	case lcVersionMinMacOS, lcVersionMinIOS:
		if !short(16) {
			s.MinOS, s.SDK = version(order.Uint32(raw[8:])), version(order.Uint32(raw[12:]))
		}
	case lcBuildVersion:
		if !short(24) {
			s.MinOS, s.SDK = version(order.Uint32(raw[12:])), version(order.Uint32(raw[16:]))
		}
	}
}

// signature notes where the signature lies. The system takes the first that is
// named; a second one would be for other readers only.
func (s *Slice) signature(at Span) {
	switch {
	case s.Signature.Size != 0:
		s.problem("two signatures")
	case at.Size == 0 || at.Offset > s.Size || at.Size > s.Size-at.Offset:
		s.problem("signature of %d bytes at %d in a slice of %d", at.Size, at.Offset, s.Size)
		s.Signature = Span{min(at.Offset, s.Size), -1}
	default:
		s.Signature = at
	}
}

// segment looks for the beginning of the program and for the property list in
// it (struct segment_command and section).
func (s *Slice) segment(r io.ReaderAt, order binary.ByteOrder, wide bool, raw []byte) {
	head, row := 56, 68
	if wide {
		head, row = 72, 80
	}
	if len(raw) < head {
		s.problem("segment of %d bytes", len(raw))
		return
	}
	number := func(b []byte, at32, at64 int) int64 {
		if wide {
			return int64(order.Uint64(b[at64:]))
		}
		return int64(order.Uint32(b[at32:]))
	}
	if text(raw[8:24]) != "__TEXT" {
		return
	}
	s.Text = Span{number(raw, 32, 40), number(raw, 36, 48)}
	for sections := raw[head:]; len(sections) >= row; sections = sections[row:] {
		if text(sections[:16]) != "__info_plist" {
			continue
		}
		size, at := number(sections, 36, 40), int64(order.Uint32(sections[40:]))
		if wide {
			at = int64(order.Uint32(sections[48:]))
		}
		if size <= 0 || size > maxPlist || at > s.Size || size > s.Size-at {
			s.problem("property list of %d bytes at %d", size, at)
			continue
		}
		plist, err := bytesAt(r, s.Offset+at, size, s.Offset+s.Size)
		if err != nil {
			s.problem("property list: %v", err)
			continue
		}
		s.InfoPlist = plist
	}
}

// text is a text that ends with a zero or with its field.
func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return strings.ToValidUTF8(string(b), "\ufffd")
}

// version writes xxxx.yy.zz as Apple's tools do, without a last zero.
func version(v uint32) string {
	if v == 0 {
		return ""
	}
	s := fmt.Sprintf("%d.%d", v>>16, v>>8&0xff)
	if patch := v & 0xff; patch != 0 {
		s += fmt.Sprintf(".%d", patch)
	}
	return s
}
