package detect

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/owned"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on the folders of one package.
const (
	maxAddedEntries = 100_000
	maxAddedDepth   = 32
	maxAddedTold    = 32
)

// addedPrograms looks for programs in the folders that are a package's own, which
// no package has. Files that a package's scripts make when it is installed, such
// as Python's caches, are no programs here.
func (b *builder) addedPrograms() {
	name := b.linuxPackage()
	if b.found.Format != signatures.Package || name == "" {
		return
	}
	w := &addedWalk{builder: b, left: maxAddedEntries, listed: map[string]bool{}}
	for _, f := range b.found.Files {
		w.listed[f.Path] = true
	}
	for _, top := range ownFolders(b.found.Files, name) {
		w.folder(top, 0)
	}
	gap := func(name string, err error) { b.gapBeside(name, "which package has a file", err) }
	has, err := owned.Files(b.ctx, b.root.FS, w.unlisted, gap)
	if err != nil || has.Incomplete {
		return // the scan was stopped, or a record may name them that could not be read
	}
	told := 0
	for _, name := range w.unlisted {
		if has.Has(name) {
			continue
		}
		if told++; told > maxAddedTold {
			b.gapBeside(name, "more programs that no package has", platform.ErrTooMany)
			return
		}
		b.fact(signatures.PackageAdded, path.Base(platform.Display(name)), platform.Display(name))
	}
}

// linuxPackage is the name of the package of dpkg, rpm or pacman that a build is.
func (b *builder) linuxPackage() string {
	for _, kind := range []signatures.Kind{signatures.DebPackage, signatures.RPMPackage, signatures.PacmanPackage} {
		if name := factValue(b.found.Facts, kind); name != "" {
			return name
		}
	}
	return ""
}

// ownFolders are the folders of a package that no other package shares by custom:
// those called like it below /usr, and its folder in /opt.
func ownFolders(files []platform.CandidateFile, name string) []string {
	var tops []string
	for _, f := range files {
		parts := strings.Split(path.Dir(f.Path), "/")
		at := slices.Index(parts, name)
		switch {
		case parts[0] == "opt" && len(parts) > 1:
			at = 1
		case parts[0] != "usr" || at < 2 || parts[1] == "share" && at > 2 || parts[1] == "src" || parts[1] == "include":
			continue
		}
		if top := path.Join(parts[:at+1]...); !slices.Contains(tops, top) {
			tops = append(tops, top)
		}
	}
	slices.Sort(tops)
	return tops
}

type addedWalk struct {
	*builder
	left     int
	listed   map[string]bool
	unlisted []string
}

func (w *addedWalk) folder(folder string, depth int) {
	if w.ctx.Err() != nil || w.left <= 0 || !w.readable(folder) {
		return
	}
	entries, err := w.root.FS.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil && depth > maxAddedDepth {
		err = platform.ErrTooMany
	}
	if err != nil {
		w.gapBeside(folder, "programs that no package has", err)
		return
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		if w.left--; w.left <= 0 {
			w.gapBeside(folder, "programs that no package has", platform.ErrTooMany)
			return
		}
		switch {
		case e.IsDir() && e.Name() != "__pycache__":
			w.folder(name, depth+1)
		case e.Type().IsRegular() && !w.listed[name] && codeEndings[strings.ToLower(path.Ext(e.Name()))]:
			w.unlisted = append(w.unlisted, name)
		}
	}
}

// codeEndings are those of files that a client loads as code.
var codeEndings = map[string]bool{
	".so": true, ".node": true, ".asar": true, ".js": true, ".cjs": true, ".mjs": true,
	".py": true, ".jar": true, ".pl": true, ".tcl": true, ".dll": true, ".exe": true,
}
