package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/judge"
)

// The page is one file that asks nothing of anybody: no script, no picture, no
// font and no style from elsewhere, which its Content-Security-Policy (W3C CSP
// level 3) makes sure of even where a name out of a file should find a way past
// the escaping. It follows WCAG 2.2 AA and prints in black and white.

//go:embed page
var pageFiles embed.FS

// htmlPage is what the template shows.
type htmlPage struct {
	Document
	// Both are the document and, where there is one, the English beside it.
	Both         []htmlDocument
	Cards, Notes []htmlCard
	Style        template.CSS
	Policy       string
	Served       *Served
}

type htmlDocument struct {
	Document
	First bool
	Gaps  []htmlGaps
}

type htmlCard struct {
	Card
	Anchor string
	// Other is the same card in English, to stand beside it.
	Other *htmlCard
	// Again is true for a card that says the same as one before.
	Again bool
	Page  text.Language // of the page, to tell whether the card's is another
}

// htmlGaps are the gaps of a kind: the first ones, and those folded away.
type htmlGaps struct {
	Title       string
	First, Rest []string
}

func renderHTML(w io.Writer, in Input) error { return writeServed(w, in.Document(), nil) }

// RenderServed writes the page of a report with the ways to the other pages of
// the program that serves it.
func RenderServed(w io.Writer, in Input, served Served) error {
	return writeServed(w, in.Document(), &served)
}

func writePage(w io.Writer, d Document) error { return writeServed(w, d, nil) }

func writeServed(w io.Writer, d Document, served *Served) error {
	t, err := pageTemplate()
	if err != nil {
		return err
	}
	style, err := styleFor(d.Language)
	if err != nil {
		return err
	}
	p := htmlPage{Document: d, Style: template.CSS(style), Policy: servedPolicy(style, served != nil), Served: served}
	p.Both = append(p.Both, htmlDocumentOf(d, true))
	if d.Beside != nil {
		p.Both = append(p.Both, htmlDocumentOf(*d.Beside, false))
	}
	p.Cards = htmlCards("first", d.Cards, d.Language)
	p.Notes = htmlCards("note", d.Notes, d.Language)
	return t.Execute(w, p)
}

func htmlDocumentOf(d Document, first bool) htmlDocument {
	in := htmlDocument{Document: d, First: first}
	for _, group := range d.Gaps {
		in.Gaps = append(in.Gaps, htmlGapsOf(group))
	}
	return in
}

// FileName is the name for a report that is saved at a time. It names neither
// chatvet nor any app.
func FileName(at time.Time, format string) string {
	return "check-" + at.Format("20060102-1504") + Ending(format)
}

// Ending is how the name of a file in a format ends.
func Ending(format string) string {
	for _, r := range renderers {
		if r.format == format {
			return r.ending
		}
	}
	return ""
}

func htmlCards(anchor string, cards []Card, page text.Language) []htmlCard {
	var all []htmlCard
	for i, again := range repeats(cards) {
		card := htmlCard{Card: cards[i], Anchor: anchor + "-" + number(i+1), Again: again, Page: page}
		if beside := cards[i].Beside; beside != nil {
			card.Other = &htmlCard{Card: *beside, Anchor: card.Anchor + "-beside", Again: again, Page: page}
		}
		all = append(all, card)
	}
	return all
}

func htmlGapsOf(group GapGroup) htmlGaps {
	g := htmlGaps{Title: group.Title}
	for i, gap := range group.Gaps {
		if i < gapsShown {
			g.First = append(g.First, gapText(gap))
		} else {
			g.Rest = append(g.Rest, gapText(gap))
		}
	}
	return g
}

func pageFile(name string) (string, error) {
	b, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		return "", fmt.Errorf("reading page: %w", err)
	}
	return string(b), nil
}

var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	source, err := pageFile("report.tmpl")
	if err != nil {
		return nil, err
	}
	all := template.New("page").Funcs(template.FuncMap{
		"marked":     func(s string) template.HTML { return markup(s, nil) },
		"linked":     markup,
		"page":       pageLink,
		"mail":       mailLink,
		"symbol":     pageSymbol,
		"direction":  direction,
		"languageOf": languageOf,
	})
	if _, err := all.Parse(source); err != nil {
		return nil, err
	}
	return all.ParseFS(pageFiles, "page/contact.tmpl", "page/frame.tmpl", "page/served.tmpl")
})

// markup turns marks into <bdi>, and code that is one of the addresses into a
// link.
func markup(s string, addresses []string) template.HTML {
	var out strings.Builder
	for _, span := range spans(s) {
		escaped := template.HTMLEscapeString(span.text)
		switch {
		case span.mark == nameMark:
			out.WriteString("<bdi>" + escaped + "</bdi>")
		case span.mark == codeMark && slices.Contains(addresses, span.text):
			out.WriteString(string(pageLink(markCode(span.text))))
		case span.mark == codeMark:
			out.WriteString(`<bdi dir="ltr" class="code">` + escaped + "</bdi>")
		default:
			out.WriteString(escaped)
		}
	}
	return template.HTML(out.String())
}

// pageLink links to a page of the web; anything else stays text.
func pageLink(marked string) template.HTML {
	address := unmarked(marked)
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return markup(marked, nil)
	}
	return link(u.String(), address)
}

func mailLink(marked string) template.HTML {
	address := unmarked(marked)
	return link((&url.URL{Scheme: "mailto", Opaque: url.PathEscape(address)}).String(), address)
}

func link(to, shown string) template.HTML {
	return template.HTML(`<a href="` + template.HTMLEscapeString(to) + `" rel="noopener noreferrer nofollow"><bdi dir="ltr" class="code">` +
		template.HTMLEscapeString(shown) + "</bdi></a>")
}

// pageSymbol is a verdict's sign. It stands beside the verdict in words, so that
// a screen reader need not say it twice.
func pageSymbol(v judge.Verdict) (template.HTML, error) {
	if !slices.Contains(Verdicts(), v) && v != "nothing" {
		v = judge.Unverified
	}
	svg, err := pageFile("symbols/" + string(v) + ".svg")
	return template.HTML(svg), err
}

func direction(l text.Language) string {
	if l.RightToLeft {
		return "rtl"
	}
	return "ltr"
}

// languageOf says in which language something is where that is not the page's.
func languageOf(l, page text.Language) template.HTMLAttr {
	if l.Tag == page.Tag {
		return ""
	}
	return template.HTMLAttr(` lang="` + template.HTMLEscapeString(l.Tag) + `" dir="` + direction(l) + `"`)
}
