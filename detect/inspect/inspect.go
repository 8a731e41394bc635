// Package inspect turns the bytes of one file into facts: it sniffs the format,
// reads it with the bounded reader of that format, takes digests and searches
// for the list's patterns in one pass, and goes into containers within limits.
//
// It never opens anything itself: it is handed an io.ReaderAt. Whatever is
// hostile, damaged or too large becomes a gap in the result, never a panic and
// never an error that loses what was found before.
package inspect

import (
	"context"
	"io"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// Limits bound the work on one file and everything inside it.
type Limits struct {
	FileSize  int64 // largest file that is digested and searched, in bytes
	Depth     int   // containers inside containers
	Members   int   // members of one container that are looked at
	Expansion int64 // bytes unpacked out of one outer file, all in all
}

// DefaultLimits are what a scan uses.
var DefaultLimits = Limits{FileSize: 4 << 30, Depth: 3, Members: 10_000, Expansion: 2 << 30}

// Inspector inspects files against one list. It is safe for use by many
// goroutines.
type Inspector struct { /* list, searchers by format, limits */
}

// New makes an inspector.
func New(list *signatures.List, limits Limits) (*Inspector, error) { panic("not built yet") }

// Source is one file to inspect.
type Source struct {
	Name string // path in the report; its base name is a fact
	io.ReaderAt
	Size int64
	// Want lets a caller ask for digests that the list does not need (a
	// package's MD5 record).
	MD5 bool
	// Thorough is true where a person named this very file: then facts and
	// digests are taken even if the format is unknown.
	Thorough bool
}

// Result is everything that the bytes of one file say.
type Result struct {
	Format     signatures.Format
	Product    string
	Version    string
	Arch       string
	Facts      []signatures.Fact
	Signatures []inventory.Signature
	File       inventory.File
	Collected  inventory.Collected
	Inside     []inventory.Build
	Gaps       []inventory.Gap
	Read       int64 // bytes read
}

// Sniff tells the format from the first 4 KiB of a file (fewer if it is
// shorter); Unknown where it is none of those that chatvet reads.
func Sniff(head []byte) signatures.Format { panic("not built yet") }

// File inspects one file. It never fails; a file that cannot be read to its end
// yields what was read, a File.State and a gap.
func (in *Inspector) File(ctx context.Context, src Source) Result { panic("not built yet") }
