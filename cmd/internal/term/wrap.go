package term

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Wrap breaks text into lines of at most width columns, at spaces where it can,
// inside a word between whole letters where it must. Line breaks in the text
// stay.
func Wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrapParagraph(paragraph, max(width, 1))...)
	}
	return lines
}

func wrapParagraph(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		w := Width(word)
		if line != "" && used+1+w > width {
			lines, line, used = append(lines, line), "", 0
		}
		if line != "" {
			line, used = line+" ", used+1
		}
		if w > width {
			var full []string
			full, word = broken(word, width)
			lines, w = append(lines, full...), Width(word)
		}
		line, used = line+word, used+w
	}
	return append(lines, line)
}

// broken cuts a word that is longer than a line into full lines and a rest.
// A letter with its combining marks is never cut.
func broken(word string, width int) (full []string, rest string) {
	used := 0
	start := 0
	graphemes := uniseg.NewGraphemes(word)
	for graphemes.Next() {
		from, _ := graphemes.Positions()
		w := Width(graphemes.Str())
		if used+w > width && from > start {
			full = append(full, word[start:from])
			start, used = from, 0
		}
		used += w
	}
	return full, word[start:]
}
