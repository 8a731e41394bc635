package cms

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"strings"

	"github.com/sassoftware/relic/v8/lib/x509tools"

	"github.com/chatvet/chatvet/detect/inventory"
)

// Describe puts a signature into the words of an inventory. Format and scope
// are those of inventory.Signature.
func (s Signature) Describe(format, scope string) inventory.Signature {
	out := inventory.Signature{
		Format: format, Scope: scope, By: "chatvet",
		Integrity: s.Integrity, Trust: s.Chain.Trust, Time: s.Time,
		Signers: []inventory.Signer{}, Problems: []string{},
	}
	if s.Signer != nil {
		out.Signers = append(out.Signers, SignerOf(s.Signer))
	}
	out.Problems = append(out.Problems, s.Problems...)
	return out
}

// SignerOf names a certificate.
func SignerOf(c *x509.Certificate) inventory.Signer {
	a, b := sha256.Sum256(c.Raw), sha1.Sum(c.Raw)
	return inventory.Signer{
		Subject: c.Subject.String(),
		// Several organisations in one certificate are none that a pin names.
		Organization: strings.Join(c.Subject.Organization, "; "),
		SHA256:       hex.EncodeToString(a[:]),
		SHA1:         hex.EncodeToString(b[:]),
		Serial:       hex.EncodeToString(c.SerialNumber.Bytes()),
	}
}

// MicrosoftName writes a certificate's subject as the manifest of an app package
// does (CertNameToStr of the Win32 documentation).
func MicrosoftName(c *x509.Certificate) string {
	return x509tools.FormatPkixName(c.RawSubject, x509tools.NameStyleMsOsco)
}
