// Package archive walks the members of zip and tar files within bounds. An
// io.ReaderAt goes in; each regular member comes out as a name and a stream.
// Nothing is written anywhere, and a member's name is never used as a path.
//
// It follows APPNOTE.TXT by PKWARE (6.3) as far as archive/zip does, and POSIX
// pax, ustar and GNU tar as archive/tar does, with gzip (RFC 1952), bzip2, xz
// and zstd (RFC 8878) around a tar.
//
// Android's tolerance for zip files that others refuse is not copied here.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// Errors that a caller tells apart. They are wrapped with detail.
var (
	ErrNotArchive     = errors.New("not an archive")
	ErrTooManyMembers = errors.New("more members than are looked at")
	ErrExpansion      = errors.New("unpacks to more than is looked at")
	ErrEncrypted      = errors.New("encrypted")
	ErrMethod         = errors.New("compressed in a way that is not known here")
)

// Member is a regular file inside an archive.
type Member struct {
	Name string // as it stands there: any bytes
	Size int64  // as the archive claims
}

// Visit is called for each member, in the archive's order. The stream ends with
// the member; reading it to its end is not required. An error ends the walk.
type Visit func(Member, io.Reader) error

// Walk is a reader of one kind of archive.
type Walk func(ctx context.Context, r io.ReaderAt, size int64, limits Limits, visit Visit) error

// Limits bound one walk.
type Limits struct {
	Members int
	Budget  *Budget // shared by everything inside one outer file
}

// Budget is the number of bytes that may still be unpacked. Many readers may
// draw on it.
type Budget struct{ left atomic.Int64 }

// NewBudget makes a budget of n bytes.
func NewBudget(n int64) *Budget {
	b := &Budget{}
	b.left.Store(n)
	return b
}

// Reader passes r through until the budget is used up, then fails with
// ErrExpansion.
func (b *Budget) Reader(r io.Reader) io.Reader { return &metered{r: r, budget: b} }

// Take draws n bytes at once, or fails with ErrExpansion.
func (b *Budget) Take(n int64) error {
	if n < 0 || b.left.Add(-n) < 0 {
		return ErrExpansion
	}
	return nil
}

// Left is what may still be unpacked.
func (b *Budget) Left() int64 { return max(0, b.left.Load()) }

type metered struct {
	r      io.Reader
	budget *Budget
}

func (m *metered) Read(p []byte) (int, error) {
	left := m.budget.left.Load()
	if left <= 0 {
		// The budget may end exactly where the stream does.
		var one [1]byte
		if n, err := m.r.Read(one[:]); n == 0 && err != nil {
			return 0, err
		}
		return 0, ErrExpansion
	}
	n, err := m.r.Read(p[:min(int64(len(p)), left)])
	m.budget.left.Add(-int64(n))
	return n, err
}

// stopping ends a stream with the context's error.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// recovered turns a panic of a decompressor into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: reader stopped: %v", ErrNotArchive, p)
	}
}
