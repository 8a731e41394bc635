package signatures

import (
	"slices"
	"sync"
)

// versionIndex finds the constraints that a version satisfies. Number patterns
// are looked up by their fixed numbers; other constraints lie in an interval
// tree by their span, and only those whose span holds the version are checked.
// Constraints cost far more to read than other values, so that is left to the
// first version that is looked up.
type versionIndex struct {
	unread []unreadConstraint
	once   sync.Once

	spans []versionSpan
	// highest[m] is the span with the highest end in the subtree whose root is
	// spans[m]. The tree is implicit: the root of spans[l:r] is its middle.
	highest []int32

	masks    []patternMask
	patterns map[string][]int32
}

type versionSpan struct {
	low, high  []uint64 // high is nil where it is open
	constraint Constraint
	entry      int32
}

type unreadConstraint struct {
	value string
	entry int32
}

// patternMask is one arrangement of free numbers that occurs in the list.
type patternMask struct {
	count int
	free  uint32
}

func (x *versionIndex) add(value string, entry int32) {
	x.unread = append(x.unread, unreadConstraint{value, entry})
}

func (x *versionIndex) build() {
	for _, u := range x.unread {
		x.read(u.value, u.entry)
	}
	x.unread = nil
	slices.SortStableFunc(x.spans, func(a, b versionSpan) int { return compareParts(a.low, b.low) })
	x.highest = make([]int32, len(x.spans))
	x.findHighest(0, len(x.spans))
}

func (x *versionIndex) read(value string, entry int32) {
	c, err := ParseConstraint(value)
	if err != nil {
		return
	}
	if c.pattern == nil {
		low, high := c.span()
		x.spans = append(x.spans, versionSpan{low, high, c, entry})
		return
	}
	mask := patternMask{len(c.pattern.values), c.pattern.free}
	if !slices.Contains(x.masks, mask) {
		x.masks = append(x.masks, mask)
	}
	if x.patterns == nil {
		x.patterns = make(map[string][]int32)
	}
	key := string(mask.key(nil, c.pattern.values))
	x.patterns[key] = append(x.patterns[key], entry)
}

// key appends the mask and the fixed numbers of parts.
func (m patternMask) key(to []byte, parts []uint64) []byte {
	to = append(to, byte(m.count), byte(m.free>>8), byte(m.free))
	for i, n := range parts {
		if m.free&(1<<i) == 0 {
			for shift := 56; shift >= 0; shift -= 8 {
				to = append(to, byte(n>>shift))
			}
		}
	}
	return to
}

func (x *versionIndex) findHighest(l, r int) int32 {
	if l >= r {
		return none
	}
	m := (l + r) / 2
	best := int32(m)
	for _, other := range []int32{x.findHighest(l, m), x.findHighest(m+1, r)} {
		if other != none && x.endsAfter(other, best) {
			best = other
		}
	}
	x.highest[m] = best
	return best
}

func (x *versionIndex) endsAfter(a, b int32) bool {
	highA, highB := x.spans[a].high, x.spans[b].high
	return highB != nil && (highA == nil || compareParts(highA, highB) > 0)
}

func (x *versionIndex) find(found []int32, v Version) []int32 {
	x.once.Do(x.build)
	var buffer [3 + 8*maxVersionParts]byte
	for _, mask := range x.masks {
		if mask.count == len(v.Parts) {
			found = append(found, x.patterns[string(mask.key(buffer[:0], v.Parts))]...)
		}
	}
	return x.findSpans(found, v, 0, len(x.spans))
}

func (x *versionIndex) findSpans(found []int32, v Version, l, r int) []int32 {
	if l >= r {
		return found
	}
	m := (l + r) / 2
	if !x.spans[x.highest[m]].reaches(v) {
		return found
	}
	found = x.findSpans(found, v, l, m)
	if compareParts(x.spans[m].low, v.Parts) > 0 {
		return found
	}
	if x.spans[m].reaches(v) && x.spans[m].constraint.Check(v) {
		found = append(found, x.spans[m].entry)
	}
	return x.findSpans(found, v, m+1, r)
}

func (s *versionSpan) reaches(v Version) bool {
	return s.high == nil || compareParts(v.Parts, s.high) <= 0
}
