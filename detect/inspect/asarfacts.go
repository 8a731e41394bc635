package inspect

import (
	"errors"

	"github.com/chatvet/chatvet/detect/inspect/asar"
	"github.com/chatvet/chatvet/signatures"
)

// Values of AsarFiles. The name of a changed file stands beside its value.
const (
	asarIntact  = "intact"
	asarChanged = "changed"
)

// asarFacts writes down which header an Electron archive has, and whether its
// files are those that the header names.
func asarFacts(v *visit, f *file) {
	a, err := asar.Read(f.r, f.size)
	if err != nil {
		v.gap(f.name, whatPart, asarGap(err), err.Error())
		f.closed = true
		return
	}
	f.fact(signatures.AsarHeader, a.HeaderSHA256)
	for _, problem := range a.Problems {
		v.gap(f.name, whatPart, gapCorrupt, problem)
	}
	check, err := a.Verify(v.ctx, f.r, f.size)
	for _, name := range check.Broken {
		f.Facts = append(f.Facts, signatures.Fact{Kind: signatures.AsarFiles, Value: asarChanged, Place: f.name, At: clip(name)})
	}
	switch {
	case err != nil:
		v.gap(f.name, whatAsarFiles, asarGap(err), err.Error())
	case check.Files > 0 && len(check.Broken) == 0:
		f.fact(signatures.AsarFiles, asarIntact)
	}
}

func asarGap(err error) string {
	if errors.Is(err, asar.ErrTooMany) {
		return gapTooMany
	}
	return kindOf(err)
}
