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
	maxStartEntries = 4096 // desktop entries of either kind that are looked for, for one build
	maxHomes        = 1024
	applications    = "share/applications"
)

// startOptions notes where something that starts a client makes it load code that
// is not its own: a desktop entry, one that starts it with the session (Desktop
// Application Autostart Specification), or a script in front of it. Of the entries
// of one id, that of the person comes before those of the system (Desktop Menu
// Specification; XDG Base Directory Specification), so a changed copy in a home
// takes the place of the package's. Exec is read, and that of the entry's actions.
func (b *builder) startOptions() {
	if b.root.OS != "linux" || b.root.Kind == platform.Paths || b.found.Format == "" && factValue(b.found.Facts, signatures.DesktopID) == "" {
		return
	}
	var started []string
	left := maxStartEntries
	for _, f := range slices.Clone(b.out.Facts) {
		if f.Kind != signatures.DesktopID {
			continue
		}
		for _, home := range append([]string{""}, b.homes()...) {
			for _, folder := range entryFolders(home) {
				name := path.Join(folder, f.Value)
				if left--; left == 0 {
					b.gapBeside(name, "more desktop entries of this app", platform.ErrTooMany)
				}
				if left > 0 {
					started = append(started, b.startEntry(home, name, true)...)
				}
			}
		}
	}
	left = maxStartEntries
	for _, home := range append([]string{""}, b.homes()...) {
		started = append(started, b.autostart(home, &left)...)
	}
	b.startScripts(started)
}

// homes are the homes of people, the system's own first.
func (b *builder) homes() []string {
	homes := []string{"root"}
	entries, err := b.root.FS.ReadDir("home")
	if err != nil {
		return homes
	}
	for _, e := range entries[:min(len(entries), maxHomes)] {
		homes = append(homes, path.Join("home", e.Name()))
	}
	return homes
}

// entryFolders are where desktop entries lie, in a home or in the system.
func entryFolders(home string) []string {
	if home == "" {
		return []string{"usr/local/" + applications, "usr/" + applications}
	}
	return []string{path.Join(home, ".local", applications)}
}

// autostart reads what starts with a session. Such entries may have any name, so
// those count that start a program of the build, or a script that does.
func (b *builder) autostart(home string, left *int) (started []string) {
	folder := "etc/xdg/autostart"
	if home != "" {
		folder = path.Join(home, ".config/autostart")
	}
	if !b.readable(folder) {
		return nil
	}
	entries, err := b.root.FS.ReadDir(folder)
	if err != nil {
		b.gapBeside(folder, "what starts with a session", err)
	}
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".desktop" {
			continue
		}
		if *left--; *left == 0 {
			b.gapBeside(folder, "more of what starts with a session", platform.ErrTooMany)
		}
		if *left <= 0 {
			return started
		}
		started = append(started, b.startEntry(home, path.Join(folder, e.Name()), false)...)
	}
	return started
}

// startEntry reads one desktop entry, where there is one, and returns the programs
// that it starts. An entry that is not the client's by its id counts only where it
// starts the client itself.
func (b *builder) startEntry(home, name string, byID bool) (started []string) {
	if !declared(name) || !b.readable(name) {
		return nil
	}
	data, err := b.whole(name, keyfile.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		b.gapBeside(name, "what this desktop entry starts", err)
		return nil
	}
	entry, _ := keyfile.Parse(data)
	for group, keys := range entry {
		if group != "Desktop Entry" && !strings.HasPrefix(group, "Desktop Action ") {
			continue
		}
		if at := desktop.ProgramOf(b.root.FS, home, keys["Exec"]); at != "" {
			started = append(started, at)
		}
		words := withCommands(desktop.Words(keys["Exec"]))
		if !byID && !b.starts(home, words) {
			continue
		}
		for _, option := range b.loadsOther(home, words) {
			b.fact(signatures.StartOption, platform.Display(option), platform.Display(name))
		}
	}
	return started
}

// withCommands adds the words of what a shell is told to do ("sh -c ...").
func withCommands(words []string) []string {
	all := slices.Clone(words)
	for i, w := range words {
		if w == "-c" && i+1 < len(words) {
			all = append(slices.Delete(all, i+1, i+2), shellWords(words[i+1])...)
			break
		}
	}
	return all
}
