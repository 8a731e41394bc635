package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Document is a report in words: what every renderer for people shows.
type Document struct {
	Language text.Language
	Headline string
	// Partial is a sentence where the scan was stopped, else empty.
	Partial string
	// Looked says what was looked at.
	Looked string
	// Nothing is what to say where no finding came out; empty otherwise.
	Nothing []string
	// Cards are findings of level advice and above, most serious first.
	Cards []Card
	// Notes are findings of level note.
	Notes []Card
	// NotesMeaning says what the commonest note means and does not mean.
	NotesMeaning string
	Gaps         []GapGroup
	Footer       []string
	Words        Words
}

// Words are the headings of a document or a card, in its language.
type Words struct {
	Meaning, Peer, Do, Why, NotChecked, Notes, Gaps string
	// AsAbove says that what a card leaves out is the same as on one before.
	AsAbove string
}

// GapGroup is the gaps of one kind.
type GapGroup struct {
	Kind  string // a code
	Title string
	Gaps  []GapLine
}

// GapLine is one thing that was not checked.
type GapLine struct{ Where, What, Reason string }

// New builds the document of a result. The list should be the one that the
// result was judged with; what it does not know is shown by its id.
func New(res judge.Result, list *signatures.List, say *text.Catalogue) Document {
	d := Document{
		Language: say.Language(),
		Words:    words(say, ""),
		Looked:   looked(res, say),
		Gaps:     gapGroups(res, say),
		Footer: []string{
			say.Plural("footer.checked", res.Checked.Programs, text.Args{"date": listDate(res, say)}),
			say.Text("footer.limits", nil),
		},
	}
	d.Headline = headline(res, say)
	if res.Partial {
		d.Partial = say.Text("state.partial", nil)
	}
	unverified := false
	for _, card := range cards(res, list, say) {
		if card.Level == judge.Note {
			d.Notes = append(d.Notes, card)
			unverified = unverified || card.Verdict == judge.Unverified
		} else {
			d.Cards = append(d.Cards, card)
		}
	}
	if unverified {
		d.NotesMeaning = say.Text("notes.unverified", nil)
	}
	if len(res.Findings) == 0 {
		d.Nothing = []string{
			say.Text("state.nothing-found.title", nil) + ".",
			say.Text("state.nothing-found.sentence", nil),
			say.Text("state.nothing-found.meaning", nil),
		}
	}
	return d
}

func words(say *text.Catalogue, verdict judge.Verdict) Words {
	meaning := "heading.meaning"
	if verdict == judge.Official {
		meaning = "heading.meaning-official"
	}
	return Words{
		Meaning:    say.Text(meaning, nil),
		Peer:       say.Text("heading.peer", nil),
		Do:         say.Text("heading.do", nil),
		Why:        say.Text("heading.why", nil),
		NotChecked: say.Text("heading.not-checked", nil),
		Notes:      say.Text("heading.notes", nil),
		Gaps:       say.Text("state.not-checked.title", nil),
		AsAbove:    say.Text("card.as-above", nil),
	}
}

func listDate(res judge.Result, say *text.Catalogue) string {
	if issued := term.Plain(res.List.Issued); issued != "" {
		return issued
	}
	return say.Text("footer.no-date", nil)
}

func looked(res judge.Result, say *text.Catalogue) string {
	return say.Text("looked.counts", text.Args{
		"packages": say.Plural("looked.packages", res.Checked.Packages, nil),
		"files":    say.Plural("looked.files", res.Checked.Files, nil),
		"programs": say.Plural("looked.programs", res.Checked.Programs, nil),
		"lookups":  lookupNames(res.Checked.Lookups, say),
	})
}

func lookupNames(lookups []string, say *text.Catalogue) string {
	var names []string
	for _, l := range lookups {
		name := term.Plain(l)
		if id := "lookup." + l; say.Has(id) {
			name = say.Text(id, nil)
		}
		names = append(names, name)
	}
	if names == nil {
		return say.Text("looked.nowhere", nil)
	}
	return joined(names, say)
}

// joined makes one phrase of many.
func joined(names []string, say *text.Catalogue) string {
	phrase := ""
	for i, name := range names {
		if i > 0 {
			phrase += say.Text("list.comma", nil) + " "
		}
		phrase += name
	}
	return phrase
}

func gapGroups(res judge.Result, say *text.Catalogue) []GapGroup {
	byKind := map[string]*GapGroup{}
	var groups []*GapGroup
	for _, gap := range res.Gaps {
		g := byKind[gap.Kind]
		if g == nil {
			g = &GapGroup{Kind: gap.Kind, Title: gapTitle(gap.Kind, say)}
			byKind[gap.Kind] = g
			groups = append(groups, g)
		}
		g.Gaps = append(g.Gaps, GapLine{
			Where:  place(res.Root, gap.Where),
			What:   term.Clipped(term.Plain(gap.What), longestFact),
			Reason: term.Clipped(term.Plain(gap.Reason), longestFact),
		})
	}
	slices.SortStableFunc(groups, func(a, b *GapGroup) int { return cmp.Compare(a.Kind, b.Kind) })
	sorted := make([]GapGroup, 0, len(groups))
	for _, g := range groups {
		sorted = append(sorted, *g)
	}
	return sorted
}

func gapTitle(kind string, say *text.Catalogue) string {
	if id := "gap." + kind; say.Has(id) {
		return say.Text(id, nil)
	}
	return say.Text("gap.other", text.Args{"kind": term.Plain(kind)})
}

// Bounds on what a hostile file can put into a line, in columns.
const (
	longestName = 100
	longestFact = 400
	longestPath = 1000
)

func name(s string) string { return term.Isolated(term.Clipped(term.Plain(s), longestName)) }

// place is a path as a person knows it: names of the running machine start at
// its root, those of another system at the folder where that was found.
func place(root inventory.Root, path string) string {
	rooted := path
	if root.Kind != string(platform.Disk) && strings.Contains(path, "/") && !strings.HasPrefix(path, "/") && !hasDrive(path) {
		rooted = "/" + path
	}
	return term.Isolated(term.Clipped(term.Plain(rooted), longestPath))
}

func hasDrive(path string) bool { return len(path) > 1 && path[1] == ':' }

func number(n int) string { return strconv.Itoa(n) }
