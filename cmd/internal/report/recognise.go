package report

import (
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

// recogniseFamily writes by which signs chatvet knows a family, and how much
// each of them is worth.
func (e explainer) recogniseFamily(f *signatures.Family) {
	e.head("explain.recognise")
	if f.Undetectable != "" {
		e.paragraph(2, e.text("explain.recognise.undetectable", nil))
		e.paragraph(4, f.Undetectable)
	}
	for _, d := range f.Digests {
		e.item(2, "-", e.say.Plural("explain.recognise.digests", len(d.Values), text.Args{"digest": digestNames[d.Kind]})+e.mark(d.Source))
	}
	for _, r := range f.Rules {
		e.item(2, "-", e.text("explain.recognise.rule", text.Args{"name": r.Name}))
		if e.detail != Show {
			continue
		}
		e.condition(4, r.When)
		if len(r.Hints) > 0 {
			e.paragraph(4, e.text("explain.recognise.hints", nil))
			for _, hint := range r.Hints {
				e.indicator(6, hint)
			}
		}
	}
	if f.Undetectable == "" {
		e.paragraph(2, e.text(howSure(f), nil))
	}
	if f.MakerSigned {
		e.paragraph(2, e.text("explain.recognise.maker-signed", nil))
	}
	e.whereAllSignsAre(f.ID)
}

var digestNames = map[signatures.Kind]string{
	signatures.FileSHA256: "SHA-256", signatures.FileSHA1: "SHA-1", signatures.FileMD5: "MD5",
}

// howSure is the rule of DESIGN section 4 in words.
func howSure(f *signatures.Family) string {
	switch {
	case len(f.Rules) == 0:
		return "explain.recognise.how-digests"
	case f.Kind.Harmful():
		return "explain.recognise.how-harmful"
	}
	return "explain.recognise.how"
}

func (e explainer) whereAllSignsAre(id string) {
	if e.detail != Show {
		e.paragraph(2, e.text("explain.recognise.all-signs", text.Args{"command": "chatvet signatures show " + id}))
	}
}

// condition writes a tree of conditions, each level further in.
func (e explainer) condition(indent int, c signatures.Condition) {
	heading, members := "", []signatures.Condition(nil)
	switch {
	case c.Indicator != nil:
		e.indicator(indent, *c.Indicator)
		return
	case c.All != nil:
		heading, members = e.text("explain.all", nil), c.All
	case c.Any != nil:
		heading, members = e.text("explain.any", nil), c.Any
	case c.None != nil:
		heading, members = e.text("explain.none", nil), c.None
	default:
		heading, members = e.say.Plural("explain.at-least", c.AtLeast, nil), c.Of
	}
	e.paragraph(indent, heading)
	for _, m := range members {
		e.condition(min(indent+2, 2*deepest), m)
	}
}

func (e explainer) indicator(indent int, i signatures.Indicator) {
	value := i.Value
	if i.Kind == signatures.Content {
		value = i.Pattern()
	}
	e.item(indent, "-", kindName(i.Kind, e.say)+": "+value+" ("+e.worth(i.Kind)+")"+e.mark(i.Source))
}

func (e explainer) worth(k signatures.Kind) string {
	info, _ := k.Info()
	return e.text("explain.strength."+info.Strength.String(), nil)
}

// recogniseClient writes by what a build claims to be a client, and what proves
// whose build it is.
func (e explainer) recogniseClient(c *signatures.Client) {
	e.head("explain.recognise")
	if e.detail == Show {
		e.paragraph(2, e.text("explain.recognise.claims", text.Args{"client": c.Name}))
		for _, claim := range c.Claims {
			e.item(2, "-", kindName(claim.Kind, e.say)+": "+claim.Value+e.mark(claim.Source))
		}
	}
	if len(c.Pins) == 0 {
		e.paragraph(2, e.text("explain.recognise.no-pins", nil))
	} else {
		e.paragraph(2, e.text("explain.recognise.pins", nil))
	}
	said := map[string]bool{}
	for _, p := range c.Pins {
		if line := e.pinLine(p); e.detail == Show || !said[line] {
			said[line] = true
			e.pin(p)
		}
	}
	for _, k := range c.UnpublishedKeys {
		e.item(2, "-", e.text("explain.recognise.unpublished-key", text.Args{"channel": k.Channel, "id": k.ID})+e.mark(k.Source))
	}
	e.whereAllSignsAre(c.ID)
}

func (e explainer) pin(p signatures.Pin) {
	e.item(2, "-", e.pinLine(p))
	if e.detail != Show {
		return
	}
	for _, i := range append(append([]signatures.Indicator{}, p.Signer...), p.Product...) {
		e.paragraph(4, kindName(i.Kind, e.say)+": "+i.Value+e.mark(i.Source))
	}
	if len(p.Programs) > 0 {
		version := strings.TrimSpace(p.Version + " " + p.Arch)
		e.paragraph(4, e.say.Plural("explain.recognise.programs", len(p.Programs), text.Args{"package": p.Channel, "version": version}))
	}
}

func (e explainer) pinLine(p signatures.Pin) string {
	return e.text("explain.recognise.pin", text.Args{"channel": p.Channel,
		"platform": string(p.Platform), "by": e.text("explain.pin-by."+string(p.By), nil)})
}
