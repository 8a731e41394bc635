package signatures

// List is one edition of the whole list: everything that chatvet knows.
type List struct {
	Version  string // YYYY.MM.DD.N
	Issued   string // RFC 3339 date
	Families []*Family
	Clients  []*Client

	index *struct{}
}

// NewList makes a list of families and clients, in order of their ids, and
// indexes it. It does not check sense; signatures/check does.
func NewList(version, issued string, families []*Family, clients []*Client) *List {
	panic("not built yet")
}

// Embedded returns the list that was compiled into the program.
func Embedded() (*List, error) { panic("not built yet") }

// Family returns the family with this id, or nil.
func (l *List) Family(id string) *Family { panic("not built yet") }

// Client returns the client with this id, or nil.
func (l *List) Client(id string) *Client { panic("not built yet") }

// Role says where in the list an indicator stands.
type Role int

// Roles of an indicator.
const (
	InRule Role = iota // of a family, in a rule's condition
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

// Match returns every indicator of the list that the fact satisfies, in a fixed
// order. It costs a few map look-ups, whatever the length of the list.
func (l *List) Match(f Fact) []Ref { panic("not built yet") }

// Wanted is true where some indicator of the list is satisfied by the fact:
// look-ups ask it which of the things they see are worth a candidate.
func (l *List) Wanted(k Kind, value string) bool { panic("not built yet") }

// Matches is true where a single indicator is satisfied by the fact.
func (i *Indicator) Matches(f Fact) bool { panic("not built yet") }

// Pattern is one byte pattern to search for.
type Pattern struct {
	// Name is Indicator.Pattern; a text in two encodings is two patterns of the
	// same name.
	Name     string
	Encoding Encoding // empty for hex patterns
	Bytes    []byte
	Mask     []byte // nil, or 0xf0/0x0f/0x00 where a nibble is free
}

// PatternSet is what has to be searched for in one format.
type PatternSet struct {
	ID       string // digest of the set, empty for the empty set
	Patterns []Pattern
}

// Patterns returns the patterns for files of a format.
func (l *List) Patterns(f Format) PatternSet { panic("not built yet") }

// Digests returns the kinds of digest (FileSHA256 first, always) that the list
// can use for files of a format.
func (l *List) Digests(f Format) []Kind { panic("not built yet") }
