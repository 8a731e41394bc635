// Package darwin finds chat clients on a Mac, running or on a mounted disk. The
// folders of applications, Homebrew's records, the jobs that start with the machine
// or with somebody's session, and the programs that run go in; one candidate for each application
// comes out, its folder, with what the system noted on it. Helper
// applications inside of an application are a part of it.
//
// Sources: Apple's "Bundle Programming Guide" (layout), "Information Property
// List Key Reference" (CFBundleIdentifier and others), launchd.plist(5), and
// Homebrew's Library/Homebrew/cask (caskroom.rb, tab.rb). Nothing of this proves
// who made a program: whoever can install one can write it all.
package darwin

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/origin"
	"github.com/chatvet/chatvet/signatures"
)

// Lookup is the platform.Lookup "mac-apps".
type Lookup struct{}

const lookupName = "mac-apps"

// Name implements platform.Lookup.
func (Lookup) Name() string { return lookupName }

// Fits implements platform.Lookup: every Mac, running or not.
func (Lookup) Fits(root platform.Root) bool {
	return root.OS == "darwin" && root.Kind != platform.Paths
}

// Reads implements platform.Lookup.
func (Lookup) Reads() []string {
	patterns := []string{"**/Contents/" + infoName, "**/" + wrapper + "/*/" + infoName, "**/" + origin.DoublePrefix + "*"}
	for _, base := range bases {
		for _, dir := range jobFolders {
			patterns = append(patterns, base+dir+"/*.plist")
		}
		patterns = append(patterns, base+"Users/*/"+homeJobs+"/*.plist")
		for _, dir := range caskrooms {
			patterns = append(patterns, base+dir+"/*/"+caskReceipt)
		}
	}
	return patterns
}

// bases are where a Mac's files begin: in the volume that is looked at, and in
// the volume of data that lies below it since macOS 10.15. A running Mac shows
// the two as one, by its firmlinks; a disk may show them apart.
var bases = []string{"", "System/Volumes/Data/"}

// Bounds on one search.
const (
	maxEntries = 400_000 // of folders
	maxHomes   = 1000
	maxGaps    = 20 // of one kind
)

// Find implements platform.Lookup.
func (l Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	s := &search{
		ctx: ctx, fs: root.FS, want: want, sink: sink, bases: bases,
		apps: map[string]*app{}, files: map[string]*loose{}, gaps: map[string]int{}, entries: maxEntries,
	}
	if root.Kind == platform.Live {
		s.bases = bases[:1]
	}
	defer s.countGaps()
	homes := s.homes()
	for _, find := range []func(homes []string){s.applicationFolders, s.casks, s.jobs} {
		if find(homes); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	s.running(root.Running)
	return s.yield()
}

// search is one run over one root.
type search struct {
	ctx     context.Context
	fs      platform.FS
	want    *signatures.List
	sink    platform.Sink
	bases   []string
	apps    map[string]*app   // by where they really lie
	files   map[string]*loose // programs outside of applications, likewise
	gaps    map[string]int
	entries int // of folders that may still be looked at
}

// homes lists the home folders of people.
func (s *search) homes() []string {
	var all []string
	for _, base := range s.bases {
		dir := base + "Users"
		entries, err := s.readDir(dir)
		if err != nil {
			s.gapOf(dir, "apps in home folders", err)
		}
		for _, e := range entries {
			if !e.IsDir() && e.Type()&fs.ModeSymlink == 0 {
				continue
			}
			if len(all) == maxHomes {
				s.gap(platform.Gap{Where: dir, What: "apps in home folders", Kind: platform.GapTooMany, Reason: "more homes than are looked at"})
				return all
			}
			all = append(all, dir+"/"+e.Name())
		}
	}
	return all
}

// yield hands out what was found, in the order of places.
func (s *search) yield() error {
	for _, key := range slices.Sorted(maps.Keys(s.apps)) {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		a := s.apps[key]
		if !a.wanted {
			s.sink.Looked(1, 0)
			continue
		}
		s.sink.Candidate(s.candidate(a))
	}
	for _, key := range slices.Sorted(maps.Keys(s.files)) {
		s.sink.Candidate(s.looseCandidate(s.files[key]))
	}
	return s.ctx.Err()
}

// readDir lists a folder, within the search's allowance. Chat data is not listed.
func (s *search) readDir(name string) ([]fs.DirEntry, error) {
	real, err := s.fs.Resolve(name)
	if err != nil {
		return nil, err
	}
	if platform.Private(real) || platform.Private(name) {
		return nil, platform.ErrPrivate
	}
	if s.entries <= 0 {
		return nil, platform.ErrTooMany
	}
	entries, err := s.fs.ReadDir(real)
	s.entries -= len(entries) + 1
	return entries, err
}

// gapOf reports what could not be read, unless it is not there.
func (s *search) gapOf(name, what string, err error) {
	if g := platform.GapOf(name, what, err); g.Kind != platform.GapMissing {
		s.gap(g)
	}
}

// gap reports the first gaps of a kind one by one.
func (s *search) gap(g platform.Gap) {
	if s.gaps[g.Kind]++; s.gaps[g.Kind] <= maxGaps {
		s.sink.Gap(g)
	}
}

func (s *search) countGaps() {
	for _, kind := range slices.Sorted(maps.Keys(s.gaps)) {
		if n := s.gaps[kind]; n > maxGaps {
			s.sink.Gap(platform.Gap{Where: lookupName, What: "more places", Kind: kind, Reason: fmt.Sprintf("%d more", n-maxGaps)})
		}
	}
}
