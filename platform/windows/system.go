package windows

import (
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/windows/winreg"
)

// Files of the registry, as they lie on a disk.
const (
	usersFolder  = "Users"
	softwareHive = "Windows/System32/config/SOFTWARE"
	userHive     = "NTUSER.DAT"
	classesHive  = "AppData/Local/Microsoft/Windows/UsrClass.dat"
)

// What is missing where a part of the registry cannot be read.
const (
	whatMachine = "programs that are installed for everybody"
	whatUser    = "programs that are installed for this person"
)

// system is what Windows itself knows: its registry and its running programs.
type system struct {
	drive    string     // of the system, such as "C:"
	software winreg.Key // HKEY_LOCAL_MACHINE\SOFTWARE; nil where it cannot be read
	users    []user
	running  []string // Windows paths of running programs
	opened   []io.Closer
}

// user is one person's part of the registry; keys are nil where there are none.
type user struct {
	place   string     // in a report
	home    string     // Windows path of the profile
	hive    winreg.Key // HKEY_CURRENT_USER
	classes winreg.Key // HKEY_CURRENT_USER\Software\Classes
}

func (sys *system) close() {
	for _, c := range sys.opened {
		c.Close()
	}
}

// openSystem opens the registry: of the running Windows, or the hives of a disk.
func (s *search) openSystem() *system {
	if s.root.Kind == platform.Live {
		return s.liveSystem()
	}
	sys := &system{drive: "C:"}
	sys.software = s.openHive(sys, softwareHive, whatMachine)
	if sys.software != nil {
		if d := driveOf(textAt(sys.software, `Microsoft\Windows NT\CurrentVersion`, "SystemRoot")); d != "" {
			sys.drive = d
		}
	}
	for _, home := range s.homes("") {
		sys.users = append(sys.users, s.userOf(sys, home))
	}
	return sys
}

// userOf opens the hives of somebody whose profile lies in a folder.
func (s *search) userOf(sys *system, home string) user {
	u := user{place: home + "/" + userHive, home: sys.drive + `\` + strings.ReplaceAll(strings.TrimPrefix(home, sys.drive+"/"), "/", `\`)}
	u.hive = s.openHive(sys, u.place, whatUser)
	u.classes = s.openHive(sys, home+"/"+classesHive, "packages of the Store that this person has")
	return u
}

// openHive opens a hive file; nil where there is none or it cannot be read,
// which is a gap.
func (s *search) openHive(sys *system, name, what string) winreg.Key {
	file, err := s.root.FS.Open(name)
	if errors.Is(err, fs.ErrNotExist) && name != softwareHive {
		return nil // a profile that nobody has logged on to
	}
	if err != nil {
		s.gapOf(name, what, err)
		return nil
	}
	sys.opened = append(sys.opened, file)
	info, err := file.Stat()
	if err != nil {
		s.gapOf(name, what, err)
		return nil
	}
	hive, root, err := winreg.OpenHive(file, info.Size())
	if err != nil {
		s.damaged(name, what, err)
		return nil
	}
	if hive.Dirty() {
		s.gap(platform.Gap{Where: platform.Display(name), What: "the last changes to the registry", Kind: platform.GapUnreadable,
			Reason: "Windows was not shut down in full, and its registry logs are not read"})
	}
	return root
}

// damaged reports an error of the registry.
func (s *search) damaged(where, what string, err error) {
	g := platform.GapOf(where, what, err)
	switch {
	case errors.Is(err, winreg.ErrDamaged):
		g.Kind = platform.GapCorrupt
	case errors.Is(err, winreg.ErrTooMany):
		g.Kind = platform.GapTooMany
	}
	s.gap(g)
}

// homes lists the folders of profiles on a drive; "" is a disk's only one.
func (s *search) homes(drive string) []string {
	dir := usersFolder
	if drive != "" {
		dir = drive + "/" + usersFolder
	}
	entries, err := s.root.FS.ReadDir(dir)
	if err != nil {
		s.gapOf(dir, "programs that people installed for themselves", err)
	}
	var homes []string
	for _, e := range entries {
		if !e.IsDir() || notAProfile[strings.ToLower(e.Name())] {
			continue
		}
		if len(homes) == maxUsers {
			s.gapOf(dir, "the rest of the folder", platform.ErrTooMany)
			break
		}
		homes = append(homes, dir+"/"+e.Name())
	}
	return homes
}

// notAProfile are folders beside the profiles: links of older Windows, and the
// template for new people.
var notAProfile = map[string]bool{"all users": true, "default user": true, "default": true}

// textAt reads a text below a key; "" where there is none.
func textAt(k winreg.Key, path, name string) string {
	if k == nil {
		return ""
	}
	sub, err := k.Open(path)
	if err != nil {
		return ""
	}
	defer sub.Close()
	return winreg.TextOf(sub, name)
}

// driveOf is the drive of a Windows path, such as "C:", or "".
func driveOf(path string) string {
	if len(path) < 2 || path[1] != ':' {
		return ""
	}
	letter := path[0] &^ 0x20
	if letter < 'A' || letter > 'Z' {
		return ""
	}
	return string(letter) + ":"
}
