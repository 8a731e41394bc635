package asar

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/chatvet/chatvet/detect/inspect/archive"
)

// Walk visits the packed files, in the order of the header. Links and files that
// lie beside the archive are left out.
func Walk(ctx context.Context, r io.ReaderAt, size int64, limits archive.Limits, visit archive.Visit) error {
	f, err := Read(r, size)
	if errors.Is(err, ErrTooMany) {
		return fmt.Errorf("%w: %w", archive.ErrTooManyMembers, err)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", archive.ErrNotArchive, err)
	}
	seen := 0
	for i := range f.Entries {
		e := &f.Entries[i]
		if e.Unpacked || e.Link != "" {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if seen++; seen > limits.Members {
			return fmt.Errorf("%w: %d", archive.ErrTooManyMembers, len(f.Entries))
		}
		body := limits.Budget.Reader(io.NewSectionReader(r, e.Offset, e.Size))
		if err := visit(archive.Member{Name: e.Name, Size: e.Size}, body); err != nil {
			return err
		}
	}
	return nil
}
