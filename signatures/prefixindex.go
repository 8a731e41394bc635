package signatures

import (
	"cmp"
	"slices"
	"strings"
)

// prefixIndex finds the prefixes that a text begins with. Sorted, a prefix
// stands behind all of its own prefixes, so that the last one not above the
// text, and the prefixes of that one, are the only candidates.
type prefixIndex struct {
	sorted []prefixEntry
}

type prefixEntry struct {
	prefix string
	entry  int32
	parent int32 // the nearest entry before it whose prefix this one begins with
}

func (p *prefixIndex) add(prefix string, entry int32) {
	p.sorted = append(p.sorted, prefixEntry{prefix: prefix, entry: entry, parent: none})
}

func (p *prefixIndex) finish() {
	slices.SortFunc(p.sorted, func(a, b prefixEntry) int {
		return cmp.Or(cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.entry, b.entry))
	})
	for i := range p.sorted {
		p.sorted[i].parent = p.covering(int32(i)-1, p.sorted[i].prefix)
	}
}

// covering returns at, or the nearest of its parents, whose prefix s begins with.
func (p *prefixIndex) covering(at int32, s string) int32 {
	for at != none && !strings.HasPrefix(s, p.sorted[at].prefix) {
		at = p.sorted[at].parent
	}
	return at
}

func (p *prefixIndex) find(found []int32, s string) []int32 {
	after, _ := slices.BinarySearchFunc(p.sorted, s, func(e prefixEntry, s string) int {
		if e.prefix <= s {
			return -1
		}
		return 1
	})
	for at := p.covering(int32(after)-1, s); at != none; at = p.sorted[at].parent {
		found = append(found, p.sorted[at].entry)
	}
	return found
}
