package report

import (
	"io"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// Input is what a renderer works from.
type Input struct {
	Result  judge.Result
	List    *signatures.List
	Say     *text.Catalogue
	Profile term.Profile
	Verbose bool // everything in full
	Facts   bool // a person asked for the facts too (inspect)
}

// Document builds the report in words.
func (in Input) Document() Document { return New(in.Result, in.List, in.Say) }

type renderer struct {
	format string
	render func(io.Writer, Input) error
}

// renderers is every format there is, the default first.
var renderers = []renderer{
	{"text", renderText},
	{"json", renderJSON},
	{"csv", renderCSV},
	{"summary", renderSummary},
}

// Formats lists the names of the formats, the default first.
func Formats() []string {
	var names []string
	for _, r := range renderers {
		names = append(names, r.format)
	}
	return names
}

// Render writes a report in a format, which must be one of Formats.
func Render(w io.Writer, format string, in Input) error {
	for _, r := range renderers {
		if r.format == format {
			return r.render(w, in)
		}
	}
	panic("report: no such format: " + format)
}
