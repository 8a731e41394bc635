package inspect

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// memberName makes a name that any bytes in an archive may spell into one that
// can stand in a report: slashes only, nothing above the archive, no control
// characters, none that turn the direction of writing.
func memberName(raw string) string {
	clean := path.Clean("/" + strings.ReplaceAll(raw, `\`, "/"))[1:]
	var b strings.Builder
	for i := 0; i < len(clean); {
		r, size := utf8.DecodeRuneInString(clean[i:])
		switch {
		case r == utf8.RuneError && size == 1, r < ' ', r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, clean[i])
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == 0x2028, r == 0x2029:
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteString(clean[i : i+size])
		}
		i += size
	}
	return b.String()
}

// baseName is the last part of a path in a report.
func baseName(name string) string { return path.Base(name) }
