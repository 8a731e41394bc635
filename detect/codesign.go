package detect

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
)

// codesign is Apple's own program; a path without it would let whoever sets PATH
// put another in its place.
const codesign = "/usr/bin/codesign"

const (
	codesignTime   = 2 * time.Minute
	codesignOutput = 64 << 10
)

// runner runs a program of the system. Code is how it ended, output the first
// codesignOutput bytes that it wrote; err says that it could not be run to its end.
type runner func(ctx context.Context, program string, arguments ...string) (code int, output string, err error)

// How codesign ends, by its manual page (codesign(1), Diagnostics).
const (
	codesignValid = 0
	codesignFault = 1
	codesignOther = 3 // valid, but not as the requirement asks
)

// codesignOpinion asks macOS about the signature of a program, a bundle or an
// image: whether it is valid, and whether it leads to Apple's root. ok is false
// where macOS has no opinion that is understood here.
//
// Neither revocation nor notarisation is asked for (--check-notarization), which
// is what codesign would go online for. spctl is not asked: it passes the question
// on to a service that may go online, and has no option against that.
func codesignOpinion(ctx context.Context, run runner, path string) (s inventory.Signature, ok bool) {
	s = inventory.Signature{Format: apple.Format, Integrity: inventory.IntegrityNotChecked, Trust: inventory.TrustNotChecked}
	if !strings.HasPrefix(path, "/") || strings.ContainsFunc(path, unicode.IsControl) {
		return s, false // its answer could be written into the name
	}
	ctx, stop := context.WithTimeout(ctx, codesignTime)
	defer stop()
	code, output, err := run(ctx, codesign, "--verify", "--strict", "--verbose=1", "-R=anchor apple generic", path)
	if err != nil {
		return s, false
	}
	switch code {
	case codesignValid:
		s.Integrity, s.Trust = inventory.Intact, inventory.Trusted
		return s, true
	case codesignOther:
		s.Integrity, s.Trust = inventory.Intact, inventory.Untrusted
		return s, true
	case codesignFault:
		for line := range strings.Lines(output) {
			if reason, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), path+": "); ok {
				if fault, known := codesignFaults[reason]; known {
					s.Integrity, s.Trust = fault.integrity, fault.trust
					s.Problems = append(s.Problems, fault.problems...)
					return s, true
				}
			}
		}
	}
	return s, false
}

type fault struct {
	integrity inventory.Integrity
	trust     inventory.Trust
	problems  []string
}

// codesignFaults are what codesign says is wrong (libsecurity_codesigning,
// SecErrorMessages.strings), and what it means. Where it says something else, it
// has not come to an answer about the signature.
var codesignFaults = func() map[string]fault {
	broken := func(problem string) fault {
		return fault{inventory.Broken, inventory.TrustNotChecked, []string{problem}}
	}
	untrusted := func(problems ...string) fault {
		return fault{inventory.IntegrityNotChecked, inventory.Untrusted, problems}
	}
	return map[string]fault{
		"code object is not signed at all":                                       {inventory.Unsigned, inventory.TrustNotChecked, nil},
		"invalid signature (code or signature have been modified)":               broken(inventory.ProblemDigestMismatch),
		"invalid Info.plist (plist or signature have been modified)":             broken(inventory.ProblemSlotMismatch),
		"invalid resource directory (directory or signature have been modified)": broken(inventory.ProblemSlotMismatch),
		"a sealed resource is missing or invalid":                                broken(inventory.ProblemResourceChanged),
		"code has no resources but signature indicates they must be present":     broken(inventory.ProblemResourceMissing),
		"unsealed contents present in the bundle root":                           broken(inventory.ProblemResourceAdded),
		"nested code is modified or invalid":                                     broken(inventory.ProblemNestedCode),
		"CSSMERR_TP_NOT_TRUSTED":                                                 untrusted(inventory.ProblemUnknownRoot),
		"CSSMERR_TP_CERT_EXPIRED":                                                untrusted(inventory.ProblemExpired),
		"CSSMERR_TP_CERT_REVOKED":                                                untrusted(),
	}
}()
