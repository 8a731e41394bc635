package pattern

import (
	"encoding/binary"
	"math/bits"
)

const (
	// maxStride keeps four strides and a gram inside one window.
	maxStride = 15
	window    = 64
	// bitsPerGram of the bitmap keep grams that no anchor has from passing.
	bitsPerGram = 64
	minBits     = 1 << 15
	maxBits     = 1 << 23
	// multiplier is 2^64 divided by the golden ratio (Knuth, The Art of
	// Computer Programming, volume 3, section 6.4).
	multiplier = 0x9e3779b97f4a7c15
)

// filter passes over data and stops wherever an anchor may be.
type filter struct {
	gram   int    // bytes of a gram that count
	keep   uint32 // mask of those bytes
	stride int    // bytes from one gram to the next
	bits   []uint64
	// Needles by the gram at which the filter stops, or by the wideKey bytes
	// that begin there.
	narrow, wide table
}

func newFilter(needles []needle, anchored []int) filter {
	if len(anchored) == 0 {
		return filter{}
	}
	shortest := maxStride + minRun // longer runs are of no more use
	for _, i := range anchored {
		shortest = min(shortest, longestRun(&needles[i]))
	}
	f := filter{gram: 4}
	if shortest < 6 {
		f.gram = 3 // half the work for a few more stops
	}
	f.keep = ^uint32(0) >> (32 - 8*f.gram)
	f.stride = min(shortest-f.gram+1, maxStride)
	f.bits = make([]uint64, bitmapSize(len(anchored)*f.stride)/64)
	f.fill(needles, anchored)
	return f
}

func bitmapSize(grams int) int {
	return min(max(1<<bits.Len(uint(grams*bitsPerGram-1)), minBits), maxBits)
}

// fill enters every gram of every anchor.
func (f *filter) fill(needles []needle, anchored []int) {
	a := newAnchors(needles, anchored, f.gram, f.stride)
	var narrow, wide []candidate
	for _, i := range anchored {
		n := &needles[i]
		from, isWide := a.choose(n)
		// Last first: where the same gram comes twice in an anchor, the needle is
		// tried at its earlier place first.
		for at := from + f.stride - 1; at >= from; at-- {
			g := gramAt(n.bytes, at, f.gram)
			word, bit := place(g)
			f.bits[word&uint64(len(f.bits)-1)] |= 1 << bit
			c := candidate{key: uint64(g), needle: uint32(i), at: uint32(at)}
			if isWide {
				c.key = binary.LittleEndian.Uint64(n.bytes[at:])
				wide = append(wide, c)
			} else {
				narrow = append(narrow, c)
			}
		}
	}
	f.narrow, f.wide = newTable(narrow), newTable(wide)
}

// place says where in the bitmap a gram stands; word is still to be reduced.
func place(gram uint32) (word, bit uint64) {
	h := uint64(gram) * multiplier
	return h >> 32, h >> 58
}

// scan looks at one gram in every stride of the data and tries the needles
// around those that an anchor may have, from left to right.
func (f *filter) scan(v *visit) {
	if f.bits == nil {
		return
	}
	// The window's fixed size, the masked stride and the four grams at a time
	// spare checks of bounds and mispredicted branches.
	words, last, keep, stride := f.bits, uint64(len(f.bits)-1), f.keep, f.stride&maxStride
	rest := v.data
	for len(rest) >= window {
		w := (*[window]byte)(rest)
		w0, b0 := place(binary.LittleEndian.Uint32(w[:]) & keep)
		w1, b1 := place(binary.LittleEndian.Uint32(w[stride:]) & keep)
		w2, b2 := place(binary.LittleEndian.Uint32(w[2*stride:]) & keep)
		w3, b3 := place(binary.LittleEndian.Uint32(w[3*stride:]) & keep)
		if (words[w0&last]>>b0|words[w1&last]>>b1|words[w2&last]>>b2|words[w3&last]>>b3)&1 != 0 {
			f.stop(v, len(v.data)-len(rest), 4)
		}
		rest = rest[4*stride:]
	}
	if len(rest) >= f.gram {
		f.stop(v, len(v.data)-len(rest), (len(rest)-f.gram)/stride+1)
	}
}

// stop takes a closer look at some grams, of which the first is at data[at:].
func (f *filter) stop(v *visit, at, grams int) {
	for range grams {
		g := f.gramAt(v.data, at)
		if word, bit := place(g); f.bits[word&uint64(len(f.bits)-1)]>>bit&1 != 0 {
			if len(v.data)-at >= wideKey {
				f.wide.try(v, binary.LittleEndian.Uint64(v.data[at:]), at)
			}
			f.narrow.try(v, uint64(g), at)
		}
		at += f.stride
	}
}

// gramAt is the gram at data[at:], which may end with it.
func (f *filter) gramAt(data []byte, at int) uint32 {
	if len(data)-at >= 4 {
		return binary.LittleEndian.Uint32(data[at:]) & f.keep
	}
	return gramAt(data, at, f.gram)
}
