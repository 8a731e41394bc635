package windows

import (
	"errors"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/windows/winreg"
)

const profileList = `Microsoft\Windows NT\CurrentVersion\ProfileList`

// liveSystem asks the running Windows.
func (s *search) liveSystem() *system {
	sys := &system{drive: "C:"}
	if d := driveOf(os.Getenv("SystemDrive") + `\`); d != "" {
		sys.drive = d
	}
	software, err := winreg.OpenLive(false, "SOFTWARE")
	if err != nil {
		s.damaged(`HKEY_LOCAL_MACHINE\SOFTWARE`, whatMachine, err)
	} else {
		sys.software = software
		sys.opened = append(sys.opened, software)
	}
	sys.users = s.liveUsers(sys)
	sys.running = s.processes()
	return sys
}

// liveUsers opens the registry of everybody who is logged on, and the hives of
// the others.
func (s *search) liveUsers(sys *system) []user {
	all, err := winreg.OpenLive(true, "")
	if err != nil {
		s.damaged("HKEY_USERS", whatUser, err)
		return nil
	}
	sys.opened = append(sys.opened, all)
	sids, err := all.Subkeys()
	if err != nil {
		s.damaged("HKEY_USERS", whatUser, err)
	}
	loaded := map[string]bool{}
	var users []user
	for _, sid := range sids {
		if strings.HasSuffix(strings.ToLower(sid), "_classes") || len(users) == maxUsers {
			continue
		}
		loaded[strings.ToLower(sid)] = true
		u := user{place: `HKEY_USERS\` + sid, home: os.ExpandEnv(s.profileOf(sys, sid))}
		if u.hive, err = all.Open(sid); err != nil {
			s.damaged(u.place, whatUser, err)
			u.hive = nil
			continue
		}
		sys.opened = append(sys.opened, u.hive)
		if classes, err := all.Open(sid + "_Classes"); err == nil {
			u.classes = classes
			sys.opened = append(sys.opened, classes)
		}
		users = append(users, u)
	}
	return append(users, s.loggedOff(sys, loaded)...)
}

// profileOf is the Windows path of somebody's profile.
func (s *search) profileOf(sys *system, sid string) string {
	path := textAt(sys.software, profileList+`\`+sid, "ProfileImagePath")
	if rest, ok := strings.CutPrefix(strings.ToLower(path), "%systemdrive%"); ok {
		return sys.drive + path[len(path)-len(rest):]
	}
	return path
}

// loggedOff opens the hives of people who have a profile and are not logged on.
// Only an administrator may.
func (s *search) loggedOff(sys *system, loaded map[string]bool) []user {
	if sys.software == nil {
		return nil
	}
	profiles, err := sys.software.Open(profileList)
	if err != nil {
		return nil
	}
	defer profiles.Close()
	sids, _ := profiles.Subkeys()
	var users []user
	for _, sid := range sids {
		home := s.profileOf(sys, sid)
		if loaded[strings.ToLower(sid)] || driveOf(home) == "" || len(users) == maxUsers || !strings.HasPrefix(sid, "S-1-5-21-") {
			continue
		}
		name := driveOf(home) + strings.ReplaceAll(home[2:], `\`, "/")
		users = append(users, s.userOf(sys, name))
	}
	return users
}

// maxProcesses bounds the processes that are looked at.
const maxProcesses = 20_000

// processes lists the paths of running programs. Those of other people and of
// the system itself are not told to everybody: a gap where it may be a client.
func (s *search) processes() []string {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		s.gapOf("running programs", "running programs", err)
		return nil
	}
	defer windows.CloseHandle(snapshot)
	entry := windows.ProcessEntry32{}
	entry.Size = uint32(unsafe.Sizeof(entry))
	var paths []string
	for err = windows.Process32First(snapshot, &entry); err == nil && len(paths) < maxProcesses; err = windows.Process32Next(snapshot, &entry) {
		path, err := processPath(entry.ProcessID)
		name := windows.UTF16ToString(entry.ExeFile[:])
		if err == nil {
			paths = append(paths, path)
		} else if s.wantedFile(name) {
			s.gapOf(platform.Display(name), "where this running program lies", err)
		}
	}
	if err != nil && !errors.Is(err, windows.ERROR_NO_MORE_FILES) {
		s.gapOf("running programs", "more running programs", err)
	}
	return paths
}

func processPath(id uint32) (string, error) {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, id)
	if err != nil {
		return "", err
	}
	defer windows.CloseHandle(process)
	buffer := make([]uint16, 1<<15)
	size := uint32(len(buffer))
	if err := windows.QueryFullProcessImageName(process, 0, &buffer[0], &size); err != nil {
		return "", err
	}
	return windows.UTF16ToString(buffer[:size]), nil
}
