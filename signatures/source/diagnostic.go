package source

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Code numbers a kind of diagnostic. A number never changes its meaning.
type Code string

// The diagnostics of the reader; those of the checker follow in the same row.
const (
	Unreadable       Code = "SIG001"
	UnknownField     Code = "SIG002"
	DuplicateField   Code = "SIG003"
	WrongType        Code = "SIG004"
	MissingField     Code = "SIG005"
	UnknownValue     Code = "SIG006"
	UnknownKind      Code = "SIG007"
	Alias            Code = "SIG008"
	BadCondition     Code = "SIG009"
	BadHashList      Code = "SIG010"
	UnknownOwner     Code = "SIG011"
	HashShape        Code = "SIG012"
	ValueShape       Code = "SIG013"
	BadConstraint    Code = "SIG014"
	BadDate          Code = "SIG015"
	NoSources        Code = "SIG016"
	NoSteps          Code = "SIG017"
	NoPeerExposure   Code = "SIG018"
	NothingToFind    Code = "SIG019"
	UnknownSource    Code = "SIG020"
	WeakRule         Code = "SIG021"
	BareContent      Code = "SIG022"
	ShortContent     Code = "SIG023"
	TrivialHash      Code = "SIG024"
	PublicKey        Code = "SIG025"
	PinnedAsProof    Code = "SIG026"
	ClaimedTwice     Code = "SIG027"
	UnknownClient    Code = "SIG028"
	DuplicateID      Code = "SIG029"
	WrongFileName    Code = "SIG030"
	UnfinishedPin    Code = "SIG031"
	MakerByDigest    Code = "SIG032"
	NoHit            Code = "SIG033"
	NoNearMiss       Code = "SIG034"
	NoText           Code = "SIG035"
	UnfinishedSource Code = "SIG036"
	NoAddress        Code = "SIG037"
	DuplicateSource  Code = "SIG038"
	LostExample      Code = "SIG039"
	UnsharedID       Code = "SIG040"
	StrayKey         Code = "SIG041"
)

// Severity says what a diagnostic does to the list.
type Severity int

// Severities.
const (
	Error   Severity = iota // the list is refused
	Warning                 // the list stands
)

// Explanation is what the language's page says about a code.
type Explanation struct {
	Code     Code
	Severity Severity
	Title    string // what is wrong
	Help     string // what to do about it
}

// Explanations are in order of the numbers.
func Explanations() []Explanation { return slices.Clone(explanations) }

var explanations = []Explanation{
	{Unreadable, Error, "the file cannot be read", "Files are YAML, one document each, at most 1 MiB."},
	{UnknownField, Error, "a field that the language does not have", "Look for a misspelling; the fields are listed above."},
	{DuplicateField, Error, "a field that is given twice", "Keep one of them."},
	{WrongType, Error, "a value of another type than the field takes", "Put text that YAML takes for something else in quotes."},
	{MissingField, Error, "a field that must be there is missing", "Add it."},
	{UnknownValue, Error, "a word that is none of those the field knows", "Take one of the words that the message lists."},
	{UnknownKind, Error, "a kind of fact that the language does not have", "The kinds are listed above."},
	{Alias, Error, "an anchor, an alias or a merge key", "Write it out: a reviewer reads each entry by itself."},
	{BadCondition, Error, "a condition that says nothing or cannot hold", "Give all, any, none, or at_least with of, and at least one thing in each."},
	{BadHashList, Error, "a hash list that cannot be read", "One digest a line; what follows a space or a # is left out."},
	{UnknownOwner, Error, "a distribution's package of a client that is not listed", "Add the client first."},
	{HashShape, Error, "a digest of the wrong length or with other characters", "Copy it again: lower-case hex, 64 digits for sha256, 40 for sha1, 32 for md5."},
	{ValueShape, Error, "a value that its kind cannot have", "Text may end in one *; content takes text or hex instead of a value; nothing else does."},
	{BadConstraint, Error, "a version constraint that cannot be read", "Write semver's constraints (>=1.2, <2), or a number pattern (x.y.4.z)."},
	{BadDate, Error, "a date that is none", "Write YYYY, YYYY-MM or YYYY-MM-DD."},
	{NoSources, Error, "nothing says where this was published", "Add the sources: without them nobody can check the entry."},
	{NoSteps, Error, "a family without steps", "Say what a person is to do first, as message ids."},
	{NoPeerExposure, Error, "a family or an advisory that does not say what it means for the other side", "Add peer_exposure: people who write to this build are affected too."},
	{NothingToFind, Error, "a family that nothing can find, or that is undetectable and has rules", "Add match or digests, or say under undetectable why there are none."},
	{UnknownSource, Error, "a statement without a source", "Give the number of an entry of sources."},
	{WeakRule, Error, "a rule that weak kinds alone can satisfy", "Ask for a digest, a certificate, content of 8 bytes or more, or a published id as well."},
	{BareContent, Error, "a rule that takes content from any program", "Ask for a product claim or a file.name as well: other programs list hosts too."},
	{ShortContent, Error, "content shorter than 4 bytes", "Take a longer piece: so few bytes turn up by chance. Under 8 bytes counts as weak."},
	{TrivialHash, Error, "the digest of an empty or everyday file", "Leave it out: sources list such files by mistake."},
	{PublicKey, Error, "a test certificate whose private key is public", "Leave it out: anybody can sign with it."},
	{PinnedAsProof, Error, "a client's own pinned signer as a sign of a family", "Leave it out, or ask for the file's digest: the genuine client has this signer."},
	{ClaimedTwice, Error, "a strong sign that two families claim", "It tells neither from the other; keep it in one, or join the families."},
	{UnknownClient, Error, "a client that is not listed", "Add the client, or correct its id."},
	{DuplicateID, Error, "an id that is given twice", "Ids are unique among families and among clients."},
	{WrongFileName, Error, "an id that is not the file's name", "Name the file after the id: lower-case letters, digits and hyphens."},
	{UnfinishedPin, Error, "a pin without signer or product", "A pin is a signer together with the product that it is for."},
	{MakerByDigest, Error, "a maker's pin by file digest", "Digests of programs are for distributors; a maker is known by its signature."},
	{NoHit, Error, "a rule that no example of a hit satisfies", "Add an example under tests.hit."},
	{NoNearMiss, Error, "a rule without a near miss", "Add a build under tests.miss that comes close and must not be found."},
	{NoText, Error, "a message id without a text", "Add the English text to the catalogue, or correct the id."},
	{UnfinishedSource, Error, "a source without publisher or title", "Say who published it and what it is called."},
	{NoAddress, Warning, "a source without an address", "Give the url, unless the title or publisher says that it is public source code or a printed work."},
	{DuplicateSource, Error, "a source number that is given twice", "Number the sources anew."},
	{LostExample, Error, "an example of a hit that no rule and no digest finds", "Correct the example or the rule."},
	{UnsharedID, Error, "a shared id that the client or its listed forks do not claim", "shared_ids are for forks; a key that nobody published goes into unpublished_keys."},
	{StrayKey, Error, "an unpublished key of an id that the client does not claim, or of a channel that is pinned", "Correct the id, or take the entry out: the key is published."},
}

// Explain returns what is known about a code.
func Explain(c Code) (Explanation, bool) {
	i := slices.IndexFunc(explanations, func(e Explanation) bool { return e.Code == c })
	if i < 0 {
		return Explanation{}, false
	}
	return explanations[i], true
}

// Position is a place in a file. Line and Column count from 1; both are 0 where
// a whole file is meant.
type Position struct {
	File         string
	Line, Column int
}

func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Diagnostic is one thing that is wrong with the data.
type Diagnostic struct {
	Position
	Code    Code
	Message string
}

// Severity says whether the list is refused because of it.
func (d Diagnostic) Severity() Severity {
	e, _ := Explain(d.Code)
	return e.Severity
}

// Help says what to do about it.
func (d Diagnostic) Help() string {
	e, _ := Explain(d.Code)
	return e.Help
}

// String is the line that the checker prints:
//
//	families/tom-skype.yaml:14:9: SIG012 sha256 is 62 characters long, want 64
func (d Diagnostic) String() string {
	if d.Severity() == Warning {
		return fmt.Sprintf("%s: %s (warning) %s", d.Position, d.Code, d.Message)
	}
	return fmt.Sprintf("%s: %s %s", d.Position, d.Code, d.Message)
}

// Sort puts diagnostics in order of file, line, column and code.
func Sort(ds []Diagnostic) {
	slices.SortFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// Errors returns those that refuse the list.
func Errors(ds []Diagnostic) []Diagnostic {
	return slices.DeleteFunc(slices.Clone(ds), func(d Diagnostic) bool { return d.Severity() != Error })
}

// NewDiagnostic makes a diagnostic of one line, whatever stands in the data.
func NewDiagnostic(at Position, code Code, format string, args ...any) Diagnostic {
	return Diagnostic{Position: at, Code: code, Message: oneLine(fmt.Sprintf(format, args...))}
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}
