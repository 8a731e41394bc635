package source

import (
	"io/fs"

	"github.com/chatvet/chatvet/signatures"
)

// Data is a list as it was read, with the places where its parts were written.
type Data struct {
	List *signatures.List
	// Files are the names of the YAML files, by family and client.
	Files map[any]string
	// Lone is true where a single file was read, whose name says nothing and
	// whose clients may be elsewhere.
	Lone        bool
	Diagnostics []Diagnostic

	fsys      fs.FS
	positions map[any]Position
}

// At is where the value behind a pointer was written: the pointer to a family,
// an indicator, or a field of one. Where the field was left out it is the place
// of the first of the others that was not.
func (d *Data) At(pointer any, others ...any) Position {
	for _, p := range append([]any{pointer}, others...) {
		if at, known := d.positions[p]; known {
			return at
		}
	}
	return Position{File: "."}
}

func (d *Data) report(at Position, code Code, format string, args ...any) {
	d.Diagnostics = append(d.Diagnostics, NewDiagnostic(at, code, format, args...))
}
