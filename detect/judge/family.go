package judge

import (
	"cmp"
	"slices"

	"github.com/chatvet/chatvet/signatures"
)

// familyState is what a unit has to do with one family.
type familyState struct {
	family *signatures.Family
	state  familyCertainty
	how    string // reason code of a confirmed family
	worth  signatures.Strength
	items  []*item // the evidence, in order of kind and value
	// open names a rule that does not hold and might, had more been collected.
	open string
}

type familyCertainty int

const (
	notFamily familyCertainty = iota
	resemblesFamily
	confirmedFamily
)

// judgeFamilies returns the families that the unit has to do with, by id.
func (u *unit) judgeFamilies() []*familyState {
	var states []*familyState
	for f, at := range u.touched {
		s := u.judgeFamily(f, u.spotsOf(at))
		if s.state != notFamily || s.open != "" {
			states = append(states, s)
		}
	}
	slices.SortFunc(states, func(a, b *familyState) int { return cmp.Compare(a.family.ID, b.family.ID) })
	return states
}

// spotsOf returns the spots at which a rule can come out in different ways:
// those where something of the family was found, and for the others of each
// part one that was read, one that was not, and the part as a whole.
func (u *unit) spotsOf(at map[spot]bool) []spot {
	var all []spot
	for s := range at {
		all = append(all, s)
	}
	for _, p := range u.parts {
		all = append(all, spot{p, ""})
		for _, s := range u.samples(p) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b spot) int {
		return cmp.Or(cmp.Compare(a.part.index, b.part.index), cmp.Compare(a.place, b.place))
	})
	return slices.Compact(all)
}

func (u *unit) samples(p *part) []spot {
	var read, unread []spot
	for i := range p.build.Files {
		f := &p.build.Files[i]
		if f.State == "" && len(read) == 0 {
			read = append(read, spot{p, f.Path})
		}
		if f.State != "" && len(unread) == 0 {
			unread = append(unread, spot{p, f.Path})
		}
	}
	return append(read, unread...)
}

func (u *unit) judgeFamily(f *signatures.Family, spots []spot) *familyState {
	s := &familyState{family: f}
	found := evidence{}
	held := false
	for i := range f.Rules {
		rule := &f.Rules[i]
		for _, at := range spots {
			switch u.holds(&rule.When, at) {
			case yes:
				held = true
				u.gather(found, f, rule, at)
			case unknown:
				s.open = cmp.Or(s.open, rule.Name, f.ID)
			}
		}
	}
	for _, fact := range u.digested[f] {
		held = true
		found.add(&item{fact: fact, source: digestSource(f, fact.Fact), worth: signatures.Proof})
	}
	if !held {
		return s
	}
	s.items = found.sorted()
	s.state, s.how, s.worth = weigh(s.items, f.Kind)
	if s.state == confirmedFamily {
		s.open = ""
	}
	return s
}

func digestSource(f *signatures.Family, fact signatures.Fact) int {
	for _, set := range f.Digests {
		if _, found := slices.BinarySearch(set.Values, fact.Value); found && set.Kind == fact.Kind {
			return set.Source
		}
	}
	return 0
}

// weigh decides by the evidence of a rule that holds. Every way asks for the
// existence of evidence, never for its absence, so more of it changes a state
// only upwards; and every way asks for more than weak evidence.
func weigh(items []*item, kind signatures.FamilyKind) (familyCertainty, string, signatures.Strength) {
	switch {
	case slices.ContainsFunc(items, func(i *item) bool { return i.worth == signatures.Proof }):
		return confirmedFamily, ReasonFamilyProof, signatures.Proof
	case twoStrong(items):
		return confirmedFamily, ReasonFamilyStrong, signatures.Strong
	case kind == signatures.Mod && slices.ContainsFunc(items, (*item).ownID):
		return confirmedFamily, ReasonFamilyOwnID, signatures.Strong
	case !kind.Harmful() && strongAndTwoWeak(items):
		return confirmedFamily, ReasonFamilyMixed, signatures.Strong
	}
	return resemblesFamily, ReasonResembles, signatures.Weak
}

// split takes the families apart: the one that decides, and all others, by id.
func split(states []*familyState) (decided *familyState, resembled []*familyState) {
	for _, s := range states {
		if s.state == confirmedFamily && (decided == nil || decides(s, decided)) {
			decided = s
		}
	}
	for _, s := range states {
		if s.state != notFamily && s != decided {
			resembled = append(resembled, s)
		}
	}
	return decided, resembled
}

// decides is true where a goes before b: the more serious kind, then the better
// evidence. What is still equal stays in order of the ids.
func decides(a, b *familyState) bool {
	return cmp.Or(cmp.Compare(gravity(b.family.Kind), gravity(a.family.Kind)), cmp.Compare(b.worth, a.worth)) < 0
}

// gravity is how serious a kind of family is.
func gravity(k signatures.FamilyKind) int {
	return slices.Index([]signatures.FamilyKind{signatures.Mod, signatures.Archiving, signatures.Regional, signatures.Impostor, signatures.Trojanised}, k)
}

func kindOf(s *familyState) signatures.FamilyKind {
	if s == nil {
		return ""
	}
	return s.family.Kind
}

// resemblesMakerSigned is true where the build shares something with an edition
// that the client's own maker signed.
func resemblesMakerSigned(resembled []*familyState, c *signatures.Client) bool {
	return slices.ContainsFunc(resembled, func(s *familyState) bool {
		return s.family.MakerSigned && c != nil && slices.Contains(s.family.Imitates, c.ID)
	})
}
