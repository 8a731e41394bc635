package inspect

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/ipa"
	"github.com/chatvet/chatvet/detect/inspect/macho"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/signatures"
)

// maxDiffering is how many files of one app that differ are named.
const maxDiffering = 10

// isIPA is true for a zip file that is an app for iPhones.
func isIPA(f *file) bool {
	p, err := apk.Read(f.r, f.size)
	if err != nil || !ipa.Is(p) {
		return false
	}
	f.apk = p
	return true
}

// ipaFacts writes down what an app for iPhones says about itself and who signed it.
// Its signature is that of its program, lowered by whatever is not as it was
// sealed.
func ipaFacts(v *visit, f *file) {
	p, err := ipa.Read(f.apk)
	if err != nil {
		v.gap(f.name, whatPart, kindOf(err), err.Error())
	}
	if p == nil {
		return
	}
	f.Product, f.Version = clip(p.Info.Name), clip(p.Info.Version)
	for _, fact := range p.Info.Facts() {
		f.factOnce(fact.Kind, clip(fact.Value))
	}
	v.ipaOrigin(f, p)
	if p.Main.Name == "" {
		v.gap(f.name, whatSignature, gapNotVerified, "the app's program is missing")
		return
	}
	v.ipaProgram(f, p)
	v.ipaOthers(f, p)
}

// ipaOrigin tells by whose leave the app would be installed.
func (v *visit) ipaOrigin(f *file, p *ipa.Package) {
	profile, ok, err := p.Profile(v.in.appleSigning())
	switch {
	case err != nil:
		v.gap(f.name, whatPart, kindOf(err), err.Error())
	case ok:
		f.fact(signatures.IOSProfile, profile.Kind)
		f.fact(signatures.IOSTeam, clip(profile.Team))
		if !profile.Genuine {
			v.gap(f.name, "whether Apple gave out the profile in it", gapNotVerified, "it is not signed by Apple, or was changed since")
		}
	}
	m, ok, err := p.Metadata()
	switch {
	case err != nil:
		v.gap(f.name, whatPart, kindOf(err), err.Error())
	case ok:
		if m.Item > 0 {
			f.fact(signatures.IOSItem, strconv.FormatInt(m.Item, 10))
		}
		f.fact(signatures.IOSSeller, clip(m.Seller))
	}
}

// ipaProgram unpacks the app's program, reads it as one that stands in a bundle, and
// takes its signature for that of the whole.
func (v *visit) ipaProgram(f *file, p *ipa.Package) {
	body, err := p.Open(p.Main)
	var contents blocks
	if err == nil {
		contents, err = v.spool(v.budget.Reader(body))
		defer func() { v.memory -= contents.size }()
	}
	if err != nil {
		v.gap(f.name, whatSignature, kindOf(err), fmt.Sprintf("unpacking its program: %v", err))
		return
	}
	if m, err := macho.Read(contents, contents.size); err == nil {
		for i := range m.Slices {
			if m.Slices[i].Encrypted {
				f.factOnce(signatures.IOSCryptID, m.Slices[i].CPU.String())
			}
		}
	}
	place := f.name + InsideMark + memberName(p.Main.Name)
	r := v.file(&file{name: place, r: contents, size: contents.size, depth: f.depth + 1, bundle: &apple.Bundle{InfoPlist: p.InfoPlist, Seal: p.Seal}})
	if r.Code == nil || len(r.Signatures) == 0 {
		v.gap(f.name, whatSignature, gapNotVerified, "its program is none for iPhones")
		return
	}
	f.Arch = r.Arch
	s := r.Signatures[0]
	s.Scope = f.name
	if s.Integrity != inventory.Unsigned {
		v.ipaSeal(f, p, &s)
	}
	f.Signatures = append(f.Signatures, s)
	b := inventory.Build{Arch: r.Arch, Path: place, Format: r.Format, Origin: inventory.Origin{How: "inside"},
		Signatures: []inventory.Signature{}, Files: []inventory.File{r.File}, Facts: r.Facts, Collected: r.Collected}
	b.SetID()
	f.Inside = append(f.Inside, b)
	v.inside++
}

// ipaOthers reads what else of the app is a program: what it loads from Frameworks,
// and what others start from PlugIns. Each is read as a file of its own.
func (v *visit) ipaOthers(f *file, p *ipa.Package) {
	c := &container{file: f, closed: map[string]int{}}
	for _, e := range p.Entries {
		if e.Name == p.Main.Name || e.Size == 0 || !strings.HasPrefix(e.Name, p.App+"/") || strings.HasSuffix(e.Name, "/") {
			continue
		}
		body, err := p.Open(e)
		if err != nil {
			body = failing{err}
		}
		if err := v.member(c, archive.Member{Name: e.Name}, v.budget.Reader(body)); err != nil {
			v.gap(f.name, whatInside, kindOf(err), err.Error())
			break
		}
	}
	slices.SortStableFunc(f.Inside, func(a, b inventory.Build) int { return strings.Compare(a.Path, b.Path) })
}

func (v *visit) ipaSeal(f *file, p *ipa.Package, s *inventory.Signature) {
	differing, err := p.CheckSeal(s, func(r io.Reader) io.Reader { return v.budget.Reader(r) })
	if err != nil {
		v.gap(f.name, whatSignature, kindOf(err), err.Error())
	}
	for i, d := range differing {
		if i == maxDiffering {
			f.fact(signatures.AppleDiffers, fmt.Sprintf("%d files in all", len(differing)))
			break
		}
		f.Facts = append(f.Facts, signatures.Fact{Kind: signatures.AppleDiffers, Value: d.How, Place: f.name + InsideMark + memberName(d.Name)})
	}
}
