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
	for name, e := range entries {
		if e.IsDir() || wanted == maxWantedBeside || !b.list.Wanted(signatures.SiblingName, name) {
			continue
		}
		wanted++
		b.fact(signatures.SiblingName, platform.Display(name), "")
	}
	if e := entries["app"]; e != nil && e.IsDir() && entries["app.asar"] != nil {
		if inside := b.named(path.Join(folder, "app")); inside["package.json"] != nil {
			b.scripts(path.Join(folder, "app"), inside)
			place := platform.Display(path.Join(folder, "app", "package.json"))
			b.fact(signatures.ElectronShadowApp, "app", place)
		}
	}
	if e := entries["app.asar"]; e != nil && e.IsDir() {
		b.scripts(path.Join(folder, "app.asar"), b.named(path.Join(folder, "app.asar")))
	}
	switch {
	case entries["core.asar"] != nil && path.Base(folder) == "discord_desktop_core":
		b.scripts(folder, entries)
		b.core(path.Join(folder, "index.js"), entries["index.js"])
	case entries["application.asar"] != nil:
		b.scripts(folder, entries)
		if e := entries["app_launcher"]; e != nil && e.IsDir() {
			launchers := b.named(path.Join(folder, "app_launcher"))
			for name, e := range launchers {
				if e.Type().IsRegular() && b.list.Wanted(signatures.SiblingName, name) {
					b.fact(signatures.SiblingName, platform.Display(name), "")
				}
			}
		}
	}
}

// named lists a folder by name. What cannot be read is a gap.
func (b *builder) named(folder string) map[string]fs.DirEntry {
	real, err := b.root.FS.Resolve(folder)
	if err != nil || platform.Private(real) || platform.Private(folder) {
		return nil
	}
	entries, err := b.root.FS.ReadDir(folder)
	if err != nil {
		g := platform.GapOf(folder, "what lies beside an app's archive", err)
		b.gaps = append(b.gaps, inventory.Gap{Where: g.Where, What: g.What, Kind: g.Kind, Reason: g.Reason})
	}
	byName := make(map[string]fs.DirEntry, len(entries))
	for _, e := range entries {
		byName[e.Name()] = e
	}
	return byName
}

// scripts adds the files of a folder that an app starts with.
func (b *builder) scripts(folder string, entries map[string]fs.DirEntry) {
	known := map[string]bool{}
	scripts := 0
	for _, f := range b.found.Files {
		known[f.Path] = true
		if f.Script {
			scripts++
		}
	}
	for _, name := range []string{"package.json", "index.js"} {
		at := path.Join(folder, name)
		if e := entries[name]; e != nil && e.Type().IsRegular() && besideArchive(at) && !known[at] && scripts < maxScripts {
			b.found.Files = append(b.found.Files, platform.CandidateFile{Path: at, Program: true, Script: true})
		}
	}
}

// core says whether the file that loads core.asar does something else too.
func (b *builder) core(name string, e fs.DirEntry) {
	if e == nil || !e.Type().IsRegular() || !besideArchive(name) {
		return
	}
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
func besideArchive(name string) bool {
	return slices.ContainsFunc(platform.BesideArchives(), func(pattern string) bool { return platform.MatchReads(pattern, name) })
}
