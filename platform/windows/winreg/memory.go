package winreg

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Memory is a key that lies in memory, for tests and for what was exported.
type Memory struct {
	name   string
	keys   map[string]*Memory // by name in lower case
	values map[string]Value
	denied bool
}

// NewMemory returns an empty key.
func NewMemory() *Memory {
	return &Memory{keys: map[string]*Memory{}, values: map[string]Value{}}
}

// Add makes a key below this one, and those above it, and returns it.
func (m *Memory) Add(path string) *Memory {
	at := m
	for part := range strings.SplitSeq(path, `\`) {
		next := at.keys[strings.ToLower(part)]
		if next == nil {
			next = NewMemory()
			next.name = part
			at.keys[strings.ToLower(part)] = next
		}
		at = next
	}
	return at
}

// Set gives the key a text and returns the key.
func (m *Memory) Set(name, text string) *Memory {
	m.values[strings.ToLower(name)] = Value{Type: Text, Text: text}
	return m
}

// Deny makes opening the key fail as the system refuses it.
func (m *Memory) Deny() { m.denied = true }

// Open implements Key.
func (m *Memory) Open(path string) (Key, error) {
	names, err := parts(path)
	if err != nil {
		return nil, err
	}
	at := m
	for _, name := range names {
		if at = at.keys[strings.ToLower(name)]; at == nil {
			return nil, fmt.Errorf("registry key %s: %w", path, fs.ErrNotExist)
		}
		if at.denied {
			return nil, fmt.Errorf("registry key %s: %w", path, fs.ErrPermission)
		}
	}
	return at, nil
}

// Subkeys implements Key.
func (m *Memory) Subkeys() ([]string, error) {
	var names []string
	for _, key := range slices.Sorted(maps.Keys(m.keys)) {
		names = append(names, m.keys[key].name)
	}
	return names, nil
}

// Value implements Key.
func (m *Memory) Value(name string) (Value, error) {
	v, ok := m.values[strings.ToLower(name)]
	if !ok {
		return Value{}, fmt.Errorf("registry value %s: %w", name, fs.ErrNotExist)
	}
	return v, nil
}

// Close implements Key.
func (*Memory) Close() error { return nil }
