package detect

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/desktop"
	"github.com/chatvet/chatvet/platform/linux/keyfile"
	"github.com/chatvet/chatvet/signatures"
)

const (
	maxStartEntries = 256 // desktop entries that are read for one build
	maxHomes        = 1024
	applications    = "share/applications"
)

// startOptions notes where a desktop entry of a client makes it load code that is
// not its own. Of the entries of one id, that of the person comes before those of
// the system (Desktop Menu Specification; XDG Base Directory Specification), so a
// changed copy in a home takes the place of the package's. Exec and TryExec are
// read, and those of the entry's actions.
func (b *builder) startOptions() {
	if b.root.OS != "linux" || b.root.Kind == platform.Paths {
		return
	}
	left := maxStartEntries
	for _, f := range slices.Clone(b.out.Facts) {
		if f.Kind != signatures.DesktopID {
			continue
		}
		for _, folder := range b.entryFolders() {
			if left--; left < 0 {
				return
			}
			b.startEntry(path.Join(folder, f.Value))
		}
	}
}

// entryFolders are where desktop entries lie, in homes and in the system.
func (b *builder) entryFolders() []string {
	folders := []string{"usr/local/" + applications, "usr/" + applications, "root/.local/" + applications}
	homes, err := b.root.FS.ReadDir("home")
	if err != nil {
		return folders
	}
	for _, home := range homes[:min(len(homes), maxHomes)] {
		folders = append(folders, path.Join("home", home.Name(), ".local", applications))
	}
	return folders
}

// startEntry reads one desktop entry, where there is one.
func (b *builder) startEntry(name string) {
	declared := slices.ContainsFunc(desktop.Lookup{}.Reads(), func(p string) bool { return platform.MatchReads(p, name) })
	if !declared || !b.readable(name) {
		return
	}
	data, err := b.whole(name, keyfile.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		b.gapBeside(name, "what this desktop entry starts", err)
		return
	}
	entry, _ := keyfile.Parse(data)
	for group, keys := range entry {
		if group != "Desktop Entry" && !strings.HasPrefix(group, "Desktop Action ") {
			continue
		}
		for _, option := range platform.LoadsOther(desktop.Words(keys["Exec"])) {
			b.fact(signatures.StartOption, platform.Display(option), platform.Display(name))
		}
	}
}
