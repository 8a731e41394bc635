package msi

import (
	"encoding/binary"
	"strings"
)

// tableMark stands before the name of a stream that holds a table; decodeName
// writes it as an exclamation mark, as other programs do.
const tableMark = 0x4840

// letters are the characters that two of are packed into one.
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"

// decodeName reads the name of a stream from UTF-16LE.
func decodeName(raw []byte) string {
	var b strings.Builder
	for ; len(raw) >= 2; raw = raw[2:] {
		switch c := binary.LittleEndian.Uint16(raw); {
		case c == tableMark:
			b.WriteByte('!')
		case c >= 0x3800 && c < 0x4800:
			b.WriteByte(letters[(c-0x3800)&0x3f])
			b.WriteByte(letters[(c-0x3800)>>6])
		case c >= 0x4800 && c < 0x4840:
			b.WriteByte(letters[c-0x4800])
		default:
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}
