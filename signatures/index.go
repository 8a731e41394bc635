package signatures

import (
	"slices"
	"strings"
)

// index finds the indicators that a fact satisfies without walking the list.
// Each indicator has a number, in the order in which Match returns them.
type index struct {
	entries []entry
	kinds   map[Kind]*kindIndex
}

// entry is an indicator, or one value of a digest set. Entries under the same
// key are chained, so that a key costs no slice of its own.
type entry struct {
	ref    Ref
	digest digestEntry
	next   int32 // the next entry with the same key, or none
}

type digestEntry struct {
	set   *DigestSet
	value string
}

const none = int32(-1)

// kindIndex holds the entries of one kind.
type kindIndex struct {
	fold     bool
	exact    map[string]int32 // first entry with this value
	prefixes prefixIndex
	versions *versionIndex // for kinds whose values are versions
}

func newIndex(l *List) *index {
	x := &index{kinds: make(map[Kind]*kindIndex)}
	for _, f := range l.Families {
		x.entries = appendFamily(x.entries, f)
	}
	for _, c := range l.Clients {
		x.entries = appendClient(x.entries, c)
	}
	// From the last to the first, so that each chain runs in rising order.
	for i := len(x.entries) - 1; i >= 0; i-- {
		x.add(int32(i))
	}
	return x
}

func appendFamily(to []entry, f *Family) []entry {
	for i := range f.Rules {
		rule := &f.Rules[i]
		rule.When.walk(func(ind *Indicator) {
			to = append(to, entry{ref: Ref{Role: InRule, Family: f, Indicator: ind}})
		})
		for h := range rule.Hints {
			to = append(to, entry{ref: Ref{Role: InHint, Family: f, Indicator: &rule.Hints[h]}})
		}
	}
	for i := range f.Digests {
		set := &f.Digests[i]
		for _, value := range set.Values {
			to = append(to, entry{ref: Ref{Role: InRule, Family: f}, digest: digestEntry{set, value}})
		}
	}
	return to
}

func appendClient(to []entry, c *Client) []entry {
	add := func(role Role, list []Indicator) {
		for i := range list {
			to = append(to, entry{ref: Ref{Role: role, Client: c, Indicator: &list[i]}})
		}
	}
	add(InClaim, c.Claims)
	for i := range c.Pins {
		add(InPin, c.Pins[i].Signer)
		add(InPin, c.Pins[i].Product)
	}
	return to
}

// walk visits every indicator of the condition, also those under None.
func (c *Condition) walk(visit func(*Indicator)) {
	if c.Indicator != nil {
		visit(c.Indicator)
	}
	for _, list := range [][]Condition{c.All, c.Any, c.None, c.Of} {
		for i := range list {
			list[i].walk(visit)
		}
	}
}

func (x *index) add(i int32) {
	e := &x.entries[i]
	e.next = none
	kind, value := e.key()
	info, known := kind.Info()
	if !known {
		return
	}
	k := x.kinds[kind]
	if k == nil {
		k = &kindIndex{fold: info.Fold, exact: make(map[string]int32)}
		if info.Shape == VersionShape {
			k.versions = &versionIndex{}
		}
		x.kinds[kind] = k
	}
	prefix, isPrefix := cutStar(info, value)
	switch {
	case k.versions != nil:
		k.versions.add(value, i)
	case isPrefix:
		k.prefixes.add(folded(prefix, info.Fold), i)
	default:
		value = folded(value, info.Fold)
		if first, found := k.exact[value]; found {
			e.next = first
		}
		k.exact[value] = i
	}
}

// key is the kind and the value that a fact must have.
func (e *entry) key() (Kind, string) {
	if e.digest.set != nil {
		return e.digest.set.Kind, e.digest.value
	}
	if e.ref.Indicator.Kind == Content {
		return Content, e.ref.Indicator.Pattern()
	}
	return e.ref.Indicator.Kind, e.ref.Indicator.Value
}

// cutStar splits off the "*" that lets a text go on; other shapes have none.
func cutStar(info KindInfo, value string) (string, bool) {
	if info.Shape != TextShape {
		return value, false
	}
	return strings.CutSuffix(value, "*")
}

func folded(s string, fold bool) string {
	if fold {
		return strings.ToLower(s)
	}
	return s
}

func (x *index) match(f Fact) []Ref {
	var buffer [16]int32
	found := x.find(buffer[:0], f)
	if len(found) == 0 {
		return nil
	}
	slices.Sort(found)
	refs := make([]Ref, len(found))
	for i, n := range found {
		refs[i] = x.entries[n].ref
		if set := x.entries[n].digest.set; set != nil {
			refs[i].Indicator = &Indicator{Kind: f.Kind, Value: f.Value, Source: set.Source}
		}
	}
	return refs
}

func (x *index) wanted(f Fact) bool {
	var buffer [16]int32
	return len(x.find(buffer[:0], f)) > 0
}

func (x *index) find(found []int32, f Fact) []int32 {
	k := x.kinds[f.Kind]
	if k == nil {
		return found
	}
	if k.versions != nil {
		v, err := ParseVersion(f.Value)
		if err != nil {
			return found
		}
		return k.versions.find(found, v)
	}
	value := folded(f.Value, k.fold)
	if first, ok := k.exact[value]; ok {
		for i := first; i != none; i = x.entries[i].next {
			found = append(found, i)
		}
	}
	return k.prefixes.find(found, value)
}

// Matches is true where a single indicator is satisfied by the fact. A content
// indicator asks for its pattern and leaves the encoding to the search.
func (i *Indicator) Matches(f Fact) bool {
	info, known := i.Kind.Info()
	if !known || f.Kind != i.Kind {
		return false
	}
	switch info.Shape {
	case PatternShape:
		return f.Value == i.Pattern()
	case VersionShape:
		c, err := ParseConstraint(i.Value)
		if err != nil {
			return false
		}
		v, err := ParseVersion(f.Value)
		return err == nil && c.Check(v)
	}
	value := folded(f.Value, info.Fold)
	if prefix, isPrefix := cutStar(info, i.Value); isPrefix {
		return strings.HasPrefix(value, folded(prefix, info.Fold))
	}
	return value == folded(i.Value, info.Fold)
}
