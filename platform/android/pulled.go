package android

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"
)

// block is how much is allocated at a time, so that a size which a phone only
// claims costs nothing.
const block = 1 << 20

// pulled is a file in memory.
type pulled struct {
	info   info
	blocks [][]byte
	size   int64
	free   func()
	once   sync.Once
}

// Write takes the next bytes of the file.
func (f *pulled) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		last := len(f.blocks) - 1
		if last < 0 || len(f.blocks[last]) == block {
			f.blocks = append(f.blocks, make([]byte, 0, block))
			last++
		}
		n := min(len(p), block-len(f.blocks[last]))
		f.blocks[last] = append(f.blocks[last], p[:n]...)
		p = p[n:]
	}
	f.size += int64(written)
	return written, nil
}

// ReadAt reads what was pulled.
func (f *pulled) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("reading before the beginning of a file")
	}
	for n < len(p) && off < f.size {
		got := copy(p[n:], f.blocks[off/block][off%block:])
		n, off = n+got, off+int64(got)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *pulled) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close lets the memory go.
func (f *pulled) Close() error {
	f.once.Do(func() { f.blocks, f.size = nil, 0; f.free() })
	return nil
}

// held counts the bytes that are in memory.
type held struct {
	mu    sync.Mutex
	left  int64
	freed chan struct{} // closed and made anew when some become free
}

func newHeld(n int64) *held { return &held{left: n, freed: make(chan struct{})} }

// take waits until n bytes are free. Nobody may ask for more while holding some.
func (h *held) take(ctx context.Context, n int64) error {
	for {
		h.mu.Lock()
		if h.left >= n {
			h.left -= n
			h.mu.Unlock()
			return nil
		}
		freed := h.freed
		h.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-freed:
		}
	}
}

func (h *held) give(n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left += n
	close(h.freed)
	h.freed = make(chan struct{})
}
