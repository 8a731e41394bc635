package report

import (
	"io"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/detect/judge"
)

// gapsShown is how many gaps of a kind are listed one by one without --verbose;
// the rest are counted.
const gapsShown = 5

// renderText lays a document out for a terminal.
func renderText(w io.Writer, in Input) error {
	d := in.Document()
	p := &page{Profile: in.Profile}
	if in.Facts {
		writeFacts(p, in.Result, in.Say)
	}
	inBoth(d, func(d Document) { writeHead(p, d) })
	writeCards(p, d.Cards)
	if in.Verbose {
		writeCards(p, d.Notes)
	} else {
		inBoth(d, func(d Document) { writeNotes(p, d) })
	}
	inBoth(d, func(d Document) { writeNothing(p, d) })
	writeGaps(p, d, in)
	inBoth(d, func(d Document) { writeFoot(p, d) })
	_, err := io.WriteString(w, p.out.String())
	return err
}

// inBoth writes a part of a report, and below it the same part in English where
// nobody has reviewed the language.
func inBoth(d Document, write func(Document)) {
	write(d)
	if d.Beside != nil {
		write(*d.Beside)
	}
}

func writeHead(p *page, d Document) {
	p.paragraph(0, d.Unreviewed)
	p.heading(0, d.Headline)
	p.paragraph(0, d.Partial)
	p.faint(0, d.Looked)
}

func writeNothing(p *page, d Document) {
	if d.Nothing != nil {
		p.blank()
		p.paragraph(0, strings.Join(d.Nothing, " "))
	}
}

func writeFoot(p *page, d Document) {
	p.blank()
	p.paragraph(0, strings.Join(d.Footer, " "))
}

// writeCards writes every card; one that says the same as one before it does not
// repeat all of it.
func writeCards(p *page, cards []Card) {
	for i, again := range repeats(cards) {
		p.blank()
		if again {
			inBothCards(p, cards[i], func(c Card) { writeCardAgain(p, c) })
		} else {
			inBothCards(p, cards[i], func(c Card) { writeCard(p, c) })
		}
	}
}

func inBothCards(p *page, c Card, write func(Card)) {
	write(c)
	if c.Beside != nil {
		p.blank()
		write(*c.Beside)
	}
}

func writeCard(p *page, c Card) {
	writeCardHead(p, c)
	p.blank()
	p.paragraph(2, strings.TrimSpace(c.Sentence+" "+c.About))
	p.paragraph(2, c.Reason)
	for _, a := range c.Advisories {
		p.item(2, "-", a.Text)
		p.faint(4, a.Source)
	}
	section(p, c.Words.Meaning, c.Meaning)
	section(p, c.Words.Peer, c.Peer)
	writeSteps(p, c)
	writeWhy(p, c)
	section(p, c.Words.NotChecked, c.NotChecked)
}

func writeCardAgain(p *page, c Card) {
	writeCardHead(p, c)
	p.blank()
	p.paragraph(2, c.Words.AsAbove)
	writeWhy(p, c)
}

func writeCardHead(p *page, c Card) {
	p.write(0, signOf(c.Verdict), c.Title, paintOf(c.Verdict))
	p.paragraph(2, c.LevelWord)
	p.paragraph(2, c.Product)
	for _, place := range c.Places {
		p.paragraph(2, place)
	}
	p.paragraph(2, c.Fallback)
}

func section(p *page, heading, text string) {
	if text != "" {
		p.blank()
		p.heading(2, heading)
		p.paragraph(2, text)
	}
}

func writeSteps(p *page, c Card) {
	if len(c.Steps) == 0 {
		return
	}
	p.blank()
	p.heading(2, c.Words.Do)
	for i, step := range c.Steps {
		p.item(2, number(i+1)+".", step)
	}
	p.paragraph(2, c.Genuine)
}

func writeWhy(p *page, c Card) {
	if len(c.Why) == 0 && c.Resembles == "" {
		return
	}
	p.blank()
	p.heading(2, c.Words.Why)
	p.paragraph(2, c.Strength)
	for _, why := range c.Why {
		p.item(2, "-", why.Text)
		p.paragraph(4, why.Fact)
		p.faint(4, why.Source)
	}
	p.paragraph(2, c.Resembles)
}

// writeNotes tells in a line or two each what needs no action.
func writeNotes(p *page, d Document) {
	if len(d.Notes) == 0 {
		return
	}
	p.blank()
	p.heading(0, d.Words.Notes)
	p.paragraph(0, d.NotesMeaning)
	for _, c := range d.Notes {
		p.write(0, signOf(c.Verdict), strings.TrimSpace(c.Title+" "+version(c)), term.NoPaint)
		for _, place := range c.Places {
			p.faint(2, place)
		}
		p.paragraph(2, c.Reason)
		p.paragraph(2, c.Resembles)
	}
}

// version is the product's version where the title does not hold it already.
func version(c Card) string {
	if c.Product == "" || strings.HasSuffix(unmarked(c.Title), unmarked(c.Product)) {
		return ""
	}
	return "(" + c.Product + ")"
}

func writeGaps(p *page, d Document, in Input) {
	if len(d.Gaps) == 0 {
		return
	}
	p.blank()
	inBoth(d, func(d Document) { p.heading(0, d.Words.Gaps) })
	for n, group := range d.Gaps {
		p.paragraph(0, group.Title)
		if d.Beside != nil && d.Beside.Gaps[n].Title != group.Title {
			p.paragraph(0, d.Beside.Gaps[n].Title)
		}
		for i, gap := range group.Gaps {
			if i == gapsShown && !in.Verbose {
				p.item(2, "-", in.Say.Plural("gap.more", len(group.Gaps)-i, nil))
				break
			}
			p.item(2, "-", gapText(gap))
		}
	}
}

func gapText(g GapLine) string {
	var parts []string
	for _, part := range []string{g.Where, g.What, g.Reason} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

func paintOf(v judge.Verdict) term.Paint {
	switch v {
	case judge.Harmful:
		return term.BoldRed
	case judge.Mismatch:
		return term.Red
	case judge.Regional:
		return term.Magenta
	case judge.Unofficial:
		return term.Yellow
	case judge.Independent:
		return term.Cyan
	case judge.Official:
		return term.Blue
	}
	return term.Bold
}
