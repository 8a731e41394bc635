//go:build !windows

package windows

import "github.com/chatvet/chatvet/platform"

// liveSystem has nothing to ask: this program does not run on Windows.
func (s *search) liveSystem() *system {
	s.gap(platform.Gap{Where: lookupName, What: whatMachine, Kind: platform.GapUnreadable, Reason: "this machine does not run Windows"})
	return &system{drive: "C:"}
}
