package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/text"
)

// Frame is a page in the style of the report around something else: the contact
// view, and the pages that the program serves.
type Frame struct {
	Language text.Language
	Title    string
	Two      bool // another language stands beside
	Body     template.HTML
	// Served is where the page comes from the program itself and not from a file.
	Served *Served
}

// Served is what a page has more when the program serves it: ways to its other
// pages, and one script. A page in a file has neither.
type Served struct {
	Language text.Language // of the ways
	Label    string        // of the ways, for those who hear the page
	Ways     []Way
	Script   string // address of the script
	Events   string // address of the stream of events
	// Refresh is after how many seconds a page without script asks again; 0: never.
	Refresh int
	// Tongues lead to this page in other languages.
	TonguesLabel string
	Tongues      []Way
}

// Way leads to another page.
type Way struct {
	To, Text string
	Beside   string // the English, where nobody has reviewed the language
	Here     bool
	Tag      string // of its language, where that is not the page's
}

// WriteFrame writes a page.
func WriteFrame(w io.Writer, f Frame) error {
	style, err := styleFor(f.Language)
	if err != nil {
		return err
	}
	body, err := part("frame.tmpl", struct {
		Frame
		Style  template.CSS
		Policy string
	}{f, template.CSS(style), servedPolicy(style, f.Served != nil)})
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, string(body))
	return err
}

// PagePolicy is the policy that the program sends with the pages that it serves
// in a language; a page cannot widen it.
func PagePolicy(l text.Language) (string, error) {
	style, err := styleFor(l)
	if err != nil {
		return "", err
	}
	return servedPolicy(style, true) + "; frame-ancestors 'none'", nil
}

// styleFor is the style of a page in a language, with the language's own font.
func styleFor(l text.Language) (string, error) {
	style, err := pageFile("report.css")
	return style + ownFont(l.Tag), err
}

// servedPolicy is the Content-Security-Policy (W3C CSP level 3) of a page: it
// allows the one style, by its digest, and a font that is written in it. A served
// page has the script of the program too, and may send forms to it.
func servedPolicy(style string, served bool) string {
	digest := sha256.Sum256([]byte(style))
	allowed := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) + "'; base-uri 'none'"
	if strings.Contains(style, "@font-face") {
		allowed += "; font-src data:"
	}
	if served {
		return allowed + "; form-action 'self'; script-src 'self'; connect-src 'self'"
	}
	return allowed + "; form-action 'none'"
}

// part fills one of the templates in the page folder.
func part(file string, data any) (template.HTML, error) {
	all, err := pageTemplate()
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := all.ExecuteTemplate(&out, file, data); err != nil {
		return "", fmt.Errorf("filling page: %w", err)
	}
	return template.HTML(out.String()), nil
}
