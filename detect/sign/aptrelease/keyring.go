package aptrelease

import (
	"embed"
	"sync"

	"github.com/chatvet/chatvet/detect/sign/pgp"
)

//go:embed keys/*.gpg
var keyFiles embed.FS

// Keyring is a set of keys that may sign releases.
type Keyring = pgp.Keyring

// Signer is a key that signed a release.
type Signer = pgp.Signer

// Debian returns the archive keys of Debian 10 to 13 (keys/README.md).
func Debian() (*Keyring, error) { return debian() }

var debian = sync.OnceValues(func() (*Keyring, error) { return pgp.ReadKeys(keyFiles, "keys/*.gpg") })

// NewKeyring reads OpenPGP public keys, binary or armored.
func NewKeyring(data []byte) (*Keyring, error) { return pgp.NewKeyring(data) }
