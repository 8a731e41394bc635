package selftest

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/platform"
)

// memory shows files to a scan as a folder of a disk would, without writing them
// anywhere. It has no links, and everything may be read.
type memory fixture.Files

// Lstat implements platform.FS.
func (m memory) Lstat(name string) (fs.FileInfo, error) {
	if data, ok := m[name]; ok {
		return memoryInfo{path.Base(name), int64(len(data)), 0o644}, nil
	}
	if len(m.inside(name)) == 0 {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	}
	return memoryInfo{path.Base(name), 0, fs.ModeDir | 0o755}, nil
}

// Resolve implements platform.FS.
func (m memory) Resolve(name string) (string, error) {
	name = path.Clean(name)
	if _, err := m.Lstat(name); err != nil {
		return "", err
	}
	return name, nil
}

// ReadDir implements platform.FS.
func (m memory) ReadDir(name string) ([]fs.DirEntry, error) {
	names := m.inside(name)
	if len(names) == 0 {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	var entries []fs.DirEntry
	for _, n := range names {
		info, err := m.Lstat(path.Join(name, n))
		if err != nil {
			return nil, err
		}
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	return entries, nil
}

// inside are the names in a folder, in order.
func (m memory) inside(folder string) []string {
	var names []string
	for name := range m {
		rest, in := strings.CutPrefix(name, folder+"/")
		if folder == "." {
			rest, in = name, true
		}
		if in {
			first, _, _ := strings.Cut(rest, "/")
			names = append(names, first)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Open implements platform.FS.
func (m memory) Open(name string) (platform.File, error) {
	info, err := m.Lstat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: name, Err: platform.ErrNotRegular}
	}
	return memoryFile{bytes.NewReader(m[name]), info}, nil
}

type memoryFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f memoryFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f memoryFile) Close() error               { return nil }

type memoryInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i memoryInfo) Name() string       { return i.name }
func (i memoryInfo) Size() int64        { return i.size }
func (i memoryInfo) Mode() fs.FileMode  { return i.mode }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return i.mode.IsDir() }
func (i memoryInfo) Sys() any           { return nil }
