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
	"errors"
	"io"
	"sync"

	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/pattern"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/detect/sign/pgp"
	"github.com/chatvet/chatvet/detect/sign/roots"
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
type Inspector struct {
	// CodeSigningRoots are what signatures on programs for Windows are held
	// against, AppleRoots those for Apple's systems; nil: those that chatvet ships.
	CodeSigningRoots, AppleRoots *roots.Set
	// PackageKeys are the keys that may have signed a package of rpm; nil: those
	// of the distributors that chatvet knows.
	PackageKeys *pgp.Keyring

	list   *signatures.List
	limits Limits
	// large is held by the one visit that may keep a large member in memory.
	large chan struct{}

	mu       sync.Mutex
	searches map[signatures.Format]*search
}

// search is what is looked for in files of one format.
type search struct {
	once     sync.Once
	set      signatures.PatternSet
	searcher pattern.Searcher // nil where the set is empty
	err      error
}

// New makes an inspector. Searchers are built when a file first needs them.
func New(list *signatures.List, limits Limits) (*Inspector, error) {
	if list == nil {
		return nil, errors.New("inspecting needs a signature list")
	}
	return &Inspector{list: list, limits: limits, large: make(chan struct{}, 1), searches: map[signatures.Format]*search{}}, nil
}

// search returns what to look for in files of a format.
func (in *Inspector) search(format signatures.Format) *search {
	in.mu.Lock()
	s := in.searches[format]
	if s == nil {
		s = &search{}
		in.searches[format] = s
	}
	in.mu.Unlock()
	s.once.Do(func() {
		s.set = in.list.Patterns(format)
		if len(s.set.Patterns) > 0 {
			s.searcher, s.err = pattern.New(s.set.Patterns)
		}
	})
	return s
}

// Source is one file to inspect.
type Source struct {
	Name string // path in the report; its base name is a fact
	io.ReaderAt
	Size int64
	// MD5 lets a caller ask for a digest that the list does not need (a
	// package's record is in MD5).
	MD5 bool
	// Thorough is true where a person named this very file: then facts and
	// digests are taken even if the format is unknown.
	Thorough bool
	// Script is true where a file of no known format is code by its place.
	Script bool
	// SHA256 asks for this digest, whatever the list needs.
	SHA256 bool
	// PartOf is the format of the build that the file belongs to, where that is
	// another than its own: the digests that the list asks for there are taken too.
	PartOf signatures.Format
	// Bundle is set for the main program of an Apple bundle: what is signed
	// together with it.
	Bundle *apple.Bundle
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
	// Code is what an Apple code signature says about a program, else nil.
	Code *apple.Code
}

// File inspects one file. It never fails; a file that cannot be read to its end
// yields what was read, a File.State and a gap.
func (in *Inspector) File(ctx context.Context, src Source) Result {
	v := &visit{in: in, ctx: ctx, outer: src.Name, budget: archive.NewBudget(in.limits.Expansion)}
	defer v.release()
	meter := &meter{r: src.ReaderAt}
	result := v.file(&file{name: src.Name, r: meter, size: src.Size, md5: src.MD5, sha256: src.SHA256, thorough: src.Thorough, script: src.Script, partOf: src.PartOf, bundle: src.Bundle})
	result.Gaps = v.gaps
	result.Read = meter.n.Load()
	return result
}
