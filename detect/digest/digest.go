// Package digest reads a file once and takes its digests, with the pattern
// search beside them.
//
// A reader and its size go in; SHA-256 (FIPS 180-4), SHA-1 (the same) and MD5
// (RFC 1321) in hex come out, as far as they were asked for, and the first
// place of each pattern. Small files are read and digested in the caller's
// goroutine, since many of them are read at once anyway; large ones are read
// ahead in pieces that go to several takers at the same time (fan.go). Either
// way one file holds at most about 1 MiB of buffers.
//
// On x86-64 with SHA instructions, SHA-256 with 600 patterns takes 1.5 to 1.6
// times as long as SHA-256 alone over large files when all cores are busy, and
// with MD5 1.1 times as long as the digests. To measure:
//
//	go test -run XXX -bench . ./detect/digest
//
// docs/speed.md explains the figures.
package digest

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"

	"github.com/chatvet/chatvet/detect/pattern"
	"github.com/chatvet/chatvet/signatures"
)

// Sums are hex digests; those that were not asked for are empty.
type Sums struct{ SHA256, SHA1, MD5 string }

// Request says what to take.
type Request struct {
	SHA256, SHA1, MD5 bool
	Search            pattern.Searcher // nil: nothing
	Also              []Taker
}

// Taker is something else that every byte of a file goes to, piece by piece
// from the first to the last, from one goroutine at a time. What it took is the
// whole file only where File returned no error.
type Taker interface {
	Write(piece []byte)
	// Cost is what taking a piece costs, in tenths of SHA-256.
	Cost() int
}

// Want makes a request out of digest kinds of the list (FileSHA256, ...).
// Other kinds ask for nothing.
func Want(kinds []signatures.Kind) Request {
	var q Request
	for _, k := range kinds {
		switch k {
		case signatures.FileSHA256:
			q.SHA256 = true
		case signatures.FileSHA1:
			q.SHA1 = true
		case signatures.FileMD5:
			q.MD5 = true
		}
	}
	return q
}

// Result is what one pass over a file gave.
type Result struct {
	Sums
	Hits []pattern.Hit
	Size int64 // bytes read
}

// File reads size bytes of r from offset 0, in pieces, each piece going to all
// takers at once on as many cores as are worth it. A short read is an error
// wrapping io.ErrUnexpectedEOF; ctx ends it early.
//
// With an error come the hits in what was read before it and the number of
// those bytes, but no sums: the digest of a part would pass for that of the
// file. Bytes behind size are not read; whether the file has any is for the
// caller to see.
func File(ctx context.Context, r io.ReaderAt, size int64, q Request) (Result, error) {
	if size < 0 {
		return Result{}, fmt.Errorf("reading a file of %d bytes", size)
	}
	t := newTakers(q)
	read, err := t.take(ctx, r, size)
	result := Result{Hits: t.hits(), Size: read}
	if err != nil {
		return result, err
	}
	result.Sums = t.sums()
	return result, nil
}

// takers are what the pieces of a file go to. Those that were not asked for are
// nil.
type takers struct {
	sha256, sha1, md5 hash.Hash
	search            pattern.Cursor
	also              []Taker
}

func newTakers(q Request) *takers {
	t := takers{also: q.Also}
	if q.SHA256 {
		t.sha256 = sha256.New()
	}
	if q.SHA1 {
		t.sha1 = sha1.New()
	}
	if q.MD5 {
		t.md5 = md5.New()
	}
	if q.Search != nil {
		t.search = q.Search.Cursor()
	}
	return &t
}

func (t *takers) sums() Sums {
	sum := func(h hash.Hash) string {
		if h == nil {
			return ""
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	return Sums{SHA256: sum(t.sha256), SHA1: sum(t.sha1), MD5: sum(t.md5)}
}

func (t *takers) hits() []pattern.Hit {
	if t.search == nil {
		return nil
	}
	return t.search.Hits()
}

// job is one taker: what it does with a piece, and what that costs next to the
// others.
type job struct {
	cost  int
	write func(piece []byte)
}

// jobs lists the takers, the dearest first. The costs were measured on x86-64
// with SHA extensions (docs/speed.md); they only balance the cores.
func (t *takers) jobs() []job {
	var jobs []job
	add := func(cost int, h hash.Hash) {
		if h != nil {
			jobs = append(jobs, job{cost, func(piece []byte) { h.Write(piece) }})
		}
	}
	add(24, t.md5)
	add(10, t.sha256)
	add(10, t.sha1)
	if t.search != nil {
		jobs = append(jobs, job{4, t.search.Write})
	}
	for _, a := range t.also {
		jobs = append(jobs, job{a.Cost(), a.Write})
	}
	slices.SortStableFunc(jobs, func(a, b job) int { return b.cost - a.cost })
	return jobs
}

// take gives every byte to every taker and returns how many were read.
func (t *takers) take(ctx context.Context, r io.ReaderAt, size int64) (int64, error) {
	jobs := t.jobs()
	if size >= fanSize && len(jobs) > 0 {
		return fanOut(ctx, r, size, share(jobs))
	}
	piece := borrow()
	defer giveBack(piece)
	var read int64
	for read < size {
		n, err := readPiece(ctx, r, piece[:min(size-read, pieceSize)], read)
		for _, j := range jobs {
			j.write(piece[:n])
		}
		read += int64(n)
		if err != nil {
			return read, err
		}
	}
	return read, nil
}
