package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

func clients(list *signatures.List, say *text.Catalogue) string {
	p := &page{}
	p.line("# Clients: what tells whose build it is\n")
	p.line("Written by `go run ./cmd/internal/listpages` from list %s; do not edit. To add to it, see CONTRIBUTING.md.\n", list.Version)
	p.line("A pin is a published identity: a signer together with the product that it is for. Only an intact signature with a trusted chain by a pinned signer makes a build *official*; a distributor or an open project makes it *made openly by somebody other than the maker*. Where the list knows no pin, no copy can be called official, and the page says so. Names prove nothing. Numbers in brackets are sources.\n")
	all := slices.Clone(list.Clients)
	slices.SortFunc(all, func(a, b *signatures.Client) int { return byTitle(a.Name, a.ID, b.Name, b.ID) })
	p.header("client", "systems", "pinned on", "remarks")
	for _, c := range all {
		p.row(fmt.Sprintf("[%s](#%s)", plain(c.Name), c.ID), join(c.Platforms()), pinnedOn(c), remarks(list, c))
	}
	p.line("")
	for _, c := range all {
		client(p, list, c, say)
	}
	return strings.TrimRight(p.String(), "\n") + "\n"
}

// pinnedOn are the systems with a pin, the maker's own without a mark.
func pinnedOn(c *signatures.Client) string {
	var on []string
	for _, platform := range c.Platforms() {
		maker, other := false, false
		for _, p := range c.Pins {
			maker = maker || p.Platform == platform && p.By == signatures.ByMaker
			other = other || p.Platform == platform && p.By != signatures.ByMaker
		}
		switch {
		case maker:
			on = append(on, string(platform))
		case other:
			on = append(on, string(platform)+" (others' builds)")
		}
	}
	return strings.Join(on, ", ")
}

func remarks(list *signatures.List, c *signatures.Client) string {
	var all []string
	if fork := list.Client(c.ForkOf); fork != nil {
		all = append(all, "fork of "+plain(fork.Name))
	}
	if c.Ended != nil {
		all = append(all, "ended "+c.Ended.Date)
	}
	if len(c.Withdrawn) > 0 {
		all = append(all, "some versions withdrawn")
	}
	if len(c.Advisories) > 0 {
		all = append(all, "with advisories")
	}
	return strings.Join(all, "; ")
}

func client(p *page, list *signatures.List, c *signatures.Client, say *text.Catalogue) {
	args := text.Args{"client": c.Name, "maker": c.Maker, "title": c.Name}
	p.line("## <a id=\"%s\"></a>%s\n", c.ID, plain(c.Name))
	p.paragraph(fmt.Sprintf("%s · %s", code(c.ID), plain(say.Text("explain.client", args))))
	p.paragraph(say.Text(string(c.About), args))
	if fork := list.Client(c.ForkOf); fork != nil {
		p.paragraph(plain(say.Text("explain.fork", text.Args{"client": fork.Name})))
	}
	if c.Ended != nil {
		p.paragraph(say.Text("explain.ended", text.Args{"date": c.Ended.Date}) + mark(c.Ended.Source))
	}
	for _, w := range c.Withdrawn {
		p.paragraph(fmt.Sprintf("%s (%s)%s %s", say.Text("explain.withdrawn", text.Args{"versions": plain(w.Versions)}), w.Platform, mark(w.Source), say.Text(string(w.Reason), args)))
	}
	if c.GetGenuine != "" && c.Ended == nil {
		p.paragraph(say.Text("explain.genuine", text.Args{"url": "<" + c.GetGenuine + ">"}))
	}
	for _, a := range c.Advisories {
		p.line("- %s%s %s", say.Text(string(a.Text), args), mark(a.Source), say.Text(string(a.PeerExposure), args))
	}
	if len(c.Advisories) > 0 {
		p.line("")
	}
	pins(p, c, say)
	claims(p, c, say)
	p.sources(c.Sources)
}

func pins(p *page, c *signatures.Client, say *text.Catalogue) {
	if len(c.Pins) == 0 {
		p.paragraph(say.Text("explain.recognise.no-pins", nil))
		return
	}
	p.header("pin", "signer", "of")
	for _, pin := range c.Pins {
		where := say.Text("explain.recognise.pin", text.Args{"channel": pin.Channel, "platform": string(pin.Platform),
			"by": say.Text("explain.pin-by."+string(pin.By), nil)})
		signer := indicators(pin.Signer, " or ")
		if len(pin.Programs) > 0 {
			signer = say.Plural("explain.recognise.programs", len(pin.Programs), text.Args{"package": pin.Channel, "version": strings.TrimSpace(pin.Version + " " + pin.Arch)})
		}
		p.row(where, signer, indicators(pin.Product, " and "))
	}
	p.line("")
}

func claims(p *page, c *signatures.Client, say *text.Catalogue) {
	if len(c.Claims) > 0 {
		p.paragraph(plain(say.Text("explain.recognise.claims", text.Args{"client": c.Name})) + " " + indicators(c.Claims, ", ") + ".")
	}
}

func indicators(all []signatures.Indicator, between string) string {
	each := make([]string, len(all))
	for i, ind := range all {
		each[i] = fmt.Sprintf("%s %s%s", ind.Kind, code(ind.Value), mark(ind.Source))
	}
	return strings.Join(each, between)
}

func mark(source int) string {
	if source == 0 {
		return ""
	}
	return fmt.Sprintf(" [%d]", source)
}
