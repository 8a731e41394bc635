package judge

import (
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// Formats of signatures with rules of their own; see inventory.Signature.
const (
	formatAuthenticode = "authenticode"
	formatAPK          = "apk"
	formatAPTRelease   = "apt-release"
	formatRPMHeader    = "rpm-header"
	formatOSTreeCommit = "ostree-commit"
)

// ofPackage is true for the signatures by which package managers know where a
// package came from. They cover the package as a whole.
func ofPackage(s *inventory.Signature) bool {
	switch s.Format {
	case formatAPTRelease, formatRPMHeader, formatOSTreeCommit:
		return true
	}
	return false
}

// signerFacts are what a signature says of who signed. The signers of a
// signature are those who signed, not the issuers above them. Whether the
// signature is worth anything is for the caller to ask.
func signerFacts(s *inventory.Signature) []signatures.Fact {
	var facts []signatures.Fact
	for _, signer := range s.Signers {
		for _, f := range signerValues(s.Format, signer) {
			if f.Value != "" {
				f.Place = s.Scope
				facts = append(facts, f)
			}
		}
	}
	return facts
}

func signerValues(format string, s inventory.Signer) []signatures.Fact {
	values := []signatures.Fact{
		{Kind: signatures.SignerOrganization, Value: s.Organization},
		{Kind: signatures.SignerSubject, Value: s.Subject},
		{Kind: signatures.SignerSerial, Value: strings.ToLower(s.Serial)},
		{Kind: signatures.SignerSHA256, Value: strings.ToLower(s.SHA256)},
		{Kind: signatures.SignerSHA1, Value: strings.ToLower(s.SHA1)},
		{Kind: signatures.TeamID, Value: s.TeamID},
		{Kind: signatures.OpenPGPFingerprint, Value: strings.ToUpper(s.Fingerprint)},
	}
	if format == formatAPK {
		values = append(values,
			signatures.Fact{Kind: signatures.APKCertSHA256, Value: strings.ToLower(s.SHA256)},
			signatures.Fact{Kind: signatures.APKCertSHA1, Value: strings.ToLower(s.SHA1)})
	}
	return values
}

// insideMark stands between a container and the name of what is inside, in the
// places that readers write.
const insideMark = "!/"

// covers is true where signature sig of part p vouches for a spot. Authenticode
// covers one file and everything packed into it; other signatures, of a bundle
// or a package, also cover all under their scope. What is inside is known from
// the nesting, never from the path alone: names in an archive are free.
func covers(p *part, sig *inventory.Signature, s spot) bool {
	if s.part == p {
		return s.place == "" || sig.Scope == "" || sig.Scope == s.place ||
			sig.Format != formatAuthenticode && strings.HasPrefix(s.place, sig.Scope+"/")
	}
	return s.part.isInside(p) && (sig.Scope == "" || sig.Scope == p.build.Path ||
		strings.HasPrefix(s.part.build.Path, sig.Scope+insideMark) || strings.HasPrefix(s.part.build.Path, sig.Scope+"/"))
}

// provenByDigest is true for the kinds that name a certificate or key itself:
// an intact signature needs no chain then, since nobody else has the key.
func provenByDigest(k signatures.Kind) bool {
	switch k {
	case signatures.APKCertSHA256, signatures.APKCertSHA1, signatures.APKCertMD5,
		signatures.SignerSHA256, signatures.SignerSHA1, signatures.OpenPGPFingerprint:
		return true
	}
	return false
}
