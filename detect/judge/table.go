package judge

import (
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// situation is all that a verdict depends on.
type situation struct {
	identity inventory.IdentityState
	// merelyUnsigned is true where the contradiction is a missing signature.
	merelyUnsigned bool
	confirmed      signatures.FamilyKind // of the family that decides, or empty
	resembles      bool
	makerSigned    bool // it resembles a family that the maker itself signed
	lifecycle      lifecycle
	// alwaysAdvice is true for reasons of an unknown identity that are told
	// aloud.
	alwaysAdvice bool
}

// basis is what a verdict rests on.
type basis int

const (
	byIdentity basis = iota
	byFamily
	byResemblance
	byLifecycle
)

// outcome is what a row of the table says.
type outcome struct {
	verdict Verdict
	level   Level
	basis   basis
}

// row is one line of DESIGN section 4.
type row struct {
	when func(situation) bool
	then outcome
}

// table is DESIGN section 4; the first row that fits decides.
var table = []row{
	/* 1 */ {func(s situation) bool { return s.confirmed.Harmful() }, outcome{Harmful, StrongWarning, byFamily}},
	/* 2 */ {func(s situation) bool { return s.confirmed == signatures.Regional }, outcome{Regional, Warning, byFamily}},
	/* 3 */ {func(s situation) bool { return s.confirmed != "" }, outcome{Unofficial, Warning, byFamily}},
	/* 4 */ {func(s situation) bool { return s.identity == inventory.Contradicted && s.merelyUnsigned }, outcome{Mismatch, Warning, byIdentity}},
	/* 4 */ {func(s situation) bool { return s.identity == inventory.Contradicted }, outcome{Mismatch, StrongWarning, byIdentity}},
	/* 5 */ {func(s situation) bool { return s.identity == inventory.Maker && s.makerSigned }, outcome{Unverified, Advice, byResemblance}},
	/* 6 */ {func(s situation) bool { return s.identity == inventory.Maker && s.lifecycle != current }, outcome{Unsupported, Advice, byLifecycle}},
	/* 7 */ {func(s situation) bool { return s.identity == inventory.Maker }, outcome{Official, Note, byIdentity}},
	/* 8 */ {func(s situation) bool { return s.identity == inventory.OtherKnown }, outcome{Independent, Note, byIdentity}},
	/* 9 */ {func(s situation) bool { return s.alwaysAdvice || s.resembles }, outcome{Unverified, Advice, byIdentity}},
	/* 9 */ {func(situation) bool { return true }, outcome{Unverified, Note, byIdentity}},
}

func decide(s situation) outcome {
	for _, r := range table {
		if r.when(s) {
			return r.then
		}
	}
	return outcome{Unverified, Note, byIdentity} // the last row fits everything
}
