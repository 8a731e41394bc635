package androidqf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/platform"
)

// Names in an acquisition.
const (
	packagesName = "packages.json"
	mvtName      = "apks.json" // the same list, as "mvt-android download-apks" writes it
	dumpName     = "dumpsys.txt"
	propName     = "getprop.txt"
	apksFolder   = "apks"
)

// maxProps bounds getprop.txt, which has about a thousand lines.
const maxProps = 4 << 20

// NotAcquisitionError is returned by Open for what is none.
type NotAcquisitionError struct {
	Path string
	// Encrypted is true for an archive that has to be decrypted first.
	Encrypted bool
}

func (e *NotAcquisitionError) Error() string {
	if e.Encrypted {
		return platform.Display(e.Path) + " is encrypted with age"
	}
	return fmt.Sprintf("%s is no acquisition: it has no %s, no %s, no %s and no folder %s", platform.Display(e.Path), packagesName, mvtName, dumpName, apksFolder)
}

// Opened is an acquisition.
type Opened struct {
	Root platform.Root
	SDK  int // version of Android as a number (API level), 0 where it does not say
}

// Open opens a folder, a zip file, or a text file with what dumpsys printed.
func Open(name string) (Opened, error) {
	fsys, err := open(name)
	if err != nil {
		return Opened{}, err
	}
	o := Opened{Root: platform.Root{Kind: platform.Acquisition, OS: "android", Name: name, FS: only{fsys}}}
	if !has(o.Root.FS, packagesName) && !has(o.Root.FS, mvtName) && !has(o.Root.FS, dumpName) && !has(o.Root.FS, apksFolder) {
		return Opened{}, &NotAcquisitionError{Path: name}
	}
	o.SDK = sdkOf(o.Root.FS)
	return o, nil
}

func open(name string) (platform.FS, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("opening the acquisition: %w", err)
	}
	if info.IsDir() {
		return platform.OpenDir(name)
	}
	if !info.Mode().IsRegular() {
		return nil, &NotAcquisitionError{Path: name}
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("opening the acquisition: %w", err)
	}
	head := make([]byte, 64)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		file.Close()
		return nil, fmt.Errorf("opening the acquisition: %w", err)
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("age-encryption.org/")):
		file.Close()
		return nil, &NotAcquisitionError{Path: name, Encrypted: true}
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		z, err := openZip(file, info)
		if err != nil {
			file.Close()
		}
		return z, err
	}
	file.Close()
	dir, err := platform.OpenDir(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	return oneText{dir, filepath.Base(name)}, nil
}

func has(fsys platform.FS, name string) bool {
	_, err := fsys.Lstat(name)
	return err == nil
}

// sdkOf reads the lines "[ro.build.version.sdk]: [33]" of getprop.
func sdkOf(fsys platform.FS) int {
	text, err := readAll(fsys, propName, maxProps)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "[ro.build.version.sdk]: ["); ok {
			if n, err := strconv.Atoi(strings.TrimSuffix(value, "]")); err == nil && n > 0 && n < 100 {
				return n
			}
		}
	}
	return 0
}

// readAll reads a file of at most the given number of bytes.
func readAll(fsys platform.FS, name string, most int64) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.NewSectionReader(file, 0, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%w: more than %d bytes", errTooLarge, most)
	}
	return text, err
}

var errTooLarge = errors.New("too large")

// only shows of an acquisition what is about packages. The rest of it is a
// person's own: messages, a backup, logs.
type only struct{ platform.FS }

func shown(name string) bool {
	switch name {
	case ".", packagesName, mvtName, dumpName, propName, apksFolder:
		return true
	}
	dir, base := path.Split(name)
	return dir == apksFolder+"/" && strings.HasSuffix(base, ".apk")
}

func (o only) Lstat(name string) (fs.FileInfo, error) {
	if !shown(name) {
		return nil, refuse("lstat", name)
	}
	return o.FS.Lstat(name)
}

func (o only) Resolve(name string) (string, error) {
	if !shown(name) {
		return "", refuse("resolve", name)
	}
	return o.FS.Resolve(name)
}

func (o only) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != apksFolder {
		return nil, refuse("readdir", name)
	}
	return o.FS.ReadDir(name)
}

func (o only) Open(name string) (platform.File, error) {
	if !shown(name) {
		return nil, refuse("open", name)
	}
	return o.FS.Open(name)
}

func refuse(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: platform.ErrPrivate}
}

// oneText shows one text file as what dumpsys printed.
type oneText struct {
	platform.FS
	name string
}

func (o oneText) rename(name string) (string, error) {
	if name != dumpName {
		return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return o.name, nil
}

func (o oneText) Lstat(name string) (fs.FileInfo, error) {
	real, err := o.rename(name)
	if err != nil {
		return nil, err
	}
	return o.FS.Lstat(real)
}

func (o oneText) Resolve(name string) (string, error) { return name, nil }

func (o oneText) ReadDir(name string) ([]fs.DirEntry, error) {
	return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
}

func (o oneText) Open(name string) (platform.File, error) {
	real, err := o.rename(name)
	if err != nil {
		return nil, err
	}
	return o.FS.Open(real)
}
