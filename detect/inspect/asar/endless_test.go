package asar

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
)

// endless is an archive whose header is made while it is read: as many equal files
// as a test asks for, which never stand in memory.
type endless struct {
	entries int64
	read    int64
}

const (
	endlessOpen  = `{"files":{`
	endlessEntry = `"f%08d":{"size":0,"offset":"0"},`
	endlessClose = `"last":{"size":0,"offset":"0"}}}`
)

var endlessWidth = int64(len(fmt.Sprintf(endlessEntry, 0)))

func (e *endless) text() int64 {
	return int64(len(endlessOpen)) + e.entries*endlessWidth + int64(len(endlessClose))
}

func (e *endless) size() int64 { return textAt + (e.text()+3)&^3 }

func (e *endless) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) && off < e.size() {
		piece, at := e.piece(off)
		got := copy(p[n:], piece[at:])
		n, off = n+got, off+int64(got)
	}
	e.read += int64(n)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// piece is the part of the archive that holds an offset, and where in it that is.
func (e *endless) piece(off int64) (piece string, at int64) {
	if off < textAt {
		var head []byte
		padded := uint32((e.text() + 3) &^ 3)
		for _, n := range []uint32{4, padded + 8, padded + 4, uint32(e.text())} {
			head = binary.LittleEndian.AppendUint32(head, n)
		}
		return string(head), off
	}
	off -= textAt
	if off < int64(len(endlessOpen)) {
		return endlessOpen, off
	}
	off -= int64(len(endlessOpen))
	if i := off / endlessWidth; i < e.entries {
		return fmt.Sprintf(endlessEntry, i), off % endlessWidth
	}
	return endlessClose + "\x00\x00\x00", off - e.entries*endlessWidth
}

// TestMillionsOfEntries reads headers of far more files than any client has. What
// is read of them and what is kept stays within the bounds.
func TestMillionsOfEntries(t *testing.T) {
	for _, c := range []struct {
		entries      int64
		err          error
		read, memory int64 // at most; what was thrown away meanwhile is counted too
	}{
		{1000, nil, 1 << 20, 16 << 20},
		{maxHeader/endlessWidth - 10, ErrTooMany, maxHeader / 4, 400 << 20},
		{10_000_000, ErrTooMany, textAt, 1 << 20},
		{60_000_000, ErrTooMany, textAt, 1 << 20}, // a header of 2 GB
	} {
		archive := &endless{entries: c.entries}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := Read(archive, archive.size())
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.err) || err == nil && int64(len(f.Entries)) != c.entries+1 {
			t.Errorf("%d entries: %v, want %v", c.entries, err, c.err)
		}
		if archive.read > c.read {
			t.Errorf("%d entries: %d bytes were read, want %d at most", c.entries, archive.read, c.read)
		}
		if got := int64(after.TotalAlloc - before.TotalAlloc); got > c.memory {
			t.Errorf("%d entries: %d bytes were allocated", c.entries, got)
		}
	}
}

func BenchmarkMillionsOfEntries(b *testing.B) {
	archive := &endless{entries: maxHeader/endlessWidth - 10}
	for b.Loop() {
		if _, err := Read(archive, archive.size()); !errors.Is(err, ErrTooMany) {
			b.Fatal(err)
		}
	}
}
