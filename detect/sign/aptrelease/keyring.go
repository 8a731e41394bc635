package aptrelease

import (
	"embed"
	"fmt"
	"io/fs"
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
		if err := k.Add(data); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return k, nil
})

// NewKeyring reads OpenPGP public keys, binary or armored.
func NewKeyring(data []byte) (*Keyring, error) { return pgp.NewKeyring(data) }
