package windows

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/platform"
)

// sweep looks for wanted names where programs are installed: copies that no
// record names, and what was left over after an installation was removed.
func (s *search) sweep() {
	for _, drive := range s.drives() {
		prefix := ""
		if drive != "" {
			prefix = drive + "/"
		}
		for _, place := range []struct {
			folder string
			depth  int
		}{{"Program Files", 3}, {"Program Files (x86)", 3}, {"Program Files (Arm)", 3}, {"ProgramData", 2}} {
			s.sweepFolder(prefix+place.folder, place.depth)
		}
	}
	for _, home := range s.allHomes() {
		s.sweepFolder(home+"/AppData/Local", 2)
		s.sweepFolder(home+"/AppData/Roaming", 2)
	}
}

func (s *search) sweepFolder(folder string, depth int) {
	if s.ctx.Err() != nil {
		return
	}
	entries, err := s.readDir(folder)
	switch {
	case errors.Is(err, platform.ErrPrivate) || errors.Is(err, fs.ErrNotExist):
		return // nobody installs programs among chat data
	case err != nil:
		s.gapOf(folder, "programs that no record names", err)
	}
	for _, e := range entries {
		name := join(folder, e.Name())
		switch {
		case e.IsDir() && depth > 0 && !notSwept[strings.ToLower(e.Name())]:
			s.sweepFolder(name, depth-1)
		case e.Type().IsRegular() && isProgram(name) && s.wantedFile(e.Name()) && s.covering(folder) == nil:
			s.addProgram(name, "")
		}
	}
}

// notSwept are folders that are looked at in another way, or hold no programs
// of their own.
var notSwept = map[string]bool{"windowsapps": true, "packages": true, "temp": true, "package cache": true}
