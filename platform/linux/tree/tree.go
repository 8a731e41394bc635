// Package tree is what the look-ups of Linux share about folders: the homes of a
// root, the program files below a folder that something was installed into, and
// small files as a whole. A FS and names go in. Links are not followed, and what
// platform.Private names is left alone.
package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/program"
)

// Bounds on one folder that something was installed into.
const (
	maxDepth   = 24
	maxEntries = 200_000
	maxHomes   = 1000
)

// Missing is true where an error says that there is no such file.
func Missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// Homes lists the homes of people, as FS names.
func Homes(fsys platform.FS, sink platform.Sink) []string {
	all := []string{"root"}
	entries, err := fsys.ReadDir("home")
	if err != nil && !Missing(err) {
		sink.Gap(platform.GapOf("home", "programs in home folders", err))
	}
	for _, e := range entries {
		if !e.IsDir() && e.Type()&fs.ModeSymlink == 0 {
			continue
		}
		if len(all) == maxHomes {
			sink.Gap(platform.Gap{Where: "home", What: "programs in home folders", Kind: platform.GapTooMany, Reason: "more homes than are looked at"})
			break
		}
		all = append(all, "home/"+e.Name())
	}
	return all
}

// Read returns a whole file of at most limit bytes; a larger one is an error
// wrapping platform.ErrTooMany.
func Read(fsys platform.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("larger than %d bytes: %w", limit, platform.ErrTooMany)}
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

// Programs lists the program files below a folder, in the order of their names.
// What could not be listed is a gap. It returns an error only when ctx ended.
func Programs(ctx context.Context, fsys platform.FS, dir string, sink platform.Sink) ([]platform.CandidateFile, error) {
	w := &walk{ctx: ctx, fs: fsys, sink: sink, left: maxEntries}
	if err := w.into(dir, 0); err != nil {
		return nil, err
	}
	return w.programs, nil
}

type walk struct {
	ctx      context.Context
	fs       platform.FS
	sink     platform.Sink
	left     int
	full     bool
	programs []platform.CandidateFile
}

func (w *walk) into(dir string, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if platform.Private(dir) {
		w.sink.Gap(platform.GapOf(dir, "programs in this folder", platform.ErrPrivate))
		return nil
	}
	entries, err := w.fs.ReadDir(dir)
	if err != nil {
		w.sink.Gap(platform.GapOf(dir, "programs in this folder", err))
	}
	for _, e := range entries {
		if w.left == 0 {
			w.stop(dir)
			return nil
		}
		w.left--
		name := dir + "/" + e.Name()
		switch {
		case e.IsDir() && depth < maxDepth:
			if err := w.into(name, depth+1); err != nil {
				return err
			}
		case e.IsDir():
			w.sink.Gap(platform.Gap{Where: platform.Display(name), What: "programs in this folder", Kind: platform.GapTooMany,
				Reason: fmt.Sprintf("more than %d folders deep", maxDepth)})
		case e.Type().IsRegular():
			w.file(name, e)
		}
	}
	return nil
}

func (w *walk) file(name string, e fs.DirEntry) {
	info, err := e.Info()
	if err != nil {
		w.sink.Gap(platform.GapOf(name, "a program file", err))
		return
	}
	if program.Is(name, info.Mode()) {
		w.programs = append(w.programs, platform.CandidateFile{Path: name, Program: true})
	}
}

func (w *walk) stop(dir string) {
	if w.full {
		return
	}
	w.full = true
	w.sink.Gap(platform.Gap{Where: platform.Display(dir), What: "the files after the first ones", Kind: platform.GapTooMany,
		Reason: fmt.Sprintf("more than %d files", maxEntries)})
}

// Paths are the names of files.
func Paths(files []platform.CandidateFile) []string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Path
	}
	return names
}
