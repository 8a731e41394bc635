package windows

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on one installation.
const (
	maxPrograms   = 1000
	maxFolders    = 4000
	maxDepth      = 12
	maxSiblings   = 64
	maxNamedFacts = 16
)

// install is one installation, as several sources may speak of it.
type install struct {
	folder  string // what belongs to it lies below
	main    string // the program that a person starts, where a source names it
	alone   bool   // only main belongs to it: its folder is shared
	beside  string // a folder whose own files belong to it too, not what is below
	format  signatures.Format
	product string
	version string
	arch    string
	channel string
	facts   []signatures.Fact
	// unreadable is a file that stands for an installation whose folder cannot
	// be read.
	unreadable string
}

// add takes in an installation, or what else is said of one.
func (s *search) add(in install) {
	key := strings.ToLower(in.folder)
	if in.alone {
		key = strings.ToLower(in.main)
	}
	known := s.installs[key]
	if known == nil {
		in.facts = nil
		s.installs[key] = &in
		known = &in
	}
	for _, pair := range []struct {
		to   *string
		from string
	}{{&known.main, in.main}, {&known.product, in.product}, {&known.version, in.version}, {&known.channel, in.channel}} {
		if *pair.to == "" {
			*pair.to = pair.from
		}
	}
}

// tell adds facts to an installation.
func (in *install) tell(facts ...signatures.Fact) {
	for _, f := range facts {
		if f.Value != "" && !slices.Contains(in.facts, f) && len(in.facts) < maxNamedFacts {
			f.Value = strings.ToValidUTF8(f.Value, "\uFFFD")
			in.facts = append(in.facts, f)
		}
	}
}

// wantedFile is true for names of files that may be a client, or belong to a
// family: those that the list names, and programs that are called as a product
// is.
func (s *search) wantedFile(name string) bool {
	if s.want.Wanted(signatures.FileName, name) {
		return true
	}
	stem, ok := cutEnding(name, ".exe")
	return ok && (s.want.Wanted(signatures.PEProduct, stem) || s.want.Wanted(signatures.UninstallName, stem))
}

// addProgram takes in a program that a link, a process or a folder names. Where
// its folder belongs to an installation already, that is what it is a part of.
func (s *search) addProgram(name, product string) *install {
	folder := dir(name)
	if in := s.covering(folder); in != nil {
		if in.main == "" && !strings.EqualFold(in.beside, folder) {
			in.main = name // and not what only starts it
		}
		return in
	}
	in := install{folder: folder, main: name, product: product}
	if in.alone = shared(folder); in.alone {
		in.folder = ""
	}
	s.add(in)
	if in.alone {
		return s.installs[strings.ToLower(name)]
	}
	return s.installs[strings.ToLower(folder)]
}

// covering is the installation that a folder lies in, or whose updater does.
func (s *search) covering(folder string) *install {
	if in := s.updaters[strings.ToLower(folder)]; in != nil {
		return in
	}
	for at := strings.ToLower(folder); at != "." && at != "/"; at = dir(at) {
		if in := s.installs[at]; in != nil && !in.alone {
			return in
		}
	}
	return nil
}

// yield hands out the installations, in the order of their places.
func (s *search) yield() error {
	for _, key := range slices.Sorted(maps.Keys(s.installs)) {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if c, ok := s.candidate(s.installs[key]); ok {
			s.sink.Candidate(c)
		}
	}
	return s.ctx.Err()
}

func (s *search) candidate(in *install) (platform.Candidate, bool) {
	c := platform.Candidate{
		Lookup: lookupName, Format: in.format, Product: in.product, Version: in.version, Arch: in.arch, Channel: in.channel,
		Facts: slices.Clone(in.facts),
	}
	main := in.main
	if in.alone {
		if _, err := s.regular(main); err != nil {
			s.gapOf(main, "the program that a record names", err)
			return c, false
		}
		c.Files = []platform.CandidateFile{{Path: main, Program: true}}
	} else {
		found := &programs{search: s, in: in}
		found.walk(in.folder, 0)
		main = found.mainFile()
		found.beside(in.beside)
		c.Files = found.files
	}
	if len(c.Files) == 0 && in.unreadable != "" {
		main = in.folder
		c.Files = []platform.CandidateFile{{Path: in.unreadable, Program: true}}
	}
	if len(c.Files) == 0 {
		return c, false
	}
	c.Path = main
	if in.format == signatures.MSIX {
		c.Path = in.folder
	}
	// The main program comes first: the build is named after it.
	slices.SortStableFunc(c.Files, func(a, b platform.CandidateFile) int {
		switch {
		case a.Path == main && b.Path != main:
			return -1
		case b.Path == main && a.Path != main:
			return 1
		}
		return strings.Compare(a.Path, b.Path)
	})
	c.Facts = append(c.Facts, s.siblings(main)...)
	if raw, err := platform.OriginOf(s.root.FS, main); err == nil {
		from, facts := platform.OriginFacts(raw)
		c.FromURL, c.Facts = from, append(c.Facts, facts...)
	}
	return c, true
}

// regular follows a name to a regular file that may be read.
func (s *search) regular(name string) (string, error) {
	real, err := s.root.FS.Resolve(name)
	if err != nil {
		return "", err
	}
	if platform.Private(real) || platform.Private(name) {
		return "", platform.ErrPrivate
	}
	info, err := s.root.FS.Lstat(real)
	if err == nil && !info.Mode().IsRegular() {
		err = platform.ErrNotRegular
	}
	return real, err
}

// siblings are the names that the list asks for beside a program.
func (s *search) siblings(main string) []signatures.Fact {
	entries, _ := s.readDir(dir(main)) // that it cannot be read was said already
	var facts []signatures.Fact
	for _, e := range entries {
		if !e.IsDir() && !strings.EqualFold(e.Name(), base(main)) && len(facts) < maxSiblings && s.want.Wanted(signatures.SiblingName, e.Name()) {
			facts = append(facts, signatures.Fact{Kind: signatures.SiblingName, Value: platform.Display(e.Name())})
		}
	}
	return facts
}

// readDir lists a folder, within the search's allowance. Chat data is not listed.
func (s *search) readDir(name string) ([]fs.DirEntry, error) {
	real, err := s.root.FS.Resolve(name)
	if err != nil {
		return nil, err
	}
	if platform.Private(real) || platform.Private(name) {
		return nil, platform.ErrPrivate
	}
	if s.entries <= 0 {
		return nil, platform.ErrTooMany
	}
	entries, err := s.root.FS.ReadDir(name)
	s.entries -= len(entries) + 1
	return entries, err
}

// programs gathers the program files of an installation.
type programs struct {
	*search
	in      *install
	files   []platform.CandidateFile
	folders int
	full    bool
}

func (p *programs) walk(folder string, depth int) {
	if p.full || p.ctx.Err() != nil {
		return
	}
	if p.folders++; depth > maxDepth || p.folders > maxFolders || len(p.files) > maxPrograms {
		p.full = true
		p.gap(platform.Gap{Where: platform.Display(p.in.folder), What: "the rest of the program's files", Kind: platform.GapTooMany,
			Reason: fmt.Sprintf("more than %d programs or %d folders, or more than %d folders deep", maxPrograms, maxFolders, maxDepth)})
		return
	}
	entries, err := p.readDir(folder)
	if err != nil && !(errors.Is(err, fs.ErrNotExist) && depth > 0) {
		p.gapOf(folder, "the program's files", err)
	}
	for _, e := range entries {
		name := join(folder, e.Name())
		switch {
		case e.IsDir() && p.another(name):
		case e.IsDir():
			p.walk(name, depth+1)
		case e.Type().IsRegular() && isProgram(e.Name()):
			p.files = append(p.files, platform.CandidateFile{Path: name, Program: true})
		}
	}
}

// beside takes the program files of one more folder, and nothing below it.
func (p *programs) beside(folder string) {
	if folder == "" {
		return
	}
	entries, err := p.readDir(folder)
	if err != nil {
		p.gapOf(folder, "the program's files", err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() && isProgram(e.Name()) && len(p.files) <= maxPrograms {
			p.files = append(p.files, platform.CandidateFile{Path: join(folder, e.Name()), Program: true})
		}
	}
}

// another is true for a folder that is an installation of its own.
func (p *programs) another(folder string) bool {
	other := p.installs[strings.ToLower(folder)]
	return other != nil && other != p.in
}

// isProgram goes by the ending, as Windows does.
func isProgram(name string) bool {
	at := strings.LastIndexByte(name, '.')
	return at >= 0 && programEndings[strings.ToLower(name[at:])]
}

var programEndings = map[string]bool{
	".exe": true, ".dll": true, ".com": true, ".scr": true, ".cpl": true, ".ocx": true, ".sys": true, ".drv": true,
	".node": true, ".asar": true, ".jar": true, ".msi": true,
}

// mainFile is the file that a person would call the program.
func (p *programs) mainFile() string {
	best, rank := "", 100
	for _, f := range p.files {
		if r := p.rank(f.Path); r < rank || r == rank && len(f.Path) < len(best) {
			best, rank = f.Path, r
		}
	}
	return best
}

func (p *programs) rank(name string) int {
	low := strings.ToLower(base(name))
	switch {
	case strings.EqualFold(name, p.in.main) && !isUninstaller(low):
		return 0
	case p.wantedFile(base(name)):
		return 1
	case !strings.HasSuffix(low, ".exe"):
		return 9
	case isUninstaller(low) || low == "update.exe":
		return 8
	}
	return 2 + min(strings.Count(name, "/")-strings.Count(p.in.folder, "/"), 4)
}

func isUninstaller(low string) bool { return strings.HasPrefix(low, "unins") }
