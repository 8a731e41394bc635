// Package winreg reads keys of the Windows registry: those of a running Windows
// (OpenLive), those in a hive file of a disk that is not running (OpenHive), and
// keys in memory, for tests. All three are a Key.
//
// Hives are read as Maxim Suhanov's specification of the regf format describes
// them (https://github.com/msuhanov/regf). Nothing is ever written.
package winreg

import (
	"errors"
	"strings"
)

// Key is one open key. Errors wrap fs.ErrNotExist for what is not there and
// fs.ErrPermission for what may not be read. Names mean the same in upper and
// lower case.
type Key interface {
	// Open opens a key below this one; the parts of a path stand between
	// backslashes, and "" is the key itself.
	Open(path string) (Key, error)
	// Subkeys names the keys directly below. Where there are more than
	// MaxSubkeys, it returns the first ones and an error wrapping ErrTooMany.
	Subkeys() ([]string, error)
	// Value reads one value; "" is the key's default value.
	Value(name string) (Value, error)
	Close() error
}

// Bounds on what one key may hold. Real keys stay far below them.
const (
	MaxSubkeys = 100_000
	MaxValues  = 10_000
	MaxData    = 1 << 20 // bytes of one value
	MaxDepth   = 64      // parts of a path
)

// Reasons for which a key is not read.
var (
	ErrTooMany = errors.New("more than is read of one registry key")
	ErrDamaged = errors.New("the registry hive is damaged")
)

// Type says which field of a Value is set.
type Type int

// The types of value. ExpandText may hold names of variables (%ProgramFiles%).
const (
	Binary     Type = iota // Bytes
	Text                   // Text
	ExpandText             // Text
	Number                 // Number
	Texts                  // Texts
)

// Value is the data of one value.
type Value struct {
	Type   Type
	Text   string
	Number uint64
	Texts  []string
	Bytes  []byte
}

// TextOf reads a value of either type of text. It returns "" where there is no
// such value, or one of another type.
func TextOf(k Key, name string) string {
	v, err := k.Value(name)
	if err != nil || v.Type != Text && v.Type != ExpandText {
		return ""
	}
	return v.Text
}

// parts splits a path; too deep a path has no key.
func parts(path string) ([]string, error) {
	var all []string
	for part := range strings.SplitSeq(path, `\`) {
		if part != "" {
			all = append(all, part)
		}
	}
	if len(all) > MaxDepth {
		return nil, ErrTooMany
	}
	return all, nil
}
