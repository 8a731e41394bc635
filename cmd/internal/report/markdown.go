package report

import (
	"fmt"
	"io"
	"strings"
)

// renderMarkdown lays a document out for a ticket, in CommonMark with the task
// lists of GitHub Flavored Markdown. Names out of files stand in code spans
// where they hold anything that a tracker could take for markup, a mention or a
// link.
func renderMarkdown(w io.Writer, in Input) error {
	d := in.Document()
	m := &markdown{}
	inBoth(d, m.head)
	m.cards(d, func(d Document) string { return d.Words.Cards }, d.Cards)
	m.cards(d, func(d Document) string { return d.Words.AllNotes }, d.Notes)
	m.gaps(d)
	inBoth(d, func(d Document) { m.paragraph(strings.Join(d.Footer, " ")) })
	_, err := io.WriteString(w, m.out.String())
	return err
}

func (m *markdown) head(d Document) {
	m.line("# " + m.text(d.Title))
	m.paragraph(d.Unreviewed)
	m.paragraph(d.Headline)
	m.paragraph(d.Partial)
	m.paragraph(strings.TrimSpace(d.Made + " " + d.Looked))
	m.paragraph(d.Shared)
	m.paragraph(strings.Join(d.Nothing, " "))
}

// heading is one in both languages.
func (m *markdown) heading(d Document, of func(Document) string) {
	words := m.text(of(d))
	if d.Beside != nil {
		words += " · " + m.text(of(*d.Beside))
	}
	m.line("## " + words)
}

func (m *markdown) gaps(d Document) {
	if len(d.Gaps) == 0 {
		return
	}
	m.heading(d, func(d Document) string { return d.Words.Gaps })
	for n, group := range d.Gaps {
		m.paragraph(group.Title)
		if d.Beside != nil && d.Beside.Gaps[n].Title != group.Title {
			m.paragraph(d.Beside.Gaps[n].Title)
		}
		for _, gap := range group.Gaps {
			m.item("-", gapText(gap))
		}
		m.line("")
	}
}

type markdown struct{ out strings.Builder }

func (m *markdown) cards(d Document, heading func(Document) string, cards []Card) {
	if len(cards) == 0 {
		return
	}
	m.heading(d, heading)
	for i, again := range repeats(cards) {
		m.card(cards[i], again)
		if beside := cards[i].Beside; beside != nil {
			m.card(*beside, again)
		}
	}
}

func (m *markdown) card(c Card, again bool) {
	m.line("### " + m.text(c.Symbol) + " " + m.text(c.Title))
	m.paragraph(c.Fallback)
	m.paragraph(c.LevelWord + ". " + c.Strength)
	m.paragraph(c.Product)
	for _, place := range c.Places {
		m.item("-", place)
	}
	m.line("")
	if again {
		m.paragraph(c.Words.AsAbove)
	} else {
		m.paragraph(strings.TrimSpace(c.Sentence + " " + c.About))
	}
	m.paragraph(c.Reason)
	for _, a := range c.Advisories {
		m.item("-", a.Text+" "+a.Source)
	}
	if !again {
		m.section(c.Words.Meaning, c.Meaning)
		m.section(c.Words.Peer, c.Peer)
		m.steps(c)
		m.section(c.Words.NotChecked, c.NotChecked)
	}
	m.why(c)
}

func (m *markdown) steps(c Card) {
	if len(c.Steps) == 0 {
		return
	}
	m.line("**" + m.text(c.Words.Do) + "**")
	for _, step := range c.Steps {
		m.item("- [ ]", step)
	}
	m.line("")
	m.paragraph(c.Genuine)
}

func (m *markdown) why(c Card) {
	m.line("**" + m.text(c.Words.Why) + "**")
	for _, why := range c.Why {
		m.item("-", strings.Join(nonEmpty(why.Text, why.Fact, why.Source), " "))
	}
	m.line("")
	m.paragraph(c.Resembles)
	m.paragraph(c.Reference)
}

func nonEmpty(parts ...string) []string {
	var all []string
	for _, part := range parts {
		if part != "" {
			all = append(all, part)
		}
	}
	return all
}

func (m *markdown) section(heading, text string) {
	if text != "" {
		m.line("**" + m.text(heading) + "**")
		m.paragraph(text)
	}
}

func (m *markdown) paragraph(text string) {
	if strings.TrimSpace(text) != "" {
		m.line(m.text(text))
	}
}

// line writes a block, which an empty line ends.
func (m *markdown) line(block string) {
	if block != "" {
		block += "\n"
	}
	fmt.Fprintf(&m.out, "%s\n", block)
}

func (m *markdown) item(mark, text string) { fmt.Fprintf(&m.out, "%s %s\n", mark, m.text(text)) }

func (m *markdown) text(s string) string {
	var out strings.Builder
	for _, span := range spans(s) {
		if span.mark == codeMark || span.mark == nameMark && strings.ContainsAny(span.text, markdownActive) {
			out.WriteString(codeSpan(span.text))
		} else {
			out.WriteString(escapedMarkdown(span.text))
		}
	}
	return out.String()
}

// markdownActive is all that starts markup, a mention, a reference or a link.
const markdownActive = "\\`*_{}[]()<>#|~@&!:/^$=+"

// codeSpan fences text with more backticks than it holds in a row (CommonMark
// 0.31, section 6.1).
func codeSpan(s string) string {
	longest, run := 0, 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.TrimSpace(s) == "" {
		s = " " + s + " "
	}
	return fence + s + fence
}

// escapedMarkdown escapes what could be markup in words of the catalogue and in
// plain names.
func escapedMarkdown(s string) string {
	var out strings.Builder
	for i, r := range s {
		if strings.ContainsRune("\\`*_[]<>#|~&", r) || i == 0 && strings.ContainsRune("-+=", r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}
