package authenticode

import (
	"crypto"
	"hash"

	"github.com/chatvet/chatvet/detect/inspect/pe"
)

// span is the bytes from one offset up to another.
type span struct{ from, to int64 }

// imageDigest takes the digest of a program as "Calculating the PE Image Hash"
// has it: all bytes up to the certificate table but for the checksum and the
// entry of the table in the headers, both of which signing changes. Bytes
// behind the table are not in it, and spoil a signature by being there.
type imageDigest struct {
	kind crypto.Hash
	hash hash.Hash
	kept []span // in order
	at   int64
}

func newImageDigest(kind crypto.Hash, f *pe.File) *imageDigest {
	return &imageDigest{kind: kind, hash: kind.New(), kept: signedSpans(f)}
}

// signedSpans are the bytes of a program that a signature covers.
func signedSpans(f *pe.File) []span {
	return []span{
		{0, f.ChecksumOffset},
		{f.ChecksumOffset + 4, f.SecurityEntryOffset},
		{f.SecurityEntryOffset + 8, f.Certificates.Offset},
	}
}

func (d *imageDigest) Write(piece []byte) {
	for _, s := range d.kept {
		d.hash.Write(s.of(piece, d.at))
	}
	d.at += int64(len(piece))
}

func (d *imageDigest) Cost() int { return cost(d.kind) }

func (d *imageDigest) sum() []byte { return d.hash.Sum(nil) }

// of returns the part of a piece, which begins at an offset, that lies in s.
func (s span) of(piece []byte, at int64) []byte {
	from, to := max(s.from-at, 0), min(s.to-at, int64(len(piece)))
	if from >= to {
		return nil
	}
	return piece[from:to]
}

// cost is what a digest costs in tenths of SHA-256, as measured on x86-64 with
// SHA extensions. It only balances the cores.
func cost(kind crypto.Hash) int {
	switch kind {
	case crypto.SHA1, crypto.SHA256, crypto.SHA224:
		return 10
	}
	return 24
}
