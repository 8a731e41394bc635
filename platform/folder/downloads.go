package folder

import (
	"context"
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on download folders.
const (
	downloadsDepth = 2
	downloadsFiles = 20_000 // of one folder
	maxHomes       = 1000
)

// Downloads is the platform.Lookup "downloads": the download folders of
// everybody who has a home on the machine.
type Downloads struct{}

// Name implements platform.Lookup.
func (Downloads) Name() string { return "downloads" }

// Fits implements platform.Lookup.
func (Downloads) Fits(root platform.Root) bool {
	return root.Kind != platform.Paths && (len(homeFolders[root.OS]) > 0)
}

// Reads implements platform.Lookup. The pattern for a visible folder of a home
// stands for the one that user-dirs.dirs names, in whatever language.
func (Downloads) Reads() []string {
	return []string{
		"home/*/" + userDirs,
		"root/" + userDirs,
		"home/*/Downloads/**",
		"root/Downloads/**",
		"home/*/[^.]*/**",
		"root/[^.]*/**",
		"Users/*/Downloads/**",
		"C:/Users/*/Downloads/**",
	}
}

// homeFolders are the folders that hold one home each, and single homes, by
// operating system.
var homeFolders = map[string][]string{
	"linux":   {"home/*", "root"},
	"darwin":  {"Users/*"},
	"windows": {"Users/*", "C:/Users/*"},
}

// Find implements platform.Lookup.
func (d Downloads) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	for _, home := range homes(root, sink) {
		for _, dir := range downloadFolders(root, home, sink) {
			w := &walk{
				ctx: ctx, fs: root.FS, want: want, sink: sink,
				lookup: d.Name(), channel: "download", depth: downloadsDepth, files: downloadsFiles,
			}
			if err := w.downloads(home, dir); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// homes lists the homes of a root.
func homes(root platform.Root, sink platform.Sink) []string {
	var all []string
	for _, place := range homeFolders[root.OS] {
		dir, many := strings.CutSuffix(place, "/*")
		if !many {
			all = append(all, dir)
			continue
		}
		entries, err := root.FS.ReadDir(dir)
		if err != nil && !missing(err) {
			sink.Gap(platform.GapOf(dir, "download folders", err))
		}
		for _, e := range entries {
			if e.IsDir() || e.Type()&fs.ModeSymlink != 0 {
				all = append(all, dir+"/"+e.Name())
			}
		}
	}
	if len(all) > maxHomes {
		sink.Gap(platform.Gap{Where: "home", What: "download folders", Kind: platform.GapTooMany, Reason: "more homes than are looked at"})
		all = all[:maxHomes]
	}
	return all
}

// downloads looks through one download folder of a home. The folder may be a
// link to a disk with more room, but not into chat data.
func (w *walk) downloads(home, dir string) error {
	if _, err := w.fs.Resolve(dir); missing(err) {
		return nil
	}
	real, info, ok := w.start(dir)
	if !ok || !info.IsDir() {
		return nil
	}
	if realHome, err := w.fs.Resolve(home); err == nil && above(real, realHome) {
		return nil // a home is no download folder
	}
	return w.folder(dir, real)
}

// above is true where dir is the same as name or holds it.
func above(dir, name string) bool {
	return dir == "." || dir == name || strings.HasPrefix(name, dir+"/")
}
