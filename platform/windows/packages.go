package windows

import (
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/windows/winreg"
	"github.com/chatvet/chatvet/signatures"
)

// Where the system keeps its list of packages.
const (
	allUserPackages = `Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore\Applications`
	ownPackages     = `Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages`
	storeFolder     = "WindowsApps"
	whatPackages    = "packages of the Store"
)

// packages looks through installed packages (MSIX, AppX): those that the
// registry names for the machine and for each person, and the folder that they
// are usually in, which not everybody may read.
func (s *search) packages() {
	found := map[string]bool{}
	take := func(name, folder, title string) {
		full, ok := parseFullName(name)
		if !ok || found[strings.ToLower(name)] {
			return
		}
		found[strings.ToLower(name)] = true
		if !s.takePackage(full, folder, title) {
			s.sink.Looked(1, 0)
		}
	}
	if s.system.software != nil {
		machine := softwareKey{key: s.system.software, where: `HKEY_LOCAL_MACHINE\SOFTWARE`}
		s.keysBelow(machine, allUserPackages, whatPackages, func(_ softwareKey, name string, key winreg.Key) {
			take(name, strings.TrimSuffix(winreg.TextOf(key, "Path"), `\`+manifestName), "")
		})
	}
	for _, u := range s.system.users {
		if u.classes == nil {
			continue
		}
		s.keysBelow(softwareKey{key: u.classes, where: u.place, home: u.home}, ownPackages, whatPackages, func(_ softwareKey, name string, key winreg.Key) {
			take(name, winreg.TextOf(key, "PackageRootFolder"), winreg.TextOf(key, "DisplayName"))
		})
	}
	for _, drive := range s.drives() {
		s.storeFolders(drive, take)
	}
}

// storeFolders takes the packages that lie in Program Files\WindowsApps.
func (s *search) storeFolders(drive string, take func(name, folder, title string)) {
	folder := "Program Files/" + storeFolder
	windows := s.system.drive
	if drive != "" {
		folder, windows = drive+"/"+folder, drive
	}
	entries, err := s.readDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		s.gapOf(folder, whatPackages+" that the registry does not name", err)
	}
	for _, e := range entries {
		if e.IsDir() {
			take(e.Name(), windows+`\Program Files\`+storeFolder+`\`+e.Name(), "")
		}
	}
}

// takePackage adds a package where it may be a chat client.
func (s *search) takePackage(full fullName, root, title string) bool {
	folder, err := s.place(root, "")
	if err == nil {
		folder, err = s.root.FS.Resolve(folder)
	}
	if errors.Is(err, errNoPath) || errors.Is(err, fs.ErrNotExist) || err == nil && shared(folder) {
		folder, err = "", fs.ErrNotExist // the record outlived the package, or names no folder of its own
	}
	if err == nil && platform.Private(folder) {
		err = platform.ErrPrivate
	}
	wanted := s.want.Wanted(signatures.AppXFamily, full.family()) || title != "" && s.want.Wanted(signatures.DisplayName, title)
	if !wanted && (err != nil || !s.holdsWanted(folder, "")) {
		return false
	}
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.gapOf(full.family(), "the package of the Store", err)
		}
		return true
	}
	s.add(install{folder: folder, format: signatures.MSIX, version: full.version, arch: full.arch, channel: "appx", unreadable: join(folder, manifestName)})
	in := s.installs[strings.ToLower(folder)]
	in.tell(signatures.Fact{Kind: signatures.AppXFamily, Value: full.family()})
	s.readManifest(in, full, title)
	return true
}

// readManifest adds what the package says of itself. What it says and what the
// system says must agree, or the package is not what it was installed as.
func (s *search) readManifest(in *install, full fullName, title string) {
	name := join(in.folder, manifestName)
	file, err := s.root.FS.Open(name)
	if err != nil {
		s.gapOf(name, "what the package says of itself", err)
		in.product = full.name
		return
	}
	defer file.Close()
	m, err := parseManifest(io.NewSectionReader(file, 0, maxManifest))
	if err != nil {
		s.gap(platform.Gap{Where: platform.Display(name), What: "what the package says of itself", Kind: platform.GapCorrupt, Reason: err.Error()})
		in.product = full.name
		return
	}
	in.tell(signatures.Fact{Kind: signatures.AppXFamily, Value: m.family()})
	in.product = m.name
	for _, shown := range []string{m.displayName, title} {
		if shown != "" && !strings.HasPrefix(shown, "@{") {
			in.product = shown
			in.tell(signatures.Fact{Kind: signatures.DisplayName, Value: shown})
			return
		}
	}
}
