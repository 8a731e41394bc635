package darwin

import (
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// folderDepth is how many folders deep applications are looked for.
const folderDepth = 3

// Where an application came from, as its place tells.
const (
	channelSystem   = "system"
	channelSetapp   = "setapp"
	channelStore    = "mac-app-store"
	channelBrew     = "homebrew"
	channelDownload = "download"
	channelFolder   = "folder"
)

// applicationFolders looks through the folders that a Mac shows as applications.
func (s *search) applicationFolders(homes []string) {
	for _, base := range s.bases {
		s.folder(base+"Applications", "", 0)
		s.folder(base+"System/Applications", channelSystem, 0)
	}
	for _, home := range homes {
		s.folder(home+"/Applications", "", 0)
	}
}

// folder takes the applications in a folder and in the folders in it. Links are
// followed where they are called an application.
func (s *search) folder(dir, channel string, depth int) {
	entries, err := s.readDir(dir)
	if err != nil {
		s.gapOf(dir, "apps in this folder", err)
	}
	for _, e := range entries {
		if s.ctx.Err() != nil {
			return
		}
		name := dir + "/" + e.Name()
		link := e.Type()&fs.ModeSymlink != 0
		switch {
		case isApp(e.Name()) && (e.IsDir() || link):
			s.app(name, channel, 0)
		case e.IsDir() && depth >= folderDepth:
			s.gap(platform.Gap{Where: platform.Display(name), What: "apps in this folder", Kind: platform.GapTooMany, Reason: "too many folders deep"})
		case e.IsDir() && strings.EqualFold(e.Name(), "Setapp") && depth == 0:
			s.folder(name, channelSetapp, depth+1)
		case e.IsDir():
			s.folder(name, channel, depth+1)
		case link:
			s.gap(platform.Gap{Where: platform.Display(name), What: "what it leads to", Kind: platform.GapLink, Reason: "symbolic links are followed only to apps"})
		case e.Type().IsRegular() && s.want.Wanted(signatures.FileName, e.Name()):
			s.loose(name)
		}
	}
}

func isApp(base string) bool {
	return len(base) > len(".app") && strings.EqualFold(base[len(base)-len(".app"):], ".app")
}

// appAbove is the outermost application that a name lies in or is, or empty.
func appAbove(name string) string {
	at := 0
	for part := range strings.SplitSeq(name, "/") {
		at += len(part)
		if isApp(part) {
			return name[:at]
		}
		at++
	}
	return ""
}
