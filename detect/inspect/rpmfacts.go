package inspect

import (
	"errors"

	"github.com/chatvet/chatvet/detect/inspect/rpm"
	"github.com/chatvet/chatvet/detect/inspect/rpmheader"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/pgp"
	signed "github.com/chatvet/chatvet/detect/sign/rpm"
	"github.com/chatvet/chatvet/signatures"
)

// rpmSignature is the format of a signature on a package of rpm.
const rpmSignature = "rpm-header"

// rpmFacts writes down what a package of rpm says about itself and who signed it.
// A package file brings no keys along: those of the inspector are asked.
func rpmFacts(v *visit, f *file) {
	p, err := rpm.Read(f.r, f.size)
	if err != nil {
		v.gap(f.name, whatPart, gapCorrupt, err.Error())
		return
	}
	h := p.Header
	f.Product, f.Version, f.Arch = h.String(rpmheader.Name), h.EVR(), h.String(rpmheader.Arch)
	f.fact(signatures.RPMPackage, f.Product)
	f.fact(signatures.RPMVendor, h.String(rpmheader.Vendor))
	f.Signatures = append(f.Signatures, v.rpmSigned(f, p))
}

func (v *visit) rpmSigned(f *file, p *rpm.Package) inventory.Signature {
	s := inventory.Signature{
		Format: rpmSignature, Scope: f.name, By: "chatvet",
		Integrity: inventory.Intact, Trust: inventory.Trusted, Time: inventory.TimeValid,
	}
	unknown := func(i inventory.Integrity, problem string) inventory.Signature {
		s.Integrity, s.Trust, s.Time = i, inventory.TrustNotChecked, inventory.TimeUnknown
		if problem != "" {
			s.Problems = []string{problem}
		}
		return s
	}
	keys, err := v.packageKeys()
	if err != nil {
		v.gap(f.name, whatSignature, gapNotVerified, err.Error())
		return unknown(inventory.IntegrityNotChecked, "")
	}
	proof, err := signed.Verify(p.Header, p.Signatures, keys)
	switch {
	case errors.Is(err, signed.ErrUnsigned):
		return unknown(inventory.Unsigned, "")
	case errors.Is(err, pgp.ErrBadSignature):
		return unknown(inventory.Broken, "signature-invalid")
	case err != nil:
		v.gap(f.name, whatSignature, gapNotVerified, err.Error())
		return unknown(inventory.IntegrityNotChecked, "")
	}
	known := false
	for _, signer := range proof.Signers {
		owner, ok := pgp.Owner(signer.Fingerprint)
		known = known || ok
		s.Signers = append(s.Signers, inventory.Signer{Subject: signer.Name, Organization: owner, Fingerprint: signer.Fingerprint})
	}
	sum, err := p.PayloadSHA256(v.ctx)
	switch {
	case err != nil || proof.Payload == "":
		v.gap(f.name, whatSignature, gapNotVerified, "the digest of what is inside could not be compared")
		return unknown(inventory.IntegrityNotChecked, "")
	case sum != proof.Payload:
		s.Integrity, s.Problems = inventory.Broken, []string{"digest-mismatch"}
	}
	if !known {
		s.Trust, s.Problems = inventory.Untrusted, append(s.Problems, "unknown-package-key")
	}
	return s
}

func (v *visit) packageKeys() (*pgp.Keyring, error) {
	if v.in.PackageKeys != nil {
		return v.in.PackageKeys, nil
	}
	return pgp.Distributions()
}
