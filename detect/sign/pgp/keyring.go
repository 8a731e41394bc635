package pgp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	openpgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// What can be wrong with a signature. Errors of this package wrap one of these.
var (
	// ErrNotSigned: there is no signature by a key that we have.
	ErrNotSigned = errors.New("not signed by a known archive key")
	// ErrBadSignature: a key that we have is named as signer, and it did not
	// sign these bytes.
	ErrBadSignature = errors.New("signature does not fit")
	// ErrKeyNotValid: a key that we have signed, but was expired, revoked or
	// not meant for signing at that time.
	ErrKeyNotValid = errors.New("key was not valid when it signed")
	// ErrWeakDigest: the signature rests on MD5 or SHA-1.
	ErrWeakDigest = errors.New("rests on a weak digest")
	// ErrMalformed: the bytes break their format.
	ErrMalformed = errors.New("malformed")
	// ErrTooLarge: something is larger than the limits allow.
	ErrTooLarge = errors.New("larger than the limit")
)

// Bounds on keys and signatures.
const (
	maxKeyFile    = 1 << 20
	maxKeys       = 2000 // primary keys of one ring
	maxSignature  = 64 << 10
	maxSignatures = 16
)

// Keyring is a set of keys that may have signed something. It is safe for use by
// many goroutines once it is filled.
type Keyring struct {
	mu   sync.Mutex // the library keeps notes in the keys while it verifies
	keys openpgp.EntityList
}

// Signer is a key that signed.
type Signer struct {
	Fingerprint string // of the primary key, 40 upper-case hex digits
	Key         string // of the key that made the signature, which may be a subkey
	Name        string // user id
	Time        string // RFC 3339, as the signature says
}

// NewKeyring reads public keys, armored or binary.
func NewKeyring(data []byte) (*Keyring, error) {
	k := &Keyring{}
	if err := k.Add(data); err != nil {
		return nil, fmt.Errorf("reading keys: %w", err)
	}
	return k, nil
}

// Add reads more keys. Those that were read before an error stay.
func (k *Keyring) Add(data []byte) (err error) {
	defer Recovered(&err)
	if len(data) > maxKeyFile {
		return fmt.Errorf("%w: keys of %d bytes", ErrTooLarge, len(data))
	}
	var keys openpgp.EntityList
	if bytes.Contains(data, []byte("-----BEGIN PGP PUBLIC KEY BLOCK-----")) {
		keys, err = openpgp.ReadArmoredKeyRing(bytes.NewReader(data))
	} else {
		keys, err = openpgp.ReadKeyRing(bytes.NewReader(data))
	}
	if err != nil {
		return err
	}
	if len(k.keys)+len(keys) > maxKeys {
		return fmt.Errorf("%w: more than %d keys", ErrTooLarge, maxKeys)
	}
	k.keys = append(k.keys, keys...)
	return nil
}

// Join adds the keys of another ring.
func (k *Keyring) Join(other *Keyring) { k.keys = append(k.keys, other.keys...) }

// Fingerprints returns the primary keys' fingerprints, sorted.
func (k *Keyring) Fingerprints() []string {
	var all []string
	for _, e := range k.keys {
		all = append(all, Fingerprint(e.PrimaryKey))
	}
	slices.Sort(all)
	return all
}

// Fingerprint is written in 40 upper-case hex digits.
func Fingerprint(key *packet.PublicKey) string { return fmt.Sprintf("%X", key.Fingerprint) }

// Knows is true where the key id is that of one of the keys.
func (k *Keyring) Knows(id uint64) bool { return len(k.keys.EntitiesById(id)) > 0 }

// VerifyDetached checks the signatures of a block over some bytes, and returns
// who signed. One good signature is enough; a bad one by a key of the ring
// spoils the rest. The block is binary or armored. It returns an error wrapping
// one of this package's.
func (k *Keyring) VerifyDetached(signed, block []byte) (signers []Signer, err error) {
	defer Recovered(&err)
	if len(block) > maxSignature {
		return nil, fmt.Errorf("%w: signature of %d bytes", ErrTooLarge, len(block))
	}
	if bytes.HasPrefix(block, []byte("-----BEGIN")) {
		if block, err = unarmored(block); err != nil {
			return nil, err
		}
	}
	rest := error(ErrNotSigned)
	packets := packet.NewOpaqueReader(bytes.NewReader(block))
	for count := 0; ; count++ {
		op, err := packets.Next()
		if err == io.EOF {
			break
		}
		const signatureTag = 2
		if err != nil || count == maxSignatures || op.Tag != signatureTag {
			return nil, fmt.Errorf("%w: the signature block (%v)", ErrMalformed, err)
		}
		signer, err := k.verifyPacket(signed, op)
		switch {
		case err == nil:
			signers = append(signers, signer)
		case errors.Is(err, ErrBadSignature):
			return nil, err
		case !errors.Is(err, ErrNotSigned):
			rest = err
		}
	}
	if len(signers) == 0 {
		return nil, rest
	}
	return signers, nil
}

func unarmored(block []byte) ([]byte, error) {
	b, err := armor.Decode(bytes.NewReader(block))
	if err != nil {
		return nil, fmt.Errorf("%w: armor: %w", ErrMalformed, err)
	}
	raw, err := io.ReadAll(io.LimitReader(b.Body, maxSignature))
	if err != nil {
		return nil, fmt.Errorf("%w: armor: %w", ErrMalformed, err)
	}
	return raw, nil
}

func (k *Keyring) verifyPacket(signed []byte, op *packet.OpaquePacket) (Signer, error) {
	p, err := op.Parse()
	if err != nil {
		return Signer{}, fmt.Errorf("%w: %w", ErrNotSigned, err)
	}
	sig, ok := p.(*packet.Signature)
	if !ok || sig.IssuerKeyId == nil || !k.Knows(*sig.IssuerKeyId) {
		return Signer{}, ErrNotSigned
	}
	var raw bytes.Buffer
	if err := op.Serialize(&raw); err != nil {
		return Signer{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return k.VerifyOne(signed, raw.Bytes(), sig.CreationTime)
}

// VerifyOne checks one signature over a text. The key must have been valid at
// the time at which the signature says it was made, which is all that a
// signature without a time stamp can be held to.
func (k *Keyring) VerifyOne(text, signature []byte, made time.Time) (Signer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	cfg := &packet.Config{Time: func() time.Time { return made }}
	sig, entity, err := openpgp.VerifyDetachedSignature(k.keys, bytes.NewReader(text), bytes.NewReader(signature), cfg)
	if err != nil {
		return Signer{}, describe(err)
	}
	s := Signer{
		Fingerprint: Fingerprint(entity.PrimaryKey),
		Key:         fmt.Sprintf("%X", sig.IssuerFingerprint),
		Time:        made.UTC().Format(time.RFC3339),
	}
	if _, identity := entity.PrimaryIdentity(made, cfg); identity != nil {
		s.Name = identity.Name
	}
	return s, nil
}

func describe(err error) error {
	switch e := err.(type) {
	case openpgperrors.SignatureError:
		if strings.HasPrefix(string(e), "insecure") {
			return fmt.Errorf("%w: %w", ErrWeakDigest, err)
		}
		return fmt.Errorf("%w: %w", ErrBadSignature, err)
	case openpgperrors.UnsupportedError:
		return fmt.Errorf("%w: %w", ErrNotSigned, err)
	}
	if err == openpgperrors.ErrUnknownIssuer {
		return fmt.Errorf("%w: %w", ErrNotSigned, err)
	}
	return fmt.Errorf("%w: %w", ErrKeyNotValid, err)
}

// Recovered makes a panic of the library an error.
func Recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: the OpenPGP reader gave up: %v", ErrMalformed, p)
	}
}
