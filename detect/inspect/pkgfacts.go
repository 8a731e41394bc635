package inspect

import (
	"errors"

	"github.com/chatvet/chatvet/detect/inspect/pkg"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/signatures"
)

// maxScripts is how many of a package's own programs go into a report.
const maxScripts = 64

// pkgFacts writes down what an installer package for macOS says that it does and
// who signed it. What it would install stays closed, and nothing of it is run.
func pkgFacts(v *visit, f *file) {
	p, err := pkg.Read(f.r, f.size)
	if err != nil {
		v.gap(f.name, whatPart, packageGap(err), err.Error())
		v.gap(f.name, whatInstalls, packageGap(err), "its table of contents could not be read")
		f.Signatures = append(f.Signatures, unreadInstaller(f.name))
		return
	}
	if !p.Agrees {
		v.gap(f.name, whatPart, gapCorrupt, "its table of contents does not have the digest that is recorded for it")
	}
	in, problems := p.Installs()
	for _, err := range problems {
		v.gap(f.name, whatPart, packageGap(err), err.Error())
	}
	v.installs(f, in)
	v.gap(f.name, whatInstalls, gapNotOpened, "the files in installer packages for macOS are not opened yet")
	if p.Ticket {
		f.fact(signatures.AppleTicket, "stapled")
	}
	signed := apple.ReadInstaller(p, v.in.appleSigning())
	if signed.Digests != nil {
		f.takers = append(f.takers, signed.Digests)
	}
	f.settle = func(complete bool) {
		v.signed(f, []inventory.Signature{signed.Outcome(f.name, complete)})
		f.fact(signatures.AppleSignerKind, string(signed.Kind()))
	}
}

// unreadInstaller is the signature of a package of which nothing could be read.
func unreadInstaller(name string) inventory.Signature {
	return inventory.Signature{
		Format: apple.Format, Scope: name, By: "chatvet",
		Integrity: inventory.UnreadableSignature, Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown,
		Signers: []inventory.Signer{}, Problems: []string{inventory.ProblemSignatureDamaged},
	}
}

// installs writes down what a package says that it does.
func (v *visit) installs(f *file, in pkg.Installs) {
	f.Product, f.Version = clip(in.Title), clip(in.Version)
	f.fact(signatures.PKGTitle, clip(in.Title))
	f.factOnce(signatures.PKGID, clip(in.Product))
	scripts := 0
	for _, c := range in.Components {
		f.factOnce(signatures.PKGID, clip(c.ID))
		for _, s := range c.Scripts {
			if scripts++; scripts == maxScripts {
				v.gap(f.name, whatPart, gapTooMany, "only the first scripts are listed")
			}
			if scripts < maxScripts {
				f.factOnce(signatures.PKGScript, clip(c.ID+" "+s))
			}
		}
		if f.Version == "" {
			f.Version = clip(c.Version)
		}
		if f.Product == "" {
			f.Product = clip(c.ID)
		}
		for _, app := range c.Apps {
			f.factOnce(signatures.BundleID, clip(app.ID))
			v.version(f, signatures.BundleVersion, app.Version)
		}
	}
	v.version(f, signatures.PKGVersion, in.Version)
	for _, c := range in.Components {
		v.version(f, signatures.PKGVersion, c.Version)
	}
}

// version writes down a version that is one.
func (v *visit) version(f *file, k signatures.Kind, text string) {
	if _, err := signatures.ParseVersion(clip(text)); err == nil {
		f.factOnce(k, clip(text))
	}
}

func packageGap(err error) string {
	switch {
	case errors.Is(err, pkg.ErrMethod):
		return gapNotOpened
	case errors.Is(err, pkg.ErrTooLarge):
		return gapTooLarge
	}
	return kindOf(err)
}
