package report

import (
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
)

// A Document marks what comes from a file or from the list with the direction
// isolates of Unicode (UAX #9, section 2.4): names with a first-strong isolate,
// and paths, digests and addresses, which run from left to right in every
// language, with a left-to-right one. Nothing else holds these characters, for
// term.Plain escapes them, so every renderer can make of them what its medium
// has: <bdi>, a code span, or nothing.
const (
	nameMark = '\u2068'
	codeMark = '\u2066'
	markEnd  = '\u2069'
)

// markName marks text that is Plain as a name; empty text stays empty.
func markName(s string) string { return mark(nameMark, s) }

// markCode marks text that is Plain as a path, digest or address.
func markCode(s string) string { return mark(codeMark, s) }

func mark(with rune, s string) string {
	if s == "" {
		return ""
	}
	return string(with) + s + string(markEnd)
}

// span is a stretch of text: marked as a name or as code, or of the catalogue.
type span struct {
	mark rune // 0 for the catalogue's own words
	text string
}

// spans takes marked text apart. Marks do not nest.
func spans(s string) []span {
	var all []span
	add := func(mark rune, text string) {
		if text != "" {
			all = append(all, span{mark, text})
		}
	}
	for {
		start := strings.IndexAny(s, string(nameMark)+string(codeMark))
		if start < 0 {
			add(0, s)
			return all
		}
		add(0, s[:start])
		opened := nameMark
		if strings.HasPrefix(s[start:], string(codeMark)) {
			opened = codeMark
		}
		s = s[start+len(string(opened)):]
		inside, after, closed := strings.Cut(s, string(markEnd))
		add(opened, inside)
		if !closed {
			return all
		}
		s = after
	}
}

// unmarked is text without its marks.
func unmarked(s string) string {
	var out strings.Builder
	for _, span := range spans(s) {
		out.WriteString(span.text)
	}
	return out.String()
}

// forTerminal leaves marks only around what would reorder the text beside it:
// many terminals show them as boxes.
func forTerminal(s string) string {
	var out strings.Builder
	for _, span := range spans(s) {
		if span.mark == 0 {
			out.WriteString(span.text)
		} else {
			out.WriteString(term.Isolated(span.text))
		}
	}
	return out.String()
}
