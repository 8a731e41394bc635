package signatures

import "slices"

// prefixIndex finds the prefixes that a text begins with: one look-up for each
// length that any of them has.
type prefixIndex struct {
	lengths []int // rising
	entries map[string][]int32
}

func (p *prefixIndex) add(prefix string, entry int32) {
	if p.entries == nil {
		p.entries = make(map[string][]int32)
	}
	p.entries[prefix] = append(p.entries[prefix], entry)
	if at, found := slices.BinarySearch(p.lengths, len(prefix)); !found {
		p.lengths = slices.Insert(p.lengths, at, len(prefix))
	}
}

func (p *prefixIndex) find(found []int32, s string) []int32 {
	for _, n := range p.lengths {
		if n > len(s) {
			break
		}
		found = append(found, p.entries[s[:n]]...)
	}
	return found
}
