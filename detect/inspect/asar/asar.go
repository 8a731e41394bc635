// Package asar reads Electron's archives. An io.ReaderAt goes in; the list of
// files, the digest of the header, the files' own digests and their contents
// come out. Nothing is written anywhere, and a name is never used as a path.
//
// It follows "asar disk format" of github.com/electron/asar (README, and
// disk.ts for what the README leaves out): a pickle of Chromium (base/pickle.h)
// with the length of a second one, the second one with a JSON text, then the
// files one after the other. Electron's "ASAR Integrity" says what is held
// against what: a program carries the SHA-256 of the JSON text, which carries
// the SHA-256 of each file and of its blocks.
package asar

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// Errors that a caller tells apart. They are wrapped with detail.
var (
	ErrNotASAR = errors.New("not an asar archive")
	ErrTooMany = errors.New("more than is looked at in an asar archive")
)

// Bounds on one archive. Headers of clients with tens of thousands of files are
// below 16 MiB.
const (
	maxHeader  = 32 << 20 // bytes of the JSON text
	maxEntries = 200_000
	maxDepth   = 64       // folders in folders
	maxPath    = 4096     // bytes of one path
	maxPaths   = 64 << 20 // bytes of all paths together
)

// textAt is where the JSON text begins: behind the lengths of both pickles and
// of the text itself.
const textAt = 16

// File is an archive.
type File struct {
	// HeaderSHA256 is what a program's integrity record names: the digest of
	// the JSON text, in hex.
	HeaderSHA256 string
	Entries      []Entry // in the order of the header
	Problems     []string
}

// Entry is one file of the archive, or a link.
type Entry struct {
	Name string // slash-separated, as it stands there: any bytes that JSON can hold
	// Offset and Size say where the contents stand in the archive. Those of an
	// Unpacked file lie in the folder NAME.asar.unpacked beside it.
	Offset, Size int64
	Unpacked     bool
	Link         string // where it leads to, where it is a link
	SHA256       string // recorded, hex; empty where the archive records none
	BlockSize    int64
	Blocks       []string // recorded digests of each block
}

// Is tells an archive by the lengths in its first bytes, which must agree, and
// the beginning of the JSON text. 17 bytes are enough.
func Is(head []byte) bool {
	if len(head) <= textAt {
		return false
	}
	_, err := lengths(head, 1<<62)
	return err == nil && head[textAt] == '{'
}

// Read reads the header of an archive. It returns ErrNotASAR where there is
// none and ErrTooMany where it goes beyond the bounds.
func Read(r io.ReaderAt, size int64) (*File, error) {
	head := make([]byte, textAt)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, min(size, textAt)), head); err != nil {
		return nil, fmt.Errorf("%w: it ends in its header", ErrNotASAR)
	}
	l, err := lengths(head, size)
	if err != nil {
		return nil, err
	}
	text := &hashed{r: io.NewSectionReader(r, textAt, l.text), sum: sha256.New()}
	f := &File{}
	p := newParser(text, f, l.contents, size)
	if err := p.header(); err != nil {
		return nil, err
	}
	if text.n != l.text {
		return nil, fmt.Errorf("%w: it ends in its header", ErrNotASAR)
	}
	f.HeaderSHA256 = hex.EncodeToString(text.sum.Sum(nil))
	return f, nil
}

// layout is what the lengths at the beginning say.
type layout struct {
	text     int64 // bytes of the JSON text
	contents int64 // where the first file begins
}

func lengths(head []byte, size int64) (l layout, err error) {
	field := func(i int) int64 { return int64(binary.LittleEndian.Uint32(head[4*i:])) }
	pickle, payload, text := field(1), field(2), field(3)
	if field(0) != 4 || payload+4 != pickle || text+4 > payload {
		return l, fmt.Errorf("%w: its lengths do not agree", ErrNotASAR)
	}
	if pickle+8 > size {
		return l, fmt.Errorf("%w: the header would be longer than the file", ErrNotASAR)
	}
	if text > maxHeader {
		return l, fmt.Errorf("%w: a header of %d bytes", ErrTooMany, text)
	}
	return layout{text: text, contents: pickle + 8}, nil
}

// hashed digests what is read through it.
type hashed struct {
	r   io.Reader
	sum hash.Hash
	n   int64
}

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.sum.Write(p[:n])
	h.n += int64(n)
	return n, err
}
