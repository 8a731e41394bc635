package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

// kinds are the chapters of the page, in the order of DESIGN's verdicts.
var kinds = []struct {
	kind signatures.FamilyKind
	name string
}{
	{signatures.Regional, "Editions for a region"},
	{signatures.Trojanised, "Chat apps with harmful code added"},
	{signatures.Impostor, "Other things under the name of a chat app"},
	{signatures.Mod, "Changed by somebody else"},
	{signatures.Archiving, "Copies that keep messages"},
}

func families(list *signatures.List, say *text.Catalogue) string {
	p := &page{}
	p.line("# Families: builds that chatvet knows\n")
	p.line("Written by `go run ./cmd/internal/listpages` from list %s; do not edit. To add to it, see CONTRIBUTING.md.\n", list.Version)
	p.line("A family is a set of changed builds of a chat client that belong together, as others published them. Being on this page says something about builds, not about the people who use them. `chatvet explain ID` shows the same for one of them, and `chatvet signatures show ID` every sign. Numbers in brackets are sources.\n")
	for _, k := range kinds {
		all := slices.DeleteFunc(slices.Clone(list.Families), func(f *signatures.Family) bool { return f.Kind != k.kind })
		if len(all) == 0 {
			continue
		}
		slices.SortFunc(all, func(a, b *signatures.Family) int { return byTitle(a.Title, a.ID, b.Title, b.ID) })
		p.line("## %s\n", k.name)
		p.header("family", "of", "systems", "when", "chatvet finds it")
		for _, f := range all {
			p.row(fmt.Sprintf("[%s](#%s)", plain(f.Title), f.ID), plain(clientNames(list, f.Imitates)), join(f.Platforms), when(f.Active), found(f, say))
		}
		p.line("")
		for _, f := range all {
			family(p, list, f, say)
		}
	}
	return strings.TrimRight(p.String(), "\n") + "\n"
}

func family(p *page, list *signatures.List, f *signatures.Family, say *text.Catalogue) {
	args := text.Args{"title": f.Title, "family": f.Title, "client": clientNames(list, f.Imitates), "clients": clientNames(list, f.Imitates)}
	p.line("### <a id=\"%s\"></a>%s\n", f.ID, plain(f.Title))
	about := fmt.Sprintf("%s · %s", code(f.ID), join(f.Platforms))
	if len(f.Regions) > 0 {
		about += " · regions: " + join(f.Regions)
	}
	if f.Operator != "" {
		about += " · " + say.Text("explain.operator", text.Args{"operator": plain(f.Operator)})
	}
	p.paragraph(about)
	p.paragraph(say.Text(string(f.About), args))
	if does := report.PublishedBehaviour(f.Behaviour, say.Text); len(does) > 0 {
		p.paragraph("What was published about it: " + strings.Join(does, "; ") + ".")
	}
	p.paragraph("The other side: " + say.Text(string(f.PeerExposure), args))
	recognised(p, f, say)
	p.sources(f.Sources)
}

func recognised(p *page, f *signatures.Family, say *text.Catalogue) {
	if f.Undetectable != "" {
		p.paragraph(say.Text("explain.recognise.undetectable", nil) + " " + plain(f.Undetectable))
		return
	}
	p.line("%s:\n", say.Text("explain.recognise", nil))
	for _, d := range f.Digests {
		p.line("- %s [%d]", say.Plural("explain.recognise.digests", len(d.Values), nil), d.Source)
	}
	for _, r := range f.Rules {
		p.line("- %s", plain(say.Text("explain.recognise.rule", text.Args{"name": r.Name})))
	}
	if f.MakerSigned {
		p.line("- %s", say.Text("explain.recognise.maker-signed", nil))
	}
	p.line("")
}

// found says in a word or two how a family is recognised.
func found(f *signatures.Family, say *text.Catalogue) string {
	if f.Undetectable != "" {
		return "no"
	}
	digests := 0
	for _, d := range f.Digests {
		digests += len(d.Values)
	}
	var by []string
	if digests > 0 {
		by = append(by, say.Plural("listpages.digests", digests, nil))
	}
	if n := len(f.Rules); n > 0 {
		by = append(by, say.Plural("listpages.rules", n, nil))
	}
	return strings.Join(by, ", ")
}

func when(p signatures.Period) string {
	switch {
	case p.From == p.To:
		return p.From
	case p.From == "":
		return "until " + p.To
	case p.To == "":
		return "from " + p.From
	}
	return p.From + " to " + p.To
}

func clientNames(list *signatures.List, ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id
		if c := list.Client(id); c != nil {
			names[i] = c.Name
		}
	}
	return join(names)
}
