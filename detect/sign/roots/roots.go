// Package roots holds the certificates at which a chain of a code signature may
// end. Nothing goes in; sets of X.509 certificates (RFC 5280) come out, parsed
// when they are first asked for.
//
// README.md says where each file comes from and what being in it means.
package roots

import (
	"crypto/x509"
	_ "embed"
	"encoding/asn1"
	"encoding/pem"
	"sync"
)

//go:embed code-signing-roots.pem
var codeSigning []byte

//go:embed legacy-code-signing-roots.pem
var legacy []byte

// Root is a certificate that a chain may end at.
type Root struct {
	*x509.Certificate
	// Retired is true for a root that its keeper no longer vouches for. What
	// ends there is neither trusted nor an impostor's.
	Retired bool
}

//go:embed apple-root-ca.pem
var apple []byte

// Set is a set of roots. It does not change and may be shared.
type Set struct {
	bySubject map[string][]Root
	private   asn1.ObjectIdentifier // extensions below it are understood
}

// New makes a set. A certificate in both lists is not retired.
func New(trusted, retired []*x509.Certificate) *Set {
	s := &Set{bySubject: map[string][]Root{}}
	for _, c := range trusted {
		s.add(Root{Certificate: c})
	}
	for _, c := range retired {
		s.add(Root{Certificate: c, Retired: true})
	}
	return s
}

func (s *Set) add(r Root) {
	if _, known := s.Find(r.Certificate); !known {
		s.bySubject[string(r.RawSubject)] = append(s.bySubject[string(r.RawSubject)], r)
	}
}

// Named returns the roots whose subject is a DER-encoded name.
func (s *Set) Named(rawSubject []byte) []Root {
	if s == nil {
		return nil
	}
	return s.bySubject[string(rawSubject)]
}

// Find returns the root that a certificate is.
func (s *Set) Find(c *x509.Certificate) (Root, bool) {
	for _, r := range s.Named(c.RawSubject) {
		if r.Equal(c) {
			return r, true
		}
	}
	return Root{}, false
}

// WithExtensions returns a set with the same roots, under which critical
// extensions below an object identifier are understood.
func (s *Set) WithExtensions(below asn1.ObjectIdentifier) *Set {
	return &Set{bySubject: s.bySubject, private: below}
}

// Understands is true for extensions of certificates that mark what a
// certificate of this hierarchy is for, and forbid nothing.
func (s *Set) Understands(id asn1.ObjectIdentifier) bool {
	return s != nil && len(s.private) > 0 && len(id) > len(s.private) && id[:len(s.private)].Equal(s.private)
}

// AppleExtensions is the arc of Apple's extensions of certificates ("Apple Inc.
// Certification Practice Statement, Worldwide Developer Relations", appendix).
var AppleExtensions = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6}

// Apple is the set for signatures on Apple's systems and for their time stamps.
func Apple() *Set { return appleSet() }

var appleSet = sync.OnceValue(func() *Set { return New(certificates(apple), nil).WithExtensions(AppleExtensions) })

// CodeSigning is the set for signatures on programs and for their time stamps.
func CodeSigning() *Set { return codeSigningSet() }

var codeSigningSet = sync.OnceValue(func() *Set { return New(certificates(codeSigning), certificates(legacy)) })

// certificates reads PEM (RFC 7468), with text between the blocks. Both files
// are our own, and a test reads them to the last block.
func certificates(text []byte) []*x509.Certificate {
	var all []*x509.Certificate
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return all
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, c)
		}
	}
}
