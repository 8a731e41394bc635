package platform

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
)

// MaxEntries is how many entries of one folder are read.
const MaxEntries = 1 << 20

// DirFS is a FS over a folder of the host, or over all of the host. It follows
// symbolic links itself, as the root's own system would, and opens what it
// finds through os.Root, so that a link that is put there at the wrong moment
// cannot lead out either. What Private names is neither opened nor listed,
// whatever a look-up asks for.
type DirFS struct {
	base   string // host path of the root, cleaned
	places places
	mounts *mountTable
	folder *handles
	kept   map[string]*os.File // files that no name leads to any more

	mu       sync.Mutex
	accepted map[int]bool      // ids of remote mounts that a person named
	folders  map[string]string // resolved folders
}

// places opens the os.Root that a name lies in: one for a folder, one for each
// drive on Windows.
type places interface {
	at(name string) (root *os.Root, rel string, err error)
	// list names what lies directly in the root where that is no folder.
	list() (drives []fs.DirEntry, ok bool)
	// target turns a link's target into slashes, with a leading one if it is
	// absolute.
	target(raw string) string
}

// maxFolders bounds the memory for resolved folders.
const maxFolders = 4096

func newDirFS(base string, p places) (*DirFS, error) {
	mounts, err := readMounts()
	if err != nil {
		return nil, err
	}
	d := &DirFS{base: base, places: p, mounts: mounts, folder: newHandles(p), accepted: map[int]bool{}, folders: map[string]string{}}
	d.accept(".")
	return d, nil
}

// Lstat implements FS.
func (d *DirFS) Lstat(name string) (fs.FileInfo, error) {
	real, err := d.resolveParent(name)
	if err != nil {
		return nil, err
	}
	info, err := d.lstat(real)
	if err != nil {
		return nil, pathError("lstat", name, err)
	}
	return info, nil
}

// Resolve implements FS.
func (d *DirFS) Resolve(name string) (string, error) {
	real, err := d.resolveParent(name)
	if err != nil {
		return "", err
	}
	info, err := d.lstat(real)
	if err != nil {
		return "", pathError("resolve", name, err)
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return real, nil
	}
	return FollowLinks(real, d.readLink)
}

// ReadDir implements FS. It returns MaxEntries entries and an error wrapping
// ErrTooMany where there are more.
func (d *DirFS) ReadDir(name string) ([]fs.DirEntry, error) {
	real, err := d.Resolve(name)
	if err != nil {
		return nil, err
	}
	if drives, ok := d.places.list(); ok && real == "." {
		return drives, nil
	}
	f, err := d.openChecked(real, fs.FileMode.IsDir, errNotFolder)
	if err != nil {
		return nil, pathError("readdir", name, err)
	}
	defer f.Close()
	entries, err := readEntries(f)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	if err != nil {
		return entries, pathError("readdir", name, err)
	}
	return entries, nil
}

// Open implements FS.
func (d *DirFS) Open(name string) (File, error) {
	if f := d.kept[name]; f != nil {
		return keptFile{f}, nil
	}
	real, err := d.Resolve(name)
	if err != nil {
		return nil, err
	}
	f, err := d.openChecked(real, fs.FileMode.IsRegular, ErrNotRegular)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	return f, nil
}

// keptFile is open as long as its root is used.
type keptFile struct{ *os.File }

func (keptFile) Close() error { return nil }

// openChecked looks before it opens, because opening alone can wake a device,
// and again after it, because the name may mean another file by then.
func (d *DirFS) openChecked(real string, wanted func(fs.FileMode) bool, otherwise error) (*os.File, error) {
	if Private(real) {
		return nil, ErrPrivate
	}
	before, err := d.lstat(real)
	if err != nil {
		return nil, err
	}
	if !wanted(before.Mode()) {
		return nil, otherwise
	}
	var f *os.File
	err = d.folder.with(real, func(folder *os.Root, name string) (err error) {
		f, err = folder.OpenFile(name, os.O_RDONLY|openFlags, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	if err == nil && !(wanted(after.Mode()) && os.SameFile(before, after)) {
		err = errSwapped
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// readEntries reads in pieces, so that a folder without end costs no more than
// the bound.
func readEntries(f *os.File) ([]fs.DirEntry, error) {
	const piece = 4096
	var all []fs.DirEntry
	for {
		more, err := f.ReadDir(piece)
		all = append(all, more...)
		switch {
		case len(all) > MaxEntries:
			return all[:MaxEntries], ErrTooMany
		case len(more) == 0 && isEOF(err):
			return all, nil
		case err != nil:
			return all, err
		}
	}
}

// resolveParent follows the links of a name's folders, not of its last part.
func (d *DirFS) resolveParent(name string) (string, error) {
	name = strings.Trim(name, "/")
	dir, last := path.Split(name)
	switch last {
	case "", ".", "..":
		return FollowLinks(name, d.readLink)
	}
	dir = strings.TrimRight(dir, "/")
	if dir == "" || dir == "." {
		return last, nil
	}
	d.mu.Lock()
	real, ok := d.folders[dir]
	d.mu.Unlock()
	if !ok {
		var err error
		if real, err = FollowLinks(dir, d.readLink); err != nil {
			return "", err
		}
		d.mu.Lock()
		if len(d.folders) >= maxFolders {
			clear(d.folders)
		}
		d.folders[dir] = real
		d.mu.Unlock()
	}
	return path.Join(real, last), nil
}

// lstat looks at a name without links in its folders, unless it lies on a file
// system that is left out: even that look can hang on a dead server.
func (d *DirFS) lstat(real string) (info fs.FileInfo, err error) {
	if err := d.checkMount(real); err != nil {
		return nil, err
	}
	err = d.folder.with(real, func(folder *os.Root, name string) (err error) {
		info, err = folder.Lstat(name)
		return err
	})
	return info, err
}

func (d *DirFS) readLink(real string) (string, bool, error) {
	info, err := d.lstat(real)
	if err != nil {
		return "", false, err
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return "", false, nil
	}
	var target string
	err = d.folder.with(real, func(folder *os.Root, name string) (err error) {
		target, err = folder.Readlink(name)
		return err
	})
	if err != nil {
		return "", false, err
	}
	return d.places.target(target), true, nil
}

func (d *DirFS) checkMount(real string) error {
	m := d.mounts.covering(d.hostPath(real))
	if m.class == localMount {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.accepted[m.id] {
		return nil
	}
	return &notLocalError{m.kind}
}

// accept lets a scan into the remote mounts that lead to a name, because a
// person named it. Pseudo file systems stay out.
func (d *DirFS) accept(name string) {
	take := func(real string) {
		if m := d.mounts.covering(d.hostPath(real)); m.class == remoteMount {
			d.mu.Lock()
			d.accepted[m.id] = true
			d.mu.Unlock()
		}
	}
	take(".")
	// An error will show itself again when the name is used.
	_, _ = FollowLinks(name, func(real string) (string, bool, error) {
		take(real)
		return d.readLink(real)
	})
}

// hostPath is where a name lies on the host.
func (d *DirFS) hostPath(real string) string { return path.Join(d.base, real) }

type notLocalError struct{ kind string }

func (e *notLocalError) Error() string { return "file system of type " + e.kind + " is left out" }
func (e *notLocalError) Unwrap() error { return ErrNotLocal }
