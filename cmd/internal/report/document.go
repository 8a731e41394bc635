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

// Document is a report in words: what every renderer for people shows. Text that
// came from a file or the list stands in it between marks (marks.go).
type Document struct {
	Language text.Language
	Title    string
	// Headline is Found with every count.
	Headline string
	Found    string
	Counts   []Count
	// Made says when and with which list the check was made.
	Made string
	// Partial is a sentence where the scan was stopped, else empty.
	Partial string
	// Looked says what was looked at; empty where only the report beside can.
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
	// Helplines are there where a card sends to one.
	Helplines []Helpline
	Footer    []string
	// Shared says what was left out of a report that is made for others; empty
	// where nothing was.
	Shared string
	// Unreviewed says that nobody has reviewed the language, and Beside is the same
	// report in English, to stand beside it; empty for a language that was reviewed.
	Unreviewed string
	Beside     *Document
	Words      Words
}

// Count is how many findings have a verdict.
type Count struct {
	Verdict judge.Verdict
	Text    string
}

// Words are the headings of a document or a card, in its language.
type Words struct {
	Meaning, Peer, Do, Why, NotChecked, Notes, Gaps string
	// AllNotes heads the notes where they are whole cards.
	AllNotes, Cards, Counts, Skip, Tick   string
	Helplines, FromAnotherDevice          string
	Helps, AsksFirst, Mail, Page, Tongues string
	SeeHelplines, Wrong, SendThis, Carry  string
	// More is how many gaps of a group are folded away.
	More func(n int) string
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
		Title:    say.Text("report.title", nil),
		Found:    found(res, say),
		Counts:   counts(res, say),
		Made:     made(res, say),
		Words:    words(say, ""),
		Gaps:     gapGroups(res, say),
		Footer: []string{
			say.Plural("footer.checked", res.Checked.Programs, text.Args{"date": listDate(res, say)}),
			say.Text("footer.limits", nil),
		},
	}
	d.Headline = headline(res, say)
	// The line is in one language, and stands in the English beside it where it is
	// not all translated.
	if line, own := text.Whole(say, func(say *text.Catalogue) string { return looked(res, say) }); own {
		d.Looked = line
	}
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
	if sendsToHelpline(res.Findings) {
		d.Helplines = helplines(list, say)
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

		AllNotes:          say.Text("report.notes", nil),
		Cards:             say.Text("report.cards", nil),
		Counts:            say.Text("report.counts", nil),
		Skip:              say.Text("report.skip", nil),
		Tick:              say.Text("report.tick", nil),
		Helplines:         say.Text("report.helplines", nil),
		FromAnotherDevice: say.Text("report.helplines.from-another-device", nil),
		Helps:             say.Text("report.helpline.helps", nil),
		AsksFirst:         say.Text("report.helpline.asks-first", nil),
		Mail:              say.Text("report.helpline.mail", nil),
		Page:              say.Text("report.helpline.page", nil),
		Tongues:           say.Text("report.helpline.languages", nil),
		SeeHelplines:      say.Text("report.see-helplines", nil),
		Wrong:             say.Text("report.wrong", nil),
		SendThis:          say.Text("report.send-this", nil),
		Carry:             say.Text("report.carry", nil),
		More:              func(n int) string { return say.Plural("report.more", n, nil) },
	}
}

func made(res judge.Result, say *text.Catalogue) string {
	started, _, _ := strings.Cut(term.Plain(res.Started), "T")
	if started == "" {
		started = say.Text("footer.no-date", nil)
	}
	return say.Text("report.made", text.Args{"date": markName(started), "list": name(res.List.Version),
		"tool": name(strings.TrimSpace(res.Tool.Name + " " + res.Tool.Version))})
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

func name(s string) string { return markName(shortened(s)) }

func shortened(s string) string { return term.Clipped(term.Plain(s), longestName) }

// place is a path as a person knows it.
func place(root inventory.Root, path string) string { return markCode(rooted(root, path)) }

// rooted is a path without a mark: names of the running machine start at its
// root, those of another system at the folder where that was found.
func rooted(root inventory.Root, path string) string {
	relative := strings.Contains(path, "/") && !strings.HasPrefix(path, "/") && !hasDrive(path) && !strings.HasPrefix(path, leftOut)
	if root.Kind != string(platform.Disk) && root.Kind != string(platform.Disks) && relative {
		path = "/" + path
	}
	return term.Clipped(term.Plain(path), longestPath)
}

func hasDrive(path string) bool { return len(path) > 1 && path[1] == ':' }

func number(n int) string { return strconv.Itoa(n) }
