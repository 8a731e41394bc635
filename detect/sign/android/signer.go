package android

import (
	"crypto/x509"
	"math"

	"github.com/chatvet/chatvet/detect/inventory"
)

// Bounds on what one block may list.
const (
	maxSigners    = 10 // Android's own bound for v1 and v2
	maxRanges     = 32 // signers of v3, each for a range of versions
	maxRecords    = 32 // signatures or digests of one signer
	maxAttributes = 64
)

// Ids of the attributes that a signer signs.
const (
	attributeStripped = 0xbeeff00d // v2: a newer scheme that must be there
	attributeLineage  = 0x3ba06f8c
	attributeRotation = 0x559f8b02 // v3: the version from which v3.1 must be there
	attributeDevOnly  = 0xc2a6b3ba // v3.1: not for the released version that its range begins with
)

// anyLater stands for every version of Android that is still to come.
const anyLater = math.MaxInt32

// record is a value with the id of an algorithm.
type record struct {
	id    uint32
	value []byte
}

// signer is one signer of a block of v2, v3 or v3.1 ("Format" in APK Signature
// Scheme v2 and v3).
type signer struct {
	data         []byte // what is signed
	signatures   []record
	key          []byte // SubjectPublicKeyInfo
	digests      []record
	certificates []*certificate
	attributes   []record
	from, to     int // versions of Android, both included
	lineage      []*certificate
	// problem is what is wrong with it whatever the version.
	problem string
	checked map[uint32]bool // whether the signature with an algorithm is by the key
}

// readSigners reads the signers of a block. What could be read of a damaged one
// is there, with its problem.
func readSigners(block []byte, ranged bool) (signers []*signer, ok bool) {
	f := &fields{b: block}
	list := f.inner()
	most := maxSigners
	if ranged {
		most = maxRanges
	}
	for list.more() {
		if len(signers) == most {
			return signers, false
		}
		signers = append(signers, readSigner(list.inner(), ranged))
	}
	return signers, !list.bad && len(signers) > 0
}

func readSigner(f *fields, ranged bool) *signer {
	s := &signer{from: sdk7, to: anyLater, checked: map[uint32]bool{}}
	s.data = f.value()
	if ranged {
		s.from, s.to = version(f.number()), version(f.number())
	}
	s.signatures = readRecords(f.inner())
	s.key = f.value()
	if f.bad || s.signatures == nil {
		s.problem = inventory.ProblemSignatureDamaged
	}
	s.readSigned(&fields{b: s.data}, ranged)
	return s
}

// readSigned reads what the signature covers.
func (s *signer) readSigned(f *fields, ranged bool) {
	s.digests = readRecords(f.inner())
	certificates := f.inner()
	for certificates.more() && len(s.certificates) < maxRecords {
		c, err := readCertificate(certificates.value())
		if err != nil {
			s.spoil(inventory.ProblemSignatureDamaged)
			break
		}
		s.certificates = append(s.certificates, c)
	}
	if ranged && (version(f.number()) != s.from || version(f.number()) != s.to || s.from > s.to || s.from < 1) {
		s.spoil(inventory.ProblemSignatureDamaged)
	}
	attributes := f.inner()
	for attributes.more() && len(s.attributes) < maxAttributes {
		a := attributes.inner()
		s.attributes = append(s.attributes, record{a.number(), a.b})
	}
	switch {
	case f.bad || certificates.bad || attributes.bad || certificates.more() || attributes.more():
		s.spoil(inventory.ProblemSignatureDamaged)
	case len(s.certificates) == 0:
		s.spoil(inventory.ProblemSignerMissing)
	case !s.certificates[0].sameKey(s.key):
		s.spoil(inventory.ProblemCertificateMismatch)
	case !s.sameAlgorithms():
		s.spoil(inventory.ProblemSignatureDamaged)
	}
	s.readLineage()
}

// version reads a version of Android. Those beyond the numbers of Java stand for
// all that is to come.
func version(n uint32) int { return int(min(n, anyLater)) }

// readRecords reads a list of pairs of an id and a value, or nil where it is
// damaged.
func readRecords(f *fields) []record {
	records := []record{}
	for f.more() {
		r := f.inner()
		records = append(records, record{r.number(), r.value()})
		if r.bad || len(records) > maxRecords {
			return nil
		}
	}
	if f.bad {
		return nil
	}
	return records
}

func (s *signer) spoil(problem string) {
	if s.problem == "" {
		s.problem = problem
	}
}

// sameAlgorithms is true where the digests are listed for the very algorithms of
// the signatures: else one could be left out.
func (s *signer) sameAlgorithms() bool {
	if s.digests == nil || len(s.digests) != len(s.signatures) {
		return false
	}
	for i := range s.digests {
		if s.digests[i].id != s.signatures[i].id {
			return false
		}
	}
	return true
}

// attribute returns the value of the first attribute with an id.
func (s *signer) attribute(id uint32) (value []byte, ok bool) {
	for _, a := range s.attributes {
		if a.id == id {
			return a.value, true
		}
	}
	return nil, false
}

// covers is true where the signer is for a version of Android. A signer of v3
// is never for versions in development only.
func (s *signer) covers(scheme string, sdk int) bool {
	if _, dev := s.attribute(attributeDevOnly); dev && scheme == schemeV31 && sdk == s.from {
		return false
	}
	return s.from <= sdk && sdk <= s.to
}

// check verifies the signature that a version of Android would, and returns the
// digest of the contents that it vouches for.
func (s *signer) check(sdk int) (content contentKind, digest []byte, problem string) {
	if s.problem != "" {
		return noContent, nil, s.problem
	}
	best := s.best(sdk)
	if best < 0 {
		return noContent, nil, inventory.ProblemUnknownAlgorithm
	}
	id := s.signatures[best].id
	good, done := s.checked[id]
	if !done {
		key, err := x509.ParsePKIXPublicKey(s.key)
		good = err == nil && algorithms[id].verify(key, s.data, s.signatures[best].value)
		s.checked[id] = good
	}
	if !good {
		return noContent, nil, inventory.ProblemSignatureInvalid
	}
	return algorithms[id].content, s.digests[best].value, ""
}

// best is the index of the signature with the preferred digest, or -1. Of equal
// ones the first counts.
func (s *signer) best(sdk int) int {
	best := -1
	for i, r := range s.signatures {
		a, known := algorithms[r.id]
		if known && a.known(sdk) && (best < 0 || a.content > algorithms[s.signatures[best].id].content) {
			best = i
		}
	}
	return best
}
