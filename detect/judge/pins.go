package judge

import (
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// signature is a signature as seen from a spot.
type signature struct {
	*inventory.Signature
	part *part
}

// signaturesAt returns the signatures that cover a spot, but for those of package
// managers, which are asked about in packages.go, and for the system's own
// opinion.
func (u *unit) signaturesAt(s spot) []signature {
	var found []signature
	for p := s.part; p != nil; p = p.outer {
		for i := range p.build.Signatures {
			sig := &p.build.Signatures[i]
			if !ofPackage(sig) && sig.By != inventory.BySystem && accepts(sig, u.sdk) && covers(p, sig, s) {
				found = append(found, signature{sig, p})
			}
		}
	}
	return found
}

// pinsOf are the pins of a client that fit the unit's platform.
func (u *unit) pinsOf(c *signatures.Client) []signatures.Pin {
	return slices.DeleteFunc(slices.Clone(c.Pins), func(p signatures.Pin) bool { return !u.isFor(p.Platform) })
}

// bySignatures answers by the signatures that cover a spot; ok is false where
// there are none. A broken one decides: the file is not as it was signed. Of
// several others the most favourable answer counts, since everybody may add a
// signature to a file and nobody the maker's.
func (u *unit) bySignatures(c *signatures.Client, pins []signatures.Pin, s spot) (best identity, ok bool) {
	all := u.signaturesAt(s)
	if files := apart(all, s); len(files) > 1 {
		return u.byEachFile(c, pins, s, files), true
	}
	return u.byAnyOf(c, pins, s, all)
}

func (u *unit) byAnyOf(c *signatures.Client, pins []signatures.Pin, s spot, all []signature) (best identity, ok bool) {
	for _, sig := range all {
		if !identifying(sig) {
			continue
		}
		id := u.bySignature(c, pins, s, sig)
		if sig.Integrity == inventory.Broken {
			return id, true
		}
		if !ok || favour(id.State) > favour(best.State) || id.State == best.State && id.worth > best.worth {
			best, ok = id, true
		}
	}
	return best, ok
}

// identifying is false where there is no signature, or one by nobody.
func identifying(s signature) bool {
	return s.Integrity != inventory.Unsigned && s.Trust != inventory.AdHoc
}

func (u *unit) bySignature(c *signatures.Client, pins []signatures.Pin, s spot, sig signature) identity {
	claim := u.claimReason(c, s)
	switch sig.Integrity {
	case inventory.Intact:
		return u.bySigner(c, pins, s, sig)
	case inventory.Broken:
		if !u.stronglyClaimed(c, s) {
			return unknownMaker(ReasonNoPin, claim)
		}
		return contradicted(ReasonBrokenSignature, signatures.Strong, u.signerReason(sig))
	case inventory.UnreadableSignature:
		return unknownMaker(ReasonUnreadable, u.signerReason(sig))
	}
	if slices.Contains(sig.Problems, inventory.ProblemResourcesNotRead) {
		// Who signed the main program is known. Whether the rest is as it was signed
		// is not, which can cost a good answer and must not soften a bad one.
		if id := u.bySigner(c, pins, s, sig); id.State == inventory.Contradicted {
			return id
		}
	}
	return unknownMaker(ReasonSignatureNotChecked, claim)
}

// bySigner answers by an intact signature.
func (u *unit) bySigner(c *signatures.Client, pins []signatures.Pin, s spot, sig signature) identity {
	if publicTestKey(sig.Signature) {
		return u.byPublicKey(c, pins, s, sig)
	}
	var best identity
	named := false
	for i := range pins {
		pin := &pins[i]
		for k := range pin.Signer {
			f := u.signedWith(&pin.Signer[k], sig)
			if f == nil {
				continue
			}
			id := u.byPin(c, pin, &pin.Signer[k], f, s, sig)
			if !named || favour(id.State) > favour(best.State) {
				best, named = id, true
			}
		}
	}
	switch {
	case named:
		return best
	case sig.Trust == inventory.TrustNotChecked && sig.Format != formatAPK:
		return unknownMaker(ReasonSignatureNotChecked, u.signerReason(sig))
	case !u.stronglyClaimed(c, s) || !u.signerPinned(pins, s, sig):
		return unknownMaker(ReasonNoPin, u.claimReason(c, s))
	case rotatedFrom(pins, sig.Signature):
		return unknownMaker(ReasonRotatedKey, u.signerReason(sig))
	case u.idShared(c, s):
		return unknownMaker(ReasonIDSharedWithFork, u.signerReason(sig))
	case s.carries():
		return unknownMaker(ReasonRepackaged, u.signerReason(sig))
	}
	if key := u.keyUnpublished(c, s); key != nil {
		because := u.signerReason(sig)
		because.Source = sourceOf(c.Sources, key.Source)
		return unknownMaker(ReasonChannelKeyUnpublished, because)
	}
	return contradicted(ReasonOtherSigner, otherSignerWorth(sig), u.signerReason(sig))
}

// carries is true for an installer package for macOS, which names the apps that
// it would install: who administers many machines puts the maker's own app into a
// package, signed by nobody or by themselves. What is in it was not read.
func (s spot) carries() bool { return s.part.build.Format == signatures.PKG }

// byPin answers for a signature that names a pinned signer. The name alone is
// worth nothing: everybody can write it into a certificate.
func (u *unit) byPin(c *signatures.Client, pin *signatures.Pin, ind *signatures.Indicator, f *fact, s spot, sig signature) identity {
	because := Reason{Fact: f.Fact, Source: sourceOf(c.Sources, ind.Source)}
	proven := sig.Trust == inventory.Trusted || sig.Format == formatAPK && provenByDigest(ind.Kind) || ind.Kind == signatures.OpenPGPFingerprint
	switch {
	case revoked(pin, sig):
		return contradicted(ReasonOtherSigner, signatures.Strong, because)
	case !proven && sig.Trust == inventory.TrustNotChecked:
		return unknownMaker(ReasonSignatureNotChecked, because)
	case !proven && chainIncomplete(sig):
		return unknownMaker(ReasonUntrustedRoot, because)
	case !proven && u.stronglyClaimed(c, s):
		return contradicted(ReasonPinnedNameOnly, signatures.Strong, because)
	case !proven || !mayAcquit(ind) || !u.productHolds(pin, s, sig):
		return unknownMaker(ReasonNoPin, because)
	case sig.Time == inventory.TimeExpired:
		return unknownMaker(ReasonTimeUnproven, because)
	case pin.By == signatures.ByMaker:
		return maker(ReasonPinnedSigner, because)
	}
	return otherKnown(ReasonPinnedSigner, because)
}

// mayAcquit is false for digests that can be forged, and for a subject of which
// only the beginning is listed.
func mayAcquit(ind *signatures.Indicator) bool {
	switch ind.Kind {
	case signatures.APKCertSHA1, signatures.APKCertMD5, signatures.SignerSHA1:
		return false
	}
	return !strings.HasSuffix(ind.Value, "*")
}

// productHolds is true where the build is the product that a pin is for. A pin
// without a product is none.
func (u *unit) productHolds(pin *signatures.Pin, s spot, sig signature) bool {
	named := false
	for i := range pin.Product {
		ind := &pin.Product[i]
		if info, _ := ind.Kind.Info(); info.Signer {
			if u.signedWith(ind, sig) == nil {
				return false
			}
			continue
		}
		named = true
		if !u.shows(ind, s, sig) {
			return false
		}
	}
	return named
}

// shows is true where a fact that is seen from a spot, or lies under the same
// signature where the spot is a whole part, satisfies an indicator.
func (u *unit) shows(ind *signatures.Indicator, s spot, sig signature) bool {
	if slices.ContainsFunc(u.seenAt(s), func(f *fact) bool { return ind.Matches(f.Fact) }) {
		return true
	}
	if s.place != "" {
		return false
	}
	return slices.ContainsFunc(u.facts, func(f *fact) bool {
		return f.part == s.part && ind.Matches(f.Fact) && (sig.Signature == nil || covers(sig.part, sig.Signature, spot{f.part, f.Place}))
	})
}

func (u *unit) signedWith(ind *signatures.Indicator, sig signature) *fact {
	for _, f := range u.signers[sig.Signature] {
		if ind.Matches(f.Fact) {
			return f
		}
	}
	return nil
}

// signerReason is the most telling thing that a signature says of its signer.
func (u *unit) signerReason(sig signature) Reason {
	order := []signatures.Kind{signatures.SignerOrganization, signatures.TeamID, signatures.APKCertSHA256, signatures.SignerSubject, signatures.SignerSHA256}
	for _, k := range order {
		for _, f := range u.signers[sig.Signature] {
			if f.Kind == k {
				return Reason{Fact: f.Fact}
			}
		}
	}
	return Reason{Fact: signatures.Fact{Kind: signatures.FilePath, Value: sig.Scope, Place: sig.Scope}}
}

func otherSignerWorth(sig signature) signatures.Strength {
	if sig.Trust == inventory.Trusted || sig.Format == formatAPK {
		return signatures.Proof
	}
	return signatures.Strong
}

func revoked(pin *signatures.Pin, sig signature) bool {
	return slices.ContainsFunc(sig.Signers, func(s inventory.Signer) bool {
		return slices.ContainsFunc(pin.RevokedSerials, func(serial string) bool { return s.Serial != "" && strings.EqualFold(serial, s.Serial) })
	})
}

// chainIncomplete is true where the chain does not end at a root of somebody
// unknown: an issuer is missing, or the root was retired and is listed as such.
func chainIncomplete(sig signature) bool {
	return sig.Trust == inventory.Untrusted && slices.Contains(sig.Problems, ReasonUntrustedRoot)
}

// signerPinned is true where somebody is pinned as the signer of what stands at a
// spot. A pin that is for another id of the client, as for its app for work, or
// for other versions says nothing of it.
func (u *unit) signerPinned(pins []signatures.Pin, s spot, sig signature) bool {
	return slices.ContainsFunc(pins, func(p signatures.Pin) bool {
		return len(p.Signer) > 0 && !slices.ContainsFunc(p.Product, func(i signatures.Indicator) bool {
			return narrows(i.Kind) && !u.shows(&i, s, sig)
		})
	})
}

// narrows is true for what tells the apps of one maker apart and does not change
// from copy to copy: the ids that a system installs them under, and versions.
func narrows(k signatures.Kind) bool {
	switch k {
	case signatures.APKPackage, signatures.BundleID, signatures.AppXFamily,
		signatures.PEVersion, signatures.PEProductVersion, signatures.MSIVersion, signatures.APKVersion:
		return true
	}
	return false
}

// saidToBeUnsigned is true where a reader looked for a signature and found none.
func (u *unit) saidToBeUnsigned(s spot) bool { return len(u.signaturesAt(s)) > 0 }

// signable is true for formats that makers sign. Where no reader has looked for
// a signature in them, its absence is not known.
func signable(f signatures.Format) bool {
	switch f {
	case signatures.PE, signatures.MSI, signatures.MSIX, signatures.MachO, signatures.App,
		signatures.DMG, signatures.PKG, signatures.APK, signatures.IPA:
		return true
	}
	return false
}

// alwaysSigned returns the pin by which a build at a spot would be signed.
func (u *unit) alwaysSigned(pins []signatures.Pin, s spot) (signatures.Pin, bool) {
	for _, p := range pins {
		if p.By == signatures.ByMaker && p.AlwaysSigned != nil && u.productHoldsUnsigned(&p, s) && u.since(p.AlwaysSigned.Since) {
			return p, true
		}
	}
	return signatures.Pin{}, false
}

func (u *unit) productHoldsUnsigned(pin *signatures.Pin, s spot) bool {
	return len(pin.Product) > 0 && !slices.ContainsFunc(pin.Product, func(i signatures.Indicator) bool {
		info, _ := i.Kind.Info()
		return !info.Signer && !u.shows(&i, s, signature{})
	})
}

// makerLeavesUnsigned is true where a pin states a channel of the maker without
// a signer.
func (u *unit) makerLeavesUnsigned(pins []signatures.Pin, s spot) bool {
	return slices.ContainsFunc(pins, func(p signatures.Pin) bool {
		return p.By == signatures.ByMaker && len(p.Signer) == 0 && len(p.Programs) == 0 && u.productHoldsUnsigned(&p, s)
	})
}

// labelPins writes into every signature of the unit what it is to a client.
func (u *unit) labelPins(c *signatures.Client) {
	pins := u.pinsOf(c)
	for _, p := range u.parts {
		for i := range p.build.Signatures {
			s := &p.build.Signatures[i]
			s.Pin = u.label(c, pins, signature{s, p})
		}
	}
}

func (u *unit) label(c *signatures.Client, pins []signatures.Pin, sig signature) string {
	if sig.Integrity != inventory.Intact {
		return pinNone
	}
	if ofPackage(sig.Signature) {
		return u.labelPackage(c, pins, sig)
	}
	switch u.bySigner(c, pins, spot{sig.part, sig.Scope}, sig).State {
	case inventory.Maker:
		return pinMaker
	case inventory.OtherKnown:
		return pinOther
	}
	return pinNone
}
