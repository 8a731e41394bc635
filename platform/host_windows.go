package platform

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/windows"
)

const openFlags = 0

// openHost opens everything that the running machine has: a tree for each
// drive, under the names "C:", "D:" and so on.
func openHost() (base string, p places, err error) {
	return "", &volumes{open: map[string]*os.Root{}}, nil
}

// volumes are the drives of a running Windows.
type volumes struct {
	mu   sync.Mutex
	open map[string]*os.Root
}

func (v *volumes) at(name string) (*os.Root, string, error) {
	letter, rel, _ := strings.Cut(name, "/")
	letter = strings.ToUpper(letter)
	if len(letter) != 2 || letter[1] != ':' {
		return nil, "", fs.ErrNotExist
	}
	if rel == "" {
		rel = "."
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	root, ok := v.open[letter]
	if !ok {
		if err := checkDrive(letter); err != nil {
			return nil, "", err
		}
		var err error
		if root, err = os.OpenRoot(letter + `\`); err != nil {
			return nil, "", err
		}
		v.open[letter] = root
	}
	return root, filepath.FromSlash(rel), nil
}

func (v *volumes) list() ([]fs.DirEntry, bool) {
	mask, err := windows.GetLogicalDrives()
	if err != nil {
		return nil, true
	}
	var drives []fs.DirEntry
	for i := range 26 {
		letter := string(rune('A'+i)) + ":"
		if mask&(1<<i) != 0 && checkDrive(letter) == nil {
			drives = append(drives, fs.FileInfoToDirEntry(drive(letter)))
		}
	}
	return drives, true
}

func (*volumes) target(raw string) string {
	raw = strings.TrimPrefix(raw, `\??\`)
	if volume := filepath.VolumeName(raw); volume != "" {
		return "/" + filepath.ToSlash(raw)
	}
	return filepath.ToSlash(raw)
}

func checkDrive(letter string) error {
	name, err := windows.UTF16PtrFromString(letter + `\`)
	if err != nil {
		return err
	}
	switch windows.GetDriveType(name) {
	case windows.DRIVE_FIXED, windows.DRIVE_REMOVABLE, windows.DRIVE_RAMDISK, windows.DRIVE_CDROM:
		return nil
	case windows.DRIVE_REMOTE:
		return &notLocalError{"network drive"}
	}
	return fs.ErrNotExist
}

// drive is the root folder of a drive, which is not touched in order to list it.
type drive string

func (d drive) Name() string     { return string(d) }
func (drive) Size() int64        { return 0 }
func (drive) Mode() fs.FileMode  { return fs.ModeDir | 0o555 }
func (drive) ModTime() time.Time { return time.Time{} }
func (drive) IsDir() bool        { return true }
func (drive) Sys() any           { return nil }

// hostName turns a path that a person typed into a name like "C:/Users/me".
func hostName(p string) (string, error) {
	abs, err := filepath.Abs(p)
	if err != nil {
		return "", err
	}
	if volume := filepath.VolumeName(abs); len(volume) != 2 {
		return "", fmt.Errorf("%s lies on another machine; copy it to this one first", p)
	}
	return filepath.ToSlash(abs), nil
}

// slashTarget takes the drive off a link's target: a foreign root is one drive.
func slashTarget(raw string) string {
	raw = strings.TrimPrefix(raw, `\??\`)
	return filepath.ToSlash(strings.TrimPrefix(raw, filepath.VolumeName(raw)))
}
