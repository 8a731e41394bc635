package folder

import (
	"context"
	"path"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on what a person named.
const (
	pathsDepth = 32
	pathsFiles = 200_000
)

// Paths is the platform.Lookup "paths": the files and folders that a person
// named.
type Paths struct{}

// Name implements platform.Lookup.
func (Paths) Name() string { return "paths" }

// Fits implements platform.Lookup.
func (Paths) Fits(root platform.Root) bool { return root.Kind == platform.Paths }

// Reads implements platform.Lookup: whatever lies below what was named.
func (Paths) Reads() []string { return []string{"**"} }

// Find implements platform.Lookup. A file below two of the named paths is
// yielded once.
func (p Paths) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	w := &walk{
		ctx: ctx, fs: root.FS, want: want, lookup: p.Name(), depth: pathsDepth, files: pathsFiles,
		sink: &once{Sink: sink, seen: map[string]bool{}},
	}
	for _, name := range root.Paths {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.named(name); err != nil {
			return err
		}
	}
	return nil
}

// named looks at one path that a person named; a link is followed, because the
// person meant what it leads to.
func (w *walk) named(name string) error {
	real, info, ok := w.start(name)
	switch {
	case !ok:
	case info.IsDir() && platform.IsApp(w.fs, name):
		w.name, w.real = name, real
		w.app(name)
	case info.IsDir():
		return w.folder(name, real)
	case info.Mode().IsRegular():
		// What lies beside it is a fact about it. Not being allowed to know
		// that is no gap: nobody asked.
		entries, _ := w.fs.ReadDir(path.Dir(real))
		if path.Base(name) != path.Base(real) {
			name = real // a link's own name says nothing about the file
		}
		w.file(name, w.siblings(entries))
	default:
		w.sink.Gap(platform.GapOf(name, "this file", platform.ErrNotRegular))
	}
	return nil
}

// once drops candidates that were yielded before.
type once struct {
	platform.Sink
	seen map[string]bool
}

func (o *once) Candidate(c platform.Candidate) {
	if !o.seen[c.Path] {
		o.seen[c.Path] = true
		o.Sink.Candidate(c)
	}
}
