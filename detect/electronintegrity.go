package detect

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect/asar"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Values of ElectronArchive and ElectronUnpacked.
const (
	archiveRecorded = "recorded"
	archiveAnother  = "another"
	filesChanged    = "changed" // of AsarFiles, as detect/inspect writes it
	unpackedChanged = "changed"
	unpackedAdded   = "added"
	unpackedMissing = "missing"
)

// Bounds on what is compared beside the archives of one app.
const (
	maxUnpackedFiles = 4096
	maxUnpackedBytes = 2 << 30
	maxUnpackedDepth = 32
	maxUnpackedTold  = 32
	maxNamedArchives = 16
)

// archiveRecords holds the archives of an Electron app against the digests of
// their headers that its program carries ("ASAR Integrity" of Electron's
// documentation). The archive may belong to the build, or lie where the program
// says.
func (b *builder) archiveRecords() {
	for i, n := 0, 0; i < len(b.out.Facts) && n < maxNamedArchives; i++ {
		f := b.out.Facts[i]
		if f.Kind != signatures.PEAsarIntegrity {
			continue
		}
		n++
		header, ok := b.headerOf(path.Join(path.Dir(f.Place), platform.Display(f.At)))
		if !ok {
			header, ok = b.headerBeside(f)
		}
		if ok {
			b.archiveAgainst(header, f.Value, f.Place)
		}
	}
}

// archiveAgainst notes whether an archive's header has the digest that a program,
// or the list beside it, asks for.
func (b *builder) archiveAgainst(header signatures.Fact, want, by string) {
	value := archiveAnother
	if strings.EqualFold(header.Value, want) {
		value = archiveRecorded
	}
	b.out.Facts = append(b.out.Facts, signatures.Fact{Kind: signatures.ElectronArchive, Value: value, Place: header.Place, At: by})
}

// headerOf is the header of an archive that was read with the build. Electron
// compares names as Windows does.
func (b *builder) headerOf(place string) (signatures.Fact, bool) {
	for _, f := range b.out.Facts {
		if f.Kind == signatures.AsarHeader && strings.EqualFold(f.Place, place) {
			return f, true
		}
	}
	return signatures.Fact{}, false
}

// headerBeside reads an archive that a program names, where the program is looked
// at without the folder that it lies in. What is found in it is a fact of the
// program's build; the archive itself may be a build of its own.
func (b *builder) headerBeside(record signatures.Fact) (header signatures.Fact, ok bool) {
	at := slices.IndexFunc(b.found.Files, func(f platform.CandidateFile) bool { return platform.Display(f.Path) == record.Place })
	if at < 0 || !fs.ValidPath(record.At) {
		return header, false // of a program inside something else
	}
	name := path.Join(path.Dir(b.found.Files[at].Path), record.At)
	if !b.besideArchive(name) || !b.readable(name) {
		return header, false
	}
	a, broken, changed, err := b.verified(name)
	if changed && err == nil {
		a, broken, changed, err = b.verified(name)
	}
	const what = "whether this archive is the one that its program names"
	place := platform.Display(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return header, false
	case err != nil:
		b.gapBeside(name, what, err)
		b.notRead(place, stateUnreadable)
		return header, false
	case changed:
		b.gaps = append(b.gaps, inventory.Gap{Where: place, What: what, Kind: stateChanged, Reason: "its size or time changed twice while it was read"})
		b.notRead(place, stateChanged)
	}
	for _, file := range broken {
		b.out.Facts = append(b.out.Facts, signatures.Fact{Kind: signatures.AsarFiles, Value: filesChanged, Place: place, At: platform.Display(file)})
	}
	return signatures.Fact{Kind: signatures.AsarHeader, Value: a.HeaderSHA256, Place: place}, true
}

// notRead notes that a file of the build was not read to its end as it stood.
func (b *builder) notRead(place, state string) {
	for i := range b.out.Files {
		if f := &b.out.Files[i]; f.Path == place {
			f.State = cmp.Or(f.State, state)
			return
		}
	}
	b.out.Files = append(b.out.Files, inventory.File{Path: place, State: state})
}

// verified reads an archive and holds its files against its header. Changed is
// true where somebody wrote to it meanwhile.
func (b *builder) verified(name string) (a *asar.File, broken []string, changed bool, err error) {
	file, before, err := b.open(name)
	if err != nil {
		return nil, nil, false, err
	}
	defer file.Close()
	if before.Size() > b.opt.Limits.FileSize {
		return nil, nil, false, fmt.Errorf("%w: %d bytes", platform.ErrTooMany, before.Size())
	}
	if a, err = asar.Read(file, before.Size()); err != nil {
		return nil, nil, false, err
	}
	check, err := a.Verify(b.ctx, file, before.Size())
	if err != nil {
		return nil, nil, false, err
	}
	b.files++
	b.bytes += before.Size()
	b.progress("reading", platform.Display(name), 1, before.Size())
	after, err := file.Stat()
	if err != nil {
		return nil, nil, false, err
	}
	return a, check.Broken, before.Size() != after.Size() || !before.ModTime().Equal(after.ModTime()), nil
}

// readable is false for what lies among chat data, by its name or by what it
// leads to.
func (b *builder) readable(name string) bool {
	real, err := b.root.FS.Resolve(name)
	return err == nil && !platform.Private(real) && !platform.Private(name)
}

func (b *builder) archive(name string) (*asar.File, error) {
	file, info, err := b.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return asar.Read(file, info.Size())
}

func (b *builder) gapBeside(name, what string, err error) {
	g := platform.GapOf(name, what, err)
	b.gaps = append(b.gaps, inventory.Gap{Where: g.Where, What: g.What, Kind: g.Kind, Reason: g.Reason})
}

// unpackedFiles holds what lies in NAME.asar.unpacked against the digests in the
// header of NAME.asar. An app for a Mac is held against its seal instead.
func (b *builder) unpackedFiles() {
	if b.found.Format == signatures.App {
		return
	}
	for _, f := range b.found.Files {
		folder := f.Path + ".unpacked"
		if !strings.HasSuffix(strings.ToLower(f.Path), ".asar") || !b.readable(folder) {
			continue
		}
		if _, read := b.headerOf(platform.Display(f.Path)); !read {
			continue // why it could not be read was said
		}
		a, err := b.archive(f.Path)
		if err != nil {
			b.gapBeside(folder, "whether these files are those of the archive", err)
			continue
		}
		u := &unpacked{builder: b, folder: folder, files: maxUnpackedFiles, bytes: maxUnpackedBytes, listed: map[string]bool{}}
		u.compare(a)
	}
}

// unpacked is the comparison of one folder with its archive's header.
type unpacked struct {
	*builder
	folder string
	files  int
	bytes  int64
	listed map[string]bool
	told   int
	full   bool
}

func (u *unpacked) compare(a *asar.File) {
	for i := range a.Entries {
		e := &a.Entries[i]
		if !e.Unpacked || e.Link != "" || u.ctx.Err() != nil {
			continue
		}
		u.listed[u.key(e.Name)] = true
		if fs.ValidPath(e.Name) && !u.full {
			u.file(e)
		}
	}
	u.look("", 0)
}

func (u *unpacked) key(name string) string {
	if u.foldsCase() {
		return strings.ToLower(name)
	}
	return name
}

// file compares one file with its record, where there is one.
func (u *unpacked) file(e *asar.Entry) {
	name := path.Join(u.folder, e.Name)
	if u.files--; u.files < 0 {
		u.stop()
		return
	}
	if _, err := u.root.FS.Resolve(name); errors.Is(err, fs.ErrNotExist) {
		u.differs(name, unpackedMissing)
		return
	}
	if !u.readable(name) {
		u.gapBeside(name, "whether this file is that of the archive", platform.ErrPrivate)
		return
	}
	file, info, err := u.open(name)
	if err != nil {
		u.gapBeside(name, "whether this file is that of the archive", err)
		return
	}
	defer file.Close()
	if e.SHA256 == "" {
		return
	}
	if u.bytes -= info.Size(); u.bytes < 0 {
		u.stop()
		return
	}
	sums, err := digest.File(u.ctx, file, info.Size(), digest.Request{SHA256: true})
	u.builder.files++
	u.builder.bytes += sums.Size
	u.progress("reading", platform.Display(name), 1, sums.Size)
	after, afterErr := file.Stat()
	switch {
	case err != nil:
		u.gapBeside(name, "whether this file is that of the archive", err)
	case afterErr != nil || after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime()):
		u.gapBeside(name, "whether this file is that of the archive", errors.New("it changed while it was read"))
	case sums.SHA256 != e.SHA256:
		u.differs(name, unpackedChanged)
	}
}

// look finds files that the header does not name.
func (u *unpacked) look(below string, depth int) {
	folder := path.Join(u.folder, below)
	if depth > maxUnpackedDepth || u.full || u.ctx.Err() != nil || !u.readable(folder) {
		return
	}
	for _, e := range u.named(folder).all {
		name := path.Join(below, e.Name())
		if u.files--; u.files < 0 {
			u.stop()
			return
		}
		switch {
		case e.IsDir():
			u.look(name, depth+1)
		case e.Type().IsRegular() && !u.listed[u.key(name)]:
			u.differs(path.Join(u.folder, name), unpackedAdded)
		}
	}
}

func (u *unpacked) differs(name, how string) {
	if u.told++; u.told > maxUnpackedTold {
		u.stop()
		return
	}
	u.fact(signatures.ElectronUnpacked, how, platform.Display(name))
}

// stop says once that not everything was compared, or named.
func (u *unpacked) stop() {
	if !u.full {
		u.full = true
		u.gapBeside(u.folder, "the rest of the files that lie unpacked", fmt.Errorf("%w: more than %d files", platform.ErrTooMany, maxUnpackedFiles))
	}
}
