package pgp

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"
)

//go:embed keys/*.asc
var keyFiles embed.FS

// owners are the distributors whose keys chatvet knows, by fingerprint
// (keys/README.md).
var owners = map[string]string{
	"B0F4950458F69E1150C6C5EDC8AC4916105EF944": "Fedora 42",
	"C6E7F081CF80E13146676E88829B606631645531": "Fedora 43",
	"36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6": "Fedora 44",
	"6E5C05D979C76DAF93C081354184DD4D907A7CAE": "Flathub",
}

// Owner names the distributor that a key is of; ok is false for all others.
func Owner(fingerprint string) (name string, ok bool) {
	name, ok = owners[fingerprint]
	return name, ok
}

// Distributions returns the distributors' keys that chatvet brings along. Those
// that Owner knows by their fingerprint alone are not among them.
func Distributions() (*Keyring, error) {
	keys, err := distributions()
	if err != nil {
		return nil, err
	}
	ring := &Keyring{}
	ring.Join(keys)
	return ring, nil
}

var distributions = sync.OnceValues(func() (*Keyring, error) { return ReadKeys(keyFiles, "keys/*.asc") })

// ReadKeys reads the public keys in the files of a pattern.
func ReadKeys(files fs.FS, pattern string) (*Keyring, error) {
	k := &Keyring{}
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if err := k.Add(data); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return k, nil
}
