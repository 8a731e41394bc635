package winreg

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/sys/windows/registry"
)

// access reads in the 64-bit view, whatever chatvet was built for; the keys of
// 32-bit programs lie below WOW6432Node there.
const access = registry.QUERY_VALUE | registry.ENUMERATE_SUB_KEYS | registry.WOW64_64KEY

// OpenLive opens a key of the running Windows: below HKEY_LOCAL_MACHINE, or,
// where users is true, below HKEY_USERS.
func OpenLive(users bool, path string) (Key, error) {
	root := registry.LOCAL_MACHINE
	if users {
		root = registry.USERS
	}
	return liveKey{root}.Open(path)
}

type liveKey struct{ key registry.Key }

func (l liveKey) Open(path string) (Key, error) {
	if _, err := parts(path); err != nil {
		return nil, err
	}
	key, err := registry.OpenKey(l.key, path, access)
	if err != nil {
		return nil, fmt.Errorf("registry key %s: %w", path, err)
	}
	return liveKey{key}, nil
}

func (l liveKey) Subkeys() ([]string, error) {
	names, err := l.key.ReadSubKeyNames(MaxSubkeys)
	switch {
	case errors.Is(err, io.EOF):
		err = nil
	case err == nil && len(names) == MaxSubkeys:
		err = ErrTooMany
	}
	return names, err
}

func (l liveKey) Value(name string) (Value, error) {
	size, kind, err := l.key.GetValue(name, nil)
	if err != nil {
		return Value{}, fmt.Errorf("registry value %s: %w", name, err)
	}
	if size > MaxData {
		return Value{}, fmt.Errorf("registry value %s: %w", name, ErrTooMany)
	}
	data := make([]byte, size)
	n, kind, err := l.key.GetValue(name, data)
	if err != nil {
		return Value{}, fmt.Errorf("registry value %s: %w", name, err)
	}
	return decode(kind, data[:min(n, len(data))]), nil
}

func (l liveKey) Close() error { return l.key.Close() }
