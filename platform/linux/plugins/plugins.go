// Package plugins finds what Pidgin loads into itself on Linux and no package
// manager has: plug-ins in the system's folders and in people's own. Folders go in,
// one candidate for each plug-in comes out. A plug-in reads every message before it
// is encrypted and after, so one that came from a web page matters as much as the
// program.
//
// The folders are those of libpurple 2 (libpurple/plugin.c, pidgin/gtkmain.c):
// LIBDIR/purple-2, LIBDIR/pidgin, LIBDIR/finch and ~/.purple/plugins. Of ~/.purple
// nothing else is looked at (platform.Private).
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

// Fits implements platform.Lookup: every Linux system.
func (Lookup) Fits(root platform.Root) bool {
	return root.OS == "linux" && root.Kind != platform.Paths
}

// Reads implements platform.Lookup. The plug-ins themselves are opened by whoever
// reads candidates.
func (Lookup) Reads() []string {
	patterns := owned.Reads()
	for _, home := range []string{"home/*", "root"} {
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

const ownFolder = ".purple/plugins"

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
	s := &search{fs: root.FS, sink: sink, ctx: ctx}
	var system, own []string
	for _, folder := range s.systemFolders() {
		system = append(system, s.in(folder)...)
	}
	for _, home := range tree.Homes(root.FS, sink) {
		own = append(own, s.in(home+"/"+ownFolder)...)
	}
	listed, err := owned.Files(ctx, root.FS, system, s.gap)
	if err != nil {
		return err
	}
	if s.onlyRPM() && len(system) > 0 {
		sink.Gap(platform.Gap{Where: platform.Display(path.Dir(system[0])), What: "which plug-ins of Pidgin no package has", Kind: platform.GapUnreadable,
			Reason: "the rpm database is not asked about them"})
		system = nil
	}
	for _, at := range append(system, own...) {
		if listed[at] {
			continue
		}
		sink.Candidate(s.candidate(at))
		// The list knows few plug-ins by what is in them. The others are told too.
		sink.Gap(platform.Gap{Where: platform.Display(at), What: "who made this plug-in of Pidgin", Kind: platform.GapUnrecorded,
			Reason: "no package has it; whoever put it there can read what Pidgin shows"})
	}
	return ctx.Err()
}

type search struct {
	ctx  context.Context
	fs   platform.FS
	sink platform.Sink
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

// onlyRPM is true where the system's packages are rpm's.
func (s *search) onlyRPM() bool {
	exists := func(name string) bool { _, err := s.fs.Resolve(name); return err == nil }
	return !exists("var/lib/dpkg/status") && !exists("var/lib/pacman/local") && (exists("var/lib/rpm") || exists("usr/lib/sysimage/rpm"))
}

func (s *search) candidate(at string) platform.Candidate {
	script := !strings.EqualFold(path.Ext(at), ".so")
	c := platform.Candidate{
		Lookup: Lookup{}.Name(), Path: at, Product: platform.Display(path.Base(at)), Channel: "folder",
		Facts: []signatures.Fact{{Kind: signatures.PlugInOf, Value: "pidgin"}},
		Files: []platform.CandidateFile{{Path: at, Program: true, Script: script}},
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
