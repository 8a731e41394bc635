package windows

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// maxVersions bounds the versions of one Squirrel installation.
const maxVersions = 16

// isVersionFolder is true for the folders in which Squirrel keeps one version
// each: app-1.2.3.
func isVersionFolder(name string) bool {
	version, ok := strings.CutPrefix(strings.ToLower(name), "app-")
	return ok && version != "" && version[0] >= '0' && version[0] <= '9'
}

// addVersions adds each version of a Squirrel installation as one of its own,
// for an old one that stayed is not what the newest one is. It returns the one
// that is meant by a version, else the newest, to which the updater belongs if no
// other has it; nil where the folder is none.
func (s *search) addVersions(folder, version string) *install {
	entries, _ := s.readDir(folder)
	updater := false
	var names []string
	for _, e := range entries {
		updater = updater || strings.EqualFold(e.Name(), "Update.exe")
		if e.IsDir() && isVersionFolder(e.Name()) {
			names = append(names, e.Name())
		}
	}
	if !updater || len(names) == 0 {
		return nil
	}
	if len(names) > maxVersions {
		s.gapOf(folder, "more versions of the program", platform.ErrTooMany)
		names = names[:maxVersions]
	}
	var best string
	for _, name := range names {
		s.add(install{folder: join(folder, name), product: base(folder), version: name[len("app-"):]})
		if best == "" || name[len("app-"):] == version || best[len("app-"):] != version && newer(name, best) {
			best = name
		}
	}
	in := s.installs[strings.ToLower(join(folder, best))]
	if key := strings.ToLower(folder); s.updaters[key] == nil {
		in.beside, s.updaters[key] = folder, in
	}
	return in
}

// newer compares two version folders.
func newer(a, b string) bool {
	x, errX := signatures.ParseVersion(a[len("app-"):])
	y, errY := signatures.ParseVersion(b[len("app-"):])
	if errX != nil || errY != nil {
		return errY != nil && (errX == nil || a > b)
	}
	return x.Compare(y) > 0
}

// perUserFolders looks for Squirrel installations in everybody's
// AppData\Local.
func (s *search) perUserFolders() {
	for _, home := range s.allHomes() {
		local := home + "/AppData/Local"
		entries, err := s.readDir(local)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.gapOf(local, whatUser, err)
		}
		for _, e := range entries {
			folder := join(local, e.Name())
			if !e.IsDir() || notPrograms[strings.ToLower(e.Name())] || s.covering(folder) != nil || platform.Private(folder) {
				continue
			}
			if s.versionsWanted(folder) {
				s.addVersions(folder, "")
			}
		}
	}
}

// versionsWanted is true where a version in a folder holds a wanted program.
func (s *search) versionsWanted(folder string) bool {
	entries, _ := s.readDir(folder)
	for _, e := range entries {
		if e.IsDir() && isVersionFolder(e.Name()) && s.holdsWanted(join(folder, e.Name()), "") {
			return true
		}
	}
	return false
}

// notPrograms are folders of AppData\Local that hold no installation.
var notPrograms = map[string]bool{"packages": true, "temp": true, "microsoft": true}

// allHomes lists the profiles of every drive.
func (s *search) allHomes() []string {
	var homes []string
	for _, drive := range s.drives() {
		homes = append(homes, s.homes(drive)...)
	}
	return homes
}

// drives are the drive of the system, and of a running Windows those others that
// have programs on them. A disk has one, without a name.
func (s *search) drives() []string {
	if s.root.Kind != platform.Live {
		return []string{""}
	}
	drives := []string{s.system.drive}
	entries, _ := s.root.FS.ReadDir(".")
	for _, e := range entries {
		if e.Name() == s.system.drive {
			continue
		}
		if _, err := s.root.FS.Lstat(e.Name() + "/" + usersFolder); err == nil {
			drives = append(drives, e.Name())
		}
	}
	return drives
}
