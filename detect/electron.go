package detect

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on what is looked at around the archives of one Electron app.
const (
	maxArchiveFolders = 16
	maxScripts        = 32
	maxLoader         = 64 << 10 // bytes of a file that only loads an archive
	maxWantedBeside   = 64
)

// loader is what discord_desktop_core/index.js does as Discord ships it, and as
// mods write it when they are removed.
var loader = regexp.MustCompile(`^\s*(?:['"]use strict['"];?\s*)?module\.exports\s*=\s*require\(\s*['"]\./core\.asar['"]\s*\)\s*;?\s*$`)

// electron adds the code that lies unpacked around an app's archives, and the
// names there that the list asks for. Electron loads the folder app where there
// is no app.asar, and loaded it first in older versions; Discord loads index.js
// beside core.asar; QQ starts with what package.json beside application.asar
// names.
func (b *builder) electron() {
	seen := map[string]bool{}
	for _, f := range b.found.Files {
		folder := path.Dir(f.Path)
		if strings.HasSuffix(strings.ToLower(f.Path), ".asar") && !seen[folder] && len(seen) < maxArchiveFolders {
			seen[folder] = true
			b.aroundArchive(folder)
		}
	}
}

func (b *builder) aroundArchive(folder string) {
	entries := b.named(folder)
	wanted := 0
	for _, e := range entries.all {
		if e.IsDir() || wanted == maxWantedBeside || !b.list.Wanted(signatures.SiblingName, e.Name()) {
			continue
		}
		wanted++
		b.fact(signatures.SiblingName, platform.Display(e.Name()), "")
	}
	if e := entries.get("app"); e != nil && e.IsDir() && entries.get("app.asar") != nil {
		app := path.Join(folder, e.Name())
		if inside := b.named(app); inside.get("package.json") != nil {
			b.scripts(app, inside, "package.json", "index.js")
			b.fact(signatures.ElectronShadowApp, "app", platform.Display(path.Join(app, inside.get("package.json").Name())))
		}
	}
	if e := entries.get("app.asar"); e != nil && e.IsDir() {
		app := path.Join(folder, e.Name())
		b.scripts(app, b.named(app), "package.json", "index.js")
	}
	switch {
	case entries.get("core.asar") != nil && b.same(path.Base(folder), "discord_desktop_core"):
		b.scripts(folder, entries, "package.json", "index.js")
		b.core(folder, entries.get("index.js"))
	case entries.get("application.asar") != nil:
		b.scripts(folder, entries, "package.json", "index.js")
		if e := entries.get("app_launcher"); e != nil && e.IsDir() {
			b.launchers(path.Join(folder, e.Name()))
		}
	}
}

// launchers notes what the list asks for among the files that QQ can be told to
// start with, and reads it.
func (b *builder) launchers(folder string) {
	entries := b.named(folder)
	for _, e := range entries.all {
		if e.Type().IsRegular() && b.list.Wanted(signatures.SiblingName, e.Name()) {
			b.fact(signatures.SiblingName, platform.Display(e.Name()), "")
			b.scripts(folder, entries, e.Name())
		}
	}
}

// beside is a folder by name, as its system compares names.
type beside struct {
	all  []fs.DirEntry
	same func(a, b string) bool
}

func (l beside) get(name string) fs.DirEntry {
	for _, e := range l.all {
		if l.same(e.Name(), name) {
			return e
		}
	}
	return nil
}

// same compares names as the root's system does. Of folders that a person named
// it is not known which system they are for: there the exact name counts.
func (b *builder) same(x, y string) bool {
	if b.foldsCase() {
		return strings.EqualFold(x, y)
	}
	return x == y
}

func (b *builder) foldsCase() bool { return b.root.OS == "windows" || b.root.OS == "darwin" }

// named lists a folder by name. What cannot be read is a gap.
func (b *builder) named(folder string) beside {
	list := beside{same: b.same}
	real, err := b.root.FS.Resolve(folder)
	if err != nil || platform.Private(real) || platform.Private(folder) {
		return list
	}
	list.all, err = b.root.FS.ReadDir(folder)
	if err != nil {
		g := platform.GapOf(folder, "what lies beside an app's archive", err)
		b.gaps = append(b.gaps, inventory.Gap{Where: g.Where, What: g.What, Kind: g.Kind, Reason: g.Reason})
	}
	return list
}

// scripts adds the files of a folder that an app starts with. One that a package
// lists is there already, as a file that is only compared.
func (b *builder) scripts(folder string, entries beside, names ...string) {
	for _, name := range names {
		e := entries.get(name)
		if e == nil || !e.Type().IsRegular() {
			continue
		}
		at := path.Join(folder, e.Name())
		if !b.besideArchive(at) {
			continue
		}
		known := slices.IndexFunc(b.found.Files, func(f platform.CandidateFile) bool { return f.Path == at })
		switch {
		case b.scriptsSoFar() >= maxScripts:
			return
		case known >= 0:
			b.found.Files[known].Program, b.found.Files[known].Script = true, true
		default:
			b.found.Files = append(b.found.Files, platform.CandidateFile{Path: at, Program: true, Script: true})
		}
	}
}

func (b *builder) scriptsSoFar() (n int) {
	for _, f := range b.found.Files {
		if f.Script {
			n++
		}
	}
	return n
}

// core says whether the file that loads core.asar does something else too.
func (b *builder) core(folder string, e fs.DirEntry) {
	if e == nil || !e.Type().IsRegular() || !b.besideArchive(path.Join(folder, e.Name())) {
		return
	}
	name := path.Join(folder, e.Name())
	info, err := e.Info()
	if err != nil {
		return // whoever opens it says why
	}
	if info.Size() <= maxLoader {
		text, err := b.whole(name, maxLoader)
		if err != nil || loader.Match(text) {
			return
		}
	}
	b.fact(signatures.ElectronCore, "changed", platform.Display(name))
}

// besideArchive is true for what may be opened beside an app's archives; it is
// what docs/what-is-read.md tells people.
func (b *builder) besideArchive(name string) bool {
	if b.foldsCase() {
		name = strings.ToLower(name)
	}
	return slices.ContainsFunc(platform.BesideArchives(), func(pattern string) bool { return platform.MatchReads(pattern, name) })
}
