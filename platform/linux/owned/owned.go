// Package owned asks the records of package managers which files belong to a
// package. Names of files go in, those that a record lists come out. The records
// are dpkg's var/lib/dpkg/info/*.list (dpkg's doc/spec), pacman's local/*/files and
// the database of rpm (package rpm).
package owned

import (
	"bufio"
	"context"
	"io"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/rpm"
	"github.com/chatvet/chatvet/platform/linux/tree"
)

// The package managers' records of which file belongs to a package.
const (
	dpkgLists   = "var/lib/dpkg/info"
	pacmanLocal = "var/lib/pacman/local"
)

// Bounds on those records.
const (
	maxRecords = 200_000
	maxRecord  = 64 << 20
)

// Reads are the records, as patterns of platform.Lookup.Reads.
func Reads() []string {
	return append([]string{dpkgLists + "/*.list", pacmanLocal + "/*/files"}, rpm.Lookup{}.Reads()...)
}

// Listed says which files a record lists.
type Listed struct {
	files map[string]bool
	// Incomplete is true where a record could not be read: then a file that none
	// lists may belong to a package all the same.
	Incomplete bool
}

// Has is true for a file that a record lists.
func (l Listed) Has(name string) bool { return l.files[name] }

// Files says which of some files a record lists. It reads nothing where there is
// nothing to ask, and calls gap for what it cannot read. It returns an error only
// when ctx ended.
func Files(ctx context.Context, fsys platform.FS, paths []string, gap func(name string, err error)) (Listed, error) {
	var listed Listed
	if len(paths) == 0 {
		return listed, nil
	}
	asked := map[string]bool{}
	for _, at := range paths {
		asked[at] = true
	}
	s := &search{fs: fsys, gap: func(name string, err error) {
		if !tree.Missing(err) {
			listed.Incomplete = true
			gap(name, err)
		}
	}}
	listed.files = rpm.Owned(ctx, fsys, asked, s.gap)
	for _, record := range s.records() {
		if len(listed.files) == len(asked) {
			break
		}
		if err := ctx.Err(); err != nil {
			return listed, err
		}
		s.listedIn(record, func(line string) {
			if name := strings.TrimPrefix(line, "/"); asked[name] {
				listed.files[name] = true
			}
		})
	}
	return listed, ctx.Err()
}

type search struct {
	fs  platform.FS
	gap func(name string, err error)
}

// records are the names of all records.
func (s *search) records() []string {
	var names []string
	for _, dir := range []string{dpkgLists, pacmanLocal} {
		entries, err := s.fs.ReadDir(dir)
		if err != nil {
			s.gap(dir, err)
		}
		for _, e := range entries {
			switch {
			case len(names) == maxRecords:
				s.gap(dir, platform.ErrTooMany)
				return names
			case dir == pacmanLocal && e.IsDir():
				names = append(names, dir+"/"+e.Name()+"/files")
			case strings.HasSuffix(e.Name(), ".list"):
				names = append(names, dir+"/"+e.Name())
			}
		}
	}
	return names
}

func (s *search) listedIn(record string, line func(string)) {
	f, err := s.fs.Open(record)
	if err != nil {
		s.gap(record, err)
		return
	}
	defer f.Close()
	lines := bufio.NewScanner(io.NewSectionReader(f, 0, maxRecord))
	for lines.Scan() {
		line(lines.Text())
	}
	if err := lines.Err(); err != nil {
		s.gap(record, err)
	}
}
