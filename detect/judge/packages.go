package judge

import (
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// byDistribution answers by what ties a package to whoever distributes it: a
// signed chain that was followed down to the package's files, by a key that the
// list pins or by a distribution's, or the list's own digests of its programs.
// The record that the package manager keeps on the machine is no such tie.
func (u *unit) byDistribution(c *signatures.Client, pins []signatures.Pin) (id identity, ok bool) {
	if id, ok := u.byPackageSigner(c, pins); ok {
		return id, true
	}
	for i := range pins {
		if pins[i].By == signatures.ByMaker {
			continue // a digest is no identity of a maker
		}
		if because := u.listedPrograms(c, &pins[i]); because != nil {
			return otherKnown(ReasonListedDigest, because...), true
		}
	}
	if because, ok := u.signedRelease(c); ok {
		return otherKnown(ReasonSignedRelease, because), true
	}
	return identity{}, false
}

// listedPrograms returns the reason that the first program of a pin gives, or nil
// where one of them is missing, is another, or was not read to its end as it
// stood. One stands for all: some packages have hundreds.
func (u *unit) listedPrograms(c *signatures.Client, pin *signatures.Pin) []Reason {
	whole := spot{u.parts[0], ""}
	if len(pin.Programs) == 0 || !u.productHolds(pin, whole, signature{}) || u.version() != pin.Version || u.build().Arch != pin.Arch {
		return nil
	}
	var reasons []Reason
	for _, program := range pin.Programs {
		f := u.packaged(program.Path)
		if f == nil || f.State != "" || f.SHA256 == "" || !strings.EqualFold(f.SHA256, program.SHA256) {
			return nil
		}
		if reasons == nil {
			reasons = []Reason{{
				Fact:   signatures.Fact{Kind: signatures.FileSHA256, Value: f.SHA256, Place: f.Path},
				Source: sourceOf(c.Sources, pin.Product[0].Source),
			}}
		}
	}
	return reasons
}

// packaged finds a file by its path inside the package: of an installed package
// that is its path in the root, in a package file it follows the file's own.
func (u *unit) packaged(path string) *inventory.File {
	if u.build().Format == signatures.Package {
		return u.parts[0].files[path]
	}
	inside := u.build().Path + insideMark + path
	for _, p := range u.parts {
		if f := p.files[inside]; f != nil {
			return f
		}
	}
	return nil
}

// version is the package's own version, which tells rebuilds apart.
func (u *unit) version() string {
	for _, f := range u.facts {
		if f.Kind == signatures.DebVersion && f.part == u.parts[0] {
			return f.Value
		}
	}
	return u.build().Version
}

// byPackageSigner answers by a pinned key that signed the package: a maker's own
// repository is told apart from all others by nothing else.
func (u *unit) byPackageSigner(c *signatures.Client, pins []signatures.Pin) (best identity, ok bool) {
	whole := spot{u.parts[0], ""}
	for _, sig := range u.packageSignatures() {
		for i := range pins {
			for k := range pins[i].Signer {
				f := u.signedWith(&pins[i].Signer[k], sig)
				if f == nil {
					continue
				}
				id := u.byPin(c, &pins[i], &pins[i].Signer[k], f, whole, sig)
				if favour(id.State) >= favour(inventory.OtherKnown) && (!ok || favour(id.State) > favour(best.State)) {
					best, ok = id, true
				}
			}
		}
	}
	return best, ok
}

// packageSignatures are the intact signatures on the package as a whole.
func (u *unit) packageSignatures() []signature {
	var found []signature
	for i := range u.build().Signatures {
		s := &u.build().Signatures[i]
		whole := s.Scope == "" || s.Scope == u.build().Path
		if ofPackage(s) && whole && s.Integrity == inventory.Intact {
			found = append(found, signature{s, u.parts[0]})
		}
	}
	return found
}

// byBrokenPackage answers by a signature on the package as a whole that is there
// and does not hold. A package file under the client's own name contradicts it:
// it is complete, and not what somebody that we know signed. The record of an
// installed one may have been damaged or repaired, and convicts nobody.
func (u *unit) byBrokenPackage(c *signatures.Client, pins []signatures.Pin) (identity, bool) {
	for i := range u.build().Signatures {
		s := &u.build().Signatures[i]
		if !ofPackage(s) || s.Integrity != inventory.Broken || !slices.ContainsFunc(s.Problems, isForged) {
			continue
		}
		sig := signature{s, u.parts[0]}
		because := u.signerReason(sig)
		ours := s.Trust != inventory.Untrusted || slices.ContainsFunc(pins, func(p signatures.Pin) bool {
			return slices.ContainsFunc(p.Signer, func(i signatures.Indicator) bool { return u.signedWith(&i, sig) != nil })
		})
		if u.build().Format != signatures.Package && u.namedAs(c) && ours {
			return contradicted(ReasonBrokenSignature, signatures.Strong, because), true
		}
		return unknownMaker(ReasonBrokenSignature, because), true
	}
	return identity{}, false
}

// packageSigned is why a package that bears a signature as a whole is nobody's by
// it: its key is nobody's that the list names, or was not at hand. It is empty
// for one without a signature.
func (u *unit) packageSigned() string {
	for i := range u.build().Signatures {
		switch s := &u.build().Signatures[i]; {
		case !ofPackage(s) || s.Integrity == inventory.Unsigned:
		case s.Integrity == inventory.Intact:
			return ReasonNoPin
		default:
			return ReasonSignatureNotChecked
		}
	}
	return ""
}

// isForged is true for the problems of a signature that was made over something
// else; the others say that the package is another, or its files are.
func isForged(problem string) bool {
	return problem == "signature-invalid" || problem == "digest-mismatch"
}

// namedAs is true where the package bears the client's own name.
func (u *unit) namedAs(c *signatures.Client) bool {
	return slices.ContainsFunc(u.claims[c], func(cl claim) bool {
		return cl.fact.part == u.parts[0] && isPackageName(cl.ind.Kind)
	})
}

// signedRelease is true where a distribution that we know signed the package and
// the package is the client by its own name.
func (u *unit) signedRelease(c *signatures.Client) (Reason, bool) {
	if !u.namedAs(c) {
		return Reason{}, false
	}
	for _, s := range u.packageSignatures() {
		if s.Trust != inventory.Trusted {
			continue
		}
		reason := Reason{Fact: signatures.Fact{Kind: signatures.OpenPGPFingerprint, Place: s.Scope}}
		if len(s.Signers) > 0 {
			reason.Fact.Value = s.Signers[0].Fingerprint
		}
		return reason, true
	}
	return Reason{}, false
}

func isPackageName(k signatures.Kind) bool {
	switch k {
	case signatures.DebPackage, signatures.RPMPackage, signatures.PacmanPackage, signatures.FlatpakID, signatures.SnapName:
		return true
	}
	return false
}

func (u *unit) labelPackage(c *signatures.Client, pins []signatures.Pin, sig signature) string {
	id, ok := u.byPackageSigner(c, pins)
	switch {
	case ok && id.State == inventory.Maker:
		return pinMaker
	case ok || sig.Trust == inventory.Trusted:
		return pinOther
	}
	return pinNone
}

// changedFiles returns a reason for each file that is not the one that the
// package's record lists, and whether a program is among them. A program is a
// file that was read as one: the others are only compared by their MD5.
func (u *unit) changedFiles() (changed []Reason, program bool) {
	for _, f := range u.facts {
		if f.Kind != signatures.PackageDiffers {
			continue
		}
		changed = append(changed, Reason{Fact: f.Fact})
		file := f.part.files[f.Place]
		program = program || file == nil || file.SHA256 != "" || file.State != ""
	}
	return changed, program
}

// recordsDigests is true for what is installed with a record of each file's
// digest, so that something is missing where there is none.
func (u *unit) recordsDigests() bool {
	return slices.ContainsFunc(u.facts, func(f *fact) bool {
		return f.part == u.parts[0] && (f.Kind == signatures.DebPackage || f.Kind == signatures.RPMPackage || f.Kind == signatures.PacmanPackage)
	})
}

// byPackageRecord answers by the package manager's own record of the files, or,
// where it keeps none, of where the package came from; ok is false for what no
// package manager installed. A package that no repository of the system has, as
// one from a downloaded file, has a record that its own file brought along.
func (u *unit) byPackageRecord(claim Reason) (identity, bool) {
	because := []Reason{claim}
	for _, f := range u.facts {
		if f.part == u.parts[0] && f.Kind == signatures.PackageUnlisted {
			return unknownMaker(ReasonOriginUnknown, claim, Reason{Fact: f.Fact}), true
		}
	}
	for _, f := range u.facts {
		if f.part == u.parts[0] && (f.Kind == signatures.PackageMatches || f.Kind == signatures.PackageOrigin) {
			because = append(because, Reason{Fact: f.Fact})
		}
	}
	if len(because) > 1 {
		return unknownMaker(ReasonDistributionClaimed, because...), true
	}
	if u.build().Format == signatures.Package {
		if !u.recordsDigests() {
			return unknownMaker(ReasonOriginUnknown, claim), true
		}
		return unknownMaker(ReasonIncomplete, claim), true
	}
	return identity{}, false
}
