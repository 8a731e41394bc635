package report

import (
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/detect/judge"
)

// page lays out text for a terminal or a plain file: paragraphs at an indent,
// wrapped at the width.
type page struct {
	term.Profile
	out strings.Builder
}

func (p *page) blank() { p.out.WriteByte('\n') }

// paragraph writes text at an indent. Empty text writes nothing.
func (p *page) paragraph(indent int, text string) { p.write(indent, sign{}, text, term.NoPaint) }

// item writes text behind a mark such as "1.", with its further lines below its
// first letter.
func (p *page) item(indent int, mark, text string) {
	p.write(indent, sign{mark, term.NoPaint}, text, term.NoPaint)
}

func (p *page) heading(indent int, text string) { p.write(indent, sign{}, text, term.Bold) }

func (p *page) faint(indent int, text string) { p.write(indent, sign{}, text, term.Faint) }

// sign is what stands before a paragraph.
type sign struct {
	mark  string
	paint term.Paint
}

func signOf(v judge.Verdict) sign { return sign{Symbol(v), paintOf(v)} }

func (p *page) write(indent int, before sign, text string, paint term.Paint) {
	if text == "" {
		return
	}
	text = forTerminal(text)
	hang := indent
	if before.mark != "" {
		hang += term.Width(before.mark) + 1
	}
	for i, line := range term.Wrap(text, max(p.Width-hang, 10)) {
		if i == 0 && before.mark != "" {
			p.out.WriteString(strings.Repeat(" ", indent) + p.Painted(before.paint, before.mark) + " ")
		} else {
			p.out.WriteString(strings.Repeat(" ", hang))
		}
		p.out.WriteString(p.Painted(paint, line) + "\n")
	}
}
