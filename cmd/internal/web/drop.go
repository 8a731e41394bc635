package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/chatvet/chatvet/platform"
)

// errTooLarge is a dropped file beyond the bound.
var errTooLarge = errors.New("the file is too large to be dropped")

// errNoFile is a form without a file in it.
var errNoFile = errors.New("no file came with the form")

// unread is how much of a file that is too large is read and thrown away, so
// that the browser comes to read the answer (a browser that still sends does
// not look at it).
const unread = 64 << 30

// dropped reads the one file of a form (RFC 7578) into memory. It never makes a
// temporary file, as http.Request.ParseMultipartForm does.
func dropped(r *http.Request, most int64) (platform.Root, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return platform.Root{}, fmt.Errorf("reading form: %w", err)
	}
	part, err := form.NextPart()
	if errors.Is(err, io.EOF) {
		return platform.Root{}, errNoFile
	}
	if err != nil {
		return platform.Root{}, fmt.Errorf("reading form: %w", err)
	}
	if part.FormName() != "file" || part.FileName() == "" {
		return platform.Root{}, errNoFile
	}
	if r.ContentLength > most+(1<<16) { // what is around the file in the form
		_, _ = io.CopyN(io.Discard, r.Body, unread)
		return platform.Root{}, errTooLarge
	}
	content, err := io.ReadAll(io.LimitReader(part, most+1))
	switch {
	case err != nil:
		return platform.Root{}, fmt.Errorf("reading dropped file: %w", err)
	case int64(len(content)) > most:
		_, _ = io.CopyN(io.Discard, r.Body, unread)
		return platform.Root{}, errTooLarge
	}
	name := plainName(part.FileName())
	return platform.Root{Kind: platform.Paths, Name: name, FS: oneFile{name, content}, Paths: []string{name}}, nil
}

// plainName is the last part of a name, whatever system it is from. It is only
// shown; no file is ever opened or made by it.
func plainName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	const longest = 255
	if len(name) > longest {
		name = name[len(name)-longest:]
	}
	name = strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), "\ufffd")
	if name == "" || name == "." || name == ".." {
		return "file"
	}
	return name
}

// oneFile is a file system that holds a dropped file and nothing else.
type oneFile struct {
	name    string
	content []byte
}

func (f oneFile) Lstat(name string) (fs.FileInfo, error) {
	switch name {
	case f.name:
		return f, nil
	case ".":
		return folder{f}, nil
	}
	return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
}

func (f oneFile) Resolve(name string) (string, error) {
	_, err := f.Lstat(name)
	return name, err
}

func (f oneFile) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(f)}, nil
}

func (f oneFile) Open(name string) (platform.File, error) {
	switch name {
	case f.name:
		return openFile{bytes.NewReader(f.content), f}, nil
	case ".":
		return nil, &fs.PathError{Op: "open", Path: name, Err: platform.ErrNotRegular}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (f oneFile) Name() string     { return f.name }
func (f oneFile) Size() int64      { return int64(len(f.content)) }
func (oneFile) Mode() fs.FileMode  { return 0o400 }
func (oneFile) ModTime() time.Time { return time.Time{} }
func (oneFile) IsDir() bool        { return false }
func (oneFile) Sys() any           { return nil }

type folder struct{ oneFile }

func (folder) Name() string      { return "." }
func (folder) Size() int64       { return 0 }
func (folder) Mode() fs.FileMode { return fs.ModeDir | 0o500 }
func (folder) IsDir() bool       { return true }

type openFile struct {
	*bytes.Reader
	info oneFile
}

func (o openFile) Stat() (fs.FileInfo, error) { return o.info, nil }
func (openFile) Close() error                 { return nil }
