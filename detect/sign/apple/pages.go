package apple

import (
	"bytes"
	"crypto"
	"hash"
)

// pageDigests takes the digests of the pages of one slice, piece by piece, and
// compares each with the one that a code directory lists.
type pageDigests struct {
	from, to int64 // of the code in the file
	page     int64
	list     []byte
	size     int
	hash     hash.Hash
	at       int64
	sum      []byte
	kind     crypto.Hash

	// firstBad is the offset in the file of the first page that differs, -1
	// where none does.
	firstBad int64
}

func newPageDigests(d *codeDirectory, offset int64) *pageDigests {
	page := d.page
	if page == 0 {
		page = max(d.limit, 1)
	}
	return &pageDigests{
		from: offset, to: offset + d.limit, page: page, list: d.pages, size: d.size,
		hash: d.hash.New(), kind: d.hash, firstBad: -1,
	}
}

// Cost implements digest.Taker.
func (p *pageDigests) Cost() int {
	if p.kind == crypto.SHA1 || p.kind == crypto.SHA256 {
		return 10
	}
	return 24
}

// Write implements digest.Taker: it cuts a piece at the borders of pages.
func (p *pageDigests) Write(piece []byte) {
	start := p.at
	p.at += int64(len(piece))
	from, to := max(p.from, start), min(p.to, p.at)
	for from < to {
		end := min(p.from+((from-p.from)/p.page+1)*p.page, p.to)
		part := piece[from-start : min(end, to)-start]
		p.hash.Write(part)
		if from += int64(len(part)); from == end {
			p.endPage(end)
		}
	}
}

func (p *pageDigests) endPage(end int64) {
	p.sum = p.hash.Sum(p.sum[:0])
	p.hash.Reset()
	if !bytes.Equal(p.sum[:p.size], p.list[:p.size]) && p.firstBad < 0 {
		p.firstBad = (end-1-p.from)/p.page*p.page + p.from
	}
	p.list = p.list[p.size:]
}

// match is true where every page was met and is the one in the list.
func (p *pageDigests) match() bool { return p.firstBad < 0 && len(p.list) == 0 }

// gaps looks for bytes that no slice and no signature covers: whoever adds
// something to a signed file leaves it there.
type gaps struct {
	spans [][2]int64 // in order
	at    int64
	found int64 // offset of the first byte that is no padding, -1 where none is
}

// Cost implements digest.Taker.
func (*gaps) Cost() int { return 1 }

// Write implements digest.Taker.
func (g *gaps) Write(piece []byte) {
	start := g.at
	g.at += int64(len(piece))
	for _, s := range g.spans {
		from, to := max(s[0], start), min(s[1], g.at)
		if from >= to || g.found >= 0 {
			continue
		}
		part := piece[from-start : to-start]
		if n := len(part) - len(bytes.TrimLeft(part, "\x00")); n < len(part) {
			g.found = from + int64(n)
		}
	}
}
