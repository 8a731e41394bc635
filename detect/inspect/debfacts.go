package inspect

import (
	"context"
	"io"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/deb"
	"github.com/chatvet/chatvet/signatures"
)

// debLimits bound what a package may unpack to.
func debLimits(data int64, members int) deb.Limits {
	return deb.Limits{Control: 16 << 20, Data: data, Members: members, Name: 4 << 10, Window: 64 << 20}
}

// debFacts writes down what a Debian package says about itself.
func debFacts(v *visit, f *file) {
	p, err := deb.Read(f.r, f.size, debLimits(v.in.limits.Expansion, v.in.limits.Members))
	if err != nil {
		v.gap(f.name, whatPart, kindOf(err), err.Error())
		return
	}
	c := p.Control
	f.Product, f.Version, f.Arch = c.Package, c.Version, c.Architecture
	f.fact(signatures.DebPackage, c.Package)
	f.fact(signatures.DebVersion, c.Version)
	f.fact(signatures.DebMaintainer, c.Maintainer)
	source, _, _ := strings.Cut(c.Source, " ") // "name (version)" where they differ
	f.fact(signatures.DebSource, source)
}

// walkDeb goes through the files that a package installs.
func walkDeb(ctx context.Context, r io.ReaderAt, size int64, limits archive.Limits, visit archive.Visit) error {
	p, err := deb.Read(r, size, debLimits(limits.Budget.Left(), limits.Members))
	if err != nil {
		return err
	}
	return p.Walk(ctx, func(m deb.Member, body io.Reader) error {
		if !m.Regular() {
			return nil
		}
		// What is passed over is unpacked too.
		if err := limits.Budget.Take(m.Size); err != nil {
			return err
		}
		return visit(archive.Member{Name: m.Name, Size: m.Size}, body)
	})
}
