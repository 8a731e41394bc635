package inspect

import (
	"context"
	"errors"

	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
	"github.com/chatvet/chatvet/detect/inventory"
)

// Kinds of gap that inspecting a file can leave.
const (
	gapCorrupt      = "corrupt"               // damaged, or made to look so
	gapUnreadable   = "unreadable"            // the system could not read it
	gapChanged      = "changed-while-reading" // shorter than it was said to be
	gapTooLarge     = "too-large"             // over a limit of size or expansion
	gapTooMany      = "too-many"              // over a limit of number
	gapTooDeep      = "too-deep"              // a container inside too many others
	gapEncrypted    = "encrypted"             // needs a password
	gapNotOpened    = "not-opened"            // a format that chatvet does not open
	gapStopped      = "stopped"               // the scan ended first
	gapNotVerified  = "signature-not-checked" // a signature that was not verified
	stateIncomplete = "incomplete"            // of a file: not read to its end
)

// What is missing because of a gap.
const (
	whatFile      = "what this file is"
	whatPart      = "part of what this file says about itself"
	whatDigest    = "its digests and what is written inside it"
	whatInside    = "what is inside this file"
	whatSignature = "who signed it, and whether it was changed since"
	whatInstalls  = "what this installer would install"
	whatAsarFiles = "whether the files inside are as this archive records them"
	whatVolume    = "what its volumes are called"
	whatWordList  = "whether it carries a list of forbidden words"
	whatRest      = "further gaps in this file"
)

// maxGaps bounds how much one hostile file can fill a report.
const maxGaps = 200

func (v *visit) gap(where, what, kind, reason string) {
	g := inventory.Gap{Where: where, What: what, Kind: kind, Reason: reason}
	switch {
	case len(v.gaps) < maxGaps:
		v.gaps = append(v.gaps, g)
	case len(v.gaps) == maxGaps:
		v.gaps = append(v.gaps, inventory.Gap{Where: v.outer, What: whatRest, Kind: gapTooMany, Reason: "only the first ones are listed"})
	}
}

// kindOf finds the kind of gap that an error is.
func kindOf(err error) string {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return gapStopped
	case errors.Is(err, archive.ErrEncrypted):
		return gapEncrypted
	case errors.Is(err, archive.ErrMethod), errors.Is(err, unpack.ErrUnsupported):
		return gapNotOpened
	case errors.Is(err, archive.ErrExpansion), errors.Is(err, errTooLarge), errors.Is(err, unpack.ErrTooLarge):
		return gapTooLarge
	case errors.Is(err, archive.ErrTooManyMembers):
		return gapTooMany
	}
	return gapCorrupt
}
