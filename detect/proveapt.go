package detect

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/aptrelease"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// listed is true where the list itself holds the digests of this version.
func (b *builder) listed() bool {
	for _, f := range b.found.Facts {
		if f.Kind != signatures.DebPackage {
			continue
		}
		for _, ref := range b.list.Match(f) {
			if ref.Client == nil {
				continue
			}
			for _, pin := range ref.Client.Pins {
				if len(pin.Programs) > 0 && pin.Version == b.found.Version && pin.Arch == b.found.Arch {
					return true
				}
			}
		}
	}
	return false
}

// listings are what apt's lists on a system have of the packages that were found
// on it. They are read once for all of these: a system has one set of lists, which
// may be hundreds of megabytes.
type listings struct {
	once     sync.Once
	found    []aptrelease.Mentioned
	problems []aptrelease.Problem
	err      error
}

var errListsNotRead = errors.New("apt's lists of packages were not read to their end")

func (l *listings) look(b *builder, rec *platform.Record) {
	// Stands if a reader gives up: nothing found must not pass for not listed.
	l.err = errListsNotRead
	indexes, done, err := b.indexes(rec)
	defer done()
	if err != nil {
		l.err = err
		return
	}
	var names []string
	for _, c := range b.candidates {
		if name := factValue(c.Facts, signatures.DebPackage); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	l.found, l.problems, l.err = aptrelease.Mention(b.ctx, indexes, slices.Compact(names))
}

// maxOrigins bounds the repositories that are named for one package.
const maxOrigins = 4

// aptOrigin names the repositories whose lists on the disk have the package in
// the installed version, or says that none has it in any. The lists are only
// looked into here; whether they are signed is asked by followAPT.
func (b *builder) aptOrigin(rec *platform.Record) {
	b.listings.once.Do(func() { b.listings.look(b, rec) })
	if b.listings.err != nil {
		if b.ctx.Err() == nil {
			b.notProved(b.listings.err)
		}
		return
	}
	name, problems := factValue(b.found.Facts, signatures.DebPackage), b.listings.problems
	var same, other []string
	for _, m := range b.listings.found {
		switch {
		case m.Package != name:
		case m.Version == b.found.Version:
			same = append(same, m.Repository)
		default:
			other = append(other, m.Repository)
		}
	}
	switch {
	case len(same) > 0:
		b.origins(same, "")
	case len(other) > 0:
		b.origins(other, " (in another version)")
	case len(problems) > 0:
		b.gaps = append(b.gaps, inventory.Gap{
			Where: platform.Display(problems[0].Name), What: "which repository " + b.out.Product + " is from", Kind: platform.GapCorrupt, Reason: platform.Display(problems[0].Err.Error()),
		})
	default:
		b.fact(signatures.PackageUnlisted, name, "")
	}
}

func (b *builder) origins(repositories []string, remark string) {
	slices.Sort(repositories)
	repositories = slices.Compact(repositories)
	for _, r := range repositories[:min(len(repositories), maxOrigins)] {
		b.fact(signatures.PackageOrigin, platform.Display(r)+remark, "")
	}
}

// indexes opens the lists of packages. done closes them.
func (b *builder) indexes(rec *platform.Record) (indexes []aptrelease.IndexFile, done func(), err error) {
	var open []platform.File
	done = func() {
		for _, f := range open {
			f.Close()
		}
	}
	for _, name := range rec.Indexes {
		file, info, err := b.open(name)
		if err != nil {
			return nil, done, err
		}
		open = append(open, file)
		indexes = append(indexes, aptrelease.IndexFile{Name: path.Base(name), ReaderAt: file, Size: info.Size()})
	}
	return indexes, done, nil
}

// followAPT goes from a signed release file to the files of the archive that apt
// kept.
func (b *builder) followAPT(ctx context.Context, rec *platform.Record) (proof, error) {
	archive, info, err := b.open(rec.Archive)
	if err != nil {
		return proof{}, err
	}
	defer archive.Close()
	e := aptrelease.Evidence{Archive: archive, Size: info.Size(), Others: b.keys(rec)}
	for _, name := range rec.Releases {
		data, err := b.whole(name, maxRelease)
		if err != nil {
			return proof{}, err
		}
		e.Releases = append(e.Releases, aptrelease.ReleaseFile{Name: path.Base(name), Data: data})
	}
	indexes, done, err := b.indexes(rec)
	defer done()
	if err != nil {
		return proof{}, err
	}
	e.Indexes = indexes
	proved, err := aptrelease.Prove(ctx, e)
	if err != nil {
		return proof{}, err
	}
	files := map[string]string{}
	for name, sum := range proved.Files {
		files[platform.Display(name)] = sum
	}
	return proof{
		format: aptSignature, known: proved.Known, owner: ownerOf(proved), signers: proved.Signers,
		other: proved.Package != factValue(b.found.Facts, signatures.DebPackage) || proved.Version != b.found.Version,
		differs: func(f inventory.File) (bool, string, error) {
			return files[f.Path] != f.SHA256, files[f.Path], nil
		},
	}, nil
}

// ownerOf names the distribution. What anybody else calls themselves in a release
// file is left out: it could be a distribution's name.
func ownerOf(p aptrelease.Proof) string {
	if !p.Known {
		return ""
	}
	return strings.TrimSpace(p.Origin)
}
