package windows

import (
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

const (
	startMenu     = "Microsoft/Windows/Start Menu"
	startDepth    = 4
	maxLinks      = 5000
	whatStartMenu = "links to programs"
)

// startMenus looks through the links of the Start menu and of the desktop.
func (s *search) startMenus() {
	links := maxLinks
	for _, drive := range s.drives() {
		folder := "ProgramData/" + startMenu
		if drive != "" {
			folder = drive + "/" + folder
		}
		s.linksIn(folder, "", startDepth, &links)
	}
	for _, home := range s.allHomes() {
		person := s.windowsPath(home)
		s.linksIn(home+"/AppData/Roaming/"+startMenu, person, startDepth, &links)
		s.linksIn(home+"/Desktop", person, 0, &links)
	}
}

// windowsPath writes a name of the root as Windows does.
func (s *search) windowsPath(name string) string {
	path := strings.ReplaceAll(name, "/", `\`)
	if driveOf(path) == "" {
		path = s.system.drive + `\` + path
	}
	return path
}

func (s *search) linksIn(folder, home string, depth int, links *int) {
	entries, err := s.readDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.gapOf(folder, whatStartMenu, err)
	}
	for _, e := range entries {
		name := join(folder, e.Name())
		switch title, isLink := cutEnding(e.Name(), ".lnk"); {
		case s.ctx.Err() != nil:
			return
		case e.IsDir() && depth > 0:
			s.linksIn(name, home, depth-1, links)
		case e.Type().IsRegular() && isLink:
			if *links--; *links == 0 {
				s.gapOf(folder, "more links to programs", platform.ErrTooMany)
			}
			if *links > 0 {
				s.link(name, title, home)
			}
		}
	}
}

// link takes in the program that a link leads to.
func (s *search) link(name, title, home string) {
	file, err := s.root.FS.Open(name)
	if err != nil {
		s.gapOf(name, "what this link leads to", err)
		return
	}
	defer file.Close()
	target, err := linkTarget(io.NewSectionReader(file, 0, maxLink))
	switch {
	case errors.Is(err, errNoTarget): // a link to a page or to a part of Windows
	case err != nil:
		s.gap(platform.Gap{Where: platform.Display(name), What: "what this link leads to", Kind: platform.GapCorrupt, Reason: err.Error()})
	default:
		if in := s.named(target, home, title); in != nil {
			s.startOptions(in, name, linkArguments(io.NewSectionReader(file, 0, maxLink)))
		}
	}
}

// startOptions notes what makes a program load code that is not its own.
func (s *search) startOptions(in *install, link string, words []string) {
	for _, option := range platform.LoadsOther(words) {
		in.tell(signatures.Fact{Kind: signatures.StartOption, Value: platform.Display(option), Place: platform.Display(link)})
	}
}

func cutEnding(name, ending string) (string, bool) {
	if len(name) < len(ending) || !strings.EqualFold(name[len(name)-len(ending):], ending) {
		return name, false
	}
	return name[:len(name)-len(ending)], true
}

// runningPrograms takes in the clients that run at this moment.
func (s *search) runningPrograms() {
	for _, path := range s.system.running {
		s.named(path, "", "")
	}
}
