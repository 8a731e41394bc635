package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// Detail is how much of an entry is written.
type Detail int

// Details.
const (
	Explain Detail = iota // what a person wants to know
	Show                  // every single sign as well
)

// Entry writes what is known about a family, a client or a verdict. It returns
// false, having written nothing, where the id is none of these.
func Entry(w io.Writer, id string, list *signatures.List, say *text.Catalogue, profile term.Profile, detail Detail) (bool, error) {
	e := explainer{page: &page{Profile: profile}, list: list, say: say, detail: detail}
	known := false
	if f := list.Family(id); f != nil {
		e.family(f)
		known = true
	}
	if c := list.Client(id); c != nil {
		if known {
			e.blank()
		}
		e.client(c)
		known = true
	}
	for _, v := range Verdicts() {
		if !known && string(v) == id {
			e.verdict(v)
			known = true
		}
	}
	if !known {
		return false, nil
	}
	_, err := io.WriteString(w, e.out.String())
	return true, err
}

type explainer struct {
	*page
	list   *signatures.List
	say    *text.Catalogue
	detail Detail
}

// Lists come from files too, so what they say is made plain here.

func (e explainer) heading(indent int, text string)    { e.page.heading(indent, term.Plain(text)) }
func (e explainer) paragraph(indent int, text string)  { e.page.paragraph(indent, term.Plain(text)) }
func (e explainer) item(indent int, mark, text string) { e.page.item(indent, mark, term.Plain(text)) }

func (e explainer) text(id string, args text.Args) string { return e.say.Text(id, args) }

func (e explainer) family(f *signatures.Family) {
	args := text.Args{"family": f.Title, "title": f.Title, "clients": e.clientNames(f.Imitates), "client": e.clientNames(f.Imitates)}
	e.heading(0, f.Title)
	e.paragraph(0, e.text(kindSentence(f), args))
	e.blank()
	e.paragraph(0, e.text(string(f.About), args))
	e.circumstances(f)
	e.behaviour(f.Behaviour)
	e.section("heading.peer", e.text(string(f.PeerExposure), args))
	e.steps(f.Steps, args)
	e.recogniseFamily(f)
	e.sources(f.Sources)
}

// kindSentence has a wording of its own for families that imitate no listed client.
func kindSentence(f *signatures.Family) string {
	if len(f.Imitates) == 0 {
		return "explain.kind." + string(f.Kind) + ".unnamed"
	}
	return "explain.kind." + string(f.Kind)
}

func (e explainer) circumstances(f *signatures.Family) {
	if f.Operator != "" {
		e.paragraph(0, e.text("explain.operator", text.Args{"operator": f.Operator}))
	}
	if len(f.Regions) > 0 {
		e.paragraph(0, e.text("explain.regions", text.Args{"regions": strings.Join(f.Regions, ", ")}))
	}
	if f.Active == (signatures.Period{}) {
		return
	}
	from, to := f.Active.From, f.Active.To
	if from == "" {
		from = e.text("explain.unknown-start", nil)
	}
	if to == "" {
		to = e.text("explain.open", nil)
	}
	e.paragraph(0, e.text("explain.active", text.Args{"from": from, "to": to}))
}

func (e explainer) behaviour(b signatures.Behaviour) {
	e.head("explain.behaviour")
	published := PublishedBehaviour(b, e.text)
	for _, does := range published {
		e.item(2, "-", does)
	}
	if published == nil {
		e.paragraph(2, e.text("explain.behaviour.none", nil))
	}
}

// PublishedBehaviour says in words what was published about a family.
func PublishedBehaviour(b signatures.Behaviour, say func(id string, args text.Args) string) (does []string) {
	for _, published := range []struct {
		id string
		is bool
	}{
		{"explain.behaviour.scans", b.ScansMessages},
		{"explain.behaviour.censors", b.CensorsMessages},
		{"explain.behaviour.uploads-messages", b.UploadsMessages},
		{"explain.behaviour.uploads-metadata", b.UploadsMetadata},
		{"explain.behaviour.steals-session", b.StealsSession},
		{"explain.behaviour.records-audio", b.RecordsAudio},
		{"explain.behaviour.replaces", b.ReplacesContents},
	} {
		if published.is {
			does = append(does, say(published.id, nil))
		}
	}
	return does
}

func (e explainer) client(c *signatures.Client) {
	args := text.Args{"client": c.Name, "maker": c.Maker}
	e.heading(0, c.Name)
	e.paragraph(0, e.text("explain.client", args))
	if fork := e.list.Client(c.ForkOf); fork != nil {
		e.paragraph(0, e.text("explain.fork", text.Args{"client": fork.Name}))
	}
	e.blank()
	e.paragraph(0, e.text(string(c.About), args))
	if c.Ended != nil {
		e.paragraph(0, e.text("explain.ended", text.Args{"date": c.Ended.Date})+e.mark(c.Ended.Source))
	}
	for _, w := range c.Withdrawn {
		e.paragraph(0, e.text("explain.withdrawn", text.Args{"versions": withdrawn(w)})+e.mark(w.Source))
		e.paragraph(2, e.text(string(w.Reason), args))
	}
	if c.GetGenuine != "" && c.Ended == nil {
		e.paragraph(0, e.text("explain.genuine", text.Args{"url": c.GetGenuine}))
	}
	e.advisories(c, args)
	e.familiesOf(c)
	e.recogniseClient(c)
	e.sources(c.Sources)
}

// withdrawn lists versions as a person writes them, and for which system.
func withdrawn(w signatures.Withdrawn) string {
	var versions []string
	for _, v := range strings.Split(w.Versions, "||") {
		versions = append(versions, strings.TrimPrefix(strings.TrimSpace(v), "="))
	}
	list := strings.Join(versions, ", ")
	if w.Platform == "" {
		return list
	}
	return list + " (" + string(w.Platform) + ")"
}

func (e explainer) advisories(c *signatures.Client, args text.Args) {
	if len(c.Advisories) == 0 {
		return
	}
	e.head("explain.advisories")
	for _, a := range c.Advisories {
		e.item(2, "-", e.text(string(a.Text), args)+e.mark(a.Source))
		e.paragraph(4, e.text(string(a.PeerExposure), args))
	}
}

func (e explainer) familiesOf(c *signatures.Client) {
	head := false
	for _, f := range e.list.Families {
		for _, id := range f.Imitates {
			if id != c.ID {
				continue
			}
			if !head {
				e.head("explain.families")
				head = true
			}
			e.item(2, "-", f.Title+" (chatvet explain "+f.ID+")")
		}
	}
}

func (e explainer) verdict(v judge.Verdict) {
	id := "verdict." + string(v)
	e.write(0, signOf(v), e.text(id+".title", nil), paintOf(v))
	e.blank()
	e.paragraph(0, e.text(id+".sentence", nil))
	w := words(e.say, v)
	section(e.page, w.Meaning, e.text(id+".meaning", nil))
	section(e.page, w.NotChecked, e.text(id+".not-checked", nil))
	head := false
	for _, f := range e.list.Families {
		if verdictOf(f.Kind) != v {
			continue
		}
		if !head {
			e.head("explain.families-of-verdict")
			head = true
		}
		e.item(2, "-", f.Title+" (chatvet explain "+f.ID+")")
	}
}

func verdictOf(k signatures.FamilyKind) judge.Verdict {
	switch k {
	case signatures.Regional:
		return judge.Regional
	case signatures.Trojanised, signatures.Impostor:
		return judge.Harmful
	}
	return judge.Unofficial
}

func (e explainer) steps(steps []signatures.MessageID, args text.Args) {
	if len(steps) == 0 {
		return
	}
	e.head("heading.do")
	for i, step := range steps {
		e.item(2, number(i+1)+".", e.text(string(step), args))
	}
}

func (e explainer) sources(sources []signatures.Source) {
	e.head("explain.sources")
	for _, s := range sources {
		e.page.item(2, fmt.Sprintf("[%d]", s.N), source(s)) // plain already, and marked
	}
}

// mark refers to a source below.
func (e explainer) mark(source int) string {
	if source == 0 {
		return ""
	}
	return fmt.Sprintf(" [%d]", source)
}

func (e explainer) head(id string) {
	e.blank()
	e.heading(0, e.text(id, nil))
}

func (e explainer) section(id, body string) {
	if body != "" {
		e.head(id)
		e.paragraph(2, body)
	}
}

func (e explainer) clientNames(ids []string) string {
	var names []string
	for _, id := range ids {
		if c := e.list.Client(id); c != nil {
			id = c.Name
		}
		names = append(names, id)
	}
	return joined(names, e.say)
}
