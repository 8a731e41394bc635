package android

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
)

// certificate is what a signature says of its key. Android looks at nothing of
// it but the bytes: no chain, no dates.
type certificate struct {
	raw     []byte
	spki    []byte
	subject pkix.Name
	serial  *big.Int
	issuer  []byte
	issued  []byte // the subject's bytes
}

var errCertificate = errors.New("a certificate cannot be read")

// maxCertificate bounds one certificate, in bytes.
const maxCertificate = 64 << 10

// readCertificate reads a certificate. Android does not mind lengths that DER
// would write shorter, so that they are read here too.
func readCertificate(raw []byte) (*certificate, error) {
	if len(raw) > maxCertificate {
		return nil, errCertificate
	}
	if c, err := x509.ParseCertificate(raw); err == nil {
		return fromX509(c), nil
	}
	_, outer, rest := element(raw)
	if outer == nil || len(rest) > 0 {
		return nil, errCertificate
	}
	_, tbs, _ := element(outer)
	return looseCertificate(raw, tbs)
}

func fromX509(c *x509.Certificate) *certificate {
	return &certificate{raw: c.Raw, spki: c.RawSubjectPublicKeyInfo, subject: c.Subject, serial: c.SerialNumber, issuer: c.RawIssuer, issued: c.RawSubject}
}

// looseCertificate reads the fields of a TBSCertificate (RFC 5280, 4.1).
func looseCertificate(raw, tbs []byte) (*certificate, error) {
	var whole [8][]byte // version (optional), serial, algorithm, issuer, validity, subject, key
	n := 0
	for rest := tbs; n < len(whole) && len(rest) > 0; n++ {
		var content []byte
		before := rest
		if _, content, rest = element(rest); content == nil {
			return nil, errCertificate
		}
		whole[n] = before[:len(before)-len(rest)]
	}
	at := 0
	if n > 0 && whole[0][0] == 0xa0 {
		at = 1
	}
	if n < at+6 {
		return nil, errCertificate
	}
	_, serial, _ := element(whole[at])
	c := &certificate{raw: raw, spki: whole[at+5], serial: new(big.Int).SetBytes(serial), issuer: whole[at+2], issued: whole[at+4]}
	var names pkix.RDNSequence
	if _, err := asn1.Unmarshal(c.issued, &names); err == nil {
		c.subject.FillFromRDNSequence(&names)
	}
	return c, nil
}

// element reads one element with a tag of one byte and a definite length.
// Content is nil where there is none.
func element(b []byte) (tag byte, content, rest []byte) {
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return 0, nil, nil
	}
	tag, length, b := b[0], int(b[1]), b[2:]
	if length >= 0x80 {
		n := length & 0x7f
		if n == 0 || n > 4 || n > len(b) {
			return 0, nil, nil
		}
		length = 0
		for _, x := range b[:n] {
			length = length<<8 | int(x)
		}
		b = b[n:]
	}
	if length < 0 || length > len(b) {
		return 0, nil, nil
	}
	return tag, b[:length:length], b[length:]
}

// sameKey is true where a SubjectPublicKeyInfo is the certificate's.
func (c *certificate) sameKey(spki []byte) bool {
	if bytes.Equal(c.spki, spki) {
		return true
	}
	a, err := canonicalKey(c.spki)
	if err != nil {
		return false
	}
	b, err := canonicalKey(spki)
	return err == nil && bytes.Equal(a, b)
}

// canonicalKey is a key in the one way that DER has for it.
func canonicalKey(spki []byte) ([]byte, error) {
	key, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, err
	}
	return x509.MarshalPKIXPublicKey(key)
}

func (c *certificate) selfSigned() bool { return bytes.Equal(c.issuer, c.issued) }

func (c *certificate) describe() inventory.Signer {
	long, short := sha256.Sum256(c.raw), sha1.Sum(c.raw)
	return inventory.Signer{
		Subject: c.subject.String(), Organization: strings.Join(c.subject.Organization, "; "),
		SHA256: hex.EncodeToString(long[:]), SHA1: hex.EncodeToString(short[:]), Serial: hex.EncodeToString(c.serial.Bytes()),
	}
}
