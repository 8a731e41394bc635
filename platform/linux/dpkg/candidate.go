package dpkg

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/program"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on what one candidate carries besides its files.
const (
	maxDesktopFiles = 16
	maxMissing      = 100
)

// candidate gathers what there is about one installed package.
func (s *search) candidate(p pkg) platform.Candidate {
	c := platform.Candidate{
		Lookup:  Lookup{}.Name(),
		Format:  signatures.Package,
		Product: p.name,
		Version: p.version,
		Arch:    p.arch,
		Channel: "dpkg",
		Facts: []signatures.Fact{
			{Kind: signatures.DebPackage, Value: p.name},
			{Kind: signatures.DebVersion, Value: p.version},
			{Kind: signatures.DebSource, Value: p.source},
		},
		Record: s.record(p),
	}
	if p.maintainer != "" {
		c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.DebMaintainer, Value: strings.ToValidUTF8(p.maintainer, "\uFFFD")})
	}
	names := s.files(&c, p)
	c.Facts = append(c.Facts, desktopFacts(names)...)
	c.Path = mainFile(p, c.Files)
	return c
}

// files fills in the candidate's files and returns the names of its record.
func (s *search) files(c *platform.Candidate, p pkg) []string {
	listed, sums, conf := s.readRecords(p)
	parents := parentsOf(listed)
	look := fileLook{search: s, c: c}
	defer look.close(p)
	for _, name := range listed {
		if parents[name] {
			continue
		}
		file := platform.CandidateFile{Path: s.placeOf(p, name), MD5: sums[name]}
		if sum, ok := conf[name]; ok {
			file.Conffile = true
			if file.MD5 == "" {
				file.MD5 = sum
			}
		}
		look.at(name, file)
	}
	return listed
}

// readRecords reads list, md5sums and conffiles of a package. The names are in
// the record's order; a package without a list has those of its digests.
func (s *search) readRecords(p pkg) (listed []string, sums, conf map[string]string) {
	noList := s.readInfo(p, ".list", "files of "+p.name, func(r io.Reader, damaged func(int, string)) (err error) {
		listed, err = parseList(r, damaged)
		return err
	})
	var order []string
	noSums := s.readInfo(p, ".md5sums", "recorded digests of "+p.name, func(r io.Reader, damaged func(int, string)) (err error) {
		sums, order, err = parseMD5Sums(r, damaged)
		return err
	})
	conf = map[string]string{}
	s.readInfo(p, ".conffiles", "configuration files of "+p.name, func(r io.Reader, damaged func(int, string)) error {
		more, err := parseConffiles(r, damaged)
		for _, c := range more {
			conf[c.name] = ""
		}
		return err
	})
	for _, c := range p.conffiles {
		conf[c.name] = c.md5
	}
	if noList && p.record == statusFile {
		s.gap(p.infoNames(".list")[0], "files of "+p.name, fs.ErrNotExist)
	}
	if noSums {
		s.gap(p.infoNames(".md5sums")[0], "recorded digests of "+p.name, fs.ErrNotExist)
	}
	return mergeNames(listed, order), sums, conf
}

// mergeNames adds names with a digest that the list does not have.
func mergeNames(listed, digested []string) []string {
	has := make(map[string]bool, len(listed))
	for _, name := range listed {
		has[name] = true
	}
	for _, name := range digested {
		if !has[name] {
			listed = append(listed, name)
		}
	}
	return listed
}

// parentsOf returns the names that others lie below: folders, which are not
// looked at one by one.
func parentsOf(names []string) map[string]bool {
	parents := map[string]bool{}
	for _, name := range names {
		for dir := path.Dir(name); dir != "." && !parents[dir]; dir = path.Dir(dir) {
			parents[dir] = true
		}
	}
	return parents
}

// fileLook looks at the files of one candidate.
type fileLook struct {
	*search
	c       *platform.Candidate
	missing int
	failed  int
}

// at adds one file to the candidate, or says why not. Links and folders are no
// files, unless the package recorded a digest under that name: then something
// was put in a file's place, and what the link leads to is compared.
func (l *fileLook) at(recorded string, file platform.CandidateFile) {
	info, err := l.fs.Lstat(file.Path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 && file.MD5 == "" {
		return
	}
	if err == nil {
		info, err = l.follow(file.Path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.gone(file)
	case err != nil:
		if l.failed++; l.failed <= maxGaps {
			l.gap(file.Path, "a file of the package", err)
		}
	case info.Mode().IsRegular():
		file.Program = program.Is(recorded, info.Mode())
		l.c.Files = append(l.c.Files, file)
	case file.MD5 != "":
		l.gone(file)
	}
}

// follow looks at what a name leads to. A record that somebody planted must not
// lead into chat data.
func (l *fileLook) follow(name string) (fs.FileInfo, error) {
	real, err := l.fs.Resolve(name)
	if err != nil {
		return nil, err
	}
	if platform.Private(real) || platform.Private(name) {
		return nil, platform.ErrPrivate
	}
	return l.fs.Lstat(real)
}

// gone notes a file that the package's record lists and that is not there.
// Administrators may remove conffiles, and dpkg may have been told to leave
// files out.
func (l *fileLook) gone(file platform.CandidateFile) {
	if file.Conffile || l.excluded(file.Path) {
		return
	}
	if l.missing++; l.missing <= maxMissing {
		l.c.Facts = append(l.c.Facts, signatures.Fact{
			Kind: signatures.PackageMissing, Value: platform.Display(file.Path), Place: platform.Display(file.Path),
		})
	}
}

func (l *fileLook) close(p pkg) {
	if more := l.failed - maxGaps; more > 0 {
		l.sink.Gap(platform.Gap{Where: p.name, What: "files of the package", Kind: platform.GapTooMany,
			Reason: fmt.Sprintf("%d more files could not be looked at", more)})
	}
	if more := l.missing - maxMissing; more > 0 {
		l.sink.Gap(platform.Gap{Where: p.name, What: "files of the package", Kind: platform.GapMissing,
			Reason: fmt.Sprintf("%d more files that the package lists are not there", more)})
	}
}

// desktopFacts names the desktop entries of a package by their id: the path
// below applications, with dashes (Desktop Entry Specification, File naming).
func desktopFacts(names []string) []signatures.Fact {
	const dir = "usr/share/applications/"
	var facts []signatures.Fact
	for _, name := range names {
		id, ok := strings.CutPrefix(name, dir)
		if ok && strings.HasSuffix(id, ".desktop") && len(facts) < maxDesktopFiles {
			facts = append(facts, signatures.Fact{Kind: signatures.DesktopID, Value: platform.Display(strings.ReplaceAll(id, "/", "-"))})
		}
	}
	return facts
}

// mainFile is the file that a person would call the program, or else the
// package's own record.
func mainFile(p pkg, files []platform.CandidateFile) string {
	var programs []string
	for _, f := range files {
		if f.Program {
			programs = append(programs, f.Path)
		}
	}
	return program.Main(p.name, programs, p.record)
}
