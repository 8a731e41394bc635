// Package pattern searches byte streams for many patterns at once.
//
// Patterns go in (literal bytes, or bytes of which some nibbles are free), and
// a stream in pieces; the first place of each pattern that occurs comes out.
// What is found depends only on the bytes of the stream, not on how it was cut
// into pieces.
//
// The search looks at one short gram of the stream in every few bytes. Every
// pattern has an anchor, a stretch of fixed bytes so long that one of the grams
// looked at must fall inside it wherever the pattern stands; all grams of all
// anchors are in a bitmap (filter.go). The few grams that the bitmap lets
// through lead by a hash table (candidates.go) to the patterns that may stand
// there, which are then compared byte by byte. The idea is that of Wu and
// Manber, "A fast algorithm for multi-pattern searching" (TR-94-17, 1994), with
// a fixed stride in the place of the shift table, so that no step waits for the
// one before it, and of the q-gram filters of Salmela, Tarhio and Kytöjoki,
// "Multipattern string matching with q-grams" (JEA 11, 2006). Patterns without
// four fixed bytes in a row are searched apart (loose.go).
//
// docs/speed.md says how fast it is and how to measure it.
package pattern

import (
	"fmt"

	"github.com/chatvet/chatvet/signatures"
)

// Searcher finds the patterns it was built from. It is safe for use by many
// goroutines; each search has its own Cursor.
type Searcher interface {
	// Cursor starts a search at offset 0 of a stream.
	Cursor() Cursor
}

// Cursor takes a stream piece by piece, in order and without holes, and keeps
// hits that cross a border between pieces.
type Cursor interface {
	Write(p []byte)
	// Hits returns the first place of each pattern found so far, by rising
	// pattern index. Offset is in bytes from the start of the stream.
	Hits() []Hit
}

// Hit is the first place at which a pattern occurs.
type Hit struct {
	Pattern int // index into the patterns given to New
	Offset  int64
}

// New builds a searcher. It returns an error that names the pattern when one is
// empty or its mask has another length than its bytes.
//
// Equal patterns each have their own hit. The patterns' bytes are copied.
func New(patterns []signatures.Pattern) (Searcher, error) {
	needles, err := distinct(patterns)
	if err != nil {
		return nil, err
	}
	s := &searcher{needles: needles}
	var anchored []int
	for i := range needles {
		s.longest = max(s.longest, len(needles[i].bytes))
		if longestRun(&needles[i]) < minRun {
			s.loose.add(needles, i)
		} else {
			anchored = append(anchored, i)
		}
	}
	s.filter = newFilter(needles, anchored)
	return s, nil
}

// searcher is the one Searcher there is. It does not change once it is built.
type searcher struct {
	needles []needle
	filter  filter
	loose   loose
	longest int // of the needles, in bytes
}

// needle is a pattern as it is searched for: equal patterns are one needle.
type needle struct {
	bytes    []byte // zero where mask is
	mask     []byte // nil where every bit is fixed
	patterns []int  // indexes into the patterns given to New, rising
}

// distinct makes needles of patterns, in order of their first appearance.
func distinct(patterns []signatures.Pattern) ([]needle, error) {
	needles := make([]needle, 0, len(patterns))
	seen := make(map[string]int, len(patterns))
	for i := range patterns {
		n, err := newNeedle(&patterns[i])
		if err != nil {
			return nil, fmt.Errorf("pattern %d (%q): %w", i, patterns[i].Name, err)
		}
		key := string(n.bytes) + string(n.mask)
		if n.mask != nil {
			key = "masked " + key
		} else {
			key = "literal " + key
		}
		at, ok := seen[key]
		if !ok {
			at = len(needles)
			seen[key] = at
			needles = append(needles, n)
		}
		needles[at].patterns = append(needles[at].patterns, i)
	}
	return needles, nil
}

func newNeedle(p *signatures.Pattern) (needle, error) {
	if len(p.Bytes) == 0 {
		return needle{}, fmt.Errorf("it is empty")
	}
	if p.Mask != nil && len(p.Mask) != len(p.Bytes) {
		return needle{}, fmt.Errorf("its mask has %d bytes for a pattern of %d", len(p.Mask), len(p.Bytes))
	}
	n := needle{bytes: append([]byte(nil), p.Bytes...)}
	for _, m := range p.Mask {
		if m != 0xff {
			n.mask = append([]byte(nil), p.Mask...)
			break
		}
	}
	for i := range n.mask {
		n.bytes[i] &= n.mask[i]
	}
	return n, nil
}

// standsAt is true where the needle is data[start:start+len(n.bytes)].
func (n *needle) standsAt(data []byte, start int) bool {
	if start < 0 || start > len(data)-len(n.bytes) {
		return false
	}
	here := data[start : start+len(n.bytes)]
	if n.mask == nil {
		return string(here) == string(n.bytes)
	}
	for i, m := range n.mask {
		if here[i]&m != n.bytes[i] {
			return false
		}
	}
	return true
}
