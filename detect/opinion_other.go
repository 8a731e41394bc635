//go:build !windows && !darwin

package detect

import (
	"context"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// systemJudges is true for no format: this system judges no signatures in files.
func systemJudges(signatures.Format) bool { return false }

// systemOpinion has nothing to ask.
func systemOpinion(context.Context, string) (inventory.Signature, bool) {
	return inventory.Signature{}, false
}
