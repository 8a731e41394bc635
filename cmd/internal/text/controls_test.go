package text

import (
	"strings"
	"testing"
	"unicode"
)

// Letters that were decoded twice leave control characters behind, which a
// terminal hides: "l’a" comes out as "lâa".
func TestLettersWereDecodedOnce(t *testing.T) {
	others(t, func(t *testing.T, c *Catalogue) {
		for id, text := range translated(c) {
			control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' }
			if i := strings.IndexFunc(text, control); i >= 0 {
				t.Errorf("%s: %q", id, text)
			}
		}
	})
}
