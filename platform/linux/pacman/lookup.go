// Package pacman finds chat clients that pacman installed. The records below
// var/lib/pacman/local go in, one candidate for each installed package that the
// list knows comes out, with its files and the digests that the package recorded.
//
// Formats: pacman's local database (lib/libalpm/be_local.c) and mtree(5), packed
// with gzip. The records prove nothing: whoever can change a program can change
// them too.
package pacman

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/program"
	"github.com/chatvet/chatvet/platform/linux/tree"
	"github.com/chatvet/chatvet/signatures"
)

const (
	localDir    = "var/lib/pacman/local"
	what        = "packages that pacman installed"
	maxPackages = 200_000
	maxDesc     = 1 << 20
	maxMissing  = 100
	maxGaps     = 10
)

// Lookup is the platform.Lookup "pacman".
type Lookup struct{}

// Name implements platform.Lookup.
func (Lookup) Name() string { return "pacman" }

// Fits implements platform.Lookup: every Linux system with pacman's records.
func (Lookup) Fits(root platform.Root) bool {
	if root.OS != "linux" || root.Kind == platform.Paths {
		return false
	}
	_, err := root.FS.Resolve(localDir)
	return !tree.Missing(err)
}

// Reads implements platform.Lookup.
func (Lookup) Reads() []string {
	return []string{localDir + "/*/desc", localDir + "/*/files", localDir + "/*/mtree"}
}

// Find implements platform.Lookup.
func (Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	s := &search{fs: root.FS, want: want, sink: sink}
	entries, err := root.FS.ReadDir(localDir)
	if err != nil {
		s.gap(localDir, what, err)
	}
	if len(entries) > maxPackages {
		s.gap(localDir, what, platform.ErrTooMany)
		entries = entries[:maxPackages]
	}
	others := 0
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.IsDir() && !s.installed(localDir+"/"+e.Name()) {
			others++
		}
	}
	sink.Looked(others, 0)
	return ctx.Err()
}

// search is one run over one root.
type search struct {
	fs   platform.FS
	want *signatures.List
	sink platform.Sink
}

// installed yields the package in one folder; false where the list does not know
// it. A package is known by its name or by a desktop entry that it brings.
func (s *search) installed(dir string) bool {
	data, err := tree.Read(s.fs, dir+"/desc", maxDesc)
	if err != nil {
		s.gap(dir+"/desc", what, err)
		return false
	}
	desc := parseFields(data)
	name := first(desc["NAME"])
	if name == "" {
		s.corrupt(dir+"/desc", errors.New("no name of a package"))
		return false
	}
	data, err = tree.Read(s.fs, dir+"/files", maxRecord)
	if err != nil {
		s.gap(dir+"/files", "files of "+name, err)
	}
	files := parseFields(data)
	desktop := s.desktopFacts(files["FILES"])
	if !s.want.Wanted(signatures.PacmanPackage, name) && len(desktop) == 0 {
		return false
	}
	s.sink.Candidate(s.candidate(dir, desc, files, desktop))
	return true
}

// desktopFacts names the desktop entries of a package that the list knows.
func (s *search) desktopFacts(files []string) []signatures.Fact {
	var facts []signatures.Fact
	for _, f := range files {
		id, ok := strings.CutPrefix(f, "usr/share/applications/")
		if id = strings.ReplaceAll(id, "/", "-"); ok && s.want.Wanted(signatures.DesktopID, id) {
			facts = append(facts, signatures.Fact{Kind: signatures.DesktopID, Value: platform.Display(id)})
		}
	}
	return facts
}

func (s *search) candidate(dir string, desc, files map[string][]string, desktop []signatures.Fact) platform.Candidate {
	name := first(desc["NAME"])
	c := platform.Candidate{
		Lookup: Lookup{}.Name(), Format: signatures.Package, Channel: "pacman",
		Product: platform.Display(name), Version: platform.Display(first(desc["VERSION"])), Arch: platform.Display(first(desc["ARCH"])),
		Facts: append([]signatures.Fact{{Kind: signatures.PacmanPackage, Value: platform.Display(name)}}, desktop...),
	}
	if packager := first(desc["PACKAGER"]); packager != "" {
		origin := platform.Display(packager)
		if checked := desc["VALIDATION"]; len(checked) > 0 {
			origin += ", checked by pacman: " + platform.Display(strings.Join(checked, ", "))
		}
		c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.PackageOrigin, Value: origin})
	}
	s.files(&c, dir, files)
	var programs []string
	for _, f := range c.Files {
		if f.Program {
			programs = append(programs, f.Path)
		}
	}
	c.Path = program.Main(name, programs, dir+"/desc")
	return c
}

// files looks at what the package lists; links and folders are no files.
func (s *search) files(c *platform.Candidate, dir string, files map[string][]string) {
	digests := s.digests(dir)
	backup := map[string]bool{}
	for _, line := range files["BACKUP"] {
		name, _, _ := strings.Cut(line, "\t")
		backup[name] = true
	}
	missing, failed := 0, 0
	for _, line := range files["FILES"] {
		name, ok := rootName("/" + line)
		if !ok { // folders end in a slash
			continue
		}
		sum := digests[name]
		f := platform.CandidateFile{Path: name, Conffile: backup[name], SHA256: sum.sha256}
		if f.SHA256 == "" {
			f.MD5 = sum.md5
		}
		info, err := s.look(name, f)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if missing++; !f.Conffile && missing <= maxMissing {
				c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.PackageMissing, Value: platform.Display(name), Place: platform.Display(name)})
			}
		case err != nil:
			if failed++; failed <= maxGaps {
				s.gap(name, "a file of the package", err)
			}
		case info.Mode().IsRegular():
			f.Program = program.Is(name, info.Mode())
			c.Files = append(c.Files, f)
		}
	}
}

// digests are those that the package recorded; none where that is not there.
func (s *search) digests(dir string) map[string]sums {
	name := dir + "/mtree"
	data, err := tree.Read(s.fs, name, maxRecord)
	if err != nil {
		s.gap(name, "recorded digests of a package", err)
		return nil
	}
	digests, err := parseMtree(data)
	if err != nil {
		s.corrupt(name, fmt.Errorf("recorded digests: %w", err))
	}
	return digests
}

// look looks at a file. Where the package recorded a digest under that name, a
// link was put in the file's place, and what it leads to is compared. A record
// that somebody planted must not lead into chat data.
func (s *search) look(name string, f platform.CandidateFile) (fs.FileInfo, error) {
	info, err := s.fs.Lstat(name)
	if err != nil || info.Mode()&fs.ModeSymlink != 0 && f.SHA256 == "" && f.MD5 == "" {
		return info, err
	}
	real, err := s.fs.Resolve(name)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc([]string{name, real}, platform.Private) {
		return nil, platform.ErrPrivate
	}
	return s.fs.Lstat(real)
}

func (s *search) gap(name, what string, err error) { s.sink.Gap(platform.GapOf(name, what, err)) }

func (s *search) corrupt(name string, err error) {
	s.sink.Gap(platform.Gap{Where: platform.Display(name), What: what, Kind: platform.GapCorrupt, Reason: platform.Display(err.Error())})
}
