package inspect

import (
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/msix"
	"github.com/chatvet/chatvet/detect/sign/authenticode"
	"github.com/chatvet/chatvet/signatures"
)

// msixFacts writes down what an app package says that it is.
func msixFacts(v *visit, f *file) {
	p, err := msix.Read(f.r, f.size)
	if err != nil {
		v.gap(f.name, whatPart, gapCorrupt, err.Error())
		return
	}
	for _, problem := range p.Problems {
		v.gap(f.name, whatPart, gapCorrupt, problem)
	}
	f.Product, f.Version, f.Arch = clip(p.Name), clip(p.Version), clip(p.Arch)
	f.fact(signatures.AppXFamily, clip(p.Family()))
	f.fact(signatures.AppXPublisher, clip(p.Publisher))
	if !strings.HasPrefix(p.DisplayName, "ms-resource:") {
		f.fact(signatures.DisplayName, clip(p.DisplayName))
	}
	signed := authenticode.ReadAppPackage(p, v.in.codeSigning())
	f.takers = signed.Takers()
	f.settle = func(complete bool) {
		if complete {
			signed.CheckBlocks(v.ctx, v.budget.Take)
		}
		v.signed(f, signed.Signatures(f.name, complete))
	}
}
