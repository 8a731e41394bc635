package rpm

import (
	"bytes"
	"context"
	"errors"
	"path"

	"github.com/chatvet/chatvet/platform"
)

// Owned says which of some files a package of rpm lists, links included. Names are
// those of the root. It calls gap for each part of the database that could not be
// read: the files listed there are not known. A root without rpm lists none.
func Owned(ctx context.Context, fsys platform.FS, asked map[string]bool, gap func(name string, err error)) map[string]bool {
	owned := map[string]bool{}
	dir, file, ok := database(fsys)
	if !ok || len(asked) == 0 {
		return owned
	}
	s := &search{ctx: ctx, fs: fsys, sink: gapsOnly(gap), name: dir + "/" + file}
	if file == berkeley {
		gap(s.name, errors.New("a database in the format of Berkeley DB"))
		return owned
	}
	f, err := fsys.Open(s.name)
	if err != nil {
		gap(s.name, err)
		return owned
	}
	defer f.Close()
	s.each = func(h *header) {
		if !h.mentions(asked) {
			return
		}
		for _, name := range h.names() {
			if asked[name] {
				owned[name] = true
			}
		}
	}
	s.read(f, dir, file)
	return owned
}

// mentions is true where the last part of an asked name stands in the header.
// Most packages need not be taken apart to see that they have none of them.
func (h *header) mentions(asked map[string]bool) bool {
	for name := range asked {
		if bytes.Contains(h.Data(), []byte(path.Base(name)+"\x00")) {
			return true
		}
	}
	return false
}

// names are those of everything that a package put into the root.
func (h *header) names() []string {
	bases, dirs, indexes := h.strings(tagBasenames), h.strings(tagDirnames), h.numbers(tagDirIndexes)
	var all []string
	for i, base := range bases {
		if i >= len(indexes) || uint64(indexes[i]) >= uint64(len(dirs)) {
			break
		}
		if name, ok := rootName(dirs[indexes[i]] + base); ok {
			all = append(all, name)
		}
	}
	return all
}

// gapsOnly is a platform.Sink that hands on what could not be read.
type gapsOnly func(name string, err error)

func (g gapsOnly) Candidate(platform.Candidate) {}
func (g gapsOnly) Looked(int, int)              {}
func (g gapsOnly) Gap(gap platform.Gap)         { g(gap.Where, errors.New(gap.Reason)) }
