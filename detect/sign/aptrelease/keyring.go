package aptrelease

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	openpgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

//go:embed keys/*.gpg
var keyFiles embed.FS

// Keyring is a set of keys that are trusted to sign releases.
type Keyring struct {
	mu   sync.Mutex // the library keeps notes in the keys while it verifies
	keys openpgp.EntityList
}

// Signer is a key that signed a release.
type Signer struct {
	Fingerprint string // of the primary key, 40 upper-case hex digits
	Key         string // of the key that made the signature, which may be a subkey
	Name        string // user id
	Time        string // RFC 3339, as the signature says
}

// Debian returns the archive keys of Debian 10 to 13 (keys/README.md).
func Debian() (*Keyring, error) { return debian() }

var debian = sync.OnceValues(func() (*Keyring, error) {
	k := &Keyring{}
	names, err := fs.Glob(keyFiles, "keys/*.gpg")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := keyFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := k.add(data); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return k, nil
})

// NewKeyring reads binary OpenPGP public keys.
func NewKeyring(data []byte) (*Keyring, error) {
	k := &Keyring{}
	if err := k.add(data); err != nil {
		return nil, fmt.Errorf("reading keys: %w", err)
	}
	return k, nil
}

func (k *Keyring) add(data []byte) (err error) {
	defer recovered(&err)
	keys, err := openpgp.ReadKeyRing(bytes.NewReader(data))
	if err != nil {
		return err
	}
	k.keys = append(k.keys, keys...)
	return nil
}

// Fingerprints returns the primary keys' fingerprints, sorted.
func (k *Keyring) Fingerprints() []string {
	var all []string
	for _, e := range k.keys {
		all = append(all, fingerprint(e.PrimaryKey))
	}
	slices.Sort(all)
	return all
}

// verify checks one signature over a text. The key must have been valid at the
// time at which the signature says it was made, which is all that a signature
// without a time stamp can be held to.
func (k *Keyring) verify(text, signature []byte, made time.Time) (Signer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	cfg := &packet.Config{Time: func() time.Time { return made }}
	sig, entity, err := openpgp.VerifyDetachedSignature(k.keys, bytes.NewReader(text), bytes.NewReader(signature), cfg)
	if err != nil {
		return Signer{}, k.describe(err)
	}
	s := Signer{
		Fingerprint: fingerprint(entity.PrimaryKey),
		Key:         fmt.Sprintf("%X", sig.IssuerFingerprint),
		Time:        made.UTC().Format(time.RFC3339),
	}
	if _, identity := entity.PrimaryIdentity(made, cfg); identity != nil {
		s.Name = identity.Name
	}
	return s, nil
}

func (k *Keyring) describe(err error) error {
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

// knows is true where the key id is that of one of the keys.
func (k *Keyring) knows(id uint64) bool { return len(k.keys.EntitiesById(id)) > 0 }

func fingerprint(key *packet.PublicKey) string { return fmt.Sprintf("%X", key.Fingerprint) }

// recovered makes a panic of the library an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: the OpenPGP reader gave up: %v", ErrMalformed, p)
	}
}
