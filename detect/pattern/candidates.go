package pattern

import "math/bits"

// wideKey is the number of bytes by which a needle is looked up if its anchor
// lies in a run that is long enough.
const wideKey = 8

// candidate is one way in which a needle can stand around a gram.
type candidate struct {
	key    uint64 // the gram, or the wideKey bytes that begin with it
	needle uint32
	at     uint32 // where in the needle the key begins
}

// table finds candidates by their key: those with equal hashes stand side by
// side.
type table struct {
	shift      uint
	begin      []uint32 // by hash, into candidates; one more at the end
	candidates []candidate
}

func newTable(all []candidate) table {
	if len(all) == 0 {
		return table{}
	}
	size := bits.Len(uint(4*len(all) - 1))
	t := table{
		shift:      uint(64 - size),
		begin:      make([]uint32, 1<<size+1),
		candidates: make([]candidate, len(all)),
	}
	for _, c := range all {
		t.begin[t.hash(c.key)+1]++
	}
	for h := range 1 << size {
		t.begin[h+1] += t.begin[h]
	}
	next := append([]uint32(nil), t.begin...)
	for _, c := range all {
		h := t.hash(c.key)
		t.candidates[next[h]] = c
		next[h]++
	}
	return t
}

func (t *table) hash(key uint64) uint64 { return key * multiplier >> (t.shift & 63) }

// try tries every candidate of a key that begins at v.data[at:].
func (t *table) try(v *visit, key uint64, at int) {
	if len(t.candidates) == 0 {
		return
	}
	h := t.hash(key)
	for _, c := range t.candidates[t.begin[h]:t.begin[h+1]] {
		if c.key == key {
			v.try(int(c.needle), at-int(c.at))
		}
	}
}
