// Package bundletest makes programs and bundles for Apple's systems and signs them,
// for tests. Every name, team and certificate in it is invented, and no program of
// it runs.
package bundletest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/sign/cms"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

// Marks of Apple's in certificates, as package apple knows them.
var (
	MarkDeveloperID   = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 13}
	MarkPhoneStore    = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 3}
	MarkDeveloperIDCA = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 2, 6}
)

// Authority is a certificate with its key, made for one test run.
type Authority struct {
	Cert *x509.Certificate
	Key  *ecdsa.PrivateKey
}

// Issue makes a certificate with a mark, under an issuer, nil for one that signs
// itself.
func Issue(t testing.TB, by *Authority, name pkix.Name, isCA bool, mark asn1.ObjectIdentifier) *Authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: name, BasicConstraintsValid: true, IsCA: isCA,
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if isCA {
		template.KeyUsage = x509.KeyUsageCertSign
	} else {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
	}
	if mark != nil {
		template.ExtraExtensions = []pkix.Extension{{Id: mark, Critical: true, Value: asn1.NullBytes}}
	}
	if by == nil {
		by = &Authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.Cert, &key.PublicKey, by.Key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Authority{cert, key}
}

// Hierarchy is a root, an authority below it that may certify for Developer ID,
// and the policy that trusts the root.
type Hierarchy struct {
	Root, Issuer *Authority
	Roots        *roots.Set
	Policy       cms.Policy
}

// NewHierarchy makes one.
func NewHierarchy(t testing.TB) *Hierarchy {
	t.Helper()
	root := Issue(t, nil, pkix.Name{CommonName: "Example Root"}, true, nil)
	set := roots.New([]*x509.Certificate{root.Cert}, nil).WithExtensions(roots.AppleExtensions)
	return &Hierarchy{
		root, Issue(t, root, pkix.Name{CommonName: "Example Issuer"}, true, MarkDeveloperIDCA), set,
		cms.Policy{Roots: set, StampRoots: set, Usage: cms.UsageCodeSigning, Now: time.Now()},
	}
}

// Team is a signer for a team, under the authority for Developer ID.
func (h *Hierarchy) Team(t testing.TB, team string) *Authority {
	t.Helper()
	return Issue(t, h.Issuer, Subject(team), false, MarkDeveloperID)
}

// Store is a signer for every team, as the App Store for phones is.
func (h *Hierarchy) Store(t testing.TB) *Authority {
	t.Helper()
	return Issue(t, h.Issuer, pkix.Name{CommonName: "Example Store"}, false, MarkPhoneStore)
}

// Chain is what is put into a signature beside the signer's certificate.
func (h *Hierarchy) Chain() []*x509.Certificate { return []*x509.Certificate{h.Issuer.Cert} }

// Subject is the name of a signer of a team.
func Subject(team string) pkix.Name {
	return pkix.Name{CommonName: "Example Chat Ltd", OrganizationalUnit: []string{team}}
}
