package inspect

import (
	"slices"
	"strings"
	"time"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

// codeSigning is what signatures on programs for Windows are held against.
func (in *Inspector) codeSigning() cms.Policy {
	set := in.CodeSigningRoots
	if set == nil {
		set = roots.CodeSigning()
	}
	return cms.Policy{Roots: set, StampRoots: set, Usage: cms.UsageCodeSigning, Now: time.Now()}
}

// appleSigning is what signatures on programs for Apple's systems are held
// against.
func (in *Inspector) appleSigning() cms.Policy {
	set := in.AppleRoots
	if set == nil {
		set = roots.Apple()
	}
	return cms.Policy{Roots: set, StampRoots: set, Usage: cms.UsageCodeSigning, Now: time.Now()}
}

// signed takes down signatures, and a gap for each that could not be checked.
func (v *visit) signed(f *file, all []inventory.Signature) {
	f.Signatures = append(f.Signatures, all...)
	for _, s := range all {
		if s.Integrity != inventory.UnreadableSignature && s.Integrity != inventory.IntegrityNotChecked {
			continue
		}
		kind := gapCorrupt
		if s.Integrity == inventory.IntegrityNotChecked || slices.Contains(s.Problems, inventory.ProblemUnknownAlgorithm) {
			kind = gapNotVerified
		}
		v.gap(f.name, whatSignature, kind, strings.Join(s.Problems, ", "))
	}
}
