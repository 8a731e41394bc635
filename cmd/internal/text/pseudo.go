package text

import (
	"fmt"
	"strconv"
	"strings"
)

// Style is a way to disfigure English, so that a test sees what a translation
// would do to a page before there is one.
type Style int

const (
	// Long has texts a third longer, as in Russian or French.
	Long Style = iota
	// Mirrored runs from right to left.
	Mirrored
	// Tall has marks above and below its letters, as Tibetan stacks have.
	Tall
)

// Pseudo is a catalogue in which every English text is disfigured and none is
// missing. It is for tests of layout only; placeholders stay as they are.
func Pseudo(style Style) (*Catalogue, error) {
	c, err := Open(English)
	if err != nil {
		return nil, err
	}
	tags := map[Style]string{Long: "en-x-long", Mirrored: "en-x-rtl", Tall: "en-x-tall"} // RFC 5646, section 2.2.7
	c.language = Language{Tag: tags[style], Name: tags[style], RightToLeft: style == Mirrored}
	var po strings.Builder
	po.WriteString("msgid \"\"\nmsgstr \"\"\n\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n\n")
	for _, id := range c.IDs() {
		e := c.english.entries[id]
		fmt.Fprintf(&po, "msgctxt %s\nmsgid %s\n", quoted(id), quoted(e.text))
		if e.plural == "" {
			fmt.Fprintf(&po, "msgstr %s\n\n", quoted(style.apply(e.text)))
			continue
		}
		fmt.Fprintf(&po, "msgid_plural %s\nmsgstr[0] %s\nmsgstr[1] %s\n\n",
			quoted(e.plural), quoted(style.apply(e.text)), quoted(style.apply(e.plural)))
	}
	c.own, err = readPO([]string{c.language.Tag}, [][]byte{[]byte(po.String())})
	return c, err
}

func quoted(s string) string { return strconv.QuoteToGraphic(s) }

func (s Style) apply(english string) string {
	var out strings.Builder
	inside := false
	for _, r := range english {
		inside = inside && r != '}' || r == '{'
		if inside || r == '}' {
			out.WriteRune(r)
			continue
		}
		out.WriteString(s.letter(r))
	}
	return out.String()
}

func (s Style) letter(r rune) string {
	vowel := strings.ContainsRune("aeiouyAEIOUY", r)
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	switch {
	case s == Long && vowel:
		return string([]rune{r, r})
	case s == Mirrored && letter:
		return string(rune('\u05D0' + (r|0x20-'a')%22)) // Hebrew letters
	case s == Tall && letter:
		return string([]rune{r, '\u0302', '\u0301', '\u0323', '\u0331'})
	}
	return string(r)
}

// Without is the catalogue with one text of its own language missing.
func (c *Catalogue) Without(id string) *Catalogue {
	fewer := *c
	fewer.without = id
	return &fewer
}
