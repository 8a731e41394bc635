package report

import (
	"io"
	"path/filepath"
	"strings"

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
	Shared  bool // the result has passed Share, and the report says so
}

// Document builds the report in words.
func (in Input) Document() Document {
	d := New(in.Result, in.List, in.Say)
	if in.Shared {
		d.Shared = in.Say.Text("report.shared", nil)
	}
	if !d.Language.Reviewed {
		d.Unreviewed = in.Say.Text("report.unreviewed", nil)
		in.Say = in.Say.English()
		beside := in.Document()
		beside.Unreviewed = in.Say.Text("report.unreviewed", nil)
		d.Beside = &beside
	}
	return d
}

type renderer struct {
	format string
	ending string // of a file's name
	render func(io.Writer, Input) error
}

// renderers is every format there is, the default first.
var renderers = []renderer{
	{"text", ".txt", renderText},
	{"html", ".html", renderHTML},
	{"markdown", ".md", renderMarkdown},
	{"json", ".json", renderJSON},
	{"csv", ".csv", renderCSV},
	{"summary", ".json", renderSummary},
	{"preview", ".txt", renderPreview},
}

// Formats lists the names of the formats, the default first.
func Formats() []string {
	var names []string
	for _, r := range renderers {
		names = append(names, r.format)
	}
	return names
}

// FormatOf is the format of a file by the ending of its name, or nothing.
func FormatOf(file string) string {
	ending := strings.ToLower(filepath.Ext(file))
	if ending == ".htm" {
		ending = ".html"
	}
	for _, r := range renderers {
		if ending != "" && r.ending == ending {
			return r.format
		}
	}
	return ""
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
