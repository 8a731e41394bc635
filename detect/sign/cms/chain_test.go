package cms

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

// authority is a certificate with its key, made for one test run.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func issue(t testing.TB, by *authority, name string, change func(*x509.Certificate)) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: day(2020), NotAfter: day(2030), BasicConstraintsValid: true,
	}
	change(template)
	if by == nil {
		by = &authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

func day(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }

func ca(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }

func signer(c *x509.Certificate) {
	c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
}

func both(a, b func(*x509.Certificate)) func(*x509.Certificate) {
	return func(c *x509.Certificate) { a(c); b(c) }
}

func TestFollow(t *testing.T) {
	root, retired, stranger := issue(t, nil, "Root", ca), issue(t, nil, "Retired", ca), issue(t, nil, "Stranger", ca)
	forger := issue(t, nil, "Root", ca) // the root's name, another key
	set := roots.New([]*x509.Certificate{root.cert}, []*x509.Certificate{retired.cert})
	middle := issue(t, root, "Middle", ca)
	leaf := issue(t, middle, "Leaf", signer)
	narrow := issue(t, root, "Narrow", both(ca, func(c *x509.Certificate) { c.MaxPathLenZero = true }))
	belowNarrow := issue(t, narrow, "Below", ca)
	forMail := issue(t, root, "Mail", both(ca, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} }))
	forNames := issue(t, root, "Names", both(ca, func(c *x509.Certificate) {
		c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"example.com"}
	}))
	named := both(signer, func(c *x509.Certificate) { c.DNSNames = []string{"example.net"} })
	var long []*authority
	for last := root; len(long) < maxChain; long = append(long, last) {
		last = issue(t, last, "Link", ca)
	}
	certificates := func(all ...*authority) []*x509.Certificate {
		var out []*x509.Certificate
		for _, a := range all {
			out = append(out, a.cert)
		}
		return out
	}
	for _, c := range []struct {
		name     string
		leaf     *authority
		pool     []*x509.Certificate
		at       time.Time
		trust    inventory.Trust
		valid    bool
		problems string
	}{
		{"to a root", issue(t, root, "Leaf", signer), nil, day(2025), inventory.Trusted, true, ""},
		{"over an intermediate", leaf, certificates(middle), day(2025), inventory.Trusted, true, ""},
		{"among others", leaf, certificates(stranger, leaf, forger, middle), day(2025), inventory.Trusted, true, ""},
		{"too late", leaf, certificates(middle), day(2035), inventory.Trusted, false, ""},
		{"too early", leaf, certificates(middle), day(2015), inventory.Trusted, false, ""},
		{"intermediate missing", leaf, nil, day(2025), inventory.Untrusted, true, "untrusted-root issuer-missing"},
		{"to a retired root", issue(t, retired, "Leaf", signer), nil, day(2025), inventory.Untrusted, true, "untrusted-root retired-root"},
		{"to a root of nobody's", issue(t, stranger, "Leaf", signer), certificates(stranger), day(2025), inventory.Untrusted, true, "unknown-root"},
		{"to a root of the right name", issue(t, forger, "Leaf", signer), certificates(forger), day(2025), inventory.Untrusted, true, "unknown-root"},
		{"self-signed", issue(t, nil, "Leaf", signer), nil, day(2025), inventory.SelfSigned, true, "self-signed"},
		{"issued by a signer", issue(t, leaf, "Leaf", signer), certificates(leaf, middle), day(2025), inventory.Untrusted, true, "invalid-issuer"},
		{"under one that may have nothing between", issue(t, belowNarrow, "Leaf", signer), certificates(belowNarrow, narrow), day(2025), inventory.Untrusted, true, "invalid-issuer"},
		{"right under one that may have nothing between", issue(t, narrow, "Leaf", signer), certificates(narrow), day(2025), inventory.Trusted, true, ""},
		{"issuer for mail", issue(t, forMail, "Leaf", signer), certificates(forMail), day(2025), inventory.Untrusted, true, "wrong-usage"},
		{"certificate for nothing in particular", issue(t, root, "Leaf", func(*x509.Certificate) {}), nil, day(2025), inventory.Untrusted, false, "wrong-usage"},
		{"issuer for other names", issue(t, forNames, "Leaf", named), certificates(forNames), day(2025), inventory.Untrusted, true, "constrained"},
		{"issuer for names, and none", issue(t, forNames, "Leaf", signer), certificates(forNames), day(2025), inventory.Trusted, true, ""},
		{"too long", issue(t, long[len(long)-1], "Leaf", signer), certificates(long...), day(2025), inventory.Untrusted, true, "chain-too-long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Follow(c.leaf.cert, c.pool, set, UsageCodeSigning, c.at)
			if got.Trust != c.trust || got.Valid != c.valid || strings.Join(got.Problems, " ") != c.problems {
				t.Errorf("%s, valid %t, %q; want %s, %t, %q", got.Trust, got.Valid, got.Problems, c.trust, c.valid, c.problems)
			}
		})
	}
}

// TestManyIssuersOfOneNameEnd: a message may hold any number of certificates
// that could all have issued each other.
func TestManyIssuersOfOneNameEnd(t *testing.T) {
	key := issue(t, nil, "Same", ca)
	pool := []*x509.Certificate{key.cert}
	for range maxCertificates {
		again := *key
		template := *key.cert
		template.SerialNumber = big.NewInt(int64(len(pool)))
		der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.key.PublicKey, key.key)
		if err != nil {
			t.Fatal(err)
		}
		if again.cert, err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
		pool = append(pool, again.cert)
	}
	got := Follow(issue(t, key, "Leaf", signer).cert, pool, roots.New(nil, nil), UsageCodeSigning, day(2025))
	if got.Trust == inventory.Trusted {
		t.Errorf("%+v", got.Trust)
	}
}
