package android

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inventory"
)

// Format is inventory.Signature.Format of what this package yields.
const Format = "apk"

// Versions of Android (API levels) at which something changed.
const (
	sdk7  = 24 // v2
	sdk8  = 26 // targetSandboxVersion 2 asks for v2
	sdk9  = 28 // v3
	sdk11 = 30 // a target of 30 asks for v2
	sdk13 = 33 // v3.1
)

// Limits bound the work on one package.
type Limits struct {
	// Contents is how much a package may claim to unpack to for its JAR
	// signature to be checked, in bytes.
	Contents int64
	// OldContents is the same where only versions before Android 7 would look at
	// that signature. It costs as much again as everything else.
	OldContents int64
}

// DefaultLimits are what a scan uses.
var DefaultLimits = Limits{Contents: 2 << 30, OldContents: 8 << 20}

// Package is the signatures of a package while its digests are taken.
type Package struct {
	f        *apk.File
	manifest apk.Manifest
	limits   Limits
	block    *block
	parts    map[uint32]*part
	jar      *jar
	contents map[contentKind]contentDigest
	// prefixed is true where a program stands before the zip file.
	prefixed bool
	problems []error
}

// part is one scheme's part of the signing block.
type part struct {
	signers []*signer
	whole   bool // all of it could be read
}

// Read checks the signatures by themselves. What cannot be read of the manifest
// may be left out of m.
func Read(ctx context.Context, r io.ReaderAt, f *apk.File, m *apk.Manifest, limits Limits) (*Package, error) {
	p := &Package{f: f, manifest: apk.Manifest{MinSDK: 1}, limits: limits, parts: map[uint32]*part{}, contents: map[contentKind]contentDigest{}}
	if m != nil {
		p.manifest = *m
	}
	b, err := readBlock(r, f)
	switch {
	case err == nil:
		p.block = b
	case !errors.Is(err, errNoBlock):
		return nil, err
	}
	if p.block != nil {
		p.readPart(idV2, false)
		p.readPart(idV3, true)
		p.readPart(idV31, true)
	}
	p.jar = readJAR(ctx, r, f, p.block)
	var magic [4]byte
	if err := readFull(r, magic[:], 0); err != nil {
		return nil, err
	}
	p.prefixed = string(magic[:]) == "dex\n"
	p.wantContents()
	return p, nil
}

func (p *Package) readPart(id uint32, ranged bool) {
	if value, ok := p.block.parts[id]; ok {
		signers, whole := readSigners(value, ranged)
		p.parts[id] = &part{signers, whole}
	}
}

// wantContents notes which digests of the contents the signatures speak of.
func (p *Package) wantContents() {
	for _, from := range p.borders() {
		for _, v := range p.at(from).vouched {
			if p.contents[v.kind] == nil {
				p.contents[v.kind] = newContentDigest(v.kind, p.f, p.block)
			}
		}
	}
}

// Takers are the digests that the one pass over the file has to take.
func (p *Package) Takers() []digest.Taker {
	var all []digest.Taker
	for _, kind := range []contentKind{chunkedSHA256, veritySHA256, chunkedSHA512} {
		if d := p.contents[kind]; d != nil {
			all = append(all, d)
		}
	}
	return all
}

// Signatures gives the outcome once the takers had the file, for each range of
// versions of Android the package is for, the newest first. Complete is false
// where they did not get all of it.
func (p *Package) Signatures(scope string, complete bool) []inventory.Signature {
	sums := map[contentKind][]byte{}
	for kind, d := range p.contents {
		sums[kind] = d.sum()
	}
	borders := p.borders()
	var all []*outcome
	for i, from := range borders {
		o := p.at(from)
		o.from, o.to = from, anyLater
		if i+1 < len(borders) {
			o.to = borders[i+1] - 1
		}
		if o.scheme == schemeV1 {
			p.checkJAR(o)
		}
		o.settle(sums, complete)
		if last := len(all) - 1; last >= 0 && all[last].same(o) {
			all[last].to = o.to
			continue
		}
		all = append(all, o)
	}
	slices.Reverse(all)
	var out []inventory.Signature
	for _, o := range all {
		o.compare(all[0])
		out = append(out, o.describe(scope))
	}
	return out
}

// Problems are reasons why a signature could not be checked, in no form that a
// program could use.
func (p *Package) Problems() []error { return p.problems }

// borders are the versions of Android at which another rule or another signer
// may begin to hold, in order.
func (p *Package) borders() []int {
	first := max(1, p.manifest.MinSDK)
	all := []int{first, sdk7, sdk8, sdk9, sdk11, sdk13}
	for _, id := range []uint32{idV3, idV31} {
		if p.parts[id] == nil {
			continue
		}
		for _, s := range p.parts[id].signers {
			all = append(all, s.from)
			if s.from < anyLater {
				all = append(all, s.from+1)
			}
			if s.to < anyLater {
				all = append(all, s.to+1)
			}
		}
	}
	all = slices.DeleteFunc(all, func(v int) bool { return v < first })
	slices.Sort(all)
	return slices.Compact(all)
}

// checkJAR checks the JAR signature for the versions of an outcome.
func (p *Package) checkJAR(o *outcome) {
	j := p.jar
	if len(j.files) == 0 {
		o.integrity = inventory.Unsigned
		return
	}
	o.integrity = inventory.Intact
	old := o.from < sdk7
	most := p.limits.Contents
	if old && p.block != nil {
		most = p.limits.OldContents
	}
	if p.f.Contents > most {
		o.signers = j.claimed()
		o.unchecked(inventory.ProblemNotVerified)
		if !old {
			p.problems = append(p.problems, fmt.Errorf("the contents of %d bytes are %w to be checked one by one", p.f.Contents, apk.ErrTooLarge))
		}
		return
	}
	from, to := sdk7, libraryNewest
	if old {
		from, to = max(libraryOldest, min(p.manifest.MinSDK, sdk7-1)), sdk7-1
	}
	signers, problem, err := j.verify(from, to)
	o.signers = signers
	if err != nil {
		p.problems = append(p.problems, err)
	}
	switch {
	case problem == inventory.ProblemNotVerified:
		o.unchecked(problem)
	case problem != "":
		o.spoil(problem)
	}
	p.refuseJAR(o)
}

// refuseJAR says why a version of Android would not take a JAR signature.
func (p *Package) refuseJAR(o *outcome) {
	if o.from >= sdk7 && p.jar.schemes["2"] || o.from >= sdk9 && p.jar.schemes["3"] {
		o.spoil(inventory.ProblemStripped)
	}
	if o.from >= sdk8 && p.manifest.Sandbox > 1 || o.from >= sdk11 && p.manifest.TargetSDK >= sdk11 {
		o.spoil(inventory.ProblemOldScheme)
	}
	if p.prefixed {
		o.spoil(inventory.ProblemPrefix)
	}
}

// OldOnly is true for a signature that only versions before Android 7 look at.
func OldOnly(s inventory.Signature) bool { return s.MaxSDK != 0 && s.MaxSDK < sdk7 }
