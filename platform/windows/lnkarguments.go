package windows

import (
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
)

// hasArguments is a bit of LinkFlags: one of the strings is COMMAND_LINE_ARGUMENTS
// ([MS-SHLLINK] sections 2.1.1 and 2.4).
const hasArguments = 1 << 5

// maxArguments is how many words of a link are looked at.
const maxArguments = 256

// linkArguments returns the words that a .lnk file hands to its program; none
// where there are none or they cannot be read.
func linkArguments(r io.Reader) []string {
	data, err := io.ReadAll(io.LimitReader(r, maxLink))
	if err != nil || len(data) < linkHeader {
		return nil
	}
	flags := binary.LittleEndian.Uint32(data[20:])
	rest := data[linkHeader:]
	if flags&hasIDList != 0 {
		rest, err = after(rest, 2, 2)
	}
	if err == nil && flags&hasLinkInfo != 0 {
		rest, err = after(rest, 4, 0)
	}
	width := 1
	if flags&isUnicode != 0 {
		width = 2
	}
	for bit := uint32(hasName); err == nil && bit <= hasArguments; bit <<= 1 {
		if flags&bit == 0 {
			continue
		}
		if len(rest) < 2 || 2+width*int(binary.LittleEndian.Uint16(rest)) > len(rest) {
			return nil
		}
		size := 2 + width*int(binary.LittleEndian.Uint16(rest))
		if bit == hasArguments {
			return commandWords(stringData(rest[2:size], width))
		}
		rest = rest[size:]
	}
	return nil
}

func stringData(raw []byte, width int) string {
	if width == 2 {
		units := make([]uint16, 0, len(raw)/2)
		for ; len(raw) >= 2; raw = raw[2:] {
			units = append(units, binary.LittleEndian.Uint16(raw))
		}
		return string(utf16.Decode(units))
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}

// commandWords takes a command line apart at what is not in double quotes.
func commandWords(line string) (words []string) {
	quoted := false
	for _, word := range strings.FieldsFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && (r == ' ' || r == '\t')
	}) {
		if len(words) < maxArguments {
			words = append(words, strings.ReplaceAll(word, `"`, ""))
		}
	}
	return words
}
