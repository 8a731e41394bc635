package cms

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"time"

	"github.com/sassoftware/relic/v8/lib/pkcs7"
	"github.com/sassoftware/relic/v8/lib/pkcs9"

	"github.com/chatvet/chatvet/detect/inventory"
)

// Stamp is a time stamp that is about the signature it stands on.
type Stamp struct {
	Time   time.Time
	Signer *x509.Certificate
	Chain  Chain
	// Token is true for RFC 3161, false for a counter-signature of PKCS #9.
	Token bool
}

// proves is true where the time is as good as the roots for time stamps.
func (s *Stamp) proves() bool { return s.Chain.Trust == inventory.Trusted && s.Chain.Valid }

// stamp returns the best time stamp of a signature, nil where there is none,
// and an error where there are some and none is in order.
func (m *Message) stamp(info *pkcs7.SignerInfo, p Policy) (best *Stamp, failure error) {
	attributes := Attributes{info.UnauthenticatedAttributes}
	for _, kind := range []struct {
		id    asn1.ObjectIdentifier
		check func([]byte, *pkcs7.SignerInfo, Policy) (*Stamp, error)
	}{
		{pkcs9.OidAttributeTimeStampToken, m.token},
		{pkcs9.OidSpcTimeStampToken, m.token},
		{pkcs9.OidAttributeCounterSign, m.counterSignature},
	} {
		values := attributes.Values(kind.id)
		for _, value := range values[:min(len(values), maxStamps)] {
			stamp, err := kind.check(value, info, p)
			switch {
			case err != nil:
				failure = err
			case best == nil || stamp.proves() && !best.proves():
				best = stamp
			}
		}
	}
	if best != nil {
		return best, nil
	}
	return nil, failure
}

const maxStamps = 4 // of one kind

// token checks a token of RFC 3161, section 2.4.2: a message of its own, whose
// imprint is that of the signature's value.
func (m *Message) token(der []byte, info *pkcs7.SignerInfo, p Policy) (*Stamp, error) {
	token, err := Parse(der)
	if err != nil {
		return nil, err
	}
	if !token.ContentType.Equal(pkcs9.OidTSTInfo) || !attributesHold(&token.signed.SignerInfos[0], token.ContentType) {
		return nil, fmt.Errorf("%w: not a time stamp", ErrDamaged)
	}
	certificates := slices.Concat(token.certificates, m.certificates)
	signed := token.signed
	signed.Certificates = nil // those that are usable are passed on
	counter, err := pkcs9.Verify(&pkcs7.ContentInfoSignedData{ContentType: pkcs7.OidSignedData, Content: signed}, info.EncryptedDigest, certificates)
	if err != nil {
		return nil, fmt.Errorf("%w: time stamp: %w", ErrDamaged, err)
	}
	return stampOf(counter, certificates, p, true), nil
}

// counterSignature checks a signature of PKCS #9 over the signature's value. Its
// certificates stand in the message.
func (m *Message) counterSignature(der []byte, info *pkcs7.SignerInfo, p Policy) (*Stamp, error) {
	alone := *info
	alone.UnauthenticatedAttributes = pkcs7.AttributeList{{
		Type:   pkcs9.OidAttributeCounterSign,
		Values: asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSet, IsCompound: true, Bytes: der},
	}}
	counter, err := pkcs9.VerifyPkcs7(pkcs7.Signature{SignerInfo: &alone, Intermediates: m.certificates})
	if err != nil {
		return nil, fmt.Errorf("%w: counter-signature: %w", ErrDamaged, err)
	}
	return stampOf(counter, m.certificates, p, false), nil
}

func stampOf(counter *pkcs9.CounterSignature, certificates []*x509.Certificate, p Policy, token bool) *Stamp {
	return &Stamp{
		Time: counter.SigningTime, Signer: counter.Certificate, Token: token,
		Chain: Follow(counter.Certificate, certificates, p.StampRoots, UsageTimeStamp, counter.SigningTime),
	}
}
