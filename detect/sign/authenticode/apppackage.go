package authenticode

import (
	"bytes"
	"context"
	"errors"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect/msix"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// AppPackage is the signatures of an app package while its digests are taken.
type AppPackage struct {
	pkg        *msix.Package
	signatures []*Signed
	contents   []*imageDigest // of the bytes in front of the signature
	blocks     error          // what is wrong between the files and the block map
}

// ReadAppPackage checks the signatures of an app package.
func ReadAppPackage(p *msix.Package, policy cms.Policy) *AppPackage {
	a := &AppPackage{pkg: p}
	if p.Signature == nil {
		return a
	}
	a.signatures = Read(p.Signature, policy)
	end, err := p.Unsigned()
	for _, s := range a.signatures {
		switch {
		case s.Digest.Hash == 0:
		case err != nil:
			s.spoil(inventory.Broken, inventory.ProblemAppendedData)
		case !s.about(oidSIPInfo) || appDigests(s.Digest) == nil:
			s.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
		case a.image(s) == nil:
			a.contents = append(a.contents, &imageDigest{kind: s.Digest.Hash, hash: s.Digest.Hash.New(), kept: []span{{0, end}}})
		}
		if s.Signer != nil && cms.MicrosoftName(s.Signer) != p.Publisher {
			s.Problems = append(s.Problems, inventory.ProblemPublisherMismatch)
		}
	}
	return a
}

func (a *AppPackage) image(s *Signed) *imageDigest {
	for _, d := range a.contents {
		if d.kind == s.Digest.Hash {
			return d
		}
	}
	return nil
}

// Takers are the digests that the one pass over the file has to take.
func (a *AppPackage) Takers() []digest.Taker {
	var all []digest.Taker
	for _, d := range a.contents {
		all = append(all, d)
	}
	return all
}

// CheckBlocks compares every file with the signed block map; take is asked for
// every byte that is unpacked for it. Signatures takes its outcome into account.
func (a *AppPackage) CheckBlocks(ctx context.Context, take func(int64) error) {
	if len(a.signatures) > 0 {
		a.blocks = a.pkg.CheckBlocks(ctx, take)
	}
}

// Signatures gives the outcome, once the takers had the file. Complete is false
// where they did not get all of it.
func (a *AppPackage) Signatures(scope string, complete bool) []inventory.Signature {
	if a.pkg.Signature == nil {
		return []inventory.Signature{Unsigned(scope)}
	}
	var all []inventory.Signature
	for _, s := range a.signatures {
		a.settle(s, complete)
		all = append(all, s.Describe(Format, scope))
	}
	return all
}

func (a *AppPackage) settle(s *Signed, complete bool) {
	contents := a.image(s)
	if s.Digest.Hash == 0 || contents == nil {
		return
	}
	if !complete {
		s.unverified()
		return
	}
	sums, err := a.pkg.Digests(s.Digest.Hash.New)
	if err != nil {
		s.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
		return
	}
	sums[msix.PartContents] = contents.sum()
	switch {
	case errors.Is(a.blocks, msix.ErrUnlisted):
		s.spoil(inventory.Broken, inventory.ProblemUnsignedMember)
	case errors.Is(a.blocks, msix.ErrMismatch), errors.Is(a.blocks, msix.ErrDamaged):
		s.spoil(inventory.Broken, inventory.ProblemBlockMapMismatch)
	case a.blocks != nil:
		s.unverified()
	}
	if !sameDigests(sums, appDigests(s.Digest)) {
		s.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
	}
}

// sameDigests is true where the same parts have the same digests: a part that
// was added or left out is a change too.
func sameDigests(a, b map[string][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for part, sum := range a {
		if !bytes.Equal(sum, b[part]) {
			return false
		}
	}
	return true
}

// appDigests takes the digest of an app package apart: "APPX", then four letters
// and a digest for each part. It is nil where that is not what it is.
func appDigests(d cms.Digest) map[string][]byte {
	rest, ok := bytes.CutPrefix(d.Sum, []byte("APPX"))
	row := 4 + d.Hash.Size()
	if !ok || len(rest)%row != 0 || len(rest) > 16*row {
		return nil
	}
	parts := map[string][]byte{}
	for ; len(rest) > 0; rest = rest[row:] {
		parts[string(rest[:4])] = rest[4:row]
	}
	return parts
}
