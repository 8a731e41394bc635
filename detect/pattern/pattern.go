// Package pattern searches byte streams for many patterns at once.
package pattern

import "github.com/chatvet/chatvet/signatures"

// Searcher finds the patterns it was built from. It is safe for use by many
// goroutines; each search has its own Cursor.
type Searcher interface {
	// Cursor starts a search at offset 0 of a stream.
	Cursor() Cursor
}

// Cursor takes a stream piece by piece, in order and without holes, and keeps
// hits that cross a border between pieces.
type Cursor interface {
	Write(p []byte)
	// Hits returns the first place of each pattern found so far, by rising
	// pattern index. Offset is in bytes from the start of the stream.
	Hits() []Hit
}

// Hit is the first place at which a pattern occurs.
type Hit struct {
	Pattern int // index into the patterns given to New
	Offset  int64
}

// New builds a searcher. It returns an error that names the pattern when one is
// empty or its mask has another length than its bytes.
func New(patterns []signatures.Pattern) (Searcher, error) { panic("not built yet") }
