package digest

import (
	"context"
	"fmt"
	"io"
	"sync"
)

// pieceSize is large enough to make system calls and hand-overs rare, and small
// enough for a piece to stay in a core's own cache while it is worked on.
const pieceSize = 256 << 10

// pieces are buffers that nobody uses at the moment. Nothing else outlives a
// call of File, and what is in them is overwritten before it is read.
var pieces = sync.Pool{New: func() any { return new([pieceSize]byte) }}

func borrow() *[pieceSize]byte { return pieces.Get().(*[pieceSize]byte) }

func giveBack(piece *[pieceSize]byte) { pieces.Put(piece) }

// readPiece fills b from r at offset. It returns how much of b was filled; with
// no error, all of it was. Readers that break io.ReaderAt's contract end in an
// error too.
func readPiece(ctx context.Context, r io.ReaderAt, b []byte, offset int64) (int, error) {
	const patience = 100 // reads in a row that yield nothing
	filled, empty := 0, 0
	for filled < len(b) {
		if err := ctx.Err(); err != nil {
			return filled, fmt.Errorf("reading at offset %d: %w", offset+int64(filled), err)
		}
		n, err := r.ReadAt(b[filled:], offset+int64(filled))
		if n < 0 || n > len(b)-filled {
			return filled, fmt.Errorf("reading at offset %d: the reader claims %d bytes of %d", offset+int64(filled), n, len(b)-filled)
		}
		filled += n
		if filled == len(b) {
			break
		}
		if empty++; n > 0 {
			empty = 0
		}
		if empty == patience && err == nil {
			err = io.ErrNoProgress
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return filled, fmt.Errorf("reading at offset %d: %w", offset+int64(filled), err)
		}
	}
	return filled, nil
}
