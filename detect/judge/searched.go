package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// searches knows which content patterns the list asks for in each format, and
// so which of them an inventory can answer.
type searches struct {
	list     *signatures.List
	byFormat map[signatures.Format]search
	byID     map[string]search // filled when an id is not that of its format
}

type search struct {
	id    string
	names map[string]bool
}

func newSearches(list *signatures.List) *searches {
	return &searches{list: list, byFormat: map[signatures.Format]search{}}
}

func (s *searches) format(f signatures.Format) search {
	if known, ok := s.byFormat[f]; ok {
		return known
	}
	set := s.list.Patterns(f)
	made := search{id: set.ID, names: make(map[string]bool, len(set.Patterns))}
	for _, p := range set.Patterns {
		made.names[p.Name] = true
	}
	s.byFormat[f] = made
	return made
}

// complete is true where a build was searched for everything that the list asks
// for in its format.
func (s *searches) complete(b *inventory.Build) bool {
	return b.Collected.Patterns == s.format(b.Format).id
}

// leftOut is true where the list asks for a pattern in files of a format and a
// build was not searched for it. An installed package was searched with the sets
// of its programs' formats, so the set is told by its id.
func (s *searches) leftOut(b *inventory.Build, pattern string) bool {
	return s.asked(b.Format, pattern) && !s.named(b.Collected.Patterns).names[pattern]
}

func (s *searches) asked(f signatures.Format, pattern string) bool {
	return s.format(f).names[pattern]
}

func (s *searches) named(id string) search {
	if s.byID == nil {
		s.byID = map[string]search{}
		for _, p := range []signatures.Platform{signatures.Windows, signatures.MacOS, signatures.Linux, signatures.Android, signatures.IOS} {
			for _, f := range p.Formats() {
				s.byID[s.format(f).id] = s.format(f)
			}
		}
	}
	return s.byID[id]
}

// undecidable is true where an indicator that no fact satisfies might be
// satisfied, had more been collected. Only searches and digests are ever left
// out; every other fact is written down wherever a file is read at all.
func (u *unit) undecidable(ind *signatures.Indicator, s spot) bool {
	if s.place == "" || ind.Kind != signatures.Content && !isDigest(ind.Kind) {
		return false
	}
	file := s.part.files[s.place]
	switch {
	case ind.Kind == signatures.Content && file != nil && file.State != "":
		return u.searches.asked(s.part.build.Format, ind.Pattern())
	case ind.Kind == signatures.Content:
		return !s.part.searched && u.searches.leftOut(s.part.build, ind.Pattern())
	case file != nil:
		return file.State != "" || digestOf(file, ind.Kind) == ""
	}
	return !taken(s.part.build, ind.Kind)
}

// taken is true where digests of a kind were taken of a build's files.
func taken(b *inventory.Build, k signatures.Kind) bool {
	return slices.Contains(b.Collected.Digests, strings.TrimPrefix(string(k), "file."))
}

// digestFamilies are the families that digests of a kind can recognise.
func digestFamilies(list *signatures.List) map[signatures.Kind][]*signatures.Family {
	found := map[signatures.Kind][]*signatures.Family{}
	for _, f := range list.Families {
		for _, k := range digestKinds {
			if slices.ContainsFunc(f.Digests, func(d signatures.DigestSet) bool { return d.Kind == k }) {
				found[k] = append(found[k], f)
			}
		}
	}
	return found
}

// notSearched are the gaps of a unit: families that were not recognised and
// might be, had the inventory been collected with this list.
func (j *judge) notSearched(u *unit) []inventory.Gap {
	var gaps []inventory.Gap
	for _, s := range u.families {
		if s.open != "" {
			gaps = append(gaps, gapOf(u.build(), []*signatures.Family{s.family}, fmt.Sprintf("the rule %q asks for patterns or digests that were not collected", s.open)))
		}
	}
	for _, p := range u.parts {
		gaps = append(gaps, j.digestsNotTaken(p.build)...)
	}
	return gaps
}

// digestsNotTaken names the families whose listed digests a build could not be
// compared with.
func (j *judge) digestsNotTaken(b *inventory.Build) []inventory.Gap {
	if !slices.ContainsFunc(b.Files, func(f inventory.File) bool { return f.State == "" }) {
		return nil // the reader of the file has told why it was not read
	}
	var gaps []inventory.Gap
	for _, k := range digestKinds {
		if taken(b, k) {
			continue
		}
		families := slices.DeleteFunc(slices.Clone(j.digests[k]), func(f *signatures.Family) bool { return !comesAs(f, b.Format) })
		if len(families) > 0 {
			gaps = append(gaps, gapOf(b, families, string(k)+" was not taken"))
		}
	}
	return gaps
}

// comesAs is true where a family can come in a format.
func comesAs(f *signatures.Family, format signatures.Format) bool {
	return slices.ContainsFunc(f.Platforms, func(p signatures.Platform) bool { return slices.Contains(p.Formats(), format) })
}

func gapOf(b *inventory.Build, families []*signatures.Family, reason string) inventory.Gap {
	var ids []string
	for _, f := range families {
		ids = append(ids, f.ID)
	}
	return inventory.Gap{
		Where:  b.Path,
		What:   "whether " + b.ID + " belongs to " + strings.Join(ids, ", "),
		Kind:   gapNotSearched,
		Reason: reason,
	}
}
