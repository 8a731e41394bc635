package desktop

import (
	"io/fs"
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/program"
	"github.com/chatvet/chatvet/platform/linux/tree"
)

// Bounds on folders with unpacked programs.
const (
	unpackedDepth = 3
	maxUnpacked   = 20_000
)

// ownFolders are where people unpack programs in their homes.
var ownFolders = []string{".local/bin", ".local/opt", ".local/lib", "bin", "opt", "Applications"}

// places are the folders in which every folder may be an unpacked program.
func places(homes []string) []string {
	all := []string{"opt", "usr/local/bin", "usr/local/lib"}
	for _, home := range homes {
		for _, dir := range ownFolders {
			all = append(all, home+"/"+dir)
		}
	}
	return all
}

// unpacked looks for programs with names that the list knows, and for AppImages.
func (s *search) unpacked(place string) {
	left := maxUnpacked
	var into func(dir string, depth int)
	into = func(dir string, depth int) {
		if platform.Private(dir) || s.ctx.Err() != nil {
			return
		}
		entries, err := s.fs.ReadDir(dir)
		if err != nil {
			s.gap(dir, err)
		}
		for _, e := range entries {
			if left--; left < 0 {
				return
			}
			name := dir + "/" + e.Name()
			switch {
			case e.IsDir() && depth < unpackedDepth:
				into(name, depth+1)
			case e.IsDir():
			case strings.HasSuffix(strings.ToLower(e.Name()), ".appimage") || s.isWantedName(e.Name()) && isProgram(name, e):
				s.note(name, nil)
			}
		}
	}
	if real, err := s.fs.Resolve(place); err != nil || platform.Private(real) {
		if err != nil && !tree.Missing(err) {
			s.gap(place, err)
		}
		return
	}
	into(place, 0)
	if left < 0 {
		s.gap(place, platform.ErrTooMany)
	}
}

// isProgram leaves out what the list names beside programs, such as package.json.
func isProgram(name string, e fs.DirEntry) bool {
	info, err := e.Info()
	return err != nil || info.Mode()&fs.ModeSymlink != 0 || program.Is(name, info.Mode())
}

// unpackedFolder is the folder of an unpacked program that a file belongs to;
// empty where it lies among programs of others. AppImages are whole in one file.
func unpackedFolder(at string) string {
	if strings.HasSuffix(strings.ToLower(at), ".appimage") {
		return ""
	}
	parts := strings.Split(at, "/")
	depth := 0
	switch {
	case parts[0] == "opt":
		depth = 2
	case strings.HasPrefix(at, "usr/local/lib/"):
		depth = 4
	default:
		home := 1
		if parts[0] == "home" {
			home = 2
		}
		if len(parts) <= home {
			return ""
		}
		rest := strings.Join(parts[home:], "/")
		for _, dir := range ownFolders {
			if path.Base(dir) != "bin" && strings.HasPrefix(rest, dir+"/") {
				depth = home + strings.Count(dir, "/") + 2
			}
		}
	}
	if depth == 0 || len(parts) <= depth {
		return ""
	}
	return strings.Join(parts[:depth], "/")
}
