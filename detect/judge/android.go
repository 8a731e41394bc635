package judge

import (
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// accepts is true where a version of Android looks at a signature; 0 is the
// newest. Signatures of other formats have no versions.
func accepts(s *inventory.Signature, sdk int) bool {
	switch {
	case s.Format != formatAPK:
		return true
	case sdk == 0:
		return s.MaxSDK == 0
	}
	return s.MinSDK <= sdk && (s.MaxSDK == 0 || sdk <= s.MaxSDK)
}

// publicTestKey is true for a signature by a key that anybody can have.
func publicTestKey(s *inventory.Signature) bool {
	return s != nil && slices.Contains(s.Problems, inventory.ProblemPublicTestKey)
}

// byPublicKey answers for a signature that anybody could have made: it never
// says who did.
func (u *unit) byPublicKey(c *signatures.Client, pins []signatures.Pin, s spot, sig signature) identity {
	if !u.stronglyClaimed(c, s) || !u.signerPinned(pins, s, sig) || u.idShared(c, s) {
		return unknownMaker(ReasonPublicTestKey, u.signerReason(sig))
	}
	return contradicted(ReasonPublicTestKey, signatures.Proof, u.signerReason(sig))
}

// rotatedFrom is true where a pinned key of the maker vouches for the one that
// signed (APK Signature Scheme v3, proof of rotation). Nobody else could have
// written that, but the list does not know the new key yet.
func rotatedFrom(pins []signatures.Pin, s *inventory.Signature) bool {
	return slices.ContainsFunc(s.Lineage, func(old inventory.Signer) bool {
		return slices.ContainsFunc(pins, func(p signatures.Pin) bool {
			return p.By == signatures.ByMaker && slices.ContainsFunc(p.Signer, func(i signatures.Indicator) bool {
				return i.Kind == signatures.APKCertSHA256 && strings.EqualFold(i.Value, old.SHA256)
			})
		})
	})
}

// publicKeyRemarks tells of each signature that anybody could have made, whatever
// decided.
func (u *unit) publicKeyRemarks() []Reason {
	var all []Reason
	for _, p := range u.parts {
		for i := range p.build.Signatures {
			if s := &p.build.Signatures[i]; publicTestKey(s) && accepts(s, u.sdk) {
				all = append(all, u.signerReason(signature{s, p}))
			}
		}
	}
	for i := range all {
		all[i].Code = ReasonPublicTestKey
	}
	return all
}
