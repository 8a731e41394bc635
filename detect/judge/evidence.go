package judge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// leastStrongContent is how many bytes a content pattern must have to be more
// than weak.
const leastStrongContent = 8

// item is one piece of evidence for a family. What is found at several places
// is one piece.
type item struct {
	fact   *fact
	source int // number in the family's sources
	worth  signatures.Strength
	hint   bool
}

// ownID is true for an id published as the family's own, under a signer who is
// not the maker that it imitates.
func (i *item) ownID() bool {
	return i.worth == signatures.Strong && isID(i.fact.Kind)
}

// evidence holds items by kind and value.
type evidence map[[2]string]*item

// add keeps the better of two items; of equal ones the first.
func (e evidence) add(i *item) {
	value := i.fact.Value
	if info, _ := i.fact.Kind.Info(); info.Fold {
		value = strings.ToLower(value)
	}
	key := [2]string{string(i.fact.Kind), value}
	if old := e[key]; old == nil || i.worth > old.worth {
		e[key] = i
	}
}

func (e evidence) sorted() []*item {
	items := make([]*item, 0, len(e))
	for _, i := range e {
		items = append(items, i)
	}
	slices.SortFunc(items, func(a, b *item) int {
		return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(a.fact.Kind, b.fact.Kind), cmp.Compare(a.fact.Value, b.fact.Value))
	})
	return items
}

// gather collects the evidence of a rule that holds at a spot.
func (u *unit) gather(found evidence, f *signatures.Family, rule *signatures.Rule, at spot) {
	inContext := u.claimsOneOf(f.Imitates, at)
	required := map[*fact]bool{}
	u.satisfied(&rule.When, at, func(ind *signatures.Indicator, fact *fact) {
		required[fact] = true
		inContext = inContext || isClaim(ind.Kind) || ind.Kind == signatures.FileName
	})
	u.satisfied(&rule.When, at, func(ind *signatures.Indicator, fact *fact) {
		u.take(found, f, ind, fact, inContext, false)
	})
	seen := u.seenAt(at)
	for i := range rule.Hints {
		hint := &rule.Hints[i]
		for _, fact := range seen {
			// A claim that the rule required counts no more for being hinted at.
			if hint.Matches(fact.Fact) && !(required[fact] && isClaim(fact.Kind)) {
				u.take(found, f, hint, fact, inContext, true)
			}
		}
	}
}

func (u *unit) take(found evidence, f *signatures.Family, ind *signatures.Indicator, fact *fact, inContext, hint bool) {
	worth := u.worth(f, ind, fact, inContext)
	if worth == signatures.NoStrength && hint {
		worth = signatures.Weak // a name that nothing required, beside what was
	}
	if worth != signatures.NoStrength {
		found.add(&item{fact: fact, source: ind.Source, worth: worth, hint: hint})
	}
}

// worth is how much a satisfied indicator says for a family: the strength of
// its kind, lowered where DESIGN section 4 asks for company.
func (u *unit) worth(f *signatures.Family, ind *signatures.Indicator, fact *fact, inContext bool) signatures.Strength {
	info, _ := ind.Kind.Info()
	switch {
	case isDigest(ind.Kind):
		return signatures.Proof
	case info.Signer:
		return u.signerWorth(f, ind, fact, inContext)
	case ind.Kind == signatures.Content:
		if !inContext || patternBytes(ind) < leastStrongContent {
			return signatures.Weak
		}
		return signatures.Strong
	case isID(ind.Kind) && !fact.ofClient():
		if u.signedByOther(f, fact) {
			return signatures.Strong
		}
		return signatures.Weak
	case info.Claim:
		return signatures.NoStrength
	}
	return signatures.Weak
}

// isID is true for ids that a maker of a mod gives it and that only it has.
func isID(k signatures.Kind) bool {
	info, _ := k.Info()
	return info.Claim && info.Strength >= signatures.Strong
}

// ofClient is true where some client bears this very id itself: then it is what
// the family imitates, and not its own.
func (f *fact) ofClient() bool {
	return slices.ContainsFunc(f.refs, func(r signatures.Ref) bool {
		return (r.Role == signatures.InClaim || r.Role == signatures.InPin) && !strings.HasSuffix(r.Indicator.Value, "*")
	})
}

// patternBytes is how many bytes of a pattern are fixed.
func patternBytes(ind *signatures.Indicator) int {
	if ind.Hex == "" {
		return len(ind.Text)
	}
	return (len(ind.Hex) - strings.Count(ind.Hex, "?")) / 2
}

// signerWorth is how much a listed signer says: nothing certain unless the
// signature is intact and, where only a name is listed, its chain is trusted;
// and nothing certain either where the imitated maker signs with it too.
func (u *unit) signerWorth(f *signatures.Family, ind *signatures.Indicator, fact *fact, inContext bool) signatures.Strength {
	info, _ := ind.Kind.Info()
	verified := fact.sig.Integrity == inventory.Intact && (fact.sig.Trust == inventory.Trusted || provenByDigest(ind.Kind))
	nameOnly := ind.Kind == signatures.SignerOrganization && !inContext
	if !verified || nameOnly || fact.ofMakerOf(f) || publicTestKey(fact.sig) {
		return signatures.Weak
	}
	return info.Strength
}

// ofMakerOf is true where the makers that a family imitates sign with this too.
func (f *fact) ofMakerOf(family *signatures.Family) bool {
	return slices.ContainsFunc(f.refs, func(r signatures.Ref) bool {
		return r.Role == signatures.InPin && slices.Contains(family.Imitates, r.Client.ID) && pinnedByMaker(r)
	})
}

func pinnedByMaker(r signatures.Ref) bool {
	return slices.ContainsFunc(r.Client.Pins, func(p signatures.Pin) bool {
		return p.By == signatures.ByMaker && slices.ContainsFunc(p.Signer, func(i signatures.Indicator) bool {
			return i.Kind == r.Indicator.Kind && i.Value == r.Indicator.Value
		})
	})
}

// signedByOther is true where an intact signature covers the place of a fact
// and none of those that cover it names a maker whom the family imitates.
func (u *unit) signedByOther(f *signatures.Family, at *fact) bool {
	intact := false
	for _, s := range u.signaturesAt(spot{at.part, at.Place}) {
		if slices.ContainsFunc(u.signers[s.Signature], func(signer *fact) bool { return signer.ofMakerOf(f) }) {
			return false
		}
		intact = intact || s.Integrity == inventory.Intact
	}
	return intact
}

func (u *unit) claimsOneOf(clients []string, at spot) bool {
	for _, f := range u.seenAt(at) {
		for _, r := range f.refs {
			if r.Role == signatures.InClaim && slices.Contains(clients, r.Client.ID) {
				return true
			}
		}
	}
	return false
}
