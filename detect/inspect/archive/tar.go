package archive

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
)

// maxWindow is how much history a decompressor may keep: xz -9 needs it all.
const maxWindow = 64 << 20

const (
	tarBlock   = 512
	magicPlace = 257 // of "ustar" in a tar header
)

// Tar walks a tar file, plain or compressed. Links, folders and devices are
// passed over.
func Tar(ctx context.Context, r io.ReaderAt, size int64, limits Limits, visit Visit) (err error) {
	defer recovered(&err)
	stream, err := decompress(stopping{ctx, io.NewSectionReader(r, 0, size)}, math.MaxInt64-1)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotArchive, err)
	}
	defer stream.Close()
	packed := &counting{r: limits.Budget.Reader(stream)}
	t := tar.NewReader(packed)
	for seen := 0; ; {
		head, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fmt.Errorf("reading tar: %w", err)
		}
		if head.Typeflag != tar.TypeReg && head.Typeflag != tar.TypeGNUSparse {
			continue
		}
		if seen++; seen > limits.Members {
			return ErrTooManyMembers
		}
		if err := visit(Member{Name: head.Name, Size: head.Size}, &sparse{t, packed, limits.Budget}); err != nil {
			return err
		}
	}
}

// sparse draws on the budget for the holes of a sparse file, which cost nothing
// in the archive and may be as large as its header pleases.
type sparse struct {
	body   io.Reader
	packed *counting
	budget *Budget
}

func (s *sparse) Read(p []byte) (int, error) {
	before := s.packed.n
	n, err := s.body.Read(p)
	if holes := int64(n) - (s.packed.n - before); holes > 0 {
		if out := s.budget.Take(holes); out != nil {
			return 0, out
		}
	}
	return n, err
}

type counting struct {
	r io.Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// IsTar is true where the file, unpacked if need be, begins with a tar header.
// It unpacks no more than that.
func IsTar(r io.ReaderAt, size int64) (is bool) {
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	stream, err := decompress(io.NewSectionReader(r, 0, size), tarBlock)
	if err != nil {
		return false
	}
	defer stream.Close()
	var block [tarBlock]byte
	_, err = io.ReadFull(stream, block[:])
	return err == nil && HasTarMagic(block[:])
}

// HasTarMagic is true where a block bears the mark of POSIX or GNU tar.
func HasTarMagic(block []byte) bool {
	return len(block) >= magicPlace+5 && string(block[magicPlace:magicPlace+5]) == "ustar"
}

// Compressed is true where the head of a file is that of a compression that Tar
// can undo.
func Compressed(head []byte) bool { return suffix(head) != "" }

// suffix is the ending that a file with this head has, as unpack knows it.
func suffix(head []byte) string {
	for _, c := range []struct{ magic, suffix string }{
		{"\x1f\x8b\x08", ".gz"},
		{"BZh", ".bz2"},
		{"\xfd7zXZ\x00", ".xz"},
		{"\x28\xb5\x2f\xfd", ".zst"},
	} {
		if strings.HasPrefix(string(head[:min(len(head), 8)]), c.magic) {
			return c.suffix
		}
	}
	return ""
}

func decompress(r io.Reader, limit int64) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, _ := b.Peek(8)
	return unpack.NewReader(suffix(head), b, unpack.Limits{Output: limit, Window: maxWindow})
}
