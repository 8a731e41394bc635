package inspect

import (
	"errors"

	"github.com/chatvet/chatvet/detect/inspect/msi"
	"github.com/chatvet/chatvet/detect/sign/authenticode"
	"github.com/chatvet/chatvet/signatures"
)

// msiFacts writes down what a Windows Installer package says that it installs.
// What is packed into it stays closed.
func msiFacts(v *visit, f *file) {
	p, err := msi.Read(f.r, f.size)
	if err != nil {
		kind := gapCorrupt
		if errors.Is(err, msi.ErrTooLarge) {
			kind = gapTooLarge
		}
		v.gap(f.name, whatPart, kind, err.Error())
		return
	}
	for _, problem := range p.Problems {
		v.gap(f.name, whatPart, gapCorrupt, problem)
	}
	property := func(name string) string { return clip(p.Properties[name]) }
	f.Product, f.Version = property("ProductName"), property("ProductVersion")
	f.fact(signatures.MSIProduct, f.Product)
	f.fact(signatures.MSIVersion, f.Version)
	f.fact(signatures.MSIManufacturer, property("Manufacturer"))
	f.fact(signatures.ProductCode, property("ProductCode"))
	f.fact(signatures.UpgradeCode, property("UpgradeCode"))
	v.gap(f.name, whatInstalls, gapNotOpened, "the files in Windows Installer packages are not opened yet")
	f.settle = func(complete bool) {
		v.signed(f, authenticode.Installer(v.ctx, p, f.name, complete, v.in.codeSigning()))
	}
}
