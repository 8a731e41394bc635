package asar

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
)

// Check is how the files of an archive compare with their recorded digests.
type Check struct {
	Files  int      // packed files that have a record
	Bare   int      // packed files that have none
	Broken []string // names of the first files that are not as recorded
	More   int      // how many more there are
}

// maxBroken is how many changed files are named.
const maxBroken = 16

// Verify digests every packed file that has a record. Files that overlap are
// digested as often as they are named, up to twice the size of the archive.
func (f *File) Verify(ctx context.Context, r io.ReaderAt, size int64) (Check, error) {
	var c Check
	left := 2 * size
	buffer := make([]byte, 128<<10)
	for i := range f.Entries {
		e := &f.Entries[i]
		switch {
		case e.Unpacked || e.Link != "":
			continue
		case e.SHA256 == "":
			c.Bare++
			continue
		}
		if left -= e.Size; left < 0 {
			return c, fmt.Errorf("%w: its files overlap", ErrTooMany)
		}
		ok, err := e.verify(ctx, r, buffer)
		if err != nil {
			return c, fmt.Errorf("reading %q: %w", e.Name, err)
		}
		c.Files++
		switch {
		case ok:
		case len(c.Broken) < maxBroken:
			c.Broken = append(c.Broken, e.Name)
		default:
			c.More++
		}
	}
	return c, nil
}

// verify is true where the contents have the recorded digest, as a whole and
// block by block. Electron looks at the blocks, other tools at the whole.
func (e *Entry) verify(ctx context.Context, r io.ReaderAt, buffer []byte) (bool, error) {
	whole := sha256.New()
	blocks := &blockDigests{size: e.BlockSize, want: e.Blocks, good: true}
	body := io.NewSectionReader(r, e.Offset, e.Size)
	for done := int64(0); done < e.Size; {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n, err := io.ReadFull(body, buffer[:min(int64(len(buffer)), e.Size-done)])
		if err != nil {
			return false, io.ErrUnexpectedEOF
		}
		whole.Write(buffer[:n])
		blocks.write(buffer[:n])
		done += int64(n)
	}
	blocks.end()
	return hex.EncodeToString(whole.Sum(nil)) == e.SHA256 && blocks.good, nil
}

// blockDigests compares each block with its record. A record without blocks
// says nothing; digests beyond the last block are of empty ones.
type blockDigests struct {
	size int64
	want []string
	sum  hash.Hash
	in   int64 // bytes of the block so far
	good bool
}

func (b *blockDigests) write(p []byte) {
	if b.size <= 0 || b.want == nil {
		return
	}
	for len(p) > 0 {
		if b.sum == nil {
			b.sum = sha256.New()
		}
		n := min(int64(len(p)), b.size-b.in)
		b.sum.Write(p[:n])
		b.in += n
		p = p[n:]
		if b.in == b.size {
			b.end()
		}
	}
}

// end closes a block.
func (b *blockDigests) end() {
	if b.in == 0 {
		return
	}
	if len(b.want) == 0 || !strings.EqualFold(b.want[0], hex.EncodeToString(b.sum.Sum(nil))) {
		b.good = false
	} else {
		b.want = b.want[1:]
	}
	b.sum.Reset()
	b.in = 0
}
