package folder

import (
	"bufio"
	"io"
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
)

// userDirs is where a desktop notes what a person's folders are called
// (xdg-user-dirs, user-dirs.dirs(5)).
const userDirs = ".config/user-dirs.dirs"

// Bounds on that file.
const (
	maxUserDirs     = 64 << 10
	maxUserDirsLine = 4096
)

// downloadFolders are the download folders of a home: the usual one, and on Linux
// the one that its owner chose.
func downloadFolders(root platform.Root, home string, sink platform.Sink) []string {
	usual := home + "/Downloads"
	if root.OS != "linux" {
		return []string{usual}
	}
	f, err := root.FS.Open(home + "/" + userDirs)
	if err != nil {
		if !missing(err) {
			sink.Gap(platform.GapOf(home+"/"+userDirs, "the name of the download folder", err))
		}
		return []string{usual}
	}
	defer f.Close()
	chosen, ok := parseUserDirs(io.NewSectionReader(f, 0, maxUserDirs))
	if !ok {
		return []string{usual}
	}
	if rest, ok := strings.CutPrefix(chosen.name, home+"/"); ok && !chosen.inHome {
		chosen = userDir{name: rest, inHome: true}
	}
	if above(chosen.name, home) && !chosen.inHome {
		return []string{usual} // turned off, written out
	}
	if !chosen.inHome {
		sink.Gap(platform.Gap{
			Where: platform.Display(chosen.name), What: "downloads of " + platform.Display(home), Kind: platform.GapElsewhere,
			Reason: "the download folder lies outside of the home folder; name it to look at it",
		})
		return []string{usual}
	}
	if dir := home + "/" + chosen.name; !strings.HasPrefix(chosen.name, ".") && dir != usual {
		return []string{usual, dir}
	}
	return []string{usual}
}

// userDir is the download folder that user-dirs.dirs names.
type userDir struct {
	name   string // relative to the home, or to the root
	inHome bool
}

// parseUserDirs finds XDG_DOWNLOAD_DIR. ok is false where it is not there or
// turned off, which is written as the home itself. Hidden folders are refused:
// nobody downloads into them, and chat data lies there.
func parseUserDirs(r io.Reader) (dir userDir, ok bool) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxUserDirsLine), maxUserDirsLine)
	for lines.Scan() {
		value, found := strings.CutPrefix(strings.TrimSpace(lines.Text()), "XDG_DOWNLOAD_DIR=")
		if !found || len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
			continue
		}
		dir, ok = readUserDir(unescape(value[1 : len(value)-1]))
	}
	return dir, ok
}

func readUserDir(value string) (userDir, bool) {
	rest, inHome := strings.CutPrefix(value, "$HOME/")
	if !inHome && !strings.HasPrefix(value, "/") {
		return userDir{}, false
	}
	name := strings.TrimPrefix(path.Clean("/"+rest), "/")
	if name == "" || inHome && strings.HasPrefix(name, ".") {
		return userDir{}, false
	}
	return userDir{name: name, inHome: inHome}, true
}

// unescape takes the backslashes away that a shell would.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
