package winreg

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Types of value, as the registry numbers them (winnt.h, REG_SZ and so on).
const (
	regSZ       = 1
	regExpandSZ = 2
	regDWord    = 4
	regDWordBE  = 5
	regMultiSZ  = 7
	regQWord    = 11
)

// decode reads the data of a value. Data that does not fit its type is Binary.
func decode(kind uint32, data []byte) Value {
	switch {
	case kind == regSZ:
		return Value{Type: Text, Text: untilZero(utf16Text(data))}
	case kind == regExpandSZ:
		return Value{Type: ExpandText, Text: untilZero(utf16Text(data))}
	case kind == regMultiSZ:
		var texts []string
		for text := range strings.SplitSeq(utf16Text(data), "\x00") {
			if text != "" {
				texts = append(texts, text)
			}
		}
		return Value{Type: Texts, Texts: texts}
	case kind == regDWord && len(data) == 4:
		return Value{Type: Number, Number: uint64(binary.LittleEndian.Uint32(data))}
	case kind == regDWordBE && len(data) == 4:
		return Value{Type: Number, Number: uint64(binary.BigEndian.Uint32(data))}
	case kind == regQWord && len(data) == 8:
		return Value{Type: Number, Number: binary.LittleEndian.Uint64(data)}
	}
	return Value{Type: Binary, Bytes: data}
}

// utf16Text reads UTF-16LE; half a character at the end is dropped.
func utf16Text(data []byte) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

// latin1 reads what a hive calls a compressed name: the low byte of each unit.
func latin1(data []byte) string {
	runes := make([]rune, len(data))
	for i, b := range data {
		runes[i] = rune(b)
	}
	return string(runes)
}

// untilZero drops what follows the end of a text; hives hold left-overs there.
func untilZero(s string) string {
	before, _, _ := strings.Cut(s, "\x00")
	return before
}
