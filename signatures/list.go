package signatures

import (
	"cmp"
	"slices"
)

// List is one edition of the whole list: everything that chatvet knows. It does
// not change once it is made, and may be used by many goroutines.
type List struct {
	Version  string // YYYY.MM.DD.N
	Issued   string // RFC 3339 date
	Families []*Family
	Clients  []*Client
	// Helplines are in the order in which a person should read them.
	Helplines []Helpline

	index *index
}

// NewList makes a list of families and clients, in order of their ids, and
// indexes it. It does not check sense; signatures/check does. An indicator whose
// kind or value means nothing is in the list and never matches.
func NewList(version, issued string, families []*Family, clients []*Client) *List {
	l := &List{
		Version:  version,
		Issued:   issued,
		Families: slices.Clone(families),
		Clients:  slices.Clone(clients),
	}
	slices.SortStableFunc(l.Families, func(a, b *Family) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(l.Clients, func(a, b *Client) int { return cmp.Compare(a.ID, b.ID) })
	l.index = newIndex(l)
	return l
}

// Family returns the family with this id, or nil.
func (l *List) Family(id string) *Family {
	i, found := slices.BinarySearchFunc(l.Families, id, func(f *Family, id string) int { return cmp.Compare(f.ID, id) })
	if !found {
		return nil
	}
	return l.Families[i]
}

// Client returns the client with this id, or nil.
func (l *List) Client(id string) *Client {
	i, found := slices.BinarySearchFunc(l.Clients, id, func(c *Client, id string) int { return cmp.Compare(c.ID, id) })
	if !found {
		return nil
	}
	return l.Clients[i]
}

// Role says where in the list an indicator stands.
type Role int

// Roles of an indicator.
const (
	InRule Role = iota // of a family, in a rule's condition or a digest set
	InHint
	InClaim
	InPin
)

// Ref points to one indicator of the list that a fact satisfies.
type Ref struct {
	Role      Role
	Family    *Family // nil for clients
	Client    *Client // nil for families
	Indicator *Indicator
}

// Match returns every indicator of the list that the fact satisfies: those of
// families in order of their ids, then those of clients, each as they are
// written down. It costs a few look-ups, whatever the length of the list.
//
// For a digest out of a DigestSet the indicator is made for the occasion, from
// the value and the set's source. The digests of a pin's Programs are no
// indicators; whoever judges a pin compares them all.
func (l *List) Match(f Fact) []Ref { return l.index.match(f) }

// Wanted is true where some indicator of the list is satisfied by the fact:
// look-ups ask it which of the things they see are worth a candidate.
func (l *List) Wanted(k Kind, value string) bool {
	return l.index.wanted(Fact{Kind: k, Value: value})
}
