package apple

import (
	"encoding/binary"
	"fmt"
)

// Operators of a requirement (requirement.h, ExprOp).
const (
	opFalse = iota
	opTrue
	opIdentifier
	opAppleAnchor
	opAnchorHash
	opInfoValue
	opAnd
	opOr
	opCDHash
	opNot
	opInfoField
	opCertField
	opTrustedCert
	opTrustedCerts
	opCertGeneric
	opAppleGenericAnchor
	opEntitlement
	opCertPolicy
	opNamedAnchor
	opNamedCode
	opPlatform
	opNotarized
	opCertFieldDate
	opLegacyDevID
)

const (
	flagGenericFalse = 0x80000000 // unknown operators that count as false
	flagGenericSkip  = 0x40000000 // or are passed over
	operatorMask     = 0x00ffffff
)

// Ways of comparing (requirement.h, MatchOperation).
const (
	matchExists = iota
	matchEqual
	matchContains
	matchBeginsWith
	matchEndsWith
	matchLess
	matchGreater
	matchLessEqual
	matchGreaterEqual
	matchOn
	matchBefore
	matchAfter
	matchOnOrBefore
	matchOnOrAfter
	matchAbsent
)

// Bounds on one requirement.
const (
	maxRequirement = 64 << 10
	maxTerms       = 1 << 10
	maxTermDepth   = 64
)

// Indexes into a chain of certificates.
const (
	certLeaf = 0
	certRoot = -1
)

// term is one expression of a requirement, with what its operator takes.
type term struct {
	op    uint32
	args  []*term // of and, or, not
	cert  int32
	key   []byte
	match uint32
	value []byte // what is compared with, or the only operand
}

// readDesignated reads the designated requirement out of the set of them in a
// signature; nil where there is none.
func readDesignated(set []byte) (*term, error) {
	const designated = 3
	if set == nil {
		return nil, nil
	}
	all, _, err := readSuperBlob(set, magicRequirements)
	if err != nil {
		return nil, err
	}
	if _, ok := all[designated]; !ok {
		return nil, nil
	}
	return readRequirement(all[designated])
}

// readRequirement reads a requirement in binary form, with its head.
func readRequirement(blob []byte) (*term, error) {
	if len(blob) < 12 || len(blob) > maxRequirement || binary.BigEndian.Uint32(blob) != magicRequirement {
		return nil, fmt.Errorf("%w: requirement of %d bytes", ErrDamaged, len(blob))
	}
	if kind := binary.BigEndian.Uint32(blob[8:]); kind != 1 {
		return nil, fmt.Errorf("%w: requirement of kind %d", ErrDamaged, kind)
	}
	r := &requirementReader{rest: blob[12:], terms: maxTerms}
	t := r.term(0)
	if r.err == nil && len(r.rest) > 0 {
		r.fail("%d bytes too many", len(r.rest))
	}
	return t, r.err
}

type requirementReader struct {
	rest  []byte
	terms int
	err   error
}

func (r *requirementReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: requirement: %s", ErrDamaged, fmt.Sprintf(format, args...))
	}
	r.rest = nil
}

func (r *requirementReader) number() uint32 {
	if len(r.rest) < 4 {
		r.fail("cut off")
		return 0
	}
	n := binary.BigEndian.Uint32(r.rest)
	r.rest = r.rest[4:]
	return n
}

// data is a length, that many bytes, and padding to a multiple of four.
func (r *requirementReader) data() []byte {
	n := uint64(r.number())
	padded := (n + 3) &^ 3
	if padded > uint64(len(r.rest)) {
		r.fail("cut off")
		return nil
	}
	d := r.rest[:n]
	r.rest = r.rest[padded:]
	return d
}

func (r *requirementReader) term(depth int) *term {
	t := &term{}
	if r.terms--; r.terms < 0 || depth > maxTermDepth {
		r.fail("too many terms")
	}
	if r.err != nil {
		return t
	}
	code := r.number()
	t.op = code & operatorMask
	switch t.op {
	case opFalse, opTrue, opAppleAnchor, opTrustedCerts, opAppleGenericAnchor, opNotarized, opLegacyDevID:
	case opIdentifier, opCDHash, opNamedAnchor, opNamedCode:
		t.value = r.data()
	case opAnchorHash:
		t.cert, t.value = int32(r.number()), r.data()
	case opInfoValue:
		t.key, t.match, t.value = r.data(), matchEqual, r.data()
	case opAnd, opOr:
		t.args = []*term{r.term(depth + 1), r.term(depth + 1)}
	case opNot:
		t.args = []*term{r.term(depth + 1)}
	case opInfoField, opEntitlement:
		t.key = r.data()
		r.comparison(t)
	case opCertField, opCertGeneric, opCertPolicy, opCertFieldDate:
		t.cert, t.key = int32(r.number()), r.data()
		r.comparison(t)
	case opTrustedCert:
		t.cert = int32(r.number())
	case opPlatform:
		t.cert = int32(r.number())
	default:
		if code&(flagGenericFalse|flagGenericSkip) == 0 {
			r.fail("operator %d", t.op)
		}
		t.value = r.data()
	}
	return t
}

func (r *requirementReader) comparison(t *term) {
	switch t.match = r.number(); t.match {
	case matchExists, matchAbsent:
	case matchOn, matchBefore, matchAfter, matchOnOrBefore, matchOnOrAfter:
		if len(r.rest) < 8 {
			r.fail("cut off")
			return
		}
		t.value, r.rest = r.rest[:8], r.rest[8:]
	case matchEqual, matchContains, matchBeginsWith, matchEndsWith, matchLess, matchGreater, matchLessEqual, matchGreaterEqual:
		t.value = r.data()
	default:
		r.fail("comparison %d", t.match)
	}
}
