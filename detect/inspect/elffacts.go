package inspect

import (
	"github.com/chatvet/chatvet/detect/inspect/elf"
	"github.com/chatvet/chatvet/signatures"
)

// elfFacts writes down what a Linux program says about itself. An ELF file names
// no product and no version.
func elfFacts(v *visit, f *file) {
	e, err := elf.Read(f.r, f.size)
	if err != nil {
		v.gap(f.name, whatPart, kindOf(err), err.Error())
		return
	}
	f.Arch = e.Machine.String()
	f.fact(signatures.ELFBuildID, e.BuildID)
	f.fact(signatures.ELFSoname, e.Soname)
	for _, p := range e.Problems {
		v.gap(f.name, whatPart, gapCorrupt, p)
	}
}
