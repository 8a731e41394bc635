package windows

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

const (
	maxLink       = 1 << 20
	linkHeader    = 0x4c
	linkInfoShort = 0x1c // a link info header without its Unicode fields
)

// Bits of LinkFlags and LinkInfoFlags ([MS-SHLLINK] sections 2.1.1 and 2.3), and
// the signature of EnvironmentVariableDataBlock (section 2.5.4).
const (
	hasIDList       = 1 << 0
	hasLinkInfo     = 1 << 1
	hasName         = 1 << 2
	hasIconLocation = 1 << 6
	isUnicode       = 1 << 7
	localBasePath   = 1 << 0
	environment     = 0xa0000001
)

var (
	errNoLink   = errors.New("not a shell link")
	errNoTarget = errors.New("the shell link names no file")
)

// linkTarget reads the path that a .lnk file leads to ([MS-SHLLINK]). Paths in
// the letters of another language than Latin are read from the Unicode fields
// where there are any. A link that leads to no file has no target, which is no
// damage.
func linkTarget(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxLink))
	if err != nil {
		return "", fmt.Errorf("reading shell link: %w", err)
	}
	classID := []byte{0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46}
	if len(data) < linkHeader || binary.LittleEndian.Uint32(data) != linkHeader || !bytes.Equal(data[4:20], classID) {
		return "", errNoLink
	}
	flags := binary.LittleEndian.Uint32(data[20:])
	rest := data[linkHeader:]
	if flags&hasIDList != 0 {
		if rest, err = after(rest, 2, 2); err != nil {
			return "", err
		}
	}
	target := ""
	if flags&hasLinkInfo != 0 {
		target = linkInfo(rest)
		if rest, err = after(rest, 4, 0); err != nil {
			return target, err
		}
	}
	if target == "" {
		target = environmentTarget(rest, flags)
	}
	if target == "" {
		return "", errNoTarget
	}
	return target, nil
}

// after passes over a block that begins with its length, in width bytes; extra is
// what the length leaves out.
func after(data []byte, width, extra int) ([]byte, error) {
	if len(data) < width {
		return nil, io.ErrUnexpectedEOF
	}
	size := int64(binary.LittleEndian.Uint16(data))
	if width == 4 {
		size = int64(binary.LittleEndian.Uint32(data))
	}
	size += int64(extra)
	if size < int64(width) || size > int64(len(data)) {
		return nil, io.ErrUnexpectedEOF
	}
	return data[size:], nil
}

// linkInfo reads LinkInfo (section 2.3): a base path and what follows it.
func linkInfo(data []byte) string {
	if len(data) < linkInfoShort {
		return ""
	}
	le := binary.LittleEndian
	size := le.Uint32(data)
	if size < linkInfoShort || int64(size) > int64(len(data)) {
		return ""
	}
	data = data[:size]
	if le.Uint32(data[8:])&localBasePath == 0 {
		return ""
	}
	if header := le.Uint32(data[4:]); header >= 0x24 && len(data) >= 0x24 {
		if base := wideAt(data, le.Uint32(data[0x1c:])); base != "" {
			return base + wideAt(data, le.Uint32(data[0x20:]))
		}
	}
	return narrowAt(data, le.Uint32(data[16:])) + narrowAt(data, le.Uint32(data[24:]))
}

// environmentTarget reads the path with variables in it, which stands in a block
// behind the strings.
func environmentTarget(rest []byte, flags uint32) string {
	width := 1
	if flags&isUnicode != 0 {
		width = 2
	}
	for bit := uint32(hasName); bit <= hasIconLocation; bit <<= 1 {
		if flags&bit == 0 {
			continue
		}
		if len(rest) < 2 {
			return ""
		}
		size := 2 + width*int(binary.LittleEndian.Uint16(rest))
		if size > len(rest) {
			return ""
		}
		rest = rest[size:]
	}
	for len(rest) >= 8 {
		size := binary.LittleEndian.Uint32(rest)
		if size < 8 || int64(size) > int64(len(rest)) {
			return ""
		}
		const narrow = 260
		if binary.LittleEndian.Uint32(rest[4:]) == environment && size >= 8+narrow+2*narrow {
			if wide := wideAt(rest[:size], 8+narrow); wide != "" {
				return wide
			}
			return narrowAt(rest[:8+narrow], 8)
		}
		rest = rest[size:]
	}
	return ""
}

// narrowAt reads a text that ends with a zero. Its code page is not known; ASCII
// is the same in all of them.
func narrowAt(data []byte, at uint32) string {
	if at == 0 || int64(at) >= int64(len(data)) {
		return ""
	}
	text, _, ended := bytes.Cut(data[at:], []byte{0})
	if !ended {
		return ""
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

func wideAt(data []byte, at uint32) string {
	if at == 0 || int64(at) >= int64(len(data)) {
		return ""
	}
	var units []uint16
	for rest := data[at:]; len(rest) >= 2; rest = rest[2:] {
		u := binary.LittleEndian.Uint16(rest)
		if u == 0 {
			return string(utf16.Decode(units))
		}
		units = append(units, u)
	}
	return ""
}
