// Package rpm finds chat clients that rpm installed. The package database goes
// in, one candidate for each installed package that the list knows comes out,
// with its files and the digests that the package recorded.
//
// The database is read as a file, also on a running machine: SQLite (package sqlite)
// or rpm's own format (ndb.go), with a package's header in each row (header.go).
// The older format of Berkeley DB is not read; that is a gap. The records prove
// nothing: whoever can change a program can change them too. The key that a
// package's signature names is told; the header and the keys that the system has
// are handed on, so that the signature can be checked.
package rpm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/program"
	"github.com/chatvet/chatvet/platform/linux/tree"
	"github.com/chatvet/chatvet/platform/sqlite"
	"github.com/chatvet/chatvet/signatures"
)

// databaseDirs are where distributions keep the database; the first that there
// is counts. On newer ones it is a link to the second.
var databaseDirs = []string{"var/lib/rpm", "usr/lib/sysimage/rpm"}

// Files of a database, by format.
const (
	sqliteFile = "rpmdb.sqlite"
	sqliteLog  = "rpmdb.sqlite-wal"
	ndbFile    = "Packages.db"
	berkeley   = "Packages"
)

const (
	what       = "packages that rpm installed"
	maxMissing = 100
	maxGaps    = 10
)

// Lookup is the platform.Lookup "rpm".
type Lookup struct{}

// Name implements platform.Lookup.
func (Lookup) Name() string { return "rpm" }

// Fits implements platform.Lookup: every Linux system with a database of rpm.
func (Lookup) Fits(root platform.Root) bool {
	if root.OS != "linux" || root.Kind == platform.Paths {
		return false
	}
	_, _, ok := database(root.FS)
	return ok
}

// database finds the file of the database.
func database(fsys platform.FS) (dir, file string, ok bool) {
	for _, dir := range databaseDirs {
		for _, file := range []string{sqliteFile, ndbFile, berkeley} {
			if _, err := fsys.Resolve(dir + "/" + file); !tree.Missing(err) {
				return dir, file, true
			}
		}
	}
	return "", "", false
}

// Reads implements platform.Lookup.
func (Lookup) Reads() []string {
	var patterns []string
	for _, dir := range databaseDirs {
		patterns = append(patterns, dir+"/"+sqliteFile, dir+"/"+ndbFile)
	}
	for _, dir := range keyDirs {
		patterns = append(patterns, dir+"/*")
	}
	return patterns
}

// Find implements platform.Lookup.
func (l Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	s := &search{ctx: ctx, fs: root.FS, want: want, sink: sink}
	dir, file, ok := database(root.FS)
	if !ok {
		return ctx.Err()
	}
	s.name = dir + "/" + file
	if file == berkeley {
		s.gap(platform.GapNotOpened, errors.New("a database in the format of Berkeley DB"))
		return ctx.Err()
	}
	f, err := root.FS.Open(s.name)
	if err != nil {
		sink.Gap(platform.GapOf(s.name, what, err))
		return ctx.Err()
	}
	defer f.Close()
	s.read(f, dir, file)
	s.yield()
	if more := s.damaged - maxGaps; more > 0 {
		s.gap(platform.GapCorrupt, fmt.Errorf("%d more damaged packages", more))
	}
	sink.Looked(s.others, 0)
	return ctx.Err()
}

// search is one run over one database.
type search struct {
	ctx     context.Context
	fs      platform.FS
	want    *signatures.List
	sink    platform.Sink
	name    string
	others  int
	damaged int
	each    func(*header) // in place of looking for clients, where it is set
	found   []platform.Candidate
	keys    [][]byte // that stand in the database
}

func (s *search) read(f platform.File, dir, file string) {
	info, err := f.Stat()
	if err != nil {
		s.sink.Gap(platform.GapOf(s.name, what, err))
		return
	}
	if file == ndbFile {
		err = eachNDB(f, info.Size(), s.take, s.damage)
	} else {
		if log, err := s.fs.Lstat(dir + "/" + sqliteLog); err == nil && log.Size() > 0 {
			s.gap(platform.GapNotOpened, errors.New("the latest changes stand in a log beside it"))
		}
		err = s.readSQLite(f, info.Size())
	}
	if err != nil && s.ctx.Err() == nil {
		s.gap(platform.GapCorrupt, err)
	}
}

func (s *search) readSQLite(r io.ReaderAt, size int64) error {
	db, err := sqlite.Open(r, size)
	if err != nil {
		return err
	}
	return db.Table("Packages", func(columns [][]byte) error {
		if len(columns) < 2 {
			s.damage(errHeader)
			return s.ctx.Err()
		}
		return s.take(columns[1])
	})
}

func (s *search) damage(err error) {
	if s.damaged++; s.damaged <= maxGaps {
		s.gap(platform.GapCorrupt, err)
	}
}

// take looks at the header of one package.
func (s *search) take(blob []byte) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	h, err := parseHeader(blob)
	if err != nil {
		s.damage(err)
		return nil
	}
	if s.each != nil {
		s.each(h)
		return nil
	}
	name := h.string(tagName)
	if name == keyPackage && len(s.keys) < maxKeys {
		s.keys = append(s.keys, []byte(h.string(tagDescription)))
	}
	// Most packages have no desktop entry at all, and their files need not be
	// gathered to see that.
	wanted := s.want.Wanted(signatures.RPMPackage, name)
	if !wanted && bytes.Contains(h.Data(), []byte(".desktop\x00")) {
		wanted = len(s.desktopFacts(h.files())) > 0
	}
	if !wanted {
		s.others++
		return nil
	}
	c := s.candidate(name, h)
	c.Record = &platform.Record{Header: bytes.Clone(blob)}
	s.found = append(s.found, c)
	return nil
}

// keyPackage is the name under which rpm keeps a key that it trusts, with the key
// as its description.
const keyPackage = "gpg-pubkey"

// keyDirs are where distributions keep keys for rpm.
var keyDirs = []string{"etc/pki/rpm-gpg", "usr/lib/rpm/gnupg/keys"}

// maxKeys bounds the keys that are handed on, of each kind.
const maxKeys = 500

// yield hands on what was found, with the keys that the system has.
func (s *search) yield() {
	if len(s.found) == 0 {
		return
	}
	var files []string
	for _, dir := range keyDirs {
		entries, err := s.fs.ReadDir(dir)
		if err != nil && !tree.Missing(err) {
			s.sink.Gap(platform.GapOf(dir, "keys of package repositories", err))
		}
		for _, e := range entries {
			if len(files) < maxKeys {
				files = append(files, dir+"/"+e.Name())
			}
		}
	}
	for _, c := range s.found {
		c.Record.Keys, c.Record.PublicKeys = files, s.keys
		s.sink.Candidate(c)
	}
}

// desktopFacts names the desktop entries of a package that the list knows.
func (s *search) desktopFacts(files []file) []signatures.Fact {
	var facts []signatures.Fact
	for _, f := range files {
		id, ok := strings.CutPrefix(f.name, "usr/share/applications/")
		if id = strings.ReplaceAll(id, "/", "-"); ok && s.want.Wanted(signatures.DesktopID, id) {
			facts = append(facts, signatures.Fact{Kind: signatures.DesktopID, Value: platform.Display(id)})
		}
	}
	return facts
}

func (s *search) candidate(name string, h *header) platform.Candidate {
	files := h.files()
	c := platform.Candidate{
		Lookup: Lookup{}.Name(), Format: signatures.Package, Channel: "rpm",
		Product: platform.Display(name), Version: platform.Display(h.EVR()), Arch: platform.Display(h.string(tagArch)),
		Facts: []signatures.Fact{{Kind: signatures.RPMPackage, Value: platform.Display(name)}},
	}
	vendor := platform.Display(h.string(tagVendor))
	if vendor != "" {
		c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.RPMVendor, Value: vendor})
	}
	if origin := origin(vendor, h.keyID()); origin != "" {
		c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.PackageOrigin, Value: origin})
	}
	c.Facts = append(c.Facts, s.desktopFacts(files)...)
	s.files(&c, files)
	var programs []string
	for _, f := range c.Files {
		if f.Program {
			programs = append(programs, f.Path)
		}
	}
	c.Path = program.Main(name, programs, s.name+"#"+c.Product)
	return c
}

func origin(vendor, key string) string {
	switch {
	case key == "":
		return vendor
	case vendor == "":
		return "signed with key " + key + " (not checked)"
	}
	return vendor + ", signed with key " + key + " (not checked)"
}

// files looks at what the package lists. Links and folders are no files.
func (s *search) files(c *platform.Candidate, files []file) {
	missing, failed := 0, 0
	for _, f := range files {
		info, err := s.look(f.name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if missing++; f.mayMiss || missing > maxMissing {
				continue
			}
			c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.PackageMissing, Value: platform.Display(f.name), Place: platform.Display(f.name)})
		case err != nil:
			if failed++; failed <= maxGaps {
				s.sink.Gap(platform.GapOf(f.name, "a file of the package", err))
			}
		case info.Mode().IsRegular():
			f.recorded.Path, f.recorded.Program = f.name, program.Is(f.name, info.Mode())
			c.Files = append(c.Files, f.recorded)
		}
	}
}

// look follows links: what a package's file was replaced by is compared too. A
// record that somebody planted must not lead into chat data.
func (s *search) look(name string) (fs.FileInfo, error) {
	real, err := s.fs.Resolve(name)
	if err != nil {
		return nil, err
	}
	if platform.Private(real) || platform.Private(name) {
		return nil, platform.ErrPrivate
	}
	return s.fs.Lstat(real)
}

// file is a regular file that a package lists.
type file struct {
	name     string
	mayMiss  bool
	recorded platform.CandidateFile
}

// Flags of a file (rpm, include/rpm/rpmfiles.h) and numbers of digests (RFC 4880,
// section 9.4).
const (
	flagConfig    = 1 << 0
	flagMissingOK = 1 << 3
	flagGhost     = 1 << 6
	verifyDigest  = 1 << 0
	algoMD5       = 1
	algoSHA256    = 8
	modeType      = 0o170000
	modeRegular   = 0o100000
)

// files are the regular files of a package that were installed.
func (h *header) files() []file {
	bases, dirs, indexes := h.strings(tagBasenames), h.strings(tagDirnames), h.numbers(tagDirIndexes)
	modes, flags, verify, states := h.numbers(tagFileModes), h.numbers(tagFileFlags), h.numbers(tagVerifyFlags), h.numbers(tagFileStates)
	digests := h.strings(tagFileDigests)
	algo, ok := h.number(tagDigestAlgo)
	if !ok {
		algo = algoMD5
	}
	var all []file
	for i, base := range bases {
		if i >= len(indexes) || int(indexes[i]) >= len(dirs) || i >= len(modes) || modes[i]&modeType != modeRegular {
			continue
		}
		const installed = 0
		if at(states, i, installed) != installed {
			continue // left out, of another architecture or replaced by another package
		}
		name, ok := rootName(dirs[indexes[i]] + base)
		if !ok {
			continue
		}
		flag := at(flags, i, 0)
		f := file{name: name, mayMiss: flag&(flagConfig|flagMissingOK|flagGhost) != 0}
		f.recorded.Conffile = flag&(flagConfig|flagGhost) != 0 || at(verify, i, verifyDigest)&verifyDigest == 0
		if i < len(digests) {
			f.record(algo, strings.ToLower(digests[i]))
		}
		all = append(all, f)
	}
	return all
}

func (f *file) record(algo uint32, sum string) {
	switch {
	case algo == algoMD5 && len(sum) == 32:
		f.recorded.MD5 = sum
	case algo == algoSHA256 && len(sum) == 64:
		f.recorded.SHA256 = sum
	}
}

func at(values []uint32, i int, otherwise uint32) uint32 {
	if i < len(values) {
		return values[i]
	}
	return otherwise
}

// rootName turns an absolute path of a record into a name of the root. Paths
// that climb are refused: no package has them.
func rootName(p string) (string, bool) {
	if !strings.HasPrefix(p, "/") || path.Clean(p) != p || p == "/" || strings.IndexByte(p, 0) >= 0 {
		return "", false
	}
	return p[1:], true
}

func (s *search) gap(kind string, err error) {
	s.sink.Gap(platform.Gap{Where: platform.Display(s.name), What: what, Kind: kind, Reason: platform.Display(err.Error())})
}
