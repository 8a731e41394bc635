package cms

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"

	"github.com/sassoftware/relic/v8/lib/pkcs7"
)

// Bounds on one message. Real ones stay far below each, but for page hashes,
// which take 36 bytes for every 4 KiB of a program.
const (
	MaxMessage      = 8 << 20
	maxCertificates = 64
	maxSigners      = 8
	maxAttributes   = 64
	maxKeyBits      = 16 << 10
	maxNameBytes    = 16 << 10
)

// ErrDamaged says that the bytes are no signed message, or one that breaks its
// own rules or the bounds of this package.
var ErrDamaged = errors.New("damaged signature")

// Message is a signed message that was read but not checked.
type Message struct {
	// ContentType is what was signed, and Content its bytes, without the outer
	// tag and length, as signatures cover them. Content is nil where the
	// message is about something outside of it.
	ContentType asn1.ObjectIdentifier
	Content     []byte
	// Trailing are the bytes behind the message that are not padding.
	Trailing []byte

	signed       pkcs7.SignedData
	certificates []*x509.Certificate
}

// Parse reads a message.
func Parse(der []byte) (m *Message, err error) {
	defer recovered(&err)
	if len(der) > MaxMessage {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrDamaged, len(der), MaxMessage)
	}
	var outer asn1.RawValue
	rest, err := asn1.Unmarshal(der, &outer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	parsed, err := pkcs7.Unmarshal(outer.FullBytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if !parsed.ContentType.Equal(pkcs7.OidSignedData) {
		return nil, fmt.Errorf("%w: content type %s", ErrDamaged, parsed.ContentType)
	}
	m = &Message{signed: parsed.Content, Trailing: bytes.TrimRight(rest, "\x00")}
	if err := m.withinBounds(); err != nil {
		return nil, err
	}
	m.ContentType = m.signed.ContentInfo.ContentType
	if m.Content, err = m.signed.ContentInfo.Bytes(); err != nil {
		return nil, fmt.Errorf("%w: content: %w", ErrDamaged, err)
	}
	m.certificates = usable(m.signed.Certificates)
	return m, nil
}

func (m *Message) withinBounds() error {
	if n := len(m.signed.SignerInfos); n == 0 || n > maxSigners {
		return fmt.Errorf("%w: %d signers", ErrDamaged, n)
	}
	if n := len(m.signed.Certificates); n > maxCertificates {
		return fmt.Errorf("%w: %d certificates", ErrDamaged, n)
	}
	for _, s := range m.signed.SignerInfos {
		if n := len(s.AuthenticatedAttributes) + len(s.UnauthenticatedAttributes); n > maxAttributes {
			return fmt.Errorf("%w: %d attributes", ErrDamaged, n)
		}
	}
	return nil
}

// Unmarshal reads the content, whose bytes include the outer tag and length
// here, into a value of encoding/asn1.
func (m *Message) Unmarshal(into any) (err error) {
	defer recovered(&err)
	if err := m.signed.ContentInfo.Unmarshal(into); err != nil {
		return fmt.Errorf("%w: content: %w", ErrDamaged, err)
	}
	return nil
}

// Signers is how many signatures the message bears.
func (m *Message) Signers() int { return len(m.signed.SignerInfos) }

// usable parses certificates, without those that cannot be read or whose key
// would take long to use. A missing certificate shows where it is missed.
func usable(raw pkcs7.RawCertificates) []*x509.Certificate {
	var all []*x509.Certificate
	for _, r := range raw {
		c, err := x509.ParseCertificate(r.FullBytes)
		if err == nil && len(c.RawSubject)+len(c.RawIssuer) <= maxNameBytes && keyBits(c) <= maxKeyBits {
			all = append(all, c)
		}
	}
	return all
}

func keyBits(c *x509.Certificate) int {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen()
	case *ecdsa.PublicKey:
		return key.Params().BitSize
	}
	return 0
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: the reader stopped: %v", ErrDamaged, p)
	}
}
