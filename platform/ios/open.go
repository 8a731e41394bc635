package ios

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/platform"
)

// Names in a backup.
const (
	infoName     = "Info.plist"
	manifestName = "Manifest.plist"
	filesName    = "Manifest.db"
	logName      = "Manifest.db-wal"
	oldFilesName = "Manifest.mbdb" // before iOS 10
)

// maxPlist bounds a property list. Info.plist holds an icon for each app.
const maxPlist = 64 << 20

// NotBackupError is returned by Open for a folder that is no backup.
type NotBackupError struct {
	Dir string
	// Inside are folders in it that are backups.
	Inside []string
}

func (e *NotBackupError) Error() string {
	return fmt.Sprintf("%s is no backup of an iPhone: it has no %s and no %s", platform.Display(e.Dir), infoName, filesName)
}

const maxInside = 8 // folders that are named

// Open opens the folder of one backup.
func Open(dir string) (platform.Root, error) {
	if !isBackup(dir) {
		e := &NotBackupError{Dir: dir}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return platform.Root{}, fmt.Errorf("opening the backup: %w", err)
		}
		for _, entry := range entries {
			if sub := filepath.Join(dir, entry.Name()); len(e.Inside) < maxInside && entry.IsDir() && isBackup(sub) {
				e.Inside = append(e.Inside, sub)
			}
		}
		return platform.Root{}, e
	}
	fsys, err := platform.OpenDir(dir)
	if err != nil {
		return platform.Root{}, err
	}
	return RootOf(fsys, dir), nil
}

// RootOf is the root of a backup in a file system.
func RootOf(fsys platform.FS, name string) platform.Root {
	return platform.Root{Kind: platform.Backup, OS: "ios", Name: name, FS: &only{FS: fsys, profiles: map[string]bool{}}}
}

func isBackup(dir string) bool {
	for _, name := range []string{filesName, oldFilesName, manifestName} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	info, err := os.Stat(filepath.Join(dir, infoName))
	_, app := os.Stat(filepath.Join(dir, "Contents")) // an app's folder has an Info.plist too
	return err == nil && info.Mode().IsRegular() && app != nil
}

// only shows of a backup what is about apps.
type only struct {
	platform.FS
	mu       sync.Mutex
	profiles map[string]bool // configuration profiles, by name in the backup
}

func (o *only) shown(name string) bool {
	switch name {
	case ".", infoName, manifestName, filesName, logName, oldFilesName:
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.profiles[name]
}

// admit lets a configuration profile be opened. A file's name in a backup is the
// SHA-1 digest of what it is called on the phone, in a folder of its first byte.
func (o *only) admit(fileID string) (name string, ok bool) {
	if !isFileID(fileID) {
		return "", false
	}
	name = fileID[:2] + "/" + fileID
	o.mu.Lock()
	defer o.mu.Unlock()
	o.profiles[name] = true
	return name, true
}

var isFileID = regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString

func (o *only) Lstat(name string) (fs.FileInfo, error) {
	if !o.shown(name) {
		return nil, refuse("lstat", name)
	}
	return o.FS.Lstat(name)
}

func (o *only) Resolve(name string) (string, error) {
	if !o.shown(name) {
		return "", refuse("resolve", name)
	}
	return o.FS.Resolve(name)
}

func (o *only) ReadDir(name string) ([]fs.DirEntry, error) { return nil, refuse("readdir", name) }

func (o *only) Open(name string) (platform.File, error) {
	if !o.shown(name) {
		return nil, refuse("open", name)
	}
	return o.FS.Open(name)
}

func refuse(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: platform.ErrPrivate}
}

// errDamaged wraps what is wrong in a file that could be read.
var errDamaged = errors.New("damaged")

func readList(fsys platform.FS, name string) (plist.Dict, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.NewSectionReader(file, 0, maxPlist+1))
	if err != nil {
		return nil, err
	}
	d, err := plist.ParseLarge(raw, maxPlist)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return d, nil
}
