// Package detect runs the pipeline: a root and look-ups in, an inventory out,
// and with a list, findings.
package detect

import (
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/pgp"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

// Options are what a caller may choose about collecting.
type Options struct {
	Tool    inventory.Tool
	Workers int // files inspected at once; 0: one for each core
	Limits  inspect.Limits
	// Progress is called often, from one goroutine at a time; may be nil.
	Progress func(Progress)
	// CodeSigningRoots and AppleRoots are what signatures are held against; nil:
	// those that chatvet ships. Tests name their own.
	CodeSigningRoots, AppleRoots *roots.Set
	// PackageKeys are the keys that may have signed a package file, which brings
	// none along; nil: those of the distributors that chatvet knows. Tests name
	// their own.
	PackageKeys *pgp.Keyring
}

// Progress is a snapshot of a running scan.
type Progress struct {
	Phase string // "looking", "reading"
	Files int    // files read so far
	Bytes int64
	Place string // what is being looked at, as a path in the report
}
