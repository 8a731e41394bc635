package pattern

import (
	"cmp"
	"slices"
)

// Cursor starts a search at offset 0 of a stream.
func (s *searcher) Cursor() Cursor {
	return &cursor{searcher: s, found: make([]uint64, (len(s.needles)+63)/64)}
}

type cursor struct {
	*searcher
	found  []uint64 // a bit for each needle
	hits   []Hit    // in the order in which they were found
	length int64    // of the stream so far
	// end is what the stream ended with so far: one byte less than the longest
	// needle, or the whole stream.
	end []byte
}

// Write takes the next piece of the stream: first it looks for needles that
// begin in earlier pieces, then for those that lie in p, each from left to
// right. So the first place that is seen of a needle is its first in the
// stream.
func (c *cursor) Write(p []byte) {
	if c.longest == 0 {
		return
	}
	begin := c.length
	c.length += int64(len(p))
	reach := c.longest - 1
	head := p[:min(len(p), reach)]
	if len(c.end) > 0 {
		before := int64(len(c.end))
		c.end = append(c.end, head...)
		c.search(c.end, begin-before)
	}
	if len(c.end) == 0 || len(head) < len(p) {
		c.search(p, begin)
		c.end = append(c.end[:0], p[len(p)-len(head):]...)
	}
	if extra := len(c.end) - reach; extra > 0 {
		c.end = append(c.end[:0], c.end[extra:]...)
	}
}

// Hits returns the first place of each pattern found so far.
func (c *cursor) Hits() []Hit {
	hits := slices.Clone(c.hits)
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Compare(a.Pattern, b.Pattern) })
	return hits
}

// search looks for needles that lie in data, which begins at offset begin of
// the stream.
func (c *cursor) search(data []byte, begin int64) {
	v := visit{cursor: c, data: data, begin: begin}
	c.filter.scan(&v)
	c.loose.scan(&v)
}

// visit is one stretch of the stream while it is searched.
type visit struct {
	*cursor
	data  []byte
	begin int64 // offset of data in the stream
}

// try compares a needle with the data at start and notes the hit if it is the
// needle's first.
func (v *visit) try(needle, start int) {
	word, bit := needle/64, uint64(1)<<(needle%64)
	if v.found[word]&bit != 0 {
		return
	}
	n := &v.needles[needle]
	if !n.standsAt(v.data, start) {
		return
	}
	v.found[word] |= bit
	for _, p := range n.patterns {
		v.hits = append(v.hits, Hit{Pattern: p, Offset: v.begin + int64(start)})
	}
}
