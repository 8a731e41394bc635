package report

import (
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// Card is one finding in words, all in one language.
type Card struct {
	ID string // of the finding
	// Language is that of the card, which may not be the document's.
	Language text.Language
	Verdict  judge.Verdict
	Level    judge.Level
	Symbol   string
	// VerdictWord is the verdict in words, Title that with what it is about.
	VerdictWord string
	Title       string
	// LevelWord is the level in words.
	LevelWord string
	// Product names the program and its version, Places where it is.
	Product string
	Places  []string
	// Sentence says what it is; About what is known about it.
	Sentence, About string
	// Reason is the verdict's own reason in a sentence, for verdicts that say
	// little without it.
	Reason     string
	Meaning    string
	Peer       string
	Resembles  string
	Advisories []Advisory
	Steps      []string
	Genuine    string // where the maker's own is to be had
	// Addresses are those of the list that the card may link to: of sources and
	// of the maker. An address out of a file is never among them.
	Addresses []string
	// Helpline is true where the reader should talk to one.
	Helpline bool
	// Reference is what to send where somebody thinks that the card is wrong.
	Reference  string
	Strength   string
	Why        []Why
	NotChecked string
	// Fallback is set where the card is in English because the reader's language
	// does not have all of it.
	Fallback string
	// Beside is the same card in English, where nobody has reviewed its language.
	Beside *Card
	Words  Words
}

// Why is one reason: what it means, what was seen, and who published that.
type Why struct{ Text, Fact, Source string }

// Advisory is what researchers published about the maker's own client.
type Advisory struct{ Text, Source string }

// cards makes one card for each finding. The same file in two places is one
// finding twice: it is one card with both places.
func cards(res judge.Result, list *signatures.List, say *text.Catalogue) []Card {
	builds := indexBuilds(res)
	var all []Card
	at := map[string]int{}
	for _, f := range res.Findings {
		if _, twice := at[f.ID]; twice && f.ID != "" {
			continue
		}
		at[f.ID] = len(all)
		build := func(say *text.Catalogue) Card { return newCard(f, builds[f.Build], res.Root, list, say) }
		card, own := text.Whole(say, build)
		switch {
		case !own:
			card.Fallback = say.Text("card.fallback", nil)
		case !say.Language().Reviewed:
			beside := build(say.English())
			card.Beside = &beside
		}
		all = append(all, card)
	}
	return all
}

// located is a build with the place it was found in.
type located struct {
	build inventory.Build
	place string
}

func indexBuilds(res judge.Result) map[string][]located {
	index := map[string][]located{}
	var add func(builds []inventory.Build, outer string)
	add = func(builds []inventory.Build, outer string) {
		for _, b := range builds {
			where := rooted(res.Root, b.Path)
			if outer != "" && !strings.HasPrefix(where, outer) {
				where = outer + " → " + where
			}
			index[b.ID] = append(index[b.ID], located{b, where})
			add(b.Inside, where)
		}
	}
	add(res.Builds, "")
	return index
}

func newCard(f judge.Finding, found []located, root inventory.Root, list *signatures.List, say *text.Catalogue) Card {
	family, client := list.Family(f.Family), list.Client(f.Client)
	args := text.Args{"client": clientName(f, client, found), "family": familyName(f.Family, family)}
	args["title"] = args["family"]
	verdict := "verdict." + string(f.Verdict)
	c := Card{
		ID: f.ID, Verdict: f.Verdict, Level: f.Level,
		Language:    say.Language(),
		Symbol:      Symbol(f.Verdict),
		VerdictWord: say.Text(verdict+".title", nil),
		Title:       say.Text(cardTitle(f), args),
		LevelWord:   say.Text("level."+string(f.Level), nil),
		Product:     productOf(found),
		Places:      placesOf(found),
		Sentence:    say.Text(verdict+".sentence", args),
		Meaning:     say.Text(verdict+".meaning", args),
		Resembles:   resembles(f, list, say),
		Advisories:  advisories(f, list, say, args),
		Strength:    say.Text("strength."+f.Strength, nil),
		NotChecked:  say.Text(verdict+".not-checked", args),
		Words:       words(say, f.Verdict),
	}
	c.Reason, c.Why = because(f, root, say, args)
	c.Helpline = sendsToHelpline([]judge.Finding{f})
	c.Reference = reference(f, found, list)
	c.Addresses = addresses(f, client)
	if family != nil {
		c.About = say.Text(string(family.About), args)
	}
	if f.PeerExposure != "" {
		c.Peer = say.Text(string(f.PeerExposure), args)
	}
	for _, step := range f.Steps {
		c.Steps = append(c.Steps, say.Text(string(step), args))
	}
	if client != nil && client.GetGenuine != "" && client.Ended == nil && wantsGenuine(f.Verdict) {
		c.Genuine = say.Text("card.genuine", text.Args{"client": args["client"], "url": markCode(term.Plain(client.GetGenuine))})
	}
	return c
}

// repeats tells which cards say the same as one before them.
func repeats(cards []Card) []bool {
	again := make([]bool, len(cards))
	told := map[string]bool{}
	for i, c := range cards {
		advice := strings.Join(append([]string{c.Title, c.About, c.Peer}, c.Steps...), "\n")
		again[i] = c.About != "" && told[advice]
		told[advice] = true
	}
	return again
}

// reference names a finding by what everybody may see of it: its id, the family,
// the list and the digest of the file.
func reference(f judge.Finding, found []located, list *signatures.List) string {
	parts := []string{f.ID, string(f.Verdict), f.Client, f.Family, list.Version}
	for _, l := range found {
		parts = append(parts, firstSHA256(l.build))
		break
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return markCode(term.Clipped(term.Plain(strings.Join(parts, " ")), longestFact))
}

func addresses(f judge.Finding, client *signatures.Client) []string {
	var all []string
	for _, r := range f.Reasons {
		if r.Source != nil {
			all = append(all, r.Source.URL)
		}
	}
	if client != nil {
		all = append(all, client.GetGenuine)
		for _, s := range client.Sources {
			all = append(all, s.URL)
		}
	}
	return all
}

// cardTitle never says plainly "official" where researchers published something
// about the maker's own client.
func cardTitle(f judge.Finding) string {
	if f.Verdict == judge.Official && len(f.Advisories) > 0 {
		return "verdict.official.card-advisory"
	}
	return "verdict." + string(f.Verdict) + ".card"
}

func wantsGenuine(v judge.Verdict) bool {
	switch v {
	case judge.Harmful, judge.Mismatch, judge.Regional, judge.Unofficial, judge.Unverified:
		return true
	}
	return false
}

// clientName is what a person knows the program by.
func clientName(f judge.Finding, client *signatures.Client, found []located) string {
	if client != nil {
		return name(client.Name)
	}
	for _, l := range found {
		if l.build.Product != "" {
			return name(l.build.Product)
		}
	}
	if f.Client != "" {
		return name(f.Client)
	}
	for _, l := range found {
		return name(path.Base(l.build.Path))
	}
	return name(f.Build)
}

func familyName(id string, family *signatures.Family) string {
	if family != nil {
		return name(family.Title)
	}
	return name(id)
}

func productOf(found []located) string {
	for _, l := range found {
		if product := strings.TrimSpace(shortened(l.build.Product) + " " + shortened(l.build.Version)); product != "" {
			return markName(product)
		}
	}
	return ""
}

func placesOf(found []located) []string {
	var places []string
	for _, l := range found {
		if place := markCode(l.place); l.place != "" && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return places
}

// because splits the reasons of a finding into the one that the verdict says
// little without and those that stand below, with what was seen.
func because(f judge.Finding, root inventory.Root, say *text.Catalogue, args text.Args) (reason string, why []Why) {
	own := ""
	if f.Reason != "" {
		own = say.Text("reason."+f.Reason, args)
	}
	why = whys(f.Reasons, root, say, args)
	switch f.Verdict {
	case judge.Unverified, judge.Mismatch, judge.Unsupported:
		return own, why
	}
	told := slices.ContainsFunc(f.Reasons, func(r judge.Reason) bool { return r.Code == f.Reason })
	if own != "" && !told {
		why = append([]Why{{Text: own}}, why...)
	}
	return "", why
}

func resembles(f judge.Finding, list *signatures.List, say *text.Catalogue) string {
	var titles []string
	for _, id := range f.Resembles {
		titles = append(titles, familyName(id, list.Family(id)))
	}
	if titles == nil {
		return ""
	}
	return say.Text("card.resembles", text.Args{"families": joined(titles, say)})
}

func advisories(f judge.Finding, list *signatures.List, say *text.Catalogue, args text.Args) []Advisory {
	var all []Advisory
	for _, ref := range f.Advisories {
		id, which, _ := strings.Cut(ref, "/")
		client := list.Client(id)
		if client == nil {
			all = append(all, Advisory{Text: name(ref)})
			continue
		}
		for _, a := range client.Advisories {
			if a.ID != which {
				continue
			}
			advisory := Advisory{Text: say.Text(string(a.Text), args)}
			if s := sourceOf(client.Sources, a.Source); s != nil {
				advisory.Source = say.Text("card.source", text.Args{"source": source(*s)})
			}
			all = append(all, advisory)
		}
	}
	return all
}

func sourceOf(sources []signatures.Source, n int) *signatures.Source {
	for i := range sources {
		if sources[i].N == n {
			return &sources[i]
		}
	}
	return nil
}

func whys(reasons []judge.Reason, root inventory.Root, say *text.Catalogue, args text.Args) []Why {
	var all []Why
	for _, r := range reasons {
		why := Why{Text: say.Text("reason."+r.Code, args), Fact: evidence(r.Fact, root, say)}
		if r.Source != nil {
			why.Source = say.Text("card.source", text.Args{"source": source(*r.Source)})
		}
		all = append(all, why)
	}
	return all
}

// evidence is a fact below a reason. It is for experts and its words are few, so
// it may be in English where the card is not.
func evidence(f signatures.Fact, root inventory.Root, say *text.Catalogue) string {
	line, _ := text.Whole(say, func(say *text.Catalogue) string { return fact(f, root, say) })
	return line
}

// fact is one observation in a line: what, its value, where.
func fact(f signatures.Fact, root inventory.Root, say *text.Catalogue) string {
	switch {
	case f.Kind == "":
		return ""
	case f.Kind == signatures.FilePath && f.Place == "":
		return place(root, f.Value) // the place is all there is to see
	}
	args := text.Args{
		"kind":  kindName(f.Kind, say),
		"value": factValue(f),
		"place": place(root, f.Place),
		"at":    term.Plain(f.At),
	}
	switch {
	case f.Place != "" && f.At != "":
		return say.Text("fact.in-place-at", args)
	case f.Place != "":
		return say.Text("fact.in-place", args)
	}
	return say.Text("fact.plain", args)
}

// factValue marks names as names, since they may be in any script, and all that
// is counted or compared by its letters as code.
func factValue(f signatures.Fact) string {
	value := term.Clipped(term.Plain(f.Value), longestFact)
	if info, known := f.Kind.Info(); known && info.Shape != signatures.TextShape {
		return markCode(value)
	}
	return markName(value)
}

func kindName(k signatures.Kind, say *text.Catalogue) string {
	if id := "kind." + string(k); say.Has(id) {
		return say.Text(id, nil)
	}
	return term.Plain(string(k))
}

// source is a publication in a line.
func source(s signatures.Source) string {
	var parts []string
	for _, part := range []string{s.Publisher, s.Title, s.Date} {
		if part != "" {
			parts = append(parts, markName(term.Plain(part)))
		}
	}
	if s.URL != "" {
		parts = append(parts, markCode(term.Plain(s.URL)))
	}
	return strings.Join(parts, ", ")
}

// Symbol is the verdict's sign, one column wide. It stands beside the word and
// never alone.
func Symbol(v judge.Verdict) string {
	switch v {
	case judge.Harmful:
		return "!"
	case judge.Mismatch:
		return "≠"
	case judge.Regional:
		return "◆"
	case judge.Unofficial:
		return "▲"
	case judge.Unsupported:
		return "◷"
	case judge.Independent:
		return "Y"
	case judge.Official:
		return "✓"
	}
	return "?"
}
