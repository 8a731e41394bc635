// Package owned asks the records of package managers which files belong to a
// package. Names of files go in, those that a record lists come out. The records
// are dpkg's var/lib/dpkg/info/*.list (dpkg's doc/spec) and pacman's local/*/files.
// The rpm database is not asked.
package owned

import (
	"bufio"
	"context"
	"io"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/tree"
)

// The package managers' records of which file belongs to a package. The rpm
// database is not asked.
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
func Reads() []string { return []string{dpkgLists + "/*.list", pacmanLocal + "/*/files"} }

// Files says which of some files a record lists. It reads nothing where there is
// nothing to ask, and calls gap for what it cannot read. It returns an error only
// when ctx ended.
func Files(ctx context.Context, fsys platform.FS, paths []string, gap func(name string, err error)) (map[string]bool, error) {
	owned := map[string]bool{}
	if len(paths) == 0 {
		return owned, nil
	}
	asked := map[string]bool{}
	for _, at := range paths {
		asked[at] = true
	}
	s := &search{fs: fsys, gap: gap}
	for _, record := range s.records() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.listedIn(record, func(line string) {
			if name := strings.TrimPrefix(line, "/"); asked[name] {
				owned[name] = true
			}
		})
	}
	return owned, nil
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
		if !tree.Missing(err) {
			s.gap(record, err)
		}
		return
	}
	defer f.Close()
	lines := bufio.NewScanner(io.NewSectionReader(f, 0, maxRecord))
	for lines.Scan() {
		line(lines.Text())
	}
}
