// Package desktop finds chat clients on Linux that no package manager knows of:
// what desktop entries start and what lies unpacked in /opt and in people's own
// program folders. Entries and folders go in; one candidate for each program, or
// for each unpacked folder, comes out.
//
// It follows the Desktop Entry Specification 1.5 (file naming, Exec, MimeType
// with x-scheme-handler) and the XDG Base Directory Specification for where
// entries lie. A program that a package's record lists is left to the look-up of
// that package manager.
package desktop

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/keyfile"
	"github.com/chatvet/chatvet/platform/linux/owned"
	"github.com/chatvet/chatvet/platform/linux/tree"
	"github.com/chatvet/chatvet/signatures"
)

// Lookup is the platform.Lookup "desktop".
type Lookup struct{}

// Name implements platform.Lookup.
func (Lookup) Name() string { return "desktop" }

// Fits implements platform.Lookup: every Linux system.
func (Lookup) Fits(root platform.Root) bool {
	return root.OS == "linux" && root.Kind != platform.Paths
}

// entryDirs are where desktop entries lie: of the system, and below a home.
var entryDirs = []string{"usr/share/applications", "usr/local/share/applications"}

const homeEntries = ".local/share/applications"

// Reads implements platform.Lookup. Entries that start with a session, and scripts
// that stand before a client, are read where one was found.
func (Lookup) Reads() []string {
	patterns := append([]string{"home/*/" + homeEntries + "/**", "root/" + homeEntries + "/**"}, owned.Reads()...)
	for _, dir := range entryDirs {
		patterns = append(patterns, dir+"/**")
	}
	patterns = append(patterns, "etc/xdg/autostart/*.desktop", "home/*/.config/autostart/*.desktop", "root/.config/autostart/*.desktop")
	for _, dir := range []string{".local/bin", "bin"} {
		patterns = append(patterns, "home/*/"+dir+"/*", "root/"+dir+"/*")
	}
	patterns = append(patterns, "usr/local/bin/*")
	return patterns
}

// Bounds on what is looked at.
const (
	maxEntries = 20_000 // desktop entries of one folder
	entryDepth = 3
)

// Find implements platform.Lookup.
func (l Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	s := &search{ctx: ctx, fs: root.FS, want: want, sink: sink, found: map[string]*found{}}
	homes := tree.Homes(root.FS, sink)
	for _, dir := range entryDirs {
		s.entries(dir, "", dir, 0)
	}
	for _, home := range homes {
		dir := home + "/" + homeEntries
		s.entries(dir, home, dir, 0)
	}
	for _, place := range places(homes) {
		s.unpacked(place)
	}
	return s.yield()
}

// search is one run over one root.
type search struct {
	ctx   context.Context
	fs    platform.FS
	want  *signatures.List
	sink  platform.Sink
	seen  int
	found map[string]*found // by where it really lies
}

// found is a program file with what points at it.
type found struct {
	path    string
	entries []entry
}

// entry is one desktop entry that is worth looking at.
type entry struct {
	id, name string
	known    bool // the list knows the id
}

// entries reads the desktop entries below a folder.
func (s *search) entries(top, home, dir string, depth int) {
	list, err := s.fs.ReadDir(dir)
	if err != nil && !tree.Missing(err) {
		s.gap(dir, err)
	}
	for _, e := range list {
		if s.ctx.Err() != nil {
			return
		}
		if s.seen++; s.seen > maxEntries {
			s.gap(dir, platform.ErrTooMany)
			return
		}
		name := dir + "/" + e.Name()
		switch {
		case e.IsDir() && depth < entryDepth:
			s.entries(top, home, name, depth+1)
		case !e.IsDir() && strings.HasSuffix(e.Name(), ".desktop"):
			s.entry(top, home, name)
		}
	}
}

// entry notes the program of one entry where the list knows the entry or the
// program's name, or where it takes the links of a chat client.
func (s *search) entry(top, home, name string) {
	real, err := s.fs.Resolve(name)
	if err != nil || path.Ext(real) != ".desktop" && real != name {
		return // a link that leads to nothing, or to what is no entry
	}
	if !fitsReads(real) {
		return // exported by flatpak or snapd, whose look-ups read it
	}
	data, err := tree.Read(s.fs, real, keyfile.MaxSize)
	if err != nil {
		s.gap(name, err)
		return
	}
	f, _ := keyfile.Parse(data)
	group := f["Desktop Entry"]
	id := strings.ReplaceAll(strings.TrimPrefix(name, top+"/"), "/", "-")
	known := s.want.Wanted(signatures.DesktopID, id)
	at := s.programOf(home, group["Exec"])
	if at == "" || !known && !takesChatLinks(group["MimeType"]) && !s.isWantedName(path.Base(at)) {
		return
	}
	s.note(at, &entry{id: id, name: group["Name"], known: known})
}

func fitsReads(name string) bool {
	return slices.ContainsFunc(Lookup{}.Reads(), func(pattern string) bool { return platform.MatchReads(pattern, name) })
}

// note remembers a program that lies outside of where packages put programs.
func (s *search) note(at string, e *entry) {
	real, err := s.fs.Resolve(at)
	if err != nil || platform.Private(real) {
		return
	}
	info, err := s.fs.Lstat(real)
	if err != nil || !info.Mode().IsRegular() || packaged(real) {
		return
	}
	p := s.found[real]
	if p == nil {
		p = &found{path: real}
		s.found[real] = p
	}
	if e != nil {
		p.entries = append(p.entries, *e)
	}
}

// packaged holds for the folders that only a package manager writes into.
func packaged(name string) bool {
	top, rest, _ := strings.Cut(name, "/")
	switch top {
	case "bin", "sbin", "lib", "lib32", "lib64", "snap":
		return true
	case "usr":
		return !strings.HasPrefix(rest, "local/")
	}
	return strings.HasPrefix(name, "var/lib/flatpak/") || strings.Contains(name, "/.local/share/flatpak/")
}

// isWantedName is true for the names of programs that the list knows. Programs
// are named like the packages they come in.
func (s *search) isWantedName(base string) bool {
	return s.want.Wanted(signatures.FileName, base) || s.want.Wanted(signatures.DebPackage, base) || s.want.Wanted(signatures.DesktopID, base+".desktop")
}

// yield hands on what was found, unless a package has it.
func (s *search) yield() error {
	paths := make([]string, 0, len(s.found))
	for at := range s.found {
		paths = append(paths, at)
	}
	slices.Sort(paths)
	listed, err := owned.Files(s.ctx, s.fs, paths, s.gap)
	if err != nil {
		return err
	}
	folders := map[string]bool{}
	for _, at := range paths {
		if listed.Has(at) {
			continue
		}
		folder := unpackedFolder(at)
		if folder != "" && ofPackage(folder, paths, listed) {
			if !s.executable(at) {
				continue // told with the package that the folder belongs to
			}
			folder = ""
		}
		if folder == "" {
			s.sink.Candidate(s.candidate(s.found[at], signatures.Format(""), nil))
			continue
		}
		if folders[folder] {
			continue // one program of it is enough to have it all
		}
		folders[folder] = true
		files, err := tree.Programs(s.ctx, s.fs, folder, s.sink)
		if err != nil {
			return err
		}
		s.sink.Candidate(s.candidate(s.together(folder, at, paths), signatures.Package, files))
	}
	return s.ctx.Err()
}

// ofPackage is true for a folder in which a package has a program that was found.
func ofPackage(folder string, paths []string, listed owned.Listed) bool {
	return slices.ContainsFunc(paths, func(at string) bool { return strings.HasPrefix(at, folder+"/") && listed.Has(at) })
}

func (s *search) executable(at string) bool {
	info, err := s.fs.Lstat(at)
	return err == nil && info.Mode()&0o111 != 0
}

// together gathers the entries of all programs in one folder.
func (s *search) together(folder, first string, paths []string) *found {
	all := &found{path: first}
	for _, at := range paths {
		if strings.HasPrefix(at, folder+"/") {
			all.entries = append(all.entries, s.found[at].entries...)
		}
	}
	return all
}

func (s *search) candidate(p *found, format signatures.Format, files []platform.CandidateFile) platform.Candidate {
	c := platform.Candidate{Lookup: Lookup{}.Name(), Path: p.path, Format: format, Channel: "folder", Files: files}
	if format != "" {
		c.Product = path.Base(p.path)
	}
	for _, e := range p.entries {
		c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.DesktopID, Value: platform.Display(e.id)})
		if e.name != "" {
			c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.DisplayName, Value: platform.Display(e.name)})
		}
	}
	slices.SortFunc(c.Facts, func(a, b signatures.Fact) int {
		return strings.Compare(string(a.Kind)+"\x00"+a.Value, string(b.Kind)+"\x00"+b.Value)
	})
	c.Facts = slices.Compact(c.Facts)
	// Only what the system noted: a mark of the web beside an unpacked program
	// would be a file of its own.
	if noted, ok := s.fs.(platform.Origins); ok {
		if raw, err := noted.Origin(p.path); err == nil {
			from, facts := platform.OriginFacts(raw)
			c.FromURL, c.Facts = from, append(c.Facts, facts...)
		}
	}
	return c
}

func (s *search) gap(name string, err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		s.sink.Gap(platform.GapOf(name, "programs that no package manager installed", err))
	}
}
