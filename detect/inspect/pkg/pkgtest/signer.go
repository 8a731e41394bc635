package pkgtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/sassoftware/relic/v8/lib/pkcs7"

	"github.com/chatvet/chatvet/detect/sign/roots"
)

// Marks of certificates, as package apple knows them.
var (
	Application = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 13}
	Installer   = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 14}
	Store       = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 10} // the App Store's own
	Submission  = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 8}  // what is sent to it
	Developer   = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 12}
	authority   = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 2, 6}
)

// installerUsage is the usage that Apple gives to those who sign installers.
var installerUsage = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 4, 13}

// Signer is a certificate with its RSA key, which the bare form of a package's
// signature needs. Names and teams are invented.
type Signer struct {
	Certificate *x509.Certificate
	Key         *rsa.PrivateKey
	Chain       []*x509.Certificate // the issuers above it, without the root
}

// Hierarchy is a root with an authority below it.
type Hierarchy struct {
	Roots        *roots.Set
	root, issuer *Signer
}

// NewHierarchy makes a root and an authority that certifies for Developer ID.
func NewHierarchy(t testing.TB) *Hierarchy {
	t.Helper()
	h := &Hierarchy{root: issue(t, nil, pkix.Name{CommonName: "Example Root"}, nil, true, time.Now())}
	h.issuer = issue(t, h.root, pkix.Name{CommonName: "Example Issuer"}, authority, true, time.Now())
	h.Roots = roots.New([]*x509.Certificate{h.root.Certificate}, nil).WithExtensions(roots.AppleExtensions)
	return h
}

// Team makes a signer of a team, with a mark.
func (h *Hierarchy) Team(t testing.TB, team string, mark asn1.ObjectIdentifier) *Signer {
	t.Helper()
	s := issue(t, h.issuer, Name(team), mark, false, time.Now())
	s.Chain = []*x509.Certificate{h.issuer.Certificate}
	return s
}

// Alone makes a signer that vouches for itself.
func Alone(t testing.TB, team string, mark asn1.ObjectIdentifier) *Signer {
	t.Helper()
	return issue(t, nil, Name(team), mark, false, time.Now())
}

// Expired makes a signer of a team whose certificate ended a year ago.
func (h *Hierarchy) Expired(t testing.TB, team string, mark asn1.ObjectIdentifier) *Signer {
	t.Helper()
	s := issue(t, h.issuer, Name(team), mark, false, time.Now().AddDate(-2, 0, 0))
	s.Chain = []*x509.Certificate{h.issuer.Certificate}
	return s
}

// Name is the subject of a team's certificate.
func Name(team string) pkix.Name {
	return pkix.Name{CommonName: "Example Chat Ltd", Organization: []string{"Example Chat Ltd"}, OrganizationalUnit: []string{team}}
}

// issue makes a certificate that is valid for a year to both sides of a day, and
// without a mark one for time stamps.
func issue(t testing.TB, by *Signer, name pkix.Name, mark asn1.ObjectIdentifier, isCA bool, day time.Time) *Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: name, BasicConstraintsValid: true, IsCA: isCA,
		NotBefore: day.AddDate(-1, 0, 0), NotAfter: day.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if isCA || mark == nil { // authorities outlive those whom they vouch for
		template.NotBefore, template.NotAfter = day.AddDate(-5, 0, 0), day.AddDate(5, 0, 0)
	}
	switch {
	case isCA:
		template.KeyUsage = x509.KeyUsageCertSign
	case mark == nil:
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}
	case mark.Equal(Installer):
		template.UnknownExtKeyUsage = []asn1.ObjectIdentifier{installerUsage}
	default:
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
	}
	if mark != nil {
		template.ExtraExtensions = []pkix.Extension{{Id: mark, Critical: true, Value: asn1.NullBytes}}
	}
	parent, parentKey := template, key
	if by != nil {
		parent, parentKey = by.Certificate, by.Key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Signer{Certificate: certificate, Key: key}
}

// Certificates are the signer's and those above it, in DER.
func (s *Signer) Certificates() [][]byte {
	all := [][]byte{s.Certificate.Raw}
	for _, c := range s.Chain {
		all = append(all, c.Raw)
	}
	return all
}

// Message signs something that the message does not hold (CMS).
func (s *Signer) Message(t testing.TB, content []byte) []byte {
	t.Helper()
	return marshal(t, s.sign(t, content))
}

func (s *Signer) sign(t testing.TB, content []byte) *pkcs7.ContentInfoSignedData {
	t.Helper()
	b := pkcs7.NewBuilder(s.Key, append([]*x509.Certificate{s.Certificate}, s.Chain...), crypto.SHA256)
	sum := crypto.SHA256.New()
	sum.Write(content)
	if err := b.SetDetachedContent(pkcs7.OidData, sum.Sum(nil)); err != nil {
		t.Fatal(err)
	}
	if err := b.AddAuthenticatedAttribute(pkcs7.OidAttributeSigningTime, time.Now().UTC()); err != nil {
		t.Fatal(err)
	}
	signed, err := b.Sign()
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func marshal(t testing.TB, signed *pkcs7.ContentInfoSignedData) []byte {
	t.Helper()
	der, err := signed.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// Bare signs a digest (PKCS #1).
func (s *Signer) Bare(t testing.TB, hash crypto.Hash, sum []byte) []byte {
	t.Helper()
	value, err := rsa.SignPKCS1v15(rand.Reader, s.Key, hash, sum)
	if err != nil {
		t.Fatal(err)
	}
	return value
}
