package androidqf

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/chatvet/chatvet/platform"
)

// Bounds on a zip file.
const (
	maxDirectory = 16 << 20  // bytes that archive/zip may read before it is open
	maxUnpacked  = 512 << 20 // bytes of one entry, which is held in memory
	small        = 16 << 20  // above, one entry at a time is held
	block        = 1 << 20
)

var errDirectory = errors.New("its directory is too large")

// zipFS is an acquisition in a zip file. Entries are unpacked into memory.
type zipFS struct {
	entries map[string]*zip.File // the first of a name
	names   []string             // in order
	twice   map[string]bool      // names that two entries have
	large   chan struct{}
}

func openZip(r io.ReaderAt, info fs.FileInfo) (*zipFS, error) {
	meter := &metered{r: r, left: maxDirectory}
	z, err := zip.NewReader(meter, info.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("opening the acquisition %s: %w", platform.Display(info.Name()), err)
	}
	meter.open = true
	out := &zipFS{entries: map[string]*zip.File{}, twice: map[string]bool{}, large: make(chan struct{}, 1)}
	for _, f := range z.File {
		name := strings.TrimPrefix(f.Name, "./")
		if !f.Mode().IsRegular() || !shown(name) {
			continue
		}
		if out.entries[name] != nil {
			out.twice[name] = true
			continue
		}
		out.entries[name] = f
		out.names = append(out.names, name)
	}
	return out, nil
}

// metered lets only so many bytes through until it is open.
type metered struct {
	r    io.ReaderAt
	left int64
	open bool
}

func (m *metered) ReadAt(p []byte, off int64) (int, error) {
	if !m.open {
		if m.left -= int64(len(p)); m.left < 0 {
			return 0, errDirectory
		}
	}
	return m.r.ReadAt(p, off)
}

func (z *zipFS) hasFolder(name string) bool {
	return slices.ContainsFunc(z.names, func(n string) bool { return path.Dir(n) == name })
}

func (z *zipFS) Lstat(name string) (fs.FileInfo, error) {
	if f := z.entries[name]; f != nil {
		return f.FileInfo(), nil
	}
	if name == apksFolder && z.hasFolder(name) {
		return folder(name), nil
	}
	return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
}

func (z *zipFS) Resolve(name string) (string, error) { return name, nil }

func (z *zipFS) ReadDir(name string) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for _, n := range z.names {
		if path.Dir(n) == name {
			all = append(all, fs.FileInfoToDirEntry(z.entries[n].FileInfo()))
		}
	}
	if all == nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	return all, nil
}

// Open unpacks an entry. Of a name that is there twice, nobody knows which is
// meant.
func (z *zipFS) Open(name string) (platform.File, error) {
	f := z.entries[name]
	if f == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if z.twice[name] {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("the archive has two files of this name")}
	}
	out, err := z.unpack(f)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return out, nil
}

func (z *zipFS) unpack(f *zip.File) (out *unpacked, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("unpacking stopped: %v", p)
		}
	}()
	if f.UncompressedSize64 > maxUnpacked {
		return nil, fmt.Errorf("%w to hold in memory: more than %d MB", errTooLarge, maxUnpacked>>20)
	}
	body, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	out = &unpacked{info: f.FileInfo()}
	if f.UncompressedSize64 > small {
		z.large <- struct{}{}
		out.free = func() { <-z.large }
	}
	if err := out.fill(body); err != nil {
		out.Close()
		return nil, err
	}
	return out, nil
}

// unpacked is an entry in memory. It grows with what really comes.
type unpacked struct {
	info   fs.FileInfo
	blocks [][]byte
	size   int64
	free   func()
	once   sync.Once
}

// fill reads to the end. archive/zip fails where there is more, or less, than the
// directory claims.
func (u *unpacked) fill(r io.Reader) error {
	for idle := 0; idle < 100; idle++ {
		last := len(u.blocks) - 1
		if last < 0 || len(u.blocks[last]) == block {
			u.blocks = append(u.blocks, make([]byte, 0, block))
			last++
		}
		b := u.blocks[last]
		n, err := r.Read(b[len(b):block])
		u.blocks[last], u.size = b[:len(b)+n], u.size+int64(n)
		switch {
		case u.size > maxUnpacked:
			return fmt.Errorf("%w: more than %d bytes", errTooLarge, int64(maxUnpacked))
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case n > 0:
			idle = 0
		}
	}
	return io.ErrNoProgress
}

func (u *unpacked) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("reading before the beginning of a file")
	}
	for n < len(p) && off < u.size {
		got := copy(p[n:], u.blocks[off/block][off%block:])
		n, off = n+got, off+int64(got)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (u *unpacked) Stat() (fs.FileInfo, error) { return u.info, nil }

// Close lets the memory go.
func (u *unpacked) Close() error {
	u.once.Do(func() {
		u.blocks, u.size = nil, 0
		if u.free != nil {
			u.free()
		}
	})
	return nil
}
