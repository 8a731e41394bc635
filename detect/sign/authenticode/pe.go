package authenticode

import (
	"bytes"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect/pe"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

const pkcs7Certificate = 2 // WIN_CERT_TYPE_PKCS_SIGNED_DATA

// Program is the signatures of a program while its digests are taken.
type Program struct {
	signatures []*Signed
	images     []*imageDigest
	pages      map[*Signed]*pageDigests
	// misplaced is true where the certificate table, whose bytes no digest
	// covers, lies where the program is.
	misplaced bool
	// appended is true where bytes follow the table.
	appended bool
}

// ReadProgram checks the signatures in a program's certificate table.
func ReadProgram(f *pe.File, p cms.Policy) *Program {
	prog := &Program{pages: map[*Signed]*pageDigests{}}
	c := f.Certificates
	if c.Size == 0 {
		return prog
	}
	if c.Damaged {
		prog.signatures = []*Signed{unreadable(inventory.ProblemTableDamaged)}
		return prog
	}
	for _, entry := range c.Entries {
		if entry.Type == pkcs7Certificate && len(prog.signatures) < maxSignatures {
			prog.signatures = append(prog.signatures, Read(entry.Raw, p)...)
		}
	}
	if len(prog.signatures) == 0 {
		prog.signatures = []*Signed{unreadable(inventory.ProblemSignatureDamaged)}
	}
	prog.signatures = prog.signatures[:min(len(prog.signatures), maxSignatures)]
	prog.misplaced = c.Offset < endOfProgram(f)
	prog.appended = c.Offset+c.Size < f.Size
	prog.want(f)
	return prog
}

// endOfProgram is where the last section ends.
func endOfProgram(f *pe.File) int64 {
	end := max(f.HeadersSize, f.SecurityEntryOffset+8)
	for _, s := range f.Sections {
		if s.Size > 0 {
			end = max(end, int64(s.Offset)+int64(s.Size))
		}
	}
	return end
}

// want notes which digests the signatures need.
func (prog *Program) want(f *pe.File) {
	for _, s := range prog.signatures {
		if s.Digest.Hash == 0 {
			continue
		}
		if !s.about(oidPEImageData) {
			s.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
			continue
		}
		if prog.image(s) == nil {
			prog.images = append(prog.images, newImageDigest(s.Digest.Hash, f))
		}
		if pages := readPageHashes(s.Value, f); pages != nil && len(prog.pages) < maxPageLists {
			prog.pages[s] = pages
		}
	}
}

func (prog *Program) image(s *Signed) *imageDigest {
	for _, d := range prog.images {
		if d.kind == s.Digest.Hash {
			return d
		}
	}
	return nil
}

// Takers are the digests that the one pass over the file has to take.
func (prog *Program) Takers() []digest.Taker {
	var all []digest.Taker
	for _, d := range prog.images {
		all = append(all, d)
	}
	for _, s := range prog.signatures {
		if d := prog.pages[s]; d != nil {
			all = append(all, d)
		}
	}
	return all
}

// Signatures gives the outcome, once the takers had the file. Complete is false
// where they did not get all of it.
func (prog *Program) Signatures(scope string, complete bool) []inventory.Signature {
	if len(prog.signatures) == 0 {
		return []inventory.Signature{Unsigned(scope)}
	}
	var all []inventory.Signature
	for _, s := range prog.signatures {
		prog.settle(s, complete)
		all = append(all, s.Describe(Format, scope))
	}
	return all
}

// settle compares a signature with the program.
func (prog *Program) settle(s *Signed, complete bool) {
	image := prog.image(s)
	if s.Digest.Hash == 0 || image == nil {
		return
	}
	if !complete {
		s.unverified()
		return
	}
	if pages := prog.pages[s]; pages != nil && !pages.match() {
		s.spoil(inventory.Broken, inventory.ProblemPageHashMismatch)
	}
	if prog.appended {
		s.spoil(inventory.Broken, inventory.ProblemAppendedData)
	}
	if prog.misplaced {
		s.spoil(inventory.Broken, inventory.ProblemTableDamaged)
	}
	if !bytes.Equal(image.sum(), s.Digest.Sum) {
		s.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
	}
}
