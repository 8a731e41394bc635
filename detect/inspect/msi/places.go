package msi

import "sort"

// places finds where an offset of a stream lies in the file.
type places struct {
	runs   []run
	starts []int64 // offset of each run in the stream
	length int64
}

func newPlaces(runs []run) *places {
	p := &places{runs: runs}
	for _, r := range runs {
		p.starts = append(p.starts, p.length)
		p.length += r.length
	}
	return p
}

func (p *places) find(offset int64) (at int64, ok bool) {
	if offset < 0 || offset >= p.length {
		return 0, false
	}
	i := sort.Search(len(p.starts), func(i int) bool { return p.starts[i] > offset }) - 1
	return p.runs[i].at + offset - p.starts[i], true
}
