package report

import (
	"strconv"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// writeFacts writes down everything that is known about each build.
func writeFacts(p *page, res judge.Result, say *text.Catalogue) {
	for _, b := range res.Builds {
		writeBuildFacts(p, 0, b, res.Root, say)
		p.blank()
	}
}

// deepest is how far builds in builds are indented; deeper ones line up.
const deepest = 12

func writeBuildFacts(p *page, indent int, b inventory.Build, root inventory.Root, say *text.Catalogue) {
	p.heading(indent, place(root, b.Path))
	line := func(id, value string) {
		if value != "" {
			p.paragraph(indent+2, say.Text(id, nil)+": "+term.Isolated(term.Clipped(term.Plain(value), longestFact)))
		}
	}
	line("facts.format", string(b.Format))
	line("facts.product", b.Product)
	line("facts.version", b.Version)
	line("facts.arch", b.Arch)
	line("facts.channel", b.Origin.Channel)
	line("facts.from", b.Origin.FromURL)
	for _, f := range b.Files {
		if f.Path != b.Path {
			p.paragraph(indent+2, place(root, f.Path))
		}
		writeFile(p, indent+2, f, say)
	}
	for _, s := range b.Signatures {
		writeSignature(p, indent+2, s, say)
	}
	for _, f := range b.Facts {
		p.paragraph(indent+2, fact(elsewhere(f, b.Path), root, say))
	}
	line("facts.searched", searched(b.Collected, say))
	for _, inner := range b.Inside {
		writeBuildFacts(p, min(indent+2, deepest), inner, root, say)
	}
}

// elsewhere leaves out a fact's place where it is the build's own path.
func elsewhere(f signatures.Fact, path string) signatures.Fact {
	if f.Place == path && f.At == "" {
		f.Place = ""
	}
	return f
}

func writeFile(p *page, indent int, f inventory.File, say *text.Catalogue) {
	p.paragraph(indent, say.Text("facts.size", text.Args{"size": strconv.FormatInt(f.Size, 10)}))
	for _, d := range []struct{ name, value string }{{"SHA-256", f.SHA256}, {"SHA-1", f.SHA1}, {"MD5", f.MD5}} {
		if d.value != "" {
			p.paragraph(indent, d.name+": "+term.Plain(d.value))
		}
	}
	if f.State != "" {
		p.paragraph(indent, fileState(f.State, say))
	}
}

func fileState(state string, say *text.Catalogue) string {
	if id := "reason." + state; say.Has(id) {
		return say.Text(id, nil)
	}
	return gapTitle(state, say)
}

func writeSignature(p *page, indent int, s inventory.Signature, say *text.Catalogue) {
	p.paragraph(indent, say.Text("facts.signature", text.Args{
		"format":    term.Plain(s.Format),
		"integrity": say.Text("integrity."+string(s.Integrity), nil),
		"trust":     say.Text("trust."+string(s.Trust), nil),
	}))
	switch {
	case s.MinSDK != 0 && s.MaxSDK != 0:
		p.paragraph(indent+2, say.Text("facts.sdk-range", text.Args{"scheme": s.Scheme, "from": strconv.Itoa(s.MinSDK), "to": strconv.Itoa(s.MaxSDK)}))
	case s.MinSDK != 0:
		p.paragraph(indent+2, say.Text("facts.sdk-from", text.Args{"scheme": s.Scheme, "from": strconv.Itoa(s.MinSDK)}))
	}
	for _, signer := range s.Signers {
		p.paragraph(indent+2, say.Text("facts.signer", text.Args{"subject": name(signer.Subject)}))
		if signer.SHA256 != "" {
			p.paragraph(indent+2, "SHA-256: "+term.Plain(signer.SHA256))
		}
	}
	for _, problem := range s.Problems {
		p.item(indent+2, "-", problemText(problem, say))
	}
}

func problemText(code string, say *text.Catalogue) string {
	if id := "problem." + code; say.Has(id) {
		return say.Text(id, nil)
	}
	return say.Text("problem.other", text.Args{"code": term.Clipped(term.Plain(code), longestName)})
}

func searched(c inventory.Collected, say *text.Catalogue) string {
	if c.Patterns == "" {
		return say.Text("facts.searched-nothing", nil)
	}
	return c.Patterns
}
