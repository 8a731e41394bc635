package android

import (
	"bytes"
	"slices"

	"github.com/chatvet/chatvet/detect/inventory"
)

// Names of the schemes, as in inventory.Signature.Scheme.
const (
	schemeV1  = "v1"
	schemeV2  = "v2"
	schemeV3  = "v3"
	schemeV31 = "v3.1"
)

// outcome is what a range of versions of Android makes of a package.
type outcome struct {
	from, to  int
	scheme    string
	integrity inventory.Integrity
	problems  []string
	signers   []*certificate
	lineage   []*certificate
	vouched   []vouched
}

// vouched is a digest of the contents that a signer vouches for.
type vouched struct {
	kind contentKind
	sum  []byte
}

// at chooses the scheme that one version of Android looks at, and checks it but
// for the contents. A JAR signature is left to checkJAR.
func (p *Package) at(sdk int) *outcome {
	if part := p.parts[idV31]; part != nil && sdk >= sdk13 {
		if o, found := part.ranged(schemeV31, sdk); found > 0 || !part.whole {
			return o
		}
	}
	if part := p.parts[idV3]; part != nil && sdk >= sdk9 {
		return p.v3(part, sdk)
	}
	if part := p.parts[idV2]; part != nil && sdk >= sdk7 {
		return p.v2(part, sdk)
	}
	return &outcome{scheme: schemeV1}
}

// v2 checks all signers: each has to be good.
func (p *Package) v2(part *part, sdk int) *outcome {
	o := &outcome{scheme: schemeV2, integrity: inventory.Intact}
	if !part.whole {
		o.spoil(inventory.ProblemSignatureDamaged)
	}
	for _, s := range part.signers {
		o.take(s, sdk)
		newer, ok := s.attribute(attributeStripped)
		if f := (&fields{b: newer}); ok && sdk >= sdk9 && f.number() == 3 {
			o.spoil(inventory.ProblemStripped)
		}
	}
	sortCertificates(o.signers)
	return o
}

// v3 checks the one signer for a version.
func (p *Package) v3(part *part, sdk int) *outcome {
	o, _ := part.ranged(schemeV3, sdk)
	for _, s := range part.signers {
		if _, rotates := s.attribute(attributeRotation); rotates && s.covers(schemeV3, sdk) && sdk >= sdk13 && p.parts[idV31] == nil {
			o.spoil(inventory.ProblemStripped)
		}
	}
	return o
}

// ranged checks a part in which exactly one signer has to be for a version, and
// returns how many are.
func (part *part) ranged(scheme string, sdk int) (o *outcome, found int) {
	o = &outcome{scheme: scheme, integrity: inventory.Intact}
	if !part.whole {
		o.spoil(inventory.ProblemSignatureDamaged)
	}
	for _, s := range part.signers {
		if s.covers(scheme, sdk) {
			o.take(s, sdk)
			found++
		}
	}
	switch {
	case found == 0:
		o.spoil(inventory.ProblemSignerMissing)
	case found > 1:
		o.spoil(inventory.ProblemSignatureDamaged)
	}
	return o, found
}

// take takes a signer in. Only the certificate of its key is its own, whatever
// others stand beside it.
func (o *outcome) take(s *signer, sdk int) {
	if len(s.certificates) > 0 {
		o.signers = append(o.signers, s.certificates[0])
	}
	o.lineage = append(o.lineage, s.lineage...)
	kind, sum, problem := s.check(sdk)
	if problem != "" {
		o.spoil(problem)
		return
	}
	o.vouched = append(o.vouched, vouched{kind, sum})
}

func (o *outcome) spoil(problem string) {
	o.integrity = inventory.Broken
	o.note(problem)
}

func (o *outcome) unchecked(problem string) {
	if o.integrity == inventory.Intact {
		o.integrity = inventory.IntegrityNotChecked
	}
	o.note(problem)
}

func (o *outcome) note(problem string) {
	if !slices.Contains(o.problems, problem) {
		o.problems = append(o.problems, problem)
	}
}

// settle compares what was vouched for with the contents.
func (o *outcome) settle(sums map[contentKind][]byte, complete bool) {
	if !complete {
		if o.scheme != schemeV1 {
			o.unchecked(inventory.ProblemNotVerified)
		}
		return
	}
	for _, v := range o.vouched {
		if sum := sums[v.kind]; sum == nil || !bytes.Equal(sum, v.sum) {
			o.spoil(inventory.ProblemDigestMismatch)
		}
	}
}

// same is true where another outcome says nothing else.
func (o *outcome) same(other *outcome) bool {
	return o.scheme == other.scheme && o.integrity == other.integrity && slices.Equal(o.problems, other.problems) &&
		sameCertificates(o.signers, other.signers) && sameCertificates(o.lineage, other.lineage)
}

func sameCertificates(a, b []*certificate) bool {
	return slices.EqualFunc(a, b, func(x, y *certificate) bool { return bytes.Equal(x.raw, y.raw) })
}

// compare notes where these versions accept somebody else than the newest one
// does, and no proof of rotation says that he was replaced.
func (o *outcome) compare(newest *outcome) {
	for _, c := range o.signers {
		if !listed(newest.signers, c) && !listed(newest.lineage, c) {
			o.note(inventory.ProblemOtherSigner)
		}
	}
	for _, c := range o.signers {
		if c.publicTest() {
			o.note(inventory.ProblemPublicTestKey)
		}
	}
}

func (o *outcome) describe(scope string) inventory.Signature {
	s := inventory.Signature{
		Format: Format, Scope: scope, By: "chatvet", Integrity: o.integrity,
		Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown,
		Scheme: o.scheme, MinSDK: o.from, Signers: []inventory.Signer{}, Problems: []string{},
	}
	if o.to < anyLater {
		s.MaxSDK = o.to
	}
	for _, c := range o.signers {
		if c.selfSigned() {
			s.Trust = inventory.SelfSigned // Android would follow no chain either
		}
		s.Signers = append(s.Signers, c.describe())
	}
	for _, c := range o.lineage {
		s.Lineage = append(s.Lineage, c.describe())
	}
	s.Problems = append(s.Problems, o.problems...)
	return s
}
