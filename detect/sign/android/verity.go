package android

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// pageSize is what the leaves of a verity tree are digests of, in bytes.
const pageSize = 4096

// verity is the root of the tree of digests that fs-verity would have over the
// contents, with a salt of eight zeros, and after it their length ("APK
// verification using fs-verity": VerityBuilder in frameworks/base).
type verity struct {
	layout
	hash   hash.Hash
	page   []byte
	leaves []byte
	length uint64
}

func newVerity(l layout) *verity { return &verity{layout: l, hash: sha256.New()} }

// Write takes the next piece of the file.
func (v *verity) Write(piece []byte) { v.pass(piece, v.take) }

func (v *verity) take(b []byte, _ int64) {
	v.length += uint64(len(b))
	for len(b) > 0 {
		n := min(len(b), pageSize-len(v.page))
		v.page = append(v.page, b[:n]...)
		b = b[n:]
		if len(v.page) == pageSize {
			v.leaves = v.digest(v.leaves, v.page)
			v.page = v.page[:0]
		}
	}
}

// digest appends the digest of a page, filled up with zeros.
func (v *verity) digest(sums, page []byte) []byte {
	var zeros [pageSize]byte
	v.hash.Reset()
	v.hash.Write(zeros[:8]) // the salt
	v.hash.Write(page)
	v.hash.Write(zeros[:pageSize-len(page)])
	return v.hash.Sum(sums)
}

// Cost is what taking a piece costs, in tenths of SHA-256.
func (v *verity) Cost() int { return 11 }

// sum is nil where the signing block does not begin a page: Android has no root
// for such a file.
func (v *verity) sum() []byte {
	if v.b.offset%pageSize != 0 {
		return nil
	}
	level := v.leaves
	if len(v.page) > 0 {
		level = v.digest(level, v.page)
	}
	for len(level) > pageSize {
		var next []byte
		for at := 0; at < len(level); at += pageSize {
			next = v.digest(next, level[at:min(at+pageSize, len(level))])
		}
		level = next
	}
	root := v.digest(nil, level)
	return binary.LittleEndian.AppendUint64(root, v.length)
}
