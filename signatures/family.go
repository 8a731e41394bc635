package signatures

// FamilyKind says what sort of modified build a family is.
type FamilyKind string

// The kinds of family.
const (
	Regional   FamilyKind = "regional"   // an edition for one country or region
	Mod        FamilyKind = "mod"        // changed by somebody other than the maker
	Archiving  FamilyKind = "archiving"  // a clone that keeps copies of messages
	Trojanised FamilyKind = "trojanised" // a client with spying or stealing added
	Impostor   FamilyKind = "impostor"   // something else under a client's name
)

// Harmful is true for the kinds that lead to the verdict harmful, and that
// need a proof or two independent strong indicators.
func (k FamilyKind) Harmful() bool { return k == Trojanised || k == Impostor }

// Family is a set of known modified builds that belong together.
type Family struct {
	ID       string
	Title    string
	Kind     FamilyKind
	Imitates []string // client ids
	// MakerSigned is true where the maker itself signed the edition, so that
	// the maker's signature does not tell it from the genuine client.
	MakerSigned bool
	Platforms   []Platform
	Regions     []string // ISO 3166-1 alpha-2, or "worldwide"
	Operator    string
	Active      Period
	Behaviour   Behaviour
	Rules       []Rule
	// Digests are large sets of file digests; each of them is a proof.
	Digests []DigestSet
	// Undetectable says why no rule is possible; then Rules is empty and the
	// family is for explanation only.
	Undetectable string
	About        MessageID   // what it is and who found it
	PeerExposure MessageID   // what it means for the other side
	Steps        []MessageID // what to do, in order
	Sources      []Source
	Tests        Tests
}

// DigestSet is a list of file digests from one source.
type DigestSet struct {
	Kind   Kind     // FileSHA256, FileSHA1 or FileMD5
	Values []string // sorted, lower-case hex
	Source int
}

// MessageID names a text in the catalogues of cmd/internal/text.
type MessageID string

// Period is a span of dates, each YYYY, YYYY-MM or YYYY-MM-DD; empty is open.
type Period struct{ From, To string }

// Behaviour is what researchers published about a family. False means that no
// source says so, not that it was shown to be absent.
type Behaviour struct {
	ScansMessages    bool
	CensorsMessages  bool
	UploadsMessages  bool
	UploadsMetadata  bool
	StealsSession    bool
	RecordsAudio     bool
	ReplacesContents bool // swaps addresses or texts, as clippers do
}

// Rule is one way to recognise a family. It is tried against each file of a
// build together with the facts of the build as a whole.
type Rule struct {
	Name string
	When Condition
	// Hints add to the strength of a rule that matched; they are not required.
	Hints []Indicator
}

// Condition is a tree: exactly one of the fields is set.
type Condition struct {
	All       []Condition
	Any       []Condition
	None      []Condition // matches when none of these does
	AtLeast   int         // how many of Of must match
	Of        []Condition
	Indicator *Indicator
}

// Indicator is a published sign of a family, a client's claim or a pin.
type Indicator struct {
	Kind Kind
	// Value may end in "*" for text kinds; for versions it is a constraint in
	// semver's syntax or a pattern with letters for any number ("x.y.4.z").
	Value string
	// Text or Hex and Encodings are for Content only. Hex may hold "?" nibbles.
	Text      string
	Hex       string
	Encodings []Encoding
	Source    int // number in the owner's Sources
	Line      int // in the YAML source; 0 in a compiled list
}

// Encoding is how a text pattern is laid out in a file.
type Encoding string

// The encodings of a text pattern.
const (
	ASCII   Encoding = "ascii" // the text's UTF-8 bytes
	UTF16LE Encoding = "utf16le"
)

// Pattern is the canonical spelling of a content indicator, which is the value
// of the fact that a hit yields: the text itself, or "hex:" and the digits.
func (i Indicator) Pattern() string {
	if i.Hex != "" {
		return "hex:" + i.Hex
	}
	return i.Text
}

// Source is where something was published.
type Source struct {
	N         int    `json:"-"`
	Publisher string `json:"publisher"`
	Title     string `json:"title"`
	Date      string `json:"date"`
	URL       string `json:"url"`
}

// Tests are a family's own examples, run by `chatvet signatures test`.
type Tests struct {
	Hit  []Example // must be confirmed
	Miss []Example // must not be confirmed, and must name what it lacks
}

// Example is a build described by its facts.
type Example struct {
	Name  string
	Facts []Fact
}
