package aptrelease

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
)

// sealed reads a file that was digested before, and fails where it is no longer
// what was digested: what is unpacked is what was verified, even on a disk that
// somebody else writes to meanwhile.
type sealed struct {
	r    io.ReaderAt
	size int64
	sums [][sha256.Size]byte // of each piece
	at   int64               // which piece is in buf; -1 for none
	buf  []byte
}

const sealPiece = 256 << 10

// seal digests a file of size bytes.
func seal(ctx context.Context, r io.ReaderAt, size int64) (*sealed, Digest, error) {
	s := &sealed{r: r, size: size, at: -1, buf: make([]byte, sealPiece)}
	whole := newHashed(withContext{ctx, io.NewSectionReader(r, 0, size)})
	for left := size; left > 0; {
		piece := s.buf[:min(left, sealPiece)]
		if _, err := io.ReadFull(whole, piece); err != nil {
			return nil, Digest{}, unexpected(err)
		}
		s.sums = append(s.sums, sha256.Sum256(piece))
		left -= int64(len(piece))
	}
	return s, whole.digest(), nil
}

// ReadAt implements io.ReaderAt for one goroutine.
func (s *sealed) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, fmt.Errorf("reading at %d", off)
	}
	for n < len(p) {
		if off >= s.size {
			return n, io.EOF
		}
		if err := s.load(off / sealPiece); err != nil {
			return n, err
		}
		k := copy(p[n:], s.buf[off%sealPiece:])
		n, off = n+k, off+int64(k)
	}
	return n, nil
}

func (s *sealed) load(piece int64) error {
	if s.at == piece {
		return nil
	}
	s.at = -1
	start := piece * sealPiece
	s.buf = s.buf[:min(s.size-start, sealPiece)]
	if _, err := io.ReadFull(io.NewSectionReader(s.r, start, int64(len(s.buf))), s.buf); err != nil {
		return unexpected(err)
	}
	if sha256.Sum256(s.buf) != s.sums[piece] {
		return ErrChanged
	}
	s.at = piece
	return nil
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
