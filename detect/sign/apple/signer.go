package apple

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"slices"

	"github.com/sassoftware/relic/v8/lib/x509tools"

	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// SignerKind says under which of Apple's arrangements a program was signed.
type SignerKind string

// Kinds of signer.
const (
	DeveloperID    SignerKind = "developer-id"
	MacAppStore    SignerKind = "mac-app-store" // also of an app for phones
	AppleSoftware  SignerKind = "apple"
	AppleDeveloper SignerKind = "apple-developer" // another certificate that Apple issued
	AdHoc          SignerKind = "ad-hoc"
	SelfSigned     SignerKind = "self-signed"
	Stranger       SignerKind = "other" // no chain to Apple's root
	Unsigned       SignerKind = "unsigned"
)

// Marks in certificates ("Apple Inc. Certification Practice Statement, Developer
// ID" and "Worldwide Developer Relations", lists of custom extensions).
var (
	markDeveloperID   = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 13}
	markDeveloperIDCA = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 2, 6}
	markAppStore      = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 9}
	markPhoneStore    = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 3} // apps for phones, on a Mac too
	markTestFlight    = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 25, 1}
	markApple         = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 22}
)

// Attributes by which a signature names all code directories (Security,
// CMSSigner's hash agility attributes).
var (
	attributeHashes   = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 9, 1}
	attributeHashesV2 = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 9, 2}
)

func hasExtension(c *x509.Certificate, id asn1.ObjectIdentifier) bool {
	for _, e := range c.Extensions {
		if e.Id.Equal(id) {
			return true
		}
	}
	return false
}

// kindOf tells the arrangement by the marks in a chain.
func kindOf(chain cms.Chain) SignerKind {
	switch {
	case chain.Trust == inventory.SelfSigned:
		return SelfSigned
	case chain.Trust != inventory.Trusted || len(chain.Certificates) < 2:
		return Stranger
	}
	leaf, issuer := chain.Certificates[0], chain.Certificates[1]
	switch {
	case hasExtension(leaf, markDeveloperID) && hasExtension(issuer, markDeveloperIDCA):
		return DeveloperID
	case hasExtension(leaf, markAppStore), hasExtension(leaf, markPhoneStore), hasExtension(leaf, markTestFlight):
		return MacAppStore
	case hasExtension(leaf, markApple):
		return AppleSoftware
	}
	return AppleDeveloper
}

// teamOf is the team for which a certificate was issued: its organisational
// unit. The App Store signs for every team with one certificate, and checks what
// the program says.
func teamOf(leaf *x509.Certificate, kind SignerKind, claimed string) (team string, agrees bool) {
	if kind == MacAppStore {
		return claimed, true
	}
	if units := leaf.Subject.OrganizationalUnit; len(units) == 1 {
		team = units[0]
	}
	if kind == AppleSoftware {
		return "", claimed == ""
	}
	return team, claimed == "" || claimed == team
}

// vouched is true where a signature names every code directory. The first one
// is what was signed.
func vouched(s cms.Signature, all []*codeDirectory) bool {
	if len(all) == 1 && len(s.Signed.Values(attributeHashes)) == 0 && len(s.Signed.Values(attributeHashesV2)) == 0 {
		return true // as tools did that knew only SHA-1
	}
	short, full := shortHashes(s), fullHashes(s)
	if short == nil && full == nil {
		return false
	}
	for _, d := range all {
		if short != nil && !slices.ContainsFunc(short, func(h []byte) bool { return bytes.Equal(h, d.cdHash()) }) {
			return false
		}
		if want, ok := full[d.hash]; full != nil && (!ok || !bytes.Equal(want, digestOf(d.hash, d.raw))) {
			return false
		}
	}
	return true
}

func digestOf(h crypto.Hash, data []byte) []byte {
	sum := h.New()
	sum.Write(data)
	return sum.Sum(nil)
}

// shortHashes are the names of code directories in the attribute that is a
// property list.
func shortHashes(s cms.Signature) (all [][]byte) {
	for _, value := range s.Signed.Values(attributeHashes) {
		var text []byte
		if _, err := asn1.Unmarshal(value, &text); err != nil {
			return [][]byte{}
		}
		d, err := plist.Parse(text)
		if err != nil {
			return [][]byte{}
		}
		all = [][]byte{}
		for _, v := range d.List("cdhashes") {
			if b, ok := v.([]byte); ok {
				all = append(all, b)
			}
		}
	}
	return all
}

func fullHashes(s cms.Signature) map[crypto.Hash][]byte {
	values := s.Signed.Values(attributeHashesV2)
	if len(values) == 0 {
		return nil
	}
	all := map[crypto.Hash][]byte{}
	for _, value := range values {
		var entry struct {
			ID  asn1.ObjectIdentifier
			Sum []byte
		}
		if _, err := asn1.Unmarshal(value, &entry); err != nil {
			continue
		}
		for h, id := range x509tools.HashOids {
			if entry.ID.Equal(id) {
				all[h] = entry.Sum
			}
		}
	}
	return all
}
