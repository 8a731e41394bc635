package detect

import (
	"context"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// systemJudges is true for the formats that macOS has an opinion on. codesign
// knows no installer packages.
func systemJudges(f signatures.Format) bool {
	return f == signatures.MachO || f == signatures.App || f == signatures.DMG
}

// systemOpinion asks macOS about the signature of a file; of a bundle's main
// program, macOS takes the bundle.
func systemOpinion(ctx context.Context, path string) (opinion inventory.Signature, ok bool) {
	return codesignOpinion(ctx, runProgram, path)
}
