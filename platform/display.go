package platform

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Display writes a name, which may hold any bytes, as valid UTF-8 that shows
// what it is: bytes that are not UTF-8 and control characters as \xNN, a
// backslash as \\, and characters that are invisible or turn the direction of
// writing as \u{N}. No two names look the same. Names with neither are
// unchanged. It is for output; names themselves stay raw.
func Display(name string) string {
	if !strings.ContainsFunc(name, escaped) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, size := utf8.DecodeRuneInString(name[i:])
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == utf8.RuneError && size == 1, r < ' ', r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, name[i])
		case escaped(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteString(name[i : i+size])
		}
		i += size
	}
	return b.String()
}

// escaped also holds for U+FFFD itself, which a terminal shows like a broken
// byte.
func escaped(r rune) bool {
	switch r {
	case '\\', utf8.RuneError, 0x2028, 0x2029:
		return true
	case 0x200c, 0x200d: // joiners, which Persian and Indic names need
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
