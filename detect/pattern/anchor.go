package pattern

import "encoding/binary"

// An anchor is the stretch of a needle by which the filter finds it. Any
// stretch that is long enough would do; one whose grams are rare in programs,
// and rare among the needles, lets the filter be wrong less often.

// minRun is the shortest run of fixed bytes that can hold an anchor.
const minRun = 4

// run is a stretch needle.bytes[from:to] in which every bit is fixed.
type run struct{ from, to int }

// runs lists the runs of a needle.
func runs(n *needle) []run {
	if n.mask == nil {
		return []run{{0, len(n.bytes)}}
	}
	var all []run
	from := 0
	for i, m := range n.mask {
		if m == 0xff {
			continue
		}
		if i > from {
			all = append(all, run{from, i})
		}
		from = i + 1
	}
	if from < len(n.mask) {
		all = append(all, run{from, len(n.mask)})
	}
	return all
}

func longestRun(n *needle) int {
	longest := 0
	for _, r := range runs(n) {
		longest = max(longest, r.to-r.from)
	}
	return longest
}

// anchors chooses a place in each needle, once it has seen all of them.
type anchors struct {
	gram, stride int
	shared       map[uint32]uint16 // how many needles hold a gram
}

func newAnchors(needles []needle, which []int, gram, stride int) *anchors {
	a := &anchors{gram: gram, stride: stride, shared: make(map[uint32]uint16)}
	for _, i := range which {
		n := &needles[i]
		for _, r := range runs(n) {
			for at := r.from; at+gram <= r.to; at++ {
				if g := gramAt(n.bytes, at, gram); a.shared[g] < 1<<16-1 {
					a.shared[g]++
				}
			}
		}
	}
	return a
}

// choose returns where in the needle the first of the anchor's grams begins.
// Each of them has wide bytes of its run behind its beginning, if wide is true.
func (a *anchors) choose(n *needle) (at int, wide bool) {
	wide = longestRun(n) >= a.stride-1+wideKey
	need := a.stride - 1 + a.gram
	if wide {
		need = a.stride - 1 + wideKey
	}
	best := -1
	for _, r := range runs(n) {
		for from := r.from; from+need <= r.to; from++ {
			if cost := a.cost(n, from); best < 0 || cost < best {
				best, at = cost, from
			}
		}
	}
	return at, wide
}

// cost estimates how often a program lets the filter stop for an anchor.
func (a *anchors) cost(n *needle, from int) int {
	cost := 0
	for k := range a.stride {
		g := gramAt(n.bytes, from+k, a.gram)
		cost += commonness(n.bytes[from+k:from+k+a.gram]) + 16*min(int(a.shared[g])-1, 1<<10)
	}
	return cost
}

// commonness rises with the number of times that a gram is met in programs.
func commonness(gram []byte) int {
	product := 1
	for i, b := range gram {
		weight := byteWeight(b)
		if i > 0 && b == gram[i-1] {
			weight *= 2
		}
		product *= weight
	}
	return product
}

// byteWeight says, very roughly, how often a byte is met in programs and in the
// texts that they hold, from 1 to 8.
func byteWeight(b byte) int {
	switch {
	case b == 0:
		return 8
	case b == 0xff, b == ' ', b == 'e', b == 't':
		return 4
	case b >= 'a' && b <= 'z', b == 0x48, b == 0x8b, b == 0x89, b == 1:
		return 3
	case b >= 0x80, b == '/', b == '_':
		return 2
	}
	return 1
}

// gramAt is the gram of size bytes (at most four) at b[at:], little-endian.
func gramAt(b []byte, at, size int) uint32 {
	var four [4]byte
	copy(four[:size], b[at:])
	return binary.LittleEndian.Uint32(four[:])
}
