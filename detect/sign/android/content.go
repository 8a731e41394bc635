package android

import (
	"crypto"
	"encoding/binary"
	"hash"

	"github.com/chatvet/chatvet/detect/inspect/apk"
)

// contentDigest takes the digest of a package's contents while the pieces of the
// file pass by.
type contentDigest interface {
	Write(piece []byte)
	Cost() int
	sum() []byte
}

func newContentDigest(kind contentKind, f *apk.File, b *block) contentDigest {
	l := layout{f: f, b: b}
	switch kind {
	case chunkedSHA256:
		return &chunks{layout: l, hash: crypto.SHA256.New(), cost: 10}
	case chunkedSHA512:
		return &chunks{layout: l, hash: crypto.SHA512.New(), cost: 24}
	}
	return newVerity(l)
}

// layout passes on what signatures cover: everything up to the signing block,
// the directory, and the end record as it would be without the block ("Integrity-
// protected contents" in APK Signature Scheme v2).
type layout struct {
	f  *apk.File
	b  *block
	at int64 // how much of the file has passed
}

// pass calls take with the covered bytes of a piece, and with how many bytes
// their section has left, they included.
func (l *layout) pass(piece []byte, take func(bytes []byte, left int64)) {
	sections := []struct{ from, to int64 }{{0, l.b.offset}, {l.b.end, l.f.EndOffset}, {l.f.EndOffset, l.f.Size}}
	for i, s := range sections {
		from, to := max(s.from-l.at, 0), min(s.to-l.at, int64(len(piece)))
		if from >= to {
			continue
		}
		part := piece[from:to]
		if i == len(sections)-1 {
			part = l.end(l.at+from, part)
		}
		take(part, s.to-l.at-from)
	}
	l.at += int64(len(piece))
}

// end is a part of the end record, from an offset in the file on, with the offset
// of the directory as if there were no block.
func (l *layout) end(offset int64, part []byte) []byte {
	const field = 16
	end := append([]byte{}, l.f.End...)
	binary.LittleEndian.PutUint32(end[field:], uint32(l.b.offset))
	from := offset - l.f.EndOffset
	return end[from : from+int64(len(part))]
}

// chunkSize is how much of the contents has a digest of its own, in bytes.
const chunkSize = 1 << 20

// chunks is the digest over the digests of chunks ("Integrity-protected
// contents").
type chunks struct {
	layout
	hash  hash.Hash
	cost  int
	open  int64 // how much the current chunk still lacks
	count uint32
	sums  []byte
}

// Write takes the next piece of the file.
func (c *chunks) Write(piece []byte) { c.pass(piece, c.take) }

func (c *chunks) take(b []byte, left int64) {
	for len(b) > 0 {
		if c.open == 0 {
			c.begin(min(left, chunkSize))
		}
		n := min(int64(len(b)), c.open)
		c.hash.Write(b[:n])
		b, left, c.open = b[n:], left-n, c.open-n
		if c.open == 0 {
			c.sums = c.hash.Sum(c.sums)
			c.count++
		}
	}
}

func (c *chunks) begin(length int64) {
	head := [5]byte{0xa5}
	binary.LittleEndian.PutUint32(head[1:], uint32(length))
	c.hash.Reset()
	c.hash.Write(head[:])
	c.open = length
}

// Cost is what taking a piece costs, in tenths of SHA-256.
func (c *chunks) Cost() int { return c.cost }

func (c *chunks) sum() []byte {
	head := [5]byte{0x5a}
	binary.LittleEndian.PutUint32(head[1:], c.count)
	c.hash.Reset()
	c.hash.Write(head[:])
	c.hash.Write(c.sums)
	return c.hash.Sum(nil)
}
