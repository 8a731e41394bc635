package platform

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
)

// maxFolded bounds how many folders FoldCase keeps the names of.
const maxFolded = 1024

// FoldCase makes names mean the same in upper and lower case, as they do on
// Windows and usually on a Mac: what points at a file rarely spells its name as
// the disk has it. Of two names
// that differ only in case, the one that is spelled as asked for counts, else
// the first one.
func FoldCase(inner FS) FS {
	return &foldCase{inner: inner, folders: map[string]map[string]string{}}
}

type foldCase struct {
	inner FS

	mu      sync.Mutex
	folders map[string]map[string]string // by folder, names by their lower case
}

// Lstat implements FS.
func (f *foldCase) Lstat(name string) (fs.FileInfo, error) {
	return f.inner.Lstat(f.spelled(name))
}

// Resolve implements FS. It returns the name as the disk spells it.
func (f *foldCase) Resolve(name string) (string, error) {
	return f.inner.Resolve(f.spelled(name))
}

// ReadDir implements FS.
func (f *foldCase) ReadDir(name string) ([]fs.DirEntry, error) {
	return f.inner.ReadDir(f.spelled(name))
}

// Open implements FS.
func (f *foldCase) Open(name string) (File, error) {
	return f.inner.Open(f.spelled(name))
}

// Origin implements Origins.
func (f *foldCase) Origin(name string) (string, error) {
	if o, ok := f.inner.(Origins); ok {
		return o.Origin(f.spelled(name))
	}
	return "", &fs.PathError{Op: "origin", Path: name, Err: fs.ErrNotExist}
}

// Attribute implements Attributes.
func (f *foldCase) Attribute(name, attribute string) ([]byte, error) {
	if a, ok := f.inner.(Attributes); ok {
		return a.Attribute(f.spelled(name), attribute)
	}
	return nil, &fs.PathError{Op: "attribute", Path: name, Err: fs.ErrNotExist}
}

// spelled returns a name as the disk spells it. Parts that are not there stay as
// they are, so that the error names them.
func (f *foldCase) spelled(name string) string {
	if _, err := f.inner.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return name
	}
	at := "."
	for part := range strings.SplitSeq(strings.Trim(name, "/"), "/") {
		if part == "" || part == "." {
			continue
		}
		if _, err := f.inner.Lstat(at + "/" + part); errors.Is(err, fs.ErrNotExist) {
			if spelled, ok := f.names(at)[strings.ToLower(part)]; ok {
				part = spelled
			}
		}
		if at == "." {
			at = part
		} else {
			at += "/" + part
		}
	}
	return at
}

// names are the names in a folder by their lower case. What Private names is not
// listed.
func (f *foldCase) names(dir string) map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if names, ok := f.folders[dir]; ok {
		return names
	}
	names := map[string]string{}
	if real, err := f.inner.Resolve(dir); err == nil && !Private(real) {
		entries, _ := f.inner.ReadDir(dir) // an error shows itself when the name is used
		for _, e := range entries {
			if low := strings.ToLower(e.Name()); names[low] == "" {
				names[low] = e.Name()
			}
		}
	}
	if len(f.folders) >= maxFolded {
		clear(f.folders)
	}
	f.folders[dir] = names
	return names
}
