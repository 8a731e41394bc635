package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

// UnknownPeer is the id of the choice "I do not know".
const UnknownPeer = "unknown"

// Peer is something that the other side of a chat may use: a client, a family,
// or something unknown.
type Peer struct {
	ID     string
	Name   string
	Client *signatures.Client
	Family *signatures.Family
}

// Peers lists every client and family that has all the words in its name or id,
// in the order of their names. Something unknown comes last where no words are
// given.
func Peers(list *signatures.List, words []string, say *text.Catalogue) []Peer {
	var all []Peer
	add := func(p Peer) {
		if p.hasWords(words) {
			all = append(all, p)
		}
	}
	for i := range list.Clients {
		add(Peer{ID: list.Clients[i].ID, Name: list.Clients[i].Name, Client: list.Client(list.Clients[i].ID)})
	}
	for i := range list.Families {
		add(Peer{ID: list.Families[i].ID, Name: list.Families[i].Title, Family: list.Family(list.Families[i].ID)})
	}
	slices.SortStableFunc(all, func(a, b Peer) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	if len(words) == 0 {
		all = append(all, unknownPeer(say))
	}
	return all
}

// PeerWithID finds the client, the family or the unknown with an id. A family
// that bears the same id as a client comes after it.
func PeerWithID(list *signatures.List, id string, say *text.Catalogue) (Peer, bool) {
	if id == UnknownPeer {
		return unknownPeer(say), true
	}
	if c := list.Client(id); c != nil {
		return Peer{ID: id, Name: c.Name, Client: c}, true
	}
	if f := list.Family(id); f != nil {
		return Peer{ID: id, Name: f.Title, Family: f}, true
	}
	return Peer{}, false
}

func unknownPeer(say *text.Catalogue) Peer {
	return Peer{ID: UnknownPeer, Name: say.Text("contact.unknown", nil)}
}

func (p Peer) hasWords(words []string) bool {
	in := strings.ToLower(p.Name + " " + p.ID)
	for _, word := range words {
		if !strings.Contains(in, strings.ToLower(word)) {
			return false
		}
	}
	return true
}

// Contact says what the other side's app means for a reader's own messages. It
// holds no step of the family's own: those are for people who have the app, and
// some tell them to remove it, which could harm them.
type Contact struct {
	Language text.Language
	Title    string
	Peer     Peer
	App      string // "The other side uses: ..."
	About    string
	Heading  string
	Meaning  []string
	// Copies are the families that imitate a client.
	CopiesHead string
	Copies     []Peer
	DoHead     string
	Do         []string
	LimitsHead string
	Limits     string
	// Sources are those of what is said about the app, not of how it is recognised.
	SourcesHead string
	Sources     []string
	// Unreviewed and Beside are as in a Document.
	Unreviewed string
	Beside     *Contact
}

// NewContact writes the contact view of a peer. It is in one language as a
// whole; where a text is missing in the chosen one it is in English.
func NewContact(peer Peer, list *signatures.List, say *text.Catalogue) Contact {
	c, own := text.Whole(say, func(say *text.Catalogue) Contact { return contact(peer, list, say) })
	if own && !c.Language.Reviewed {
		english := contact(peer, list, say.English())
		english.Unreviewed = say.English().Text("report.unreviewed", nil)
		c.Unreviewed, c.Beside = say.Text("report.unreviewed", nil), &english
	}
	return c
}

func contact(peer Peer, list *signatures.List, say *text.Catalogue) Contact {
	if peer.ID == UnknownPeer {
		peer = unknownPeer(say)
	}
	app := markName(term.Plain(peer.Name))
	c := Contact{
		Language:   say.Language(),
		Title:      say.Text("contact.title", nil),
		Peer:       peer,
		App:        say.Text("contact.they-use", text.Args{"app": app}),
		Heading:    say.Text("contact.for-you", nil),
		DoHead:     say.Text("heading.do", nil),
		LimitsHead: say.Text("heading.not-checked", nil),
		Limits:     say.Text("contact.not-checked", nil),

		SourcesHead: say.Text("explain.sources", nil),
	}
	switch {
	case peer.Family != nil:
		f := peer.Family
		args := text.Args{"family": app, "title": app, "client": clientNames(f.Imitates, list, say)}
		args["clients"] = args["client"]
		c.About = say.Text(string(f.About), args)
		c.Meaning = []string{exposure(f.PeerExposure, say, args)}
		for _, s := range f.Sources {
			c.Sources = append(c.Sources, source(s))
		}
	case peer.Client != nil:
		c.aboutClient(peer.Client, app, list, say)
	default:
		c.About = say.Text("contact.unknown.about", nil)
	}
	c.Meaning = append(c.Meaning, say.Text("contact.own-app", nil))
	for _, id := range []string{"contact.do.topics", "contact.do.keep", "contact.do.no-pressure"} {
		c.Do = append(c.Do, say.Text(id, nil))
	}
	return c
}

// exposure is what somebody else's app means for the reader. The texts of the list
// speak to its user; where that would mislead, one for the other side stands beside
// it.
func exposure[ID ~string](id ID, say *text.Catalogue, args text.Args) string {
	if other := string(id) + ".contact"; say.Has(other) {
		return say.Text(other, args)
	}
	return say.Text(string(id), args)
}

func (c *Contact) aboutClient(client *signatures.Client, app string, list *signatures.List, say *text.Catalogue) {
	args := text.Args{"client": app, "maker": markName(term.Plain(client.Maker))}
	c.About = say.Text(string(client.About), args)
	for _, a := range client.Advisories {
		c.Meaning = append(c.Meaning, say.Text(string(a.Text), args), exposure(a.PeerExposure, say, args))
		if s := sourceOf(client.Sources, a.Source); s != nil && !slices.Contains(c.Sources, source(*s)) {
			c.Sources = append(c.Sources, source(*s))
		}
	}
	if len(client.Advisories) == 0 {
		c.Meaning = append(c.Meaning, say.Text("contact.nothing-published", text.Args{"app": app}))
	}
	for i := range list.Families {
		if f := list.Family(list.Families[i].ID); slices.Contains(f.Imitates, client.ID) {
			c.Copies = append(c.Copies, Peer{ID: f.ID, Name: f.Title, Family: f})
		}
	}
	if len(c.Copies) > 0 {
		c.CopiesHead = say.Text("contact.copies", nil)
	}
}

func clientNames(ids []string, list *signatures.List, say *text.Catalogue) string {
	var names []string
	for _, id := range ids {
		if c := list.Client(id); c != nil {
			id = c.Name
		}
		names = append(names, markName(term.Plain(id)))
	}
	return joined(names, say)
}
