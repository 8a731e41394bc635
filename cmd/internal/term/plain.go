package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Plain makes text from a file or its name fit to be shown: control characters,
// direction overrides, invisible format characters and bytes that are not UTF-8
// become visible escapes such as \x1b or \u202e. Joiners that Persian and Indic
// spelling needs stay.
func Plain(s string) string {
	if isPlain(s) {
		return s
	}
	var out strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, s[0])
		case Shows(r):
			out.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&out, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			fmt.Fprintf(&out, `\U%08x`, r)
		}
		s = s[size:]
	}
	return out.String()
}

func isPlain(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !Shows(r) {
			return false
		}
	}
	return true
}

// Shows is true for characters that can only ever show themselves.
func Shows(r rune) bool {
	const zwnj, zwj, softHyphen = 0x200c, 0x200d, 0xad
	switch r {
	case ' ', zwnj, zwj:
		return true
	case softHyphen:
		return false
	}
	return unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r) && !blank(r)
}

// blank is true for letters that show nothing, which can hide a difference
// between two names.
func blank(r rune) bool {
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0:
		return true
	}
	return 0xe0100 <= r && r <= 0xe01ef
}

// Isolated wraps text that holds right-to-left letters in direction isolates, so
// that it cannot reorder what stands around it. The text must be Plain.
func Isolated(s string) string {
	for _, r := range s {
		if rightToLeft(r) {
			return "\u2068" + s + "\u2069"
		}
	}
	return s
}

func rightToLeft(r rune) bool {
	return 0x0590 <= r && r <= 0x08ff || 0xfb1d <= r && r <= 0xfdff ||
		0xfe70 <= r && r <= 0xfeff || 0x10800 <= r && r <= 0x10fff || 0x1e800 <= r && r <= 0x1efff
}

// Clipped shortens text to a number of columns, the last of which is then "…",
// and to four characters for each of them, since marks take no column.
func Clipped(s string, columns int) string {
	count := 0
	for i := range s {
		if count++; count > 4*columns {
			return narrow.Truncate(s[:i]+"…", columns, "…")
		}
	}
	return narrow.Truncate(s, columns, "…")
}

// Width is the number of columns that text takes, with wide letters as two and
// combining ones as none.
func Width(s string) int { return narrow.StringWidth(s) }

// narrow counts letters of ambiguous width as one column, whatever the locale of
// the machine, so that a report looks the same everywhere.
var narrow = &runewidth.Condition{StrictEmojiNeutral: true}
