package cms

import (
	"crypto"
	"crypto/ecdsa"
	_ "crypto/md5" // so that what is known does not hang on who else is linked
	"crypto/rsa"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"github.com/sassoftware/relic/v8/lib/pkcs7"
	"github.com/sassoftware/relic/v8/lib/x509tools"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

// Policy is what a signature is held against.
type Policy struct {
	Roots *roots.Set
	Usage Usage
	// StampRoots are for time stamps.
	StampRoots *roots.Set
	// Now decides whether a certificate without a time stamp has expired.
	Now time.Time
}

// Signature is what was found out about one signature of a message.
type Signature struct {
	// Integrity says whether the signed content is as it was signed. Where the
	// content is a digest of something else, that is for the caller to compare.
	Integrity inventory.Integrity
	Signer    *x509.Certificate // nil where the message does not hold it
	Chain     Chain
	Time      inventory.SigningTime
	Stamp     *Stamp // nil where there is none that can be read
	Problems  []string
	// Signed are attributes that the signature covers; they hold where it is
	// intact. Unsigned are those that nothing vouches for.
	Signed, Unsigned Attributes
}

// Attributes are attributes of a signature, by object identifier.
type Attributes struct{ list pkcs7.AttributeList }

// Values returns the DER of each value of an attribute.
func (a Attributes) Values(id asn1.ObjectIdentifier) [][]byte {
	var values [][]byte
	for _, attribute := range a.list {
		if !attribute.Type.Equal(id) {
			continue
		}
		for rest := attribute.Values.Bytes; len(rest) > 0 && len(values) < maxAttributes; {
			var value asn1.RawValue
			var err error
			if rest, err = asn1.Unmarshal(rest, &value); err != nil {
				break
			}
			values = append(values, value.FullBytes)
		}
	}
	return values
}

// Check checks the signature with the given index. External is what was signed
// where the message does not hold it, else nil.
func (m *Message) Check(index int, external []byte, p Policy) (s Signature) {
	s = Signature{
		Integrity: inventory.UnreadableSignature, Time: inventory.TimeUnknown,
		Chain: Chain{Trust: inventory.TrustNotChecked},
	}
	defer func() {
		if recover() != nil {
			s.Integrity = inventory.UnreadableSignature
			s.Problems = append(s.Problems, inventory.ProblemSignatureDamaged)
		}
	}()
	info := &m.signed.SignerInfos[index]
	s.Signed, s.Unsigned = Attributes{info.AuthenticatedAttributes}, Attributes{info.UnauthenticatedAttributes}
	content := m.Content
	if content == nil {
		content = external
	}
	s.Signer, s.Integrity, s.Problems = m.integrity(info, content)
	if s.Signer == nil {
		return s
	}
	s.settleTime(m, info, p)
	if weak(info) {
		s.Problems = append(s.Problems, inventory.ProblemWeakDigest)
		s.Chain.Trust = inventory.Untrusted
	}
	return s
}

// integrity checks that a signature is by its signer's key, over the content.
func (m *Message) integrity(info *pkcs7.SignerInfo, content []byte) (*x509.Certificate, inventory.Integrity, []string) {
	signer, err := info.FindCertificate(m.certificates)
	if err != nil {
		return nil, inventory.UnreadableSignature, []string{inventory.ProblemSignerMissing}
	}
	if content == nil || !attributesHold(info, m.ContentType) {
		return signer, inventory.UnreadableSignature, []string{inventory.ProblemSignatureDamaged}
	}
	if !checkable(info, signer) {
		return signer, inventory.UnreadableSignature, []string{inventory.ProblemUnknownAlgorithm}
	}
	if _, err := info.Verify(content, false, []*x509.Certificate{signer}); err != nil {
		return signer, inventory.Broken, []string{inventory.ProblemSignatureInvalid}
	}
	return signer, inventory.Intact, nil
}

// attributesHold is true where the signed attributes are those that RFC 5652,
// section 5.3, asks for: without them, and without naming the type of what was
// signed, one kind of signed thing could pass for another.
func attributesHold(info *pkcs7.SignerInfo, content asn1.ObjectIdentifier) bool {
	if len(info.AuthenticatedAttributes) == 0 {
		return content.Equal(pkcs7.OidData)
	}
	var named asn1.ObjectIdentifier
	err := info.AuthenticatedAttributes.GetOne(pkcs7.OidAttributeContentType, &named)
	return err == nil && named.Equal(content)
}

// checkable is true for digests and keys that the standard library knows and
// does not refuse.
func checkable(info *pkcs7.SignerInfo, signer *x509.Certificate) bool {
	if _, err := x509tools.PkixDigestToHashE(info.DigestAlgorithm); err != nil {
		return false
	}
	switch key := signer.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= 1024
	case *ecdsa.PublicKey:
		return true
	}
	return false
}

func weak(info *pkcs7.SignerInfo) bool {
	hash, ok := x509tools.PkixDigestToHash(info.DigestAlgorithm)
	return ok && hash == crypto.MD5
}

// settleTime follows the chain at the time of signing, as far as that is known.
func (s *Signature) settleTime(m *Message, info *pkcs7.SignerInfo, p Policy) {
	at, proven := p.Now, false
	stamp, err := m.stamp(info, p)
	switch {
	case err != nil:
		s.Problems = append(s.Problems, inventory.ProblemTimeStampDamaged)
	case stamp != nil && !stamp.proves():
		s.Problems = append(s.Problems, inventory.ProblemTimeStampUntrusted)
	case stamp != nil:
		proven = true
	}
	s.Stamp = stamp
	lifetime := signsForItsLifetime(s.Signer)
	if proven && !lifetime {
		at = stamp.Time
	}
	s.Chain = Follow(s.Signer, m.certificates, p.Roots, p.Usage, at)
	s.Problems = append(s.Problems, s.Chain.Problems...)
	switch {
	case s.Chain.Valid && proven && !lifetime:
		s.Time = inventory.TimeStamped
	case s.Chain.Valid:
		s.Time = inventory.TimeValid
	default:
		s.Time = inventory.TimeExpired
		s.Problems = append(s.Problems, expiry(proven, lifetime))
	}
}

func expiry(proven, lifetime bool) string {
	switch {
	case proven && lifetime:
		return inventory.ProblemLifetimeSigning
	case proven:
		return inventory.ProblemOutsideValidity
	}
	return inventory.ProblemExpired
}

// Digest is a digest as signed structures name it: DigestInfo of RFC 8017,
// appendix A.2.4.
type Digest struct {
	Hash crypto.Hash
	Sum  []byte
}

// ErrAlgorithm says that a digest is of a kind that is not checked here.
var ErrAlgorithm = errors.New("unknown digest")

// digestInfo is the ASN.1 of a digest.
type digestInfo struct {
	Algorithm struct {
		ID         asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
	Sum []byte
}

// ParseDigest reads a DigestInfo.
func ParseDigest(der []byte) (Digest, error) {
	var d digestInfo
	if _, err := asn1.Unmarshal(der, &d); err != nil {
		return Digest{}, fmt.Errorf("%w: digest: %w", ErrDamaged, err)
	}
	for hash, id := range x509tools.HashOids {
		if d.Algorithm.ID.Equal(id) {
			if !hash.Available() || len(d.Sum) == 0 {
				return Digest{}, fmt.Errorf("%w: %s of %d bytes", ErrDamaged, hash, len(d.Sum))
			}
			return Digest{Hash: hash, Sum: d.Sum}, nil
		}
	}
	return Digest{}, fmt.Errorf("%w: %s", ErrAlgorithm, d.Algorithm.ID)
}
