// Package unpack turns compressed streams into plain ones, within bounds: the
// compressions that Debian's packages and indexes come in. Compressed bytes go
// in, plain bytes come out, never more than the caller allowed.
//
// gzip (RFC 1952), bzip2 and zstd (RFC 8878) are read by their libraries; of xz
// (file format 1.2.1) the container is read here and LZMA2 by a library, because
// the library's own container reader allocates whatever dictionary the file asks
// for; lz4 (frame format 1.6.1) is read here. A panic of a library is an error of
// the reader.
package unpack

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

var (
	// ErrUnsupported is returned for a compression that is not read here.
	ErrUnsupported = errors.New("unsupported compression")
	// ErrTooLarge is returned where a stream is, or needs, more than the limits allow.
	ErrTooLarge = errors.New("larger than the limit")
	// ErrCorrupt is returned where a stream breaks its format.
	ErrCorrupt = errors.New("corrupt compressed data")
)

// Limits bound one stream.
type Limits struct {
	Output int64 // plain bytes
	Window int64 // bytes of history that the decompressor may keep
}

// Suffixes are the endings of file names that NewReader knows; the empty one is
// no compression.
var Suffixes = []string{"", ".gz", ".xz", ".zst", ".bz2", ".lz4"}

// NewReader reads the plain form of r, which is compressed as the suffix says
// (one of Suffixes). The result's Read returns an error wrapping ErrTooLarge
// when there is more than limits.Output. Close frees the decompressor; it does
// not close r.
func NewReader(suffix string, r io.Reader, limits Limits) (_ io.ReadCloser, err error) {
	defer recovered(suffix, &err)
	// The progress guard is on both sides of the buffer: below for sources that
	// return nothing for ever, above for decompressors that do.
	in := bufio.NewReaderSize(&steady{r: r}, 64<<10)
	out := &reader{suffix: suffix, left: limits.Output, close: func() {}}
	switch suffix {
	case "":
		out.r = in
	case ".gz":
		out.r, err = gzip.NewReader(in)
	case ".bz2":
		out.r = bzip2.NewReader(in)
	case ".xz":
		out.r, err = newXZ(in, limits.Window)
	case ".lz4":
		out.r = newLZ4(in)
	case ".zst":
		var z *zstd.Decoder
		z, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow(limits.Window)))
		if err == nil {
			out.r, out.close = z, z.Close
		}
	default:
		return nil, fmt.Errorf("%w %q", ErrUnsupported, suffix)
	}
	if err != nil {
		return nil, describe(suffix, err)
	}
	return out, nil
}

// zstdWindow keeps the limit within what the library takes.
func zstdWindow(n int64) uint64 {
	return uint64(min(max(n, zstd.MinWindowSize), zstd.MaxWindowSize))
}

// reader bounds and guards a decompressor.
type reader struct {
	suffix string
	r      io.Reader
	left   int64
	empty  int
	err    error
	close  func()
}

func (r *reader) Read(p []byte) (n int, err error) {
	if r.err != nil {
		return 0, r.err
	}
	defer func() { r.err = err }()
	defer recovered(r.suffix, &err)
	if len(p) == 0 {
		return 0, nil
	}
	// One byte more than allowed tells "exactly the limit" from "too much".
	if int64(len(p)) > r.left+1 {
		p = p[:r.left+1]
	}
	n, err = r.r.Read(p)
	if int64(n) > r.left {
		return int(r.left), fmt.Errorf("unpacking %q: %w", r.suffix, ErrTooLarge)
	}
	r.left -= int64(n)
	if n == 0 && err == nil {
		if r.empty++; r.empty > maxEmptyReads {
			return 0, io.ErrNoProgress
		}
		return 0, nil
	}
	r.empty = 0
	if err != nil && err != io.EOF {
		err = describe(r.suffix, err)
	}
	return n, err
}

func (r *reader) Close() error {
	r.close()
	r.err = errors.New("reading a closed stream")
	return nil
}

// maxEmptyReads is how often in a row a reader may return nothing.
const maxEmptyReads = 100

// steady turns a source that returns nothing for ever into an error.
type steady struct{ r io.Reader }

func (s *steady) Read(p []byte) (int, error) {
	for range maxEmptyReads {
		if n, err := s.r.Read(p); n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

func describe(suffix string, err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		err = fmt.Errorf("%w of history: %w", ErrTooLarge, err)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zstd.ErrMagicMismatch):
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return fmt.Errorf("unpacking %q: %w", suffix, err)
}

// recovered makes a panic of a decompressor an error.
func recovered(suffix string, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("unpacking %q: %w: the decompressor gave up: %v", suffix, ErrCorrupt, p)
	}
}
