// Package dpkg finds chat clients that Debian's package manager installed. The
// records below var/lib/dpkg go in, one candidate for each installed package
// that the list knows comes out, with its files, the digests that the package
// itself recorded, and the archive, lists, signed indexes and keys where apt
// kept them.
//
// Formats: deb-control(5) for the status file, deb-md5sums(5), deb-conffiles(5),
// dpkg-divert(1), dpkg.cfg(5), and dpkg's doc/spec for the info folder. The
// records prove nothing: whoever can change a program can change them too.
package dpkg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Places that are read.
const (
	adminDir   = "var/lib/dpkg"
	statusFile = adminDir + "/status"
	statusDir  = adminDir + "/status.d" // images without a package manager
	infoDir    = adminDir + "/info"
	divertFile = adminDir + "/diversions"
	archiveDir = "var/cache/apt/archives"
	listsDir   = "var/lib/apt/lists"
	configFile = "etc/dpkg/dpkg.cfg"
	configDir  = "etc/dpkg/dpkg.cfg.d"
)

// Bounds on what is read of one record.
const (
	maxStatus  = 1 << 30
	maxRecord  = 64 << 20
	maxConfig  = 1 << 20
	maxGaps    = 10 // of one kind of damage in one file; the rest is counted
	maxFolders = 10_000
)

// Lookup is the platform.Lookup "dpkg".
type Lookup struct{}

// Name implements platform.Lookup.
func (Lookup) Name() string { return "dpkg" }

// Fits implements platform.Lookup: every Linux system with dpkg's folder,
// readable or not.
func (Lookup) Fits(root platform.Root) bool {
	if root.OS != "linux" || root.Kind == platform.Paths {
		return false
	}
	_, err := root.FS.Resolve(adminDir)
	return !errors.Is(err, fs.ErrNotExist)
}

// Reads implements platform.Lookup.
func (Lookup) Reads() []string {
	return []string{
		statusFile,
		statusDir + "/*",
		infoDir + "/*.list",
		infoDir + "/*.md5sums",
		infoDir + "/*.conffiles",
		divertFile,
		configFile,
		configDir + "/*",
		// Opened only to prove what an installed client's files should be.
		archiveDir + "/*.deb",
		listsDir + "/*_InRelease",
		listsDir + "/*_Packages*",
		keyDirs[0] + "/*",
		keyDirs[1] + "/*",
		keyDirs[2] + "/*",
	}
}

// Find implements platform.Lookup.
func (l Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	s := &search{
		fs:   root.FS,
		sink: sink,
		wanted: func(name []byte) bool {
			return want.Wanted(signatures.DebPackage, string(name))
		},
	}
	s.diversions = s.readDiversions()
	s.excludes = s.readExcludes()
	packages, err := s.readPackages(ctx)
	if err != nil || len(packages) == 0 {
		return err
	}
	s.readLists()
	s.readKeys()
	for _, p := range packages {
		if err := ctx.Err(); err != nil {
			return err
		}
		sink.Candidate(s.candidate(p))
	}
	return nil
}

// search is one run over one root.
type search struct {
	fs         platform.FS
	sink       platform.Sink
	wanted     func(name []byte) bool
	diversions map[string]diversion
	excludes   []exclude
	releases   []string
	indexes    []string
	keys       []string
}

// readPackages returns the installed packages that are wanted, from the status
// file and from the status folder of images that have no dpkg any more.
func (s *search) readPackages(ctx context.Context) ([]pkg, error) {
	found := &collector{search: s, seen: map[string]bool{}}
	missing, err := found.file(ctx, statusFile, true)
	if err != nil {
		return nil, err
	}
	names, dirErr := s.names(statusDir)
	switch {
	case errors.Is(dirErr, fs.ErrNotExist):
		if missing {
			s.gap(statusFile, "installed packages", fs.ErrNotExist)
		}
	case dirErr != nil:
		s.gap(statusDir, "installed packages", dirErr)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".md5sums") {
			continue
		}
		if _, err := found.file(ctx, statusDir+"/"+name, false); err != nil {
			return nil, err
		}
	}
	s.sink.Looked(found.others, 0)
	return found.packages, nil
}

// collector gathers wanted packages from status files.
type collector struct {
	*search
	packages []pkg
	seen     map[string]bool // name and architecture
	others   int             // installed, not wanted
}

// file reads one status file. Only the end of ctx is an error; missing is true
// where there is no such file.
func (c *collector) file(ctx context.Context, name string, needStatus bool) (missing bool, err error) {
	f, err := c.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		c.gap(name, "installed packages", err)
		return false, nil
	}
	defer f.Close()
	damage := c.damage(name, "installed packages")
	defer damage.close()
	reader := statusReader{
		wanted:     c.wanted,
		needStatus: needStatus,
		damaged:    damage.line,
		found:      func(p pkg) { c.take(name, p, damage) },
	}
	err = reader.read(&ctxReader{ctx, io.NewSectionReader(f, 0, maxStatus)})
	c.others += reader.others
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		c.gap(name, "installed packages", err)
	}
	if info, err := f.Stat(); err == nil && info.Size() > maxStatus {
		damage.bound(fmt.Sprintf("larger than %d bytes; the rest was not read", maxStatus))
	}
	return false, nil
}

func (c *collector) take(name string, p pkg, damage *damage) {
	p.record = name
	id := p.name + ":" + p.arch
	if c.seen[id] {
		damage.line(p.line, "package "+id+" is there twice")
		return
	}
	c.seen[id] = true
	c.packages = append(c.packages, p)
}

// readLists notes what apt kept of signed indexes.
func (s *search) readLists() {
	names, err := s.names(listsDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.gap(listsDir, "signed package indexes", err)
	}
	for _, name := range names {
		switch {
		case strings.HasSuffix(name, "_InRelease"):
			s.releases = append(s.releases, listsDir+"/"+name)
		case isIndex(name):
			s.indexes = append(s.indexes, listsDir+"/"+name)
		}
	}
}

func isIndex(name string) bool {
	_, kind, ok := cutLast(name, "_Packages")
	return ok && (kind == "" || kind == ".gz" || kind == ".xz" || kind == ".bz2" || kind == ".lz4" || kind == ".zst")
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// names lists a folder, within a bound.
func (s *search) names(dir string) ([]string, error) {
	entries, err := s.fs.ReadDir(dir)
	if err == nil && len(entries) > maxFolders {
		entries = entries[:maxFolders]
		s.gap(dir, "the rest of the folder", platform.ErrTooMany)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (s *search) gap(name, what string, err error) {
	s.sink.Gap(platform.GapOf(name, what, err))
}

// ctxReader ends a long read when ctx ends.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
