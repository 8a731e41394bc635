package android

import (
	"bytes"
	"crypto/x509"

	"github.com/chatvet/chatvet/detect/inventory"
)

// maxLineage bounds how many keys one after the other a proof of rotation has.
const maxLineage = 64

const lineageVersion = 1

// readLineage reads the proof of rotation ("Proof-of-rotation attribute" in APK
// Signature Scheme v3): each key but the first is vouched for by the one before
// it, and the last one is the signer's.
func (s *signer) readLineage() {
	value, ok := s.attribute(attributeLineage)
	if !ok {
		return
	}
	lineage, ok := readProof(value)
	if !ok || len(s.certificates) == 0 || len(lineage) > 0 && !bytes.Equal(lineage[len(lineage)-1].raw, s.certificates[0].raw) {
		s.spoil(inventory.ProblemLineage)
		return
	}
	s.lineage = lineage
}

// readProof verifies a proof of rotation and returns its certificates, the
// oldest first.
func readProof(value []byte) (lineage []*certificate, ok bool) {
	f := &fields{b: value}
	if f.number() != lineageVersion {
		return nil, false
	}
	var last uint32 // the algorithm that the key before vouches with
	for f.more() {
		node := f.inner()
		signed := node.inner()
		whole := signed.b
		c, err := readCertificate(signed.value())
		algorithm := signed.number()
		node.number() // what the older key may still be used for
		next := node.number()
		signature := node.value()
		if err != nil || node.bad || signed.bad || len(lineage) == maxLineage || listed(lineage, c) {
			return nil, false
		}
		if len(lineage) > 0 && (algorithm != last || !vouches(lineage[len(lineage)-1], last, whole, signature)) {
			return nil, false
		}
		lineage, last = append(lineage, c), next
	}
	return lineage, !f.bad
}

func vouches(c *certificate, id uint32, data, signature []byte) bool {
	a, known := algorithms[id]
	key, err := x509.ParsePKIXPublicKey(c.spki)
	return known && err == nil && a.verify(key, data, signature)
}

func listed(all []*certificate, c *certificate) bool {
	for _, other := range all {
		if bytes.Equal(other.raw, c.raw) {
			return true
		}
	}
	return false
}
