// Package digest reads a file once and takes its digests, with the pattern
// search beside them.
package digest

import (
	"context"
	"io"

	"github.com/chatvet/chatvet/detect/pattern"
	"github.com/chatvet/chatvet/signatures"
)

// Sums are hex digests; those that were not asked for are empty.
type Sums struct{ SHA256, SHA1, MD5 string }

// Request says what to take.
type Request struct {
	SHA256, SHA1, MD5 bool
	Search            pattern.Searcher // nil: nothing
}

// Want makes a request out of digest kinds of the list (FileSHA256, ...).
func Want(kinds []signatures.Kind) Request { panic("not built yet") }

// Result is what one pass over a file gave.
type Result struct {
	Sums
	Hits []pattern.Hit
	Size int64 // bytes read
}

// File reads size bytes of r from offset 0, in pieces, each piece going to all
// takers at once on as many cores as are worth it. A short read is an error
// wrapping io.ErrUnexpectedEOF; ctx ends it early.
func File(ctx context.Context, r io.ReaderAt, size int64, q Request) (Result, error) {
	panic("not built yet")
}
