// Package plugins finds what Pidgin loads into itself and nobody vouches for: on
// Linux the plug-ins that no package manager has, in the system's folders and in
// people's own, and on Windows those in people's own folders. Folders go in, one
// candidate for each plug-in comes out. A plug-in reads every message before it is
// encrypted and after, so one that came from a web page matters as much as the
// program. What lies in the folder that Pidgin was installed in on Windows is a
// part of that installation, and is left to the look-up of it.
//
// The folders are those of libpurple 2 (libpurple/plugin.c, pidgin/gtkmain.c, and
// pidgin/win32 for Windows): LIBDIR/purple-2, LIBDIR/pidgin, LIBDIR/finch,
// ~/.purple/plugins and %APPDATA%\.purple\plugins. Of .purple nothing else is looked
// at (platform.Private).
package plugins

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/owned"
	"github.com/chatvet/chatvet/platform/linux/tree"
	"github.com/chatvet/chatvet/signatures"
)

// Lookup is the platform.Lookup "plugins".
type Lookup struct{}

// Name implements platform.Lookup.
func (Lookup) Name() string { return "plugins" }

// Fits implements platform.Lookup: every Linux, and every Windows.
func (Lookup) Fits(root platform.Root) bool {
	return (root.OS == "linux" || root.OS == "windows") && root.Kind != platform.Paths
}

// Reads implements platform.Lookup. The plug-ins themselves are opened by whoever
// reads candidates.
func (Lookup) Reads() []string {
	patterns := owned.Reads()
	for _, home := range []string{"home/*", "root", "Users/*/" + roaming, "[A-Z]:/Users/*/" + roaming} {
		for _, ending := range platform.PlugInEndings() {
			patterns = append(patterns, home+"/"+ownFolder+"/*"+ending)
		}
	}
	for _, lib := range libraries {
		for _, pattern := range []string{lib, lib + "/*"} {
			for _, folder := range programs {
				patterns = append(patterns, pattern+"/"+folder+"/*")
			}
		}
	}
	return patterns
}

// ownFolder holds a person's plug-ins, below their home or, on Windows, below what
// roams with it.
const (
	ownFolder = ".purple/plugins"
	roaming   = "AppData/Roaming"
)

// libraries hold the folders of programs, some below a folder for the processor.
var (
	libraries = []string{"usr/lib", "usr/lib64", "usr/local/lib", "usr/local/lib64"}
	programs  = []string{"purple-2", "pidgin", "finch"}
)

// maxPlugins bounds one folder.
const maxPlugins = 1000

const what = "plug-ins of Pidgin"

// Find implements platform.Lookup.
func (Lookup) Find(ctx context.Context, root platform.Root, _ *signatures.List, sink platform.Sink) error {
	s := &search{fs: root.FS, sink: sink}
	if root.OS == "windows" {
		for _, home := range s.windowsHomes(root.Kind == platform.Live) {
			s.yield(s.in(home + "/" + roaming + "/" + ownFolder))
		}
		return ctx.Err()
	}
	var system []string
	for _, folder := range s.systemFolders() {
		system = append(system, s.in(folder)...)
	}
	listed, err := owned.Files(ctx, root.FS, system, s.gap)
	if err != nil {
		return err
	}
	s.undecided = listed.Incomplete
	s.yield(slices.DeleteFunc(system, listed.Has))
	s.undecided = false
	for _, home := range tree.Homes(root.FS, sink) {
		s.yield(s.in(home + "/" + ownFolder))
	}
	return ctx.Err()
}

func (s *search) yield(plugIns []string) {
	for _, at := range plugIns {
		s.sink.Candidate(s.candidate(at))
	}
}

type search struct {
	fs   platform.FS
	sink platform.Sink
	// undecided is true where a package may have the plug-ins: a record of packages
	// could not be read, which is a gap. They are looked at like any file then.
	undecided bool
}

// systemFolders are the folders that exist, by their real names: on many systems
// lib64 is a link to lib.
func (s *search) systemFolders() []string {
	var found []string
	add := func(name string) {
		real, err := s.fs.Resolve(name)
		if err == nil && !slices.Contains(found, real) {
			found = append(found, real)
		}
	}
	for _, lib := range libraries {
		for _, folder := range programs {
			add(lib + "/" + folder)
		}
		for _, triplet := range triplets {
			for _, folder := range programs {
				add(lib + "/" + triplet + "/" + folder)
			}
		}
	}
	return found
}

// triplets are Debian's names of processors (dpkg-architecture(1), multiarch).
var triplets = []string{
	"x86_64-linux-gnu", "i386-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf", "arm-linux-gnueabi",
	"powerpc64le-linux-gnu", "riscv64-linux-gnu", "s390x-linux-gnu", "loongarch64-linux-gnu",
}

// in lists the plug-ins directly in a folder.
func (s *search) in(folder string) []string {
	if real, err := s.fs.Resolve(folder); err != nil || platform.Private(real) {
		if err == nil {
			err = platform.ErrPrivate
		}
		s.gap(folder, err)
		return nil
	}
	entries, err := s.fs.ReadDir(folder)
	if err != nil {
		s.gap(folder, err)
	}
	var names []string
	for _, e := range entries {
		at := folder + "/" + e.Name()
		if !slices.Contains(platform.PlugInEndings(), strings.ToLower(path.Ext(e.Name()))) || !s.isPlugIn(at) {
			continue
		}
		if len(names) == maxPlugins {
			s.gap(folder, platform.ErrTooMany)
			break
		}
		names = append(names, at)
	}
	return names
}

// isPlugIn is true for a file, also through a link; one that leads to chat data is
// told, and left.
func (s *search) isPlugIn(at string) bool {
	real, err := s.fs.Resolve(at)
	if err == nil && platform.Private(real) {
		err = platform.ErrPrivate
	}
	if err != nil {
		s.gap(at, err)
		return false
	}
	info, err := s.fs.Lstat(real)
	return err == nil && info.Mode().IsRegular()
}

// windowsHomes lists the homes of people: on a running Windows of every drive.
func (s *search) windowsHomes(live bool) (homes []string) {
	folders := []string{"Users"}
	if live {
		folders = nil
		drives, _ := s.fs.ReadDir(".")
		for _, drive := range drives {
			folders = append(folders, drive.Name()+"/Users")
		}
	}
	for _, folder := range folders {
		people, err := s.fs.ReadDir(folder)
		if err != nil {
			s.gap(folder, err)
		}
		for _, person := range people {
			if !person.IsDir() {
				continue // "All Users" and "Default User" are links
			}
			if len(homes) == maxHomes {
				s.gap(folder, platform.ErrTooMany)
				return homes
			}
			homes = append(homes, folder+"/"+person.Name())
		}
	}
	return homes
}

const maxHomes = 1000

func (s *search) candidate(at string) platform.Candidate {
	library := slices.Contains([]string{".so", ".dll"}, strings.ToLower(path.Ext(at)))
	c := platform.Candidate{
		Lookup: Lookup{}.Name(), Path: at, Product: platform.Display(path.Base(at)), Channel: "folder",
		Files: []platform.CandidateFile{{Path: at, Program: true, Script: !library}},
	}
	if !s.undecided {
		c.Facts = []signatures.Fact{{Kind: signatures.PlugInOf, Value: "pidgin"}}
	}
	if noted, ok := s.fs.(platform.Origins); ok {
		if raw, err := noted.Origin(at); err == nil {
			from, facts := platform.OriginFacts(raw)
			c.FromURL, c.Facts = from, append(c.Facts, facts...)
		}
	}
	return c
}

func (s *search) gap(name string, err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		s.sink.Gap(platform.GapOf(name, what, err))
	}
}
