package report

import (
	"html/template"
	"io"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
)

type contactRenderer struct {
	format string
	render func(io.Writer, Contact, term.Profile) error
}

var contactRenderers = []contactRenderer{
	{"text", contactText},
	{"json", contactJSON},
	{"html", contactHTML},
	{"md", contactMarkdown},
}

// ContactFormats lists the formats of the contact view, the default first.
func ContactFormats() []string {
	var all []string
	for _, r := range contactRenderers {
		all = append(all, r.format)
	}
	return all
}

// RenderContact writes a contact view in one of ContactFormats.
func RenderContact(w io.Writer, format string, c Contact, profile term.Profile) error {
	for _, r := range contactRenderers {
		if r.format == format {
			return r.render(w, c, profile)
		}
	}
	panic("report: no such format of a contact view: " + format)
}

func contactText(w io.Writer, c Contact, profile term.Profile) error {
	p := &page{Profile: profile}
	p.paragraph(0, c.Unreviewed)
	writeContact(p, c)
	if c.Beside != nil {
		p.blank()
		writeContact(p, *c.Beside)
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

func writeContact(p *page, c Contact) {
	p.heading(0, c.App)
	p.blank()
	p.paragraph(2, c.About)
	section(p, c.Heading, c.Meaning[0])
	for _, more := range c.Meaning[1:] {
		p.paragraph(2, more)
	}
	if len(c.Copies) > 0 {
		p.blank()
		p.paragraph(2, c.CopiesHead)
		for _, copied := range c.Copies {
			p.item(4, "-", markName(term.Plain(copied.Name))+" (chatvet contact "+term.Plain(copied.ID)+")")
		}
	}
	p.blank()
	p.heading(2, c.DoHead)
	for i, step := range c.Do {
		p.item(2, number(i+1)+".", step)
	}
	section(p, c.LimitsHead, c.Limits)
	if len(c.Sources) > 0 {
		p.blank()
		p.heading(2, c.SourcesHead)
	}
	for _, s := range c.Sources {
		p.item(2, "-", s)
	}
}

// contactData is the published form of a contact view:
// docs/schema/contact.schema.json.
type contactData struct {
	Schema   int      `json:"schema"`
	Language string   `json:"language"`
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	About    string   `json:"about"`
	Meaning  []string `json:"meaning"`
	Do       []string `json:"do"`
	Limits   string   `json:"limits"`
	Copies   []string `json:"copies"`
	Sources  []string `json:"sources"`
}

func contactJSON(w io.Writer, c Contact, _ term.Profile) error {
	kind := "unknown"
	switch {
	case c.Peer.Client != nil:
		kind = "client"
	case c.Peer.Family != nil:
		kind = "family"
	}
	d := contactData{Schema: 1, Language: c.Language.Tag, ID: c.Peer.ID, Name: c.Peer.Name, Kind: kind, About: unmarked(c.About), Limits: c.Limits,
		Meaning: allUnmarked(c.Meaning), Do: allUnmarked(c.Do), Sources: allUnmarked(c.Sources), Copies: []string{}}
	for _, copied := range c.Copies {
		d.Copies = append(d.Copies, copied.ID)
	}
	b, err := marshal(d, "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

func allUnmarked(all []string) []string {
	plain := make([]string, len(all))
	for i, s := range all {
		plain[i] = unmarked(s)
	}
	return plain
}

func contactMarkdown(w io.Writer, c Contact, _ term.Profile) error {
	m := &markdown{}
	m.line("# " + m.text(c.Title))
	m.paragraph(c.Unreviewed)
	m.contact(c)
	if c.Beside != nil {
		m.contact(*c.Beside)
	}
	_, err := io.WriteString(w, m.out.String())
	return err
}

func (m *markdown) contact(c Contact) {
	m.line("## " + m.text(c.App))
	m.paragraph(c.About)
	m.line("**" + m.text(c.Heading) + "**")
	for _, s := range c.Meaning {
		m.paragraph(s)
	}
	m.paragraph(c.CopiesHead)
	for _, copied := range c.Copies {
		m.item("-", markName(term.Plain(copied.Name)))
	}
	m.line("")
	m.line("**" + m.text(c.DoHead) + "**")
	for _, step := range c.Do {
		m.item("-", step)
	}
	m.line("")
	m.section(c.LimitsHead, c.Limits)
	if len(c.Sources) > 0 {
		m.line("**" + m.text(c.SourcesHead) + "**")
	}
	for _, s := range c.Sources {
		m.item("-", s)
	}
}

func contactHTML(w io.Writer, c Contact, _ term.Profile) error {
	body, err := ContactBody(c, nil)
	if err != nil {
		return err
	}
	return WriteFrame(w, Frame{Language: c.Language, Title: c.Title, Two: c.Beside != nil, Body: body})
}

// ContactBody is a contact view as a part of a page. A link to each copy is made
// by linkTo; nil makes none.
func ContactBody(c Contact, linkTo func(Peer) string) (template.HTML, error) {
	return part("contact.tmpl", struct {
		Both     []Contact
		Language text.Language
		Title    string
		LinkTo   func(Peer) string
	}{both(c), c.Language, c.Title, linkTo})
}

func both(c Contact) []Contact {
	if c.Beside == nil {
		return []Contact{c}
	}
	return []Contact{c, *c.Beside}
}
