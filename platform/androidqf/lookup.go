package androidqf

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/android/dumpsys"
	"github.com/chatvet/chatvet/signatures"
)

const lookupName = "androidqf"

// Lookup is the platform.Lookup "androidqf": apps in an acquisition.
type Lookup struct {
	// Similar makes a test for package ids that a person could take for a client's.
	// Nil finds none.
	Similar func(*signatures.List) func(id string) bool
}

// Name is "androidqf".
func (Lookup) Name() string { return lookupName }

// Fits an acquisition.
func (Lookup) Fits(root platform.Root) bool { return root.Kind == platform.Acquisition }

// Reads lists the files that are about packages.
func (Lookup) Reads() []string {
	return []string{packagesName, mvtName, dumpName, propName, apksFolder + "/*.apk"}
}

// What is missing because of a gap.
const (
	whatApps   = "which apps were installed"
	whatRecord = "what the phone recorded about its apps"
	whatSigner = "who signed it, and whether it was changed since"
	whatParts  = "further parts of this app"
)

// GapNotInCopy is the kind of gap for an app of which a copy of a phone holds no
// program.
const GapNotInCopy = "not-in-copy"

// Bounds on what dumpsys printed.
const (
	maxDump    = 1 << 30   // bytes of the whole that are looked through
	maxSection = 128 << 20 // bytes that are about packages
	maxLine    = 1 << 20
)

// finder is one search.
type finder struct {
	fs    platform.FS
	sink  platform.Sink
	there map[string]bool // APKs in the acquisition
	dump  string          // what dumpsys says of packages
}

// Find yields the apps of an acquisition that the list asks for.
func (l Lookup) Find(ctx context.Context, root platform.Root, want *signatures.List, sink platform.Sink) error {
	f := &finder{fs: root.FS, sink: sink}
	f.there = f.apks()
	f.dump = f.packageDump(ctx)
	all := f.packages()
	similar := func(string) bool { return false }
	if l.Similar != nil {
		similar = l.Similar(want)
	}
	for _, p := range all {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		sink.Looked(1, 0)
		if want.Wanted(signatures.APKPackage, p.Name) || similar(p.Name) {
			f.app(p)
		}
	}
	if len(all) == 0 { // nothing says which file is which app
		for _, name := range sorted(f.there) {
			sink.Candidate(platform.Candidate{Lookup: lookupName, Path: name, Channel: lookupName})
		}
		if len(f.there) == 0 {
			sink.Gap(platform.Gap{Where: ".", What: whatApps, Kind: platform.GapMissing, Reason: "nothing in it names an app"})
		}
	}
	return ctx.Err()
}

func (f *finder) gap(where, what string, err error) { f.sink.Gap(platform.GapOf(where, what, err)) }

func (f *finder) corrupt(where, what string, err error) {
	f.sink.Gap(platform.Gap{Where: where, What: what, Kind: platform.GapCorrupt, Reason: err.Error()})
}

func (f *finder) apks() map[string]bool {
	all := map[string]bool{}
	entries, err := f.fs.ReadDir(apksFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.gap(apksFolder, whatApps, err)
	}
	for _, e := range entries {
		if name := apksFolder + "/" + e.Name(); e.Type().IsRegular() && shown(name) {
			all[name] = true
		}
	}
	return all
}

// packages lists the apps by the lists of the tools, and those that only dumpsys tells of.
func (f *finder) packages() []listed {
	all := append(f.list(packagesName), f.list(mvtName)...)
	known := map[string]bool{}
	for _, p := range all {
		known[p.Name] = true
	}
	ids, tooMany := dumpsys.IDs(f.dump)
	if tooMany {
		f.sink.Gap(platform.Gap{Where: dumpName, What: whatApps, Kind: platform.GapTooMany, Reason: fmt.Sprintf("only the first %d are looked at", len(ids))})
	}
	for _, id := range ids {
		if !known[id] {
			all = append(all, listed{Name: id})
		}
	}
	return all
}

func (f *finder) list(name string) []listed {
	file, err := f.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		f.gap(name, whatApps, err)
		return nil
	}
	defer file.Close()
	all, err := readList(io.NewSectionReader(file, 0, maxList))
	if err != nil {
		f.corrupt(name, whatApps, err)
	}
	return all
}

// packageDump picks what is about packages out of what dumpsys printed: all of it,
// where it is that of one service.
func (f *finder) packageDump(ctx context.Context) string {
	file, err := f.fs.Open(dumpName)
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	if err != nil {
		f.gap(dumpName, whatRecord, err)
		return ""
	}
	defer file.Close()
	text, err := sectionOf(ctx, io.NewSectionReader(file, 0, maxDump))
	if err != nil && ctx.Err() == nil {
		f.corrupt(dumpName, whatRecord, err)
	}
	return text
}

func sectionOf(ctx context.Context, r io.Reader) (string, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var out strings.Builder
	whole := true // no service was named yet
	inside := true
	for n := 0; lines.Scan(); n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return "", ctx.Err()
		}
		switch begins, ends := dumpsys.Begins(lines.Text()); {
		case begins:
			if whole {
				out.Reset()
			}
			whole, inside = false, true
		case ends:
			if whole {
				out.Reset()
			}
			whole, inside = false, false
		}
		if !inside {
			continue
		}
		if out.Len()+len(lines.Bytes()) >= maxSection {
			return out.String(), fmt.Errorf("more than %d bytes about packages", maxSection)
		}
		out.Write(lines.Bytes())
		out.WriteByte('\n')
	}
	return out.String(), lines.Err()
}

// app yields one app, with its APKs where the acquisition has them.
func (f *finder) app(p listed) {
	record, _ := dumpsys.PackageOf(f.dump, p.Name)
	c := platform.Candidate{Lookup: lookupName, Format: signatures.APK, Channel: lookupName, Version: platform.Display(record.Version), Facts: facts(p, record)}
	names, missing := p.local(f.there)
	for _, name := range names {
		c.Files = append(c.Files, platform.CandidateFile{Path: name, Program: true})
	}
	switch {
	case len(names) == 0:
		c.Path, c.Recorded = p.Name, true
		f.sink.Gap(platform.Gap{Where: p.Name, What: whatSigner, Kind: GapNotInCopy, Reason: "the acquisition holds no APK of it"})
	case missing > 0:
		f.sink.Gap(platform.Gap{Where: p.Name, What: whatParts, Kind: GapNotInCopy, Reason: fmt.Sprintf("parts that were not copied: %d", missing)})
		fallthrough
	default:
		c.Path = names[0]
	}
	f.sink.Candidate(c)
}

// facts are what the tool and the phone said of an app. Nothing of it can be
// checked any more.
func facts(p listed, record dumpsys.Package) []signatures.Fact {
	all := []signatures.Fact{{Kind: signatures.APKPackage, Value: p.Name}}
	add := func(k signatures.Kind, value string) {
		if f := (signatures.Fact{Kind: k, Value: platform.Display(value)}); value != "" && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	installer := p.Installer
	if installer == "null" || !dumpsys.IsPackageID(installer) {
		installer = record.Installer
	}
	add(signatures.PackageOrigin, dumpsys.InstallerInWords(installer))
	add(signatures.AndroidFirstInstall, record.FirstInstall)
	for _, sum := range slices.Concat(p.digests(func(f part) string { return f.Certificate.SHA256 }), record.CertSHA256) {
		add(signatures.AndroidRecordedCert, sum)
	}
	for _, sum := range p.digests(func(f part) string { return f.SHA256 }) {
		add(signatures.AndroidRecordedFile, sum)
	}
	return all
}

func sorted(names map[string]bool) []string {
	all := make([]string, 0, len(names))
	for name := range names {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
