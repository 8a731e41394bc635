package archive

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// maxDirectory bounds what archive/zip may read of a central directory, whose
// entries it keeps in memory, whatever the archive claims about their number.
const maxDirectory = 16 << 20

const encryptedFlag = 1 // general purpose bit 0 (APPNOTE 4.4.4)

// Zip walks a zip file by its central directory. A member that is encrypted or
// compressed in an unknown way has a stream that fails with ErrEncrypted or
// ErrMethod; the walk goes on.
func Zip(ctx context.Context, r io.ReaderAt, size int64, limits Limits, visit Visit) (err error) {
	defer recovered(&err)
	meter := &directoryMeter{r: r, left: maxDirectory}
	z, err := zip.NewReader(meter, size)
	if errors.Is(err, errDirectory) {
		return fmt.Errorf("%w: the directory is larger than %d bytes", ErrTooManyMembers, maxDirectory)
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("%w: zip: %w", ErrNotArchive, err)
	}
	meter.open = true
	seen := 0
	for _, f := range z.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !f.Mode().IsRegular() || f.Mode()&fs.ModeType != 0 {
			continue
		}
		if seen++; seen > limits.Members {
			return fmt.Errorf("%w: %d", ErrTooManyMembers, len(z.File))
		}
		m := &zipMember{f: f}
		err := visit(Member{Name: f.Name, Size: int64(min(f.UncompressedSize64, 1<<62))}, stopping{ctx, limits.Budget.Reader(m)})
		m.close()
		if err != nil {
			return err
		}
	}
	return nil
}

var errDirectory = errors.New("directory too large")

// directoryMeter lets only so many bytes through until it is opened.
type directoryMeter struct {
	r    io.ReaderAt
	left int64
	open bool
}

func (m *directoryMeter) ReadAt(p []byte, off int64) (int, error) {
	if !m.open {
		if m.left -= int64(len(p)); m.left < 0 {
			return 0, errDirectory
		}
	}
	return m.r.ReadAt(p, off)
}

// zipMember opens a member when it is first read: most are never.
type zipMember struct {
	f    *zip.File
	body io.ReadCloser
	err  error
}

func (m *zipMember) Read(p []byte) (int, error) {
	if m.body == nil && m.err == nil {
		m.body, m.err = m.open()
	}
	if m.err != nil {
		return 0, m.err
	}
	return m.body.Read(p)
}

func (m *zipMember) open() (io.ReadCloser, error) {
	if m.f.Flags&encryptedFlag != 0 {
		return nil, ErrEncrypted
	}
	body, err := m.f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, fmt.Errorf("%w: method %d", ErrMethod, m.f.Method)
	}
	return body, err
}

func (m *zipMember) close() {
	if m.body != nil {
		m.body.Close()
	}
}
