package android

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// stampName is the entry with the SHA-256 digest of a source stamp's
// certificate.
const stampName = "stamp-cert-sha256"

// Attributes of a stamp: a proof of rotation, and when it was made.
const (
	attributeStampLineage = 0x9d6303f7
	attributeStampTime    = 0xe43c5946
)

// Ids of digests in what a stamp signs, by the kind of contents
// (ApkSigningBlockUtils of AOSP's apksig, CONTENT_DIGEST_*).
var stampDigests = map[contentKind]uint32{chunkedSHA256: 1, chunkedSHA512: 2, veritySHA256: 3}

const stampManifestDigest = 4 // the SHA-256 digest of a JAR signature's manifest

// Stamp returns the SHA-256 digest of the certificate of the package's source
// stamp, which a store adds beside the maker's signature, where it is good and
// made for the newest signature (V2SourceStampVerifier of AOSP's apksig). It
// says where a package came from and never who made it. The newest signature,
// the first that Signatures gives, has to be intact for it to mean anything.
func (p *Package) Stamp() (certificate string, ok bool) {
	if p.block == nil || p.block.parts[idStamp] == nil {
		return "", false
	}
	f := (&fields{b: p.block.parts[idStamp]}).inner()
	c, err := readCertificate(f.value())
	schemes := f.inner()
	if err != nil || f.bad {
		return "", false
	}
	sum := sha256.Sum256(c.raw)
	named, _, err := p.f.ReadFile(stampName, sha256.Size)
	if err != nil || !slices.Equal(named, sum[:]) {
		return "", false
	}
	id, digests := p.stamped()
	if !stampSigns(c, schemes, id, digests) || !stampAttributesGood(c, f) {
		return "", false
	}
	return hex.EncodeToString(sum[:]), true
}

// Frosted is true where Google Play's own addition is in the package. Whether it
// is genuine is not checked.
func (p *Package) Frosted() bool { return p.block != nil && p.block.parts[idFrosting] != nil }

// stamped is what a stamp has to sign: the digests that the newest signature
// lists, each with its id.
func (p *Package) stamped() (scheme uint32, encoded []byte) {
	borders := p.borders()
	o := p.at(borders[len(borders)-1])
	ids := map[uint32][]byte{}
	scheme = 1
	switch o.scheme {
	case schemeV2:
		scheme = 2
		p.parts[idV2].listDigests(ids)
	case schemeV3, schemeV31:
		scheme = 3
		if p.parts[idV3] != nil {
			p.parts[idV3].listDigests(ids)
		}
	default:
		manifest, _, err := p.f.ReadFile(metaInf+"MANIFEST.MF", maxMetaInf)
		if err != nil {
			return scheme, nil
		}
		sum := sha256.Sum256(manifest)
		ids[stampManifestDigest] = sum[:]
	}
	for id := uint32(1); id <= stampManifestDigest; id++ {
		if sum, ok := ids[id]; ok {
			encoded = binary.LittleEndian.AppendUint32(encoded, uint32(8+len(sum)))
			encoded = binary.LittleEndian.AppendUint32(encoded, id)
			encoded = binary.LittleEndian.AppendUint32(encoded, uint32(len(sum)))
			encoded = append(encoded, sum...)
		}
	}
	return scheme, encoded
}

func (part *part) listDigests(ids map[uint32][]byte) {
	for _, s := range part.signers {
		for _, d := range s.digests {
			if a, known := algorithms[d.id]; known {
				ids[stampDigests[a.content]] = d.value
			}
		}
	}
}

// stampSigns is true where a stamp's signature for a scheme is by its key.
func stampSigns(c *certificate, schemes *fields, scheme uint32, data []byte) bool {
	for schemes.more() {
		one := schemes.inner()
		if one.number() == scheme {
			return len(data) > 0 && signedBy(c, one.inner(), data)
		}
	}
	return false
}

func stampAttributesGood(c *certificate, f *fields) bool {
	if !f.more() {
		return !f.bad
	}
	data := f.value()
	if !signedBy(c, f.inner(), data) {
		return false
	}
	list := (&fields{b: data}).inner()
	for list.more() {
		switch a := list.inner(); a.number() {
		case attributeStampLineage:
			lineage, ok := readProof(a.b)
			if !ok || len(lineage) == 0 || !slices.Equal(lineage[len(lineage)-1].raw, c.raw) {
				return false
			}
		case attributeStampTime:
			if len(a.b) < 8 || int64(binary.LittleEndian.Uint64(a.b)) <= 0 {
				return false
			}
		}
	}
	return !list.bad
}

// signedBy is true where one signature of a list or more has a known algorithm,
// and all that have are by a certificate's key.
func signedBy(c *certificate, list *fields, data []byte) bool {
	records := readRecords(list)
	key, err := x509.ParsePKIXPublicKey(c.spki)
	good := false
	for _, r := range records {
		a, known := algorithms[r.id]
		if !known {
			continue
		}
		if err != nil || !a.verify(key, data, r.value) {
			return false
		}
		good = true
	}
	return good
}
