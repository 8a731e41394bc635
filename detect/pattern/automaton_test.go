package pattern

import "github.com/chatvet/chatvet/signatures"

// automaton is the peer that the benchmarks compare with: a plain dense
// automaton of Aho and Corasick, "Efficient string matching" (CACM 18, 1975),
// with the bytes that no pattern holds folded into one class.
type automaton struct {
	class   [256]uint16
	classes int
	next    []uint32  // state*classes+class -> state*classes
	output  [][]int32 // patterns that end in a state
	lengths []int
}

// newAutomaton takes patterns without masks.
func newAutomaton(patterns []signatures.Pattern) *automaton {
	a := &automaton{classes: 1}
	for _, p := range patterns {
		a.lengths = append(a.lengths, len(p.Bytes))
		for _, b := range p.Bytes {
			if a.class[b] == 0 {
				a.class[b] = uint16(a.classes)
				a.classes++
			}
		}
	}
	a.state()
	for i, p := range patterns {
		at := 0
		for _, b := range p.Bytes {
			edge := at*a.classes + int(a.class[b])
			if a.next[edge] == 0 {
				to := a.state()
				a.next[edge] = uint32(to)
			}
			at = int(a.next[edge])
		}
		a.output[at] = append(a.output[at], int32(i))
	}
	a.link()
	return a
}

func (a *automaton) state() int {
	a.next = append(a.next, make([]uint32, a.classes)...)
	a.output = append(a.output, nil)
	return len(a.output) - 1
}

// link turns the trie into an automaton, breadth first.
func (a *automaton) link() {
	fail := make([]uint32, len(a.output))
	var queue []uint32
	for c := range a.classes {
		if to := a.next[c]; to != 0 {
			queue = append(queue, to)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		a.output[at] = append(a.output[at], a.output[fail[at]]...)
		for c := range a.classes {
			edge, other := int(at)*a.classes+c, a.next[int(fail[at])*a.classes+c]
			if to := a.next[edge]; to != 0 {
				fail[to] = other
				queue = append(queue, to)
			} else {
				a.next[edge] = other
			}
		}
	}
	for i := range a.next {
		a.next[i] *= uint32(a.classes)
	}
}

func (a *automaton) search(data []byte) []Hit {
	first := make([]int, len(a.lengths))
	at := uint32(0)
	for i, b := range data {
		at = a.next[at+uint32(a.class[b])]
		if at == 0 {
			continue
		}
		for _, p := range a.output[at/uint32(a.classes)] {
			if first[p] == 0 {
				first[p] = i + 1
			}
		}
	}
	var hits []Hit
	for p, end := range first {
		if end > 0 {
			hits = append(hits, Hit{p, int64(end - a.lengths[p])})
		}
	}
	return hits
}
