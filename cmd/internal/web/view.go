package web

import (
	"bytes"
	"fmt"
	"html/template"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/text"
)

// message is a text of the catalogues, still in no language.
type message struct {
	ID   string
	Args text.Args
}

// view is what the templates in pages.tmpl show. A page is put together of
// parts, each wholly in one language.
type view struct {
	*reply
	words *text.Catalogue // of the part

	Title    string // message id
	Caution  message
	Most     string
	TooLarge message
	Preview  string
	Files    []report.Way
	Words    string
	Peers    []report.Peer
}

// part is a piece of a page, and what went wrong while it was made.
type part struct {
	html template.HTML
	err  error
}

// Part fills a template in the page's language, or in English where one of its
// texts is missing there.
func (v view) Part(name string) (template.HTML, error) {
	made, _ := text.Whole(v.say, func(words *text.Catalogue) part {
		v.words = words
		var out bytes.Buffer
		err := v.pages.ExecuteTemplate(&out, name, v)
		return part{template.HTML(out.String()), err}
	})
	return made.html, made.err
}

// Say is a text, with the English after it where nobody has reviewed the
// language.
func (v view) Say(id string) template.HTML { return v.SayWith(id, nil) }

// SayWith is Say for a text with arguments.
func (v view) SayWith(id string, args text.Args) template.HTML {
	own := template.HTMLEscapeString(v.words.Text(id, args))
	if v.words.Language().Reviewed {
		return template.HTML(own)
	}
	english := template.HTMLEscapeString(v.words.English().Text(id, args))
	return template.HTML(own + ` <span class="dot">·</span> <span class="beside" lang="en" dir="ltr">` + english + `</span>`)
}

// Plain is a text for an attribute.
func (v view) Plain(id string) string { return v.words.Text(id, nil) }

// Language is that of the part.
func (v view) Language() text.Language { return v.words.Language() }

// Direction is that of the part's language.
func (v view) Direction() string {
	if v.words.Language().RightToLeft {
		return "rtl"
	}
	return "ltr"
}

// Unreviewed is true where nobody has reviewed the page's language.
func (v view) Unreviewed() bool { return !v.say.Language().Reviewed }

// Progress is how far the check is.
func (v view) Progress() string { return v.progress(v.words) }

// Phone is how a phone is looked at.
func (v view) Phone() Phone { return v.work.Phone }

// To is the address of another page in the same language.
func (v view) To(page string) string { return v.to(page) }

// ToPeer is the address of the view of a peer.
func (v view) ToPeer(p report.Peer) string { return v.toPeer(p) }

// show writes a page that is made of the templates.
func (a *reply) show(status int, name string, served report.Served, v view) error {
	v.reply, v.words = a, a.say
	var body bytes.Buffer
	if err := a.pages.ExecuteTemplate(&body, name, v); err != nil {
		return fmt.Errorf("filling page: %w", err)
	}
	var out bytes.Buffer
	err := report.WriteFrame(&out, report.Frame{Language: a.say.Language(), Title: a.say.Text(v.Title, nil),
		Body: template.HTML(body.String()), Served: &served})
	if err != nil {
		return err
	}
	return a.send(status, out.Bytes())
}
