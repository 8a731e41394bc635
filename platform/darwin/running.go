package darwin

import (
	"fmt"
	"path"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// running takes the applications whose programs run, wherever they lie, and
// programs outside of applications that the list asks for by name.
func (s *search) running(programs *platform.Running) {
	if programs == nil {
		return
	}
	for _, p := range programs.Programs {
		if s.ctx.Err() != nil {
			return
		}
		name, ok := s.placed("/" + p.Path)
		switch {
		case !ok: // it was deleted or moved since it was started
			if s.want.Wanted(signatures.FileName, path.Base(p.Path)) {
				s.gap(platform.Gap{Where: platform.Display(p.Path), What: "a chat program that runs", Kind: platform.GapMissing,
					Reason: "its file was deleted or moved since it was started; restart the program and scan again"})
			}
		case appAbove(name) != "":
			s.app(appAbove(name), "", 0)
		case s.want.Wanted(signatures.FileName, path.Base(name)):
			s.loose(name)
		}
	}
	if n := programs.Unreadable; n > 0 {
		s.gap(platform.Gap{Where: "processes", What: "chat programs that run for other people", Kind: platform.GapPermission,
			Reason: fmt.Sprintf("processes of others that could not be looked at: %d", n)})
	}
}
