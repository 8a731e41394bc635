// Package windows finds chat clients on Windows, running or on a mounted disk.
// The registry (the machine's and every user's), installed packages of the
// Store, Start-menu links, running programs and the folders that programs are
// installed in go in; one candidate for each installation comes out, with its
// program files and what the system says of it. What was left over after an
// installation was removed is found by the names that the list asks for.
//
// Sources: Microsoft's pages on the Uninstall key, on App Paths and on package
// identity; [MS-SHLLINK] for links; github.com/msuhanov/regf for hives. Nothing
// of this proves who made a program: whoever can install one can write it all.
package windows

import (
	"context"
	"fmt"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/origin"
	"github.com/chatvet/chatvet/signatures"
)

// Lookup is the platform.Lookup "windows-programs".
type Lookup struct {
	// system is what a test says that the system answers; nil asks it.
	system *system
}

const lookupName = "windows-programs"

// Name implements platform.Lookup.
func (Lookup) Name() string { return lookupName }

// Fits implements platform.Lookup: every Windows, running or not.
func (Lookup) Fits(root platform.Root) bool {
	return root.OS == "windows" && root.Kind != platform.Paths
}

// Reads implements platform.Lookup. On a running Windows the registry is asked,
// and only the hives of people who are not logged on are opened; names begin
// with the drive there.
func (Lookup) Reads() []string {
	var all []string
	for _, pattern := range []string{
		softwareHive,
		usersFolder + "/*/" + userHive,
		usersFolder + "/*/" + classesHive,
		"**/" + manifestName,
		"**/*" + origin.Stream, // of a client's program, where a copy left one
		"**/" + origin.DoublePrefix + "*",
		"ProgramData/" + startMenu + "/**",
		usersFolder + "/*/AppData/Roaming/" + startMenu + "/**",
		usersFolder + "/*/Desktop/*",
	} {
		all = append(all, pattern)
		if pattern[0] != '*' {
			all = append(all, "[A-Z]:/"+pattern)
		}
	}
	return all
}

// Find implements platform.Lookup.
func (l Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	s := &search{ctx: ctx, root: root, want: want, sink: sink, installs: map[string]*install{}, updaters: map[string]*install{}, gaps: map[string]int{}, entries: maxEntries}
	defer s.countGaps()
	s.system = l.system
	if s.system == nil {
		s.system = s.openSystem()
		defer s.system.close()
	}
	for _, find := range []func(){
		s.uninstallKeys, s.packages, s.perUserFolders, s.appPaths, s.startMenus, s.runningPrograms, s.sweep,
	} {
		if find(); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return s.yield()
}

// search is one run over one root.
type search struct {
	ctx      context.Context
	root     platform.Root
	want     *signatures.List
	sink     platform.Sink
	system   *system
	installs map[string]*install
	updaters map[string]*install // by the folder of the updater
	gaps     map[string]int
	entries  int // of folders that may still be looked at
	products int // that Windows Installer was asked for
}

// Bounds on one search.
const (
	maxEntries   = 400_000
	maxGaps      = 20 // of one kind
	maxUsers     = 1000
	maxUninstall = 20_000
)

// gap reports what could not be read, the first ones of a kind one by one.
func (s *search) gap(g platform.Gap) {
	if s.gaps[g.Kind]++; s.gaps[g.Kind] <= maxGaps {
		s.sink.Gap(g)
	}
}

func (s *search) gapOf(name, what string, err error) { s.gap(platform.GapOf(name, what, err)) }

func (s *search) countGaps() {
	for kind, n := range s.gaps {
		if n > maxGaps {
			s.sink.Gap(platform.Gap{Where: lookupName, What: "more places", Kind: kind, Reason: fmt.Sprintf("%d more", n-maxGaps)})
		}
	}
}
