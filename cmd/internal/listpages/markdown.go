package main

import (
	"fmt"
	"strings"

	"github.com/chatvet/chatvet/signatures"
)

// page gathers Markdown (CommonMark, with GitHub's tables).
type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) paragraph(s string) {
	if s != "" {
		p.line("%s\n", s)
	}
}

func (p *page) row(cells ...string) {
	p.line("| %s |", strings.Join(cells, " | "))
}

// header begins a table.
func (p *page) header(cells ...string) {
	p.row(cells...)
	p.line("|%s", strings.Repeat("---|", len(cells)))
}

// sources are numbered as in the list, so that a statement can be followed.
func (p *page) sources(all []signatures.Source) {
	p.line("Sources:\n")
	for _, s := range all {
		title := plain(s.Title)
		if s.URL != "" {
			title = fmt.Sprintf("[%s](<%s>)", title, s.URL)
		}
		if s.Date != "" {
			title += ", " + s.Date
		}
		p.line("- [%d] %s: %s", s.N, plain(s.Publisher), title)
	}
	p.line("")
}

// plain writes a value so that Markdown shows it as it is.
func plain(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`, "[", `\[`, "]", `\]`).Replace(s)
}

// code writes a value so that it can be copied.
func code(s string) string {
	return "`" + strings.ReplaceAll(strings.ReplaceAll(s, "`", "'"), "|", `\|`) + "`"
}

func join[T ~string](values []T) string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return strings.Join(all, ", ")
}

// byTitle compares two names as people read them; ids decide between equal ones.
func byTitle(a, idA, b, idB string) int {
	if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
		return c
	}
	return strings.Compare(idA, idB)
}
