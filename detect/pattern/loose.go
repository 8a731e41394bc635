package pattern

import "math/bits"

// loose searches for needles that have no run of minRun fixed bytes, by one
// byte of each. It looks at every byte of the data, so such patterns cost more
// than all others together; the list has few of them, if any.
type loose struct {
	byByte  [256][]looseNeedle
	needles int
}

type looseNeedle struct{ needle, at int }

// add enters a needle under every value that the byte it is found by can have.
func (l *loose) add(needles []needle, i int) {
	n := &needles[i]
	at := 0
	for k := range n.bytes {
		if n.rarer(k, at) {
			at = k
		}
	}
	for value := range l.byByte {
		if byte(value)&n.fixed(at) == n.bytes[at] {
			l.byByte[value] = append(l.byByte[value], looseNeedle{i, at})
		}
	}
	l.needles++
}

// rarer is true where fewer bytes of a program fit the needle's byte at than
// its byte than.
func (n *needle) rarer(at, than int) bool {
	if a, b := bits.OnesCount8(n.fixed(at)), bits.OnesCount8(n.fixed(than)); a != b {
		return a > b
	}
	return byteWeight(n.bytes[at]) < byteWeight(n.bytes[than])
}

// fixed is the mask of the needle's byte at.
func (n *needle) fixed(at int) byte {
	if n.mask == nil {
		return 0xff
	}
	return n.mask[at]
}

// scan tries every needle at each byte that it may be found by, from left to
// right.
func (l *loose) scan(v *visit) {
	if l.needles == 0 {
		return
	}
	for at, b := range v.data {
		for _, n := range l.byByte[b] {
			v.try(n.needle, at-n.at)
		}
	}
}
