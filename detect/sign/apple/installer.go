package apple

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"slices"

	"github.com/chatvet/chatvet/detect/inspect/pkg"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// Marks in the certificates of those who sign installer packages. The rule of
// Gatekeeper's own database takes either mark of Developer ID for them
// (Security, policydb.cpp, "codesignedpackages").
var (
	markInstaller         = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 14}
	markAppStoreInstaller = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 10}
)

// maxKeyBits is above every key that Apple issues certificates for.
const maxKeyBits = 8192

// Installer is the signature of an installer package while the digests of the
// files in it are taken.
type Installer struct {
	outcome
	Digests *pkg.Digests // takes the one pass over the file
}

// ReadInstaller checks the signature of an installer package: that it is about
// the table of contents, in each of the two forms that the package bears, and by
// whom. Whether the files are those of the table is known after the pass.
func ReadInstaller(f *pkg.File, p cms.Policy) *Installer {
	in := &Installer{outcome: outcome{kind: Unsigned, Signature: cms.Signature{
		Integrity: inventory.Unsigned, Chain: cms.Chain{Trust: inventory.TrustNotChecked}, Time: inventory.TimeUnknown,
	}}}
	if f.Classic == nil && f.Message == nil {
		return in
	}
	p.Usage = cms.UsageAny // Apple has a usage of its own for installers; see identify
	switch {
	case f.Message == nil:
		in.Signature = classic(f, p)
	default:
		in.Signature = message(f, p)
		if f.Classic != nil {
			in.bothAgree(classic(f, p))
		}
	}
	in.identify()
	if !f.Agrees {
		in.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
	}
	in.cover(f)
	return in
}

// message checks the form that may bear a time stamp.
func message(f *pkg.File, p cms.Policy) cms.Signature {
	m, err := parseMessage(trimElement(f.Message.Value))
	if err != nil {
		return cms.Signature{
			Integrity: inventory.UnreadableSignature, Chain: cms.Chain{Trust: inventory.TrustNotChecked},
			Time: inventory.TimeUnknown, Problems: []string{inventory.ProblemSignatureDamaged},
		}
	}
	return m.Check(0, f.Sum, p)
}

// trimElement leaves out the zeros of the room that was kept for a message.
func trimElement(room []byte) []byte {
	var outer asn1.RawValue
	if _, err := asn1.Unmarshal(room, &outer); err == nil {
		return outer.FullBytes
	}
	return room
}

// classic checks the form that is a bare signature of PKCS #1 beside a list of
// certificates.
func classic(f *pkg.File, p cms.Policy) cms.Signature {
	s := cms.Signature{Integrity: inventory.UnreadableSignature, Chain: cms.Chain{Trust: inventory.TrustNotChecked}, Time: inventory.TimeUnknown}
	var all []*x509.Certificate
	for _, der := range f.Classic.Certificates {
		if c, err := x509.ParseCertificate(der); err == nil {
			all = append(all, c)
		}
	}
	if len(all) == 0 || len(all) != len(f.Classic.Certificates) {
		s.Problems = []string{inventory.ProblemSignerMissing}
		return s
	}
	s.Signer = all[0]
	key, ok := s.Signer.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < 1024 || key.N.BitLen() > maxKeyBits {
		s.Problems = []string{inventory.ProblemUnknownAlgorithm}
		return s
	}
	s.Integrity = inventory.Intact
	if !signedBy(key, f) {
		s.Integrity, s.Problems = inventory.Broken, []string{inventory.ProblemSignatureInvalid}
	}
	s.Chain = cms.Follow(s.Signer, all[1:], p.Roots, p.Usage, p.Now)
	s.Problems = append(s.Problems, s.Chain.Problems...)
	if s.Time = inventory.TimeValid; !s.Chain.Valid {
		s.Time = inventory.TimeExpired
		s.Problems = append(s.Problems, inventory.ProblemExpired)
	}
	return s
}

// signedBy checks a signature over the digest, or, as older tools made it, over
// the digest of the digest.
func signedBy(key *rsa.PublicKey, f *pkg.File) bool {
	again := f.Hash.New()
	again.Write(f.Sum)
	return rsa.VerifyPKCS1v15(key, f.Hash, f.Sum, f.Classic.Value) == nil ||
		rsa.VerifyPKCS1v15(key, f.Hash, again.Sum(nil), f.Classic.Value) == nil
}

// bothAgree holds the bare signature against the message: systems look at one
// or the other, so that both have to be by the same signer.
func (in *Installer) bothAgree(other cms.Signature) {
	switch {
	case other.Integrity == inventory.Broken || other.Integrity == inventory.UnreadableSignature:
		in.spoil(other.Integrity, other.Problems[0])
	case in.Signer != nil && other.Signer != nil && !bytes.Equal(in.Signer.RawSubjectPublicKeyInfo, other.Signer.RawSubjectPublicKeyInfo):
		in.spoil(inventory.Broken, inventory.ProblemSignatureInvalid)
	}
}

// identify says for whom the signer's certificate was issued, and whether Apple
// issued it for installers.
func (in *Installer) identify() {
	if in.kind = Stranger; in.Signer == nil {
		return
	}
	in.kind = installerKind(in.Chain)
	if units := in.Signer.Subject.OrganizationalUnit; len(units) == 1 {
		in.team = units[0]
	}
	if in.kind == AppleDeveloper {
		in.Chain.Trust = inventory.Untrusted
		in.Problems = append([]string{inventory.ProblemWrongUsage}, in.Problems...)
	}
}

func installerKind(chain cms.Chain) SignerKind {
	switch {
	case chain.Trust == inventory.SelfSigned:
		return SelfSigned
	case chain.Trust != inventory.Trusted || len(chain.Certificates) < 2:
		return Stranger
	}
	leaf, issuer := chain.Certificates[0], chain.Certificates[1]
	switch {
	case (hasExtension(leaf, markInstaller) || hasExtension(leaf, markDeveloperID)) && hasExtension(issuer, markDeveloperIDCA):
		return DeveloperID
	case hasExtension(leaf, markAppStoreInstaller):
		return MacAppStore
	}
	return AppleDeveloper
}

// cover looks at what the table of contents says of the files that it names.
func (in *Installer) cover(f *pkg.File) {
	digests, unlisted, err := f.Digests()
	if err != nil {
		in.spoil(inventory.UnreadableSignature, inventory.ProblemSignatureDamaged)
		return
	}
	in.Digests = digests
	if len(unlisted) > 0 {
		in.spoil(inventory.Broken, inventory.ProblemUnsignedMember)
	}
	if f.Hash == crypto.MD5 || digests.Weak() {
		in.Chain.Trust = inventory.Untrusted
		in.Problems = append(in.Problems, inventory.ProblemWeakDigest)
	}
}

// Outcome gives the signature, once the digests had the file. Complete is false
// where they did not get all of it.
func (in *Installer) Outcome(scope string, complete bool) inventory.Signature {
	switch {
	case in.Digests == nil:
	case !complete:
		in.spoil(inventory.IntegrityNotChecked, inventory.ProblemNotVerified)
	case !in.Digests.Hold():
		in.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
	}
	if in.Digests != nil && in.Digests.Rest && !slices.Contains(in.Problems, inventory.ProblemAppendedData) {
		in.Problems = append(in.Problems, inventory.ProblemAppendedData)
	}
	out := in.Describe(Format, scope)
	if len(out.Signers) > 0 {
		out.Signers[0].TeamID = in.team
	}
	return out
}

// Kind is under which of Apple's arrangements the package was signed.
func (in *Installer) Kind() SignerKind { return in.kind }
