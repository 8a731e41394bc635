package apple

import (
	"cmp"
	"maps"
	"slices"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect/macho"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// Format is inventory.Signature.Format of what this package yields.
const Format = "apple"

// Program is the signatures of a program while its digests are taken.
type Program struct {
	slices []*slice
	gaps   *gaps
}

// ReadProgram checks the signatures of a program's slices. Around is the bundle
// whose main program it is, nil where it stands alone.
func ReadProgram(f *macho.File, around *Bundle, p cms.Policy) *Program {
	prog := &Program{gaps: uncovered(f)}
	left := int64(maxSignature)
	for i := range f.Slices {
		s := &f.Slices[i]
		prog.slices = append(prog.slices, readSlice(f, s, around, p, left))
		left = max(0, left-max(0, s.Signature.Size))
	}
	return prog
}

// uncovered are the parts of a file that belong to no slice, and of a slice
// those behind its signature.
func uncovered(f *macho.File) *gaps {
	g := &gaps{found: -1}
	at := f.Header
	ordered := slices.SortedFunc(slices.Values(f.Slices), func(a, b macho.Slice) int { return cmp.Compare(a.Offset, b.Offset) })
	for _, s := range ordered {
		g.spans = append(g.spans, [2]int64{at, s.Offset})
		at = s.Offset + s.Size
		if s.Signature.Size > 0 {
			at = s.Offset + s.Signature.End()
			g.spans = append(g.spans, [2]int64{at, s.Offset + s.Size})
			at = s.Offset + s.Size
		}
	}
	g.spans = append(g.spans, [2]int64{at, f.Size})
	return g
}

// Takers are the digests that the one pass over the file has to take.
func (prog *Program) Takers() []digest.Taker {
	var all []digest.Taker
	for _, s := range prog.slices {
		for _, p := range s.pages {
			all = append(all, p)
		}
	}
	if len(all) > 0 {
		all = append(all, prog.gaps)
	}
	return all
}

// Signature gives the outcome, once the takers had the file: that of the worst
// slice, since a processor picks the slice and a person does not. Complete is
// false where the takers did not get all of the file.
func (prog *Program) Signature(scope string, complete bool) inventory.Signature {
	for _, s := range prog.slices {
		s.settle(complete)
		if complete && prog.gaps.found >= 0 && len(s.directories) > 0 {
			s.spoil(inventory.Broken, inventory.ProblemAppendedData)
		}
	}
	worst := prog.worst()
	if slices.ContainsFunc(prog.slices, func(s *slice) bool { return !s.sameSigner(worst) }) {
		worst.spoil(worst.apart(), inventory.ProblemSlices)
	}
	out := worst.Describe(Format, scope)
	if len(out.Signers) > 0 {
		out.Signers[0].TeamID = worst.team
	}
	return out
}

func (prog *Program) worst() *slice {
	return slices.MaxFunc(prog.slices, func(a, b *slice) int {
		return cmp.Or(cmp.Compare(rankOf(a.Integrity), rankOf(b.Integrity)), cmp.Compare(trustRank(a.Chain.Trust), trustRank(b.Chain.Trust)))
	})
}

// apart is what slices by different signers make of the whole. Two makers in one
// file is nobody's doing. A slice by nobody, beside one by somebody, is what comes
// of putting together what was built in two ways, and real makers publish such
// files: then the whole is by nobody.
func (c *slice) apart() inventory.Integrity {
	if c.Signer == nil {
		return c.Integrity
	}
	return inventory.Broken
}

func trustRank(t inventory.Trust) int {
	return slices.Index([]inventory.Trust{inventory.Trusted, inventory.Untrusted, inventory.TrustNotChecked, inventory.SelfSigned, inventory.AdHoc}, t)
}

// sameSigner is true where two slices are by the same signer, or both by nobody.
func (c *slice) sameSigner(other *slice) bool {
	if c.Signer == nil || other.Signer == nil {
		return c.Signer == other.Signer
	}
	return c.Signer.Equal(other.Signer) && c.team == other.team
}

// Code is what a signature says about the program that it is on.
type Code struct {
	Kind         SignerKind
	Identifier   string
	Team         string   // as the program writes it
	Flags        []string // as codesign names them
	Requirement  string   // the designated one, in Apple's notation
	Entitlements []string // those that are not false
	// Hashes name each code directory of each slice.
	Hashes [][]byte
	Ticket bool // a notarisation ticket is in the signature

	worst *slice
	all   []*slice
}

// Code tells what the signature of the worst slice says; of the hashes, those of
// all slices. Call it after Signature.
func (prog *Program) Code() Code {
	w := prog.worst()
	c := Code{Kind: w.kind, worst: w, all: prog.slices}
	for _, s := range prog.slices {
		for _, d := range s.directories {
			c.Hashes = append(c.Hashes, d.cdHash())
		}
	}
	if len(w.directories) == 0 {
		return c
	}
	first := w.directories[0]
	c.Identifier, c.Team, c.Flags = first.identifier, first.team, first.flagTexts()
	c.Ticket = w.blobs[slotTicket] != nil
	if w.requirement != nil {
		c.Requirement = w.requirement.String()
	}
	asked := w.entitlements()
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if asked[name] != false {
			c.Entitlements = append(c.Entitlements, name)
		}
	}
	return c
}
