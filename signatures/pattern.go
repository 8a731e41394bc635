package signatures

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// Pattern is one byte pattern to search for.
type Pattern struct {
	// Name is Indicator.Pattern; a text in two encodings is two patterns of the
	// same name.
	Name     string
	Encoding Encoding // empty for hex patterns
	Bytes    []byte
	Mask     []byte // nil, or 0xff, and 0xf0/0x0f/0x00 where a nibble is free
}

// PatternSet is what has to be searched for in one format.
type PatternSet struct {
	ID       string // digest of the set, empty for the empty set
	Patterns []Pattern
}

// Patterns returns the patterns for files of a format: the content indicators
// of every family that exists on a platform with that format, in order of name
// and encoding.
func (l *List) Patterns(f Format) PatternSet {
	var set PatternSet
	for _, e := range l.index.entries {
		if ind := e.ref.Indicator; ind != nil && ind.Kind == Content && e.ref.Family.comesAs(f) {
			// A pattern that cannot be read finds nothing; the check refuses it.
			patterns, _ := ind.Patterns()
			set.Patterns = append(set.Patterns, patterns...)
		}
	}
	slices.SortFunc(set.Patterns, func(a, b Pattern) int {
		return cmp.Or(
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Encoding, b.Encoding),
			bytes.Compare(a.Bytes, b.Bytes),
		)
	})
	set.Patterns = slices.CompactFunc(set.Patterns, func(a, b Pattern) bool {
		return a.Name == b.Name && a.Encoding == b.Encoding && bytes.Equal(a.Bytes, b.Bytes)
	})
	set.ID = patternSetID(set.Patterns)
	return set
}

// comesAs is true where f is a format of one of the family's platforms. It is
// false for no family at all: clients have no content indicators to search for.
func (family *Family) comesAs(f Format) bool {
	return family != nil && slices.ContainsFunc(family.Platforms, func(p Platform) bool {
		return slices.Contains(p.Formats(), f)
	})
}

func patternSetID(patterns []Pattern) string {
	if len(patterns) == 0 {
		return ""
	}
	h := sha256.New()
	for _, p := range patterns {
		for _, field := range [][]byte{[]byte(p.Name), []byte(p.Encoding), p.Bytes, p.Mask} {
			h.Write(binary.AppendUvarint(nil, uint64(len(field))))
			h.Write(field)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Patterns returns the byte patterns of a content indicator: one for hex, one
// for each encoding of a text.
func (i *Indicator) Patterns() ([]Pattern, error) {
	if i.Hex != "" {
		data, mask, err := parseHexPattern(i.Hex)
		if err != nil {
			return nil, err
		}
		return []Pattern{{Name: i.Pattern(), Bytes: data, Mask: mask}}, nil
	}
	if i.Text == "" {
		return nil, errors.New("content has neither text nor hex")
	}
	patterns := make([]Pattern, 0, len(i.Encodings))
	for _, encoding := range i.Encodings {
		p := Pattern{Name: i.Text, Encoding: encoding}
		switch encoding {
		case ASCII:
			p.Bytes = []byte(i.Text)
		case UTF16LE:
			for _, unit := range utf16.Encode([]rune(i.Text)) {
				p.Bytes = binary.LittleEndian.AppendUint16(p.Bytes, unit)
			}
		default:
			return nil, fmt.Errorf("unknown encoding %q", encoding)
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

// parseHexPattern reads hex digits without spaces, where "?" is a free nibble.
// The mask is nil where nothing is free.
func parseHexPattern(s string) (data, mask []byte, err error) {
	if s == "" || len(s)%2 != 0 {
		return nil, nil, fmt.Errorf("hex pattern of %d digits", len(s))
	}
	digits, err := hex.DecodeString(strings.ReplaceAll(s, "?", "0"))
	if err != nil {
		return nil, nil, fmt.Errorf("hex pattern: %w", err)
	}
	if !strings.Contains(s, "?") {
		return digits, nil, nil
	}
	mask = make([]byte, len(digits))
	for i := range s {
		if s[i] == '?' {
			continue
		}
		if i%2 == 0 {
			mask[i/2] |= 0xf0
		} else {
			mask[i/2] |= 0x0f
		}
	}
	return digits, mask, nil
}

// Digests returns the kinds of digest (FileSHA256 first, always) that the list
// can use for files of a format.
func (l *List) Digests(f Format) []Kind {
	kinds := []Kind{FileSHA256}
	for _, kind := range []Kind{FileSHA1, FileMD5} {
		if slices.ContainsFunc(l.index.entries, func(e entry) bool {
			k, _ := e.key()
			return k == kind && e.ref.Family.comesAs(f)
		}) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
