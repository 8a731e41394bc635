// Package authenticode checks Microsoft's signatures on programs, Windows
// Installer packages and app packages.
//
// A certificate table or another place where a signature is kept goes in, with
// a policy; what the digest has to be taken over comes out, as takers of the
// one pass over the file (package digest), and after the pass one
// inventory.Signature for each signature. A program may bear several: entries
// of the table, and nested ones (1.3.6.1.4.1.311.2.4.1) inside the first.
//
// It follows "Windows Authenticode Portable Executable Signature Format" by
// Microsoft (version 1.0, 2008): "Authenticode Signature Format", "Calculating
// the PE Image Hash". Page hashes, nested signatures and MSI digests are not in
// it; for those the source of osslsigncode (pe.c, msi.c, appx.c) is the
// description that exists. docs/signatures.md says where the outcome differs
// from other programs, and why.
package authenticode

import (
	"crypto"
	"encoding/asn1"
	"errors"
	"fmt"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// Format is inventory.Signature.Format of what this package yields.
const Format = "authenticode"

// Bounds on the signatures of one file.
const (
	maxSignatures = 16
	maxNesting    = 3
)

// Object identifiers of "Authenticode Signature Format".
var (
	oidIndirectData = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 4}
	oidPEImageData  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 15}
	oidSIPInfo      = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 30}
	oidNested       = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 4, 1}
)

// Signed is one signature whose own parts were checked. Whether the file is the
// one that it is about is not known yet.
type Signed struct {
	cms.Signature
	Kind   asn1.ObjectIdentifier // of what was signed
	Value  []byte                // what else is said of it, DER
	Digest cms.Digest
}

// Read checks a signature and those nested in it, the outer one first. What
// cannot be read is in the result too, as unreadable.
func Read(der []byte, p cms.Policy) []*Signed { return read(der, p, 0) }

func read(der []byte, p cms.Policy, depth int) []*Signed {
	m, err := cms.Parse(der)
	if err != nil {
		return []*Signed{unreadable(inventory.ProblemSignatureDamaged)}
	}
	s := check(m, p)
	all := []*Signed{s}
	if depth == maxNesting {
		return all
	}
	for _, nested := range s.Unsigned.Values(oidNested) {
		if len(all) >= maxSignatures {
			break
		}
		all = append(all, read(nested, p, depth+1)...)
	}
	return all[:min(len(all), maxSignatures)]
}

func unreadable(problem string) *Signed {
	return &Signed{Signature: cms.Signature{
		Integrity: inventory.UnreadableSignature, Chain: cms.Chain{Trust: inventory.TrustNotChecked},
		Time: inventory.TimeUnknown, Problems: []string{problem},
	}}
}

// check checks a message by itself and reads what it is about.
func check(m *cms.Message, p cms.Policy) *Signed {
	if m.Signers() != 1 || !m.ContentType.Equal(oidIndirectData) {
		return unreadable(inventory.ProblemSignatureDamaged)
	}
	s := &Signed{Signature: m.Check(0, nil, p)}
	if len(m.Trailing) > 0 {
		s.Problems = append(s.Problems, inventory.ProblemSignatureData)
	}
	switch err := s.readContent(m.Content); {
	case errors.Is(err, cms.ErrAlgorithm):
		s.spoil(inventory.UnreadableSignature, inventory.ProblemUnknownAlgorithm)
	case err != nil:
		s.spoil(inventory.UnreadableSignature, inventory.ProblemSignatureDamaged)
	case s.Digest.Hash == crypto.MD5:
		s.Problems = append(s.Problems, inventory.ProblemWeakDigest)
		s.Chain.Trust = inventory.Untrusted
	}
	return s
}

// readContent reads a SpcIndirectDataContent, without its outer tag: what was
// signed, and its digest.
func (s *Signed) readContent(content []byte) error {
	var data struct {
		Kind  asn1.ObjectIdentifier
		Value asn1.RawValue `asn1:"optional"`
	}
	rest, err := asn1.Unmarshal(content, &data)
	if err != nil {
		return fmt.Errorf("what was signed: %w", err)
	}
	s.Kind, s.Value = data.Kind, data.Value.FullBytes
	s.Digest, err = cms.ParseDigest(rest)
	return err
}

// spoil lowers what is known of the signed bytes; it never raises it again.
func (s *Signed) spoil(to inventory.Integrity, problem string) {
	if s.Integrity == inventory.Intact || to == inventory.Broken && s.Integrity != inventory.Broken {
		s.Integrity = to
	}
	s.Problems = append([]string{problem}, s.Problems...)
}

// unverified is for a signature whose file was not read to its end.
func (s *Signed) unverified() {
	if s.Integrity == inventory.Intact {
		s.Integrity = inventory.IntegrityNotChecked
	}
	s.Problems = append([]string{inventory.ProblemNotVerified}, s.Problems...)
}

// about is true where the signature says that it is about a kind of thing.
func (s *Signed) about(kind asn1.ObjectIdentifier) bool { return s.Kind.Equal(kind) }

// Unsigned says of a file that it was looked at and bears no signature.
func Unsigned(scope string) inventory.Signature {
	s := cms.Signature{Integrity: inventory.Unsigned, Chain: cms.Chain{Trust: inventory.TrustNotChecked}, Time: inventory.TimeUnknown}
	return s.Describe(Format, scope)
}
