package windows

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/windows/winreg"
	"github.com/chatvet/chatvet/signatures"
)

// nodes are where the keys of programs for other processors lie below SOFTWARE:
// the machine's own, 32-bit Intel, and 32-bit ARM.
var nodes = []string{"", `WOW6432Node\`, `WowAA32Node\`}

const (
	uninstallPath = `Microsoft\Windows\CurrentVersion\Uninstall`
	appPathsPath  = `Microsoft\Windows\CurrentVersion\App Paths`
)

// softwareKey is a SOFTWARE key with where it was found.
type softwareKey struct {
	key   winreg.Key
	where string // in a report
	home  string // Windows path of the profile, or "" for the machine's
	user  bool
}

// softwareKeys are the machine's and everybody's own.
func (s *search) softwareKeys() []softwareKey {
	var all []softwareKey
	if s.system.software != nil {
		all = append(all, softwareKey{key: s.system.software, where: `HKEY_LOCAL_MACHINE\SOFTWARE`})
	}
	for _, u := range s.system.users {
		if u.hive == nil {
			continue
		}
		key, err := u.hive.Open("Software")
		if err == nil {
			all = append(all, softwareKey{key: key, where: u.place, home: u.home, user: true})
		} else if !errors.Is(err, fs.ErrNotExist) {
			s.damaged(u.place, whatUser, err)
		}
	}
	return all
}

// eachKey visits the keys below a path of every SOFTWARE key, in each node.
func (s *search) eachKey(path, what string, visit func(in softwareKey, name string, key winreg.Key)) {
	for _, in := range s.softwareKeys() {
		for _, node := range nodes {
			s.keysBelow(in, node+path, what, visit)
		}
	}
}

func (s *search) keysBelow(in softwareKey, path, what string, visit func(softwareKey, string, winreg.Key)) {
	where := in.where + `\` + path
	parent, err := in.key.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		s.damaged(where, what, err)
		return
	}
	defer parent.Close()
	names, err := parent.Subkeys()
	if err == nil && len(names) > maxUninstall {
		names, err = names[:maxUninstall], winreg.ErrTooMany
	}
	if err != nil {
		s.damaged(where, what, err)
	}
	for _, name := range names {
		if s.ctx.Err() != nil {
			return
		}
		key, err := parent.Open(name)
		if err != nil {
			s.damaged(where+`\`+name, what, err)
			continue
		}
		visit(in, name, key)
		key.Close()
	}
}

// uninstallKeys looks through what "Installed apps" lists.
func (s *search) uninstallKeys() {
	s.eachKey(uninstallPath, "installed programs", func(in softwareKey, name string, key winreg.Key) {
		e := &uninstallEntry{search: s, code: name, home: in.home, where: in.where + `\` + uninstallPath + `\` + name,
			name: winreg.TextOf(key, "DisplayName"), publisher: winreg.TextOf(key, "Publisher"), version: winreg.TextOf(key, "DisplayVersion"),
			location: winreg.TextOf(key, "InstallLocation"), icon: winreg.TextOf(key, "DisplayIcon"),
			remove: winreg.TextOf(key, "UninstallString")}
		if !e.take() {
			s.sink.Looked(1, 0)
		}
	})
}

// uninstallEntry is one key below Uninstall.
type uninstallEntry struct {
	*search
	code, where, home                                string
	name, publisher, version, location, icon, remove string
}

// take adds the installation where it may be a chat client.
func (e *uninstallEntry) take() bool {
	wanted := e.want.Wanted(signatures.UninstallName, e.name) || e.want.Wanted(signatures.ProductCode, e.code)
	folder, main, err := e.installed()
	if folder == "" && main == "" && wanted {
		folder = e.msiFolder(e.code)
	}
	if folder == "" && main == "" {
		if wanted {
			e.notThere(err)
		}
		return wanted
	}
	if !wanted && !e.holdsWanted(folder, main) {
		return false
	}
	in := e.addInstall(folder, main)
	in.tell(
		signatures.Fact{Kind: signatures.UninstallName, Value: e.name},
		signatures.Fact{Kind: signatures.UninstallPublisher, Value: e.publisher},
		signatures.Fact{Kind: signatures.ProductCode, Value: e.code})
	if in.product == "" {
		in.product = e.name
	}
	if in.version == "" {
		in.version = e.version
	}
	return true
}

// notThere says why the program of a record is not looked at.
func (e *uninstallEntry) notThere(err error) {
	g := platform.Gap{Where: platform.Display(e.where), What: "the installed " + e.name, Kind: platform.GapMissing,
		Reason: "the registry says that it is installed, and names no folder that is there"}
	switch {
	case errors.Is(err, errElsewhere):
		g.Kind, g.Reason = platform.GapElsewhere, err.Error()
	case errors.Is(err, fs.ErrPermission):
		g = platform.GapOf(e.where, g.What, err)
	}
	e.gap(g)
}

// addInstall adds the folder, or of a Squirrel installation the folder of its
// newest version.
func (e *uninstallEntry) addInstall(folder, main string) *install {
	if folder == "" {
		return e.addProgram(main, e.name)
	}
	if newest := e.addVersions(folder, e.version); newest != nil {
		return newest
	}
	if isUninstaller(strings.ToLower(base(main))) {
		main = ""
	}
	e.add(install{folder: folder, main: main, product: e.name, version: e.version})
	return e.installs[strings.ToLower(folder)]
}

// installed finds where the program lies: in the folder that the key names, or
// else that of its icon or of its uninstaller. main is the program of the icon.
// The error is the most telling one.
func (e *uninstallEntry) installed() (folder, main string, err error) {
	folder, err = e.existing(e.location, true)
	for i, command := range []string{e.icon, e.remove} {
		program, other := e.existing(programOf(command), false)
		if !errors.Is(err, errElsewhere) && !errors.Is(err, fs.ErrPermission) {
			err = other
		}
		if program == "" || ofInstaller(program) {
			continue
		}
		if i == 0 && strings.HasSuffix(strings.ToLower(program), ".exe") {
			main = program
		}
		if folder == "" && !shared(dir(program)) {
			folder = dir(program)
		}
	}
	return folder, main, err
}

// existing is the name of a path of the registry where there is such a folder or
// file, as the disk spells it.
func (e *uninstallEntry) existing(raw string, folder bool) (string, error) {
	if raw == "" {
		return "", nil
	}
	name, err := e.place(raw, e.home)
	if err != nil {
		return "", err
	}
	real, err := e.root.FS.Resolve(name)
	if err != nil {
		return "", err
	}
	info, err := e.root.FS.Lstat(real)
	if err != nil || info.IsDir() != folder || folder && shared(real) {
		return "", err
	}
	return real, nil
}

// holdsWanted is true where a folder, or a folder of a version in it, holds a
// file that the list asks for by name.
func (s *search) holdsWanted(folder, main string) bool {
	if folder == "" {
		return s.wantedFile(base(main))
	}
	entries, _ := s.readDir(folder)
	for _, e := range entries {
		if e.Type().IsRegular() && s.wantedFile(e.Name()) {
			return true
		}
	}
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.IsDir() && isVersionFolder(e.Name()) && s.holdsWanted(join(folder, e.Name()), "")
	})
}

// appPaths looks through the programs that can be started by name alone.
func (s *search) appPaths() {
	s.eachKey(appPathsPath, "programs that can be started by name", func(in softwareKey, name string, key winreg.Key) {
		s.named(programOf(winreg.TextOf(key, "")), in.home, "")
	})
}

// named takes in a program that something names, where the list asks for it.
func (s *search) named(path, home, title string) *install {
	if path == "" {
		return nil
	}
	last := path[strings.LastIndexAny(path, `\/`)+1:]
	known := title != "" && (s.want.Wanted(signatures.DisplayName, title) || s.want.Wanted(signatures.UninstallName, title))
	if !known && !s.wantedFile(last) {
		s.sink.Looked(0, 1)
		return nil
	}
	name, err := s.place(path, home)
	if err == nil {
		name, err = s.regular(name)
	}
	switch {
	case errors.Is(err, errElsewhere):
		s.gap(platform.Gap{Where: platform.Display(path), What: "this program", Kind: platform.GapElsewhere, Reason: err.Error()})
	case errors.Is(err, fs.ErrNotExist): // links and records outlive programs
	case err != nil:
		s.gapOf(path, "this program", err)
	default:
		in := s.addProgram(name, "")
		if known {
			in.tell(signatures.Fact{Kind: signatures.DisplayName, Value: title})
		}
		return in
	}
	return nil
}
