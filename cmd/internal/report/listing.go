package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

// Listing writes a line for each family and client of shown: id, kind, title.
// shown is the list or a part of it.
func Listing(w io.Writer, list, shown *signatures.List, say *text.Catalogue) error {
	var rows [][3]string
	for _, f := range shown.Families {
		rows = append(rows, [3]string{term.Plain(f.ID), string(f.Kind), term.Plain(f.Title)})
	}
	for _, c := range shown.Clients {
		rows = append(rows, [3]string{term.Plain(c.ID), say.Text("signatures.kind.client", nil), term.Plain(c.Name)})
	}
	var widths [2]int
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], term.Width(row[i]))
		}
	}
	var out strings.Builder
	for _, row := range rows {
		for i, width := range widths {
			out.WriteString(row[i] + strings.Repeat(" ", width-term.Width(row[i])+2))
		}
		out.WriteString(row[2] + "\n")
	}
	count := "signatures.version"
	if shown != list {
		count = "signatures.part"
	}
	fmt.Fprintf(&out, "\n%s\n", say.Text(count, text.Args{
		"version":  term.Plain(list.Version),
		"date":     term.Plain(list.Issued),
		"families": say.Plural("signatures.families", len(shown.Families), nil),
		"clients":  say.Plural("signatures.clients", len(shown.Clients), nil),
	}))
	_, err := io.WriteString(w, out.String())
	return err
}
