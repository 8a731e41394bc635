package hosttest

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/chatvet/chatvet/platform"
)

// FS is a platform.FS in memory. It refuses what permissions refuse to an owner
// who is not root, and never moves: times are zero.
type FS struct{ nodes map[string]*node }

type node struct {
	name   string
	mode   fs.FileMode
	data   []byte // nil where the file is size zero bytes
	size   int64
	link   string
	origin string
	mount  string

	attributes map[string]string
}

// NewFS returns an empty machine.
func NewFS() *FS {
	return &FS{map[string]*node{".": {name: ".", mode: fs.ModeDir | 0o755}}}
}

// Add puts a regular file into the machine, and the folders it lies in.
func (f *FS) Add(name string, mode fs.FileMode, data []byte) error {
	return f.add(name, node{mode: mode.Perm(), data: data, size: int64(len(data))})
}

func (f *FS) add(name string, n node) error {
	if !clean(name) {
		return fmt.Errorf("name %q is not relative and clean", name)
	}
	if f.exists(name) {
		old := f.nodes[name]
		if !(old.mode.IsDir() && n.mode.IsDir()) {
			return fmt.Errorf("name %q is there twice", name)
		}
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if !f.exists(dir) {
			f.nodes[dir] = &node{name: path.Base(dir), mode: fs.ModeDir | 0o755}
		} else if !f.nodes[dir].mode.IsDir() {
			return fmt.Errorf("%q is no folder", dir)
		}
	}
	n.name = path.Base(name)
	f.nodes[name] = &n
	return nil
}

func clean(name string) bool {
	return name != "" && name != "." && path.Clean(name) == name && !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "../")
}

func (f *FS) exists(name string) bool { return f.nodes[name] != nil }

// Lstat implements platform.FS.
func (f *FS) Lstat(name string) (fs.FileInfo, error) {
	real, err := f.resolveParent(name)
	if err != nil {
		return nil, err
	}
	n, err := f.look(real)
	if err != nil {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	return info{n}, nil
}

// Resolve implements platform.FS.
func (f *FS) Resolve(name string) (string, error) {
	return platform.FollowLinks(name, func(at string) (string, bool, error) {
		n, err := f.look(at)
		if err != nil {
			return "", false, err
		}
		return n.link, n.mode&fs.ModeSymlink != 0, nil
	})
}

// ReadDir implements platform.FS.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	real, n, err := f.find("readdir", name)
	switch {
	case err != nil:
		return nil, err
	case !n.mode.IsDir():
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: syscall.ENOTDIR}
	case n.mode&0o400 == 0:
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrPermission}
	}
	var entries []fs.DirEntry
	for at, child := range f.nodes {
		if at != "." && path.Dir(at) == real {
			entries = append(entries, fs.FileInfoToDirEntry(info{child}))
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// Open implements platform.FS.
func (f *FS) Open(name string) (platform.File, error) {
	_, n, err := f.find("open", name)
	switch {
	case err != nil:
		return nil, err
	case !n.mode.IsRegular():
		return nil, &fs.PathError{Op: "open", Path: name, Err: platform.ErrNotRegular}
	case n.mode&0o400 == 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return open{n}, nil
}

// Origin implements platform.Origins.
func (f *FS) Origin(name string) (string, error) {
	_, n, err := f.find("origin", name)
	if err != nil {
		return "", err
	}
	if n.origin == "" {
		return "", &fs.PathError{Op: "origin", Path: name, Err: fs.ErrNotExist}
	}
	return n.origin, nil
}

// Attribute implements platform.Attributes.
func (f *FS) Attribute(name, attribute string) ([]byte, error) {
	_, n, err := f.find("attribute", name)
	if err != nil {
		return nil, err
	}
	if value, ok := n.attributes[attribute[strings.LastIndexAny(attribute, ".:")+1:]]; ok {
		return []byte(value), nil
	}
	return nil, &fs.PathError{Op: "attribute", Path: name, Err: fs.ErrNotExist}
}

func (f *FS) find(op, name string) (string, *node, error) {
	real, err := f.Resolve(name)
	if err != nil {
		return "", nil, err
	}
	n, err := f.look(real)
	if err != nil {
		return "", nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return real, n, nil
}

func (f *FS) resolveParent(name string) (string, error) {
	dir, last := path.Split(strings.Trim(name, "/"))
	if last == "" || last == "." || last == ".." {
		return f.Resolve(name)
	}
	real, err := f.Resolve(dir)
	return path.Join(real, last), err
}

// look finds the node of a name without links in its folders.
func (f *FS) look(real string) (*node, error) {
	for at := path.Dir(real); ; at = path.Dir(at) {
		if n := f.nodes[at]; n != nil && real != "." {
			switch {
			case !n.mode.IsDir():
				return nil, syscall.ENOTDIR
			case n.mode&0o100 == 0:
				return nil, fs.ErrPermission
			case n.mount != "":
				return nil, fmt.Errorf("file system of type %s: %w", n.mount, platform.ErrNotLocal)
			}
		}
		if at == "." {
			break
		}
	}
	n := f.nodes[real]
	if n == nil {
		return nil, fs.ErrNotExist
	}
	if n.mount != "" {
		return nil, fmt.Errorf("file system of type %s: %w", n.mount, platform.ErrNotLocal)
	}
	return n, nil
}

type info struct{ *node }

func (i info) Name() string      { return i.name }
func (i info) Size() int64       { return i.size }
func (i info) Mode() fs.FileMode { return i.mode }
func (info) ModTime() time.Time  { return time.Time{} }
func (i info) IsDir() bool       { return i.mode.IsDir() }
func (info) Sys() any            { return nil }

type open struct{ n *node }

func (o open) Stat() (fs.FileInfo, error) { return info{o.n}, nil }
func (open) Close() error                 { return nil }

func (o open) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fs.ErrInvalid
	}
	if off >= o.n.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), o.n.size-off))
	if o.n.data == nil {
		clear(p[:n])
	} else {
		copy(p, o.n.data[off:off+int64(n)])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
