package inspect

import (
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/appbundle"
	"github.com/chatvet/chatvet/detect/inspect/macho"
	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/signatures"
)

// maxEntitlements is how many entitlements of one program go into a report.
const maxEntitlements = 64

// machoFacts writes down what a program for Apple's systems says about itself,
// in every slice, and who signed it.
func machoFacts(v *visit, f *file) {
	m, err := macho.Read(f.r, f.size)
	if err != nil {
		v.gap(f.name, whatPart, kindOf(err), err.Error())
		return
	}
	var archs []string
	for i := range m.Slices {
		s := &m.Slices[i]
		archs = append(archs, s.CPU.String())
		f.factOnce(signatures.MachOArch, s.CPU.String())
		f.factOnce(signatures.MachOMinOS, s.MinOS)
		for _, problem := range s.Problems {
			v.gap(f.name, whatPart, gapCorrupt, s.CPU.String()+": "+problem)
		}
		if s.Encrypted {
			v.gap(f.name, whatInside, gapEncrypted, s.CPU.String()+": encrypted by a store")
		}
		if s.InfoPlist != nil && f.bundle == nil {
			v.embeddedInfo(f, s.InfoPlist)
		}
	}
	f.Arch = strings.Join(archs, " ")
	signed := apple.ReadProgram(m, f.bundle, v.in.appleSigning())
	f.takers = signed.Takers()
	f.settle = func(complete bool) { v.codeSigned(f, signed, complete) }
}

// embeddedInfo reads the property list inside a program that stands alone.
func (v *visit) embeddedInfo(f *file, raw []byte) {
	d, err := plist.Parse(raw)
	if err != nil {
		v.gap(f.name, whatPart, kindOf(err), err.Error())
		return
	}
	info := appbundle.InfoOf(d)
	f.Product, f.Version = clip(info.Name), clip(info.Version)
	for _, fact := range info.Facts() {
		f.factOnce(fact.Kind, clip(fact.Value))
	}
}

// codeSigned takes down the signature of a program and what it says.
func (v *visit) codeSigned(f *file, signed *apple.Program, complete bool) {
	s := signed.Signature(f.name, complete)
	v.signed(f, []inventory.Signature{s})
	code := signed.Code()
	f.Code = &code
	f.fact(signatures.AppleSignerKind, string(code.Kind))
	f.fact(signatures.AppleIdentifier, clip(code.Identifier))
	f.fact(signatures.AppleRequirement, clip(code.Requirement))
	for _, flag := range code.Flags {
		f.fact(signatures.AppleFlag, flag)
	}
	for i, name := range code.Entitlements {
		if i == maxEntitlements {
			v.gap(f.name, whatPart, gapTooMany, "only the first entitlements are listed")
			break
		}
		f.fact(signatures.AppleEntitlement, clip(name))
	}
	if code.Ticket {
		f.fact(signatures.AppleTicket, "stapled")
	}
	// Signers name a program by the id of its bundle, unless they say otherwise;
	// a linker takes the name of the file. That is what the program claims to be,
	// whoever signed it: a claim under another signature, or one that anybody can
	// make, is what tells a copy from the maker's.
	if f.bundle == nil && strings.Contains(code.Identifier, ".") && !slices.Contains(code.Flags, "linker-signed") {
		f.factOnce(signatures.BundleID, clip(code.Identifier))
	}
}
