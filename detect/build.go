package detect

import (
	"cmp"
	"crypto/sha3"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// States of a file that was not read to its end as it stood.
const (
	stateUnreadable = "unreadable"
	stateChanged    = "changed-while-reading"
)

// builder turns one candidate into one build.
type builder struct {
	*collector
	found platform.Candidate
	out   inventory.Build
	gaps  []inventory.Gap
	files int
	bytes int64
	agree int // files that agree with the package's record
}

func newBuilder(c *collector, found platform.Candidate) *builder {
	if len(found.Files) == 0 && !found.Recorded {
		found.Files = []platform.CandidateFile{{Path: found.Path, Program: true}}
	}
	return &builder{collector: c, found: found}
}

// build reads the candidate's files. ok is false where there was nothing of a
// format that chatvet knows.
func (b *builder) build() (build inventory.Build, ok bool) {
	b.out = inventory.Build{
		Path:   platform.Display(b.found.Path),
		Format: b.found.Format,
		Origin: inventory.Origin{Channel: b.found.Channel, FromURL: b.found.FromURL, How: b.found.Lookup},
		Facts:  slices.Clone(b.found.Facts),
	}
	if b.found.Format != "" {
		b.nameAsFound()
	}
	if b.found.Format == signatures.App {
		b.bundle()
	}
	read := len(b.found.Files)
	b.electron()
	if b.found.Format == signatures.App {
		b.found.Files = b.found.Files[read:] // the rest was read with the bundle
	}
	for _, f := range b.found.Files {
		if b.ctx.Err() != nil {
			break
		}
		switch {
		case f.Program:
			b.program(f)
		case f.SHA3384 != "":
			b.compareImage(f, platform.Display(f.Path))
		case f.MD5 != "" || f.SHA256 != "":
			b.compare(f)
		}
	}
	if b.out.Format == "" || (b.out.Format == signatures.Unknown && !b.thorough) {
		return inventory.Build{}, false
	}
	b.librariesBeside()
	b.archiveRecords()
	packedRecords(b.out.Inside)
	b.unpackedFiles()
	b.addedPrograms()
	b.startOptions()
	b.nameAsFound() // where the files themselves do not say
	b.installedPackage()
	if b.agree > 0 {
		b.fact(signatures.PackageMatches, strconv.Itoa(b.agree), "")
	}
	b.prove()
	b.finish()
	return b.out, true
}

// nameAsFound names the build as its source does, where it has no name yet.
func (b *builder) nameAsFound() {
	b.out.Product, b.out.Version, b.out.Arch = cmp.Or(b.out.Product, b.found.Product), cmp.Or(b.out.Version, b.found.Version), cmp.Or(b.out.Arch, b.found.Arch)
}

// program inspects a file and takes down what it says.
func (b *builder) program(f platform.CandidateFile) {
	place := platform.Display(f.Path)
	r, err := b.inspectTwice(f, place, nil)
	if err != nil {
		b.unreadable(f, place, err)
		return
	}
	b.take(r)
	b.secondOpinion(f, r)
	if f.SHA3384 != "" {
		b.compareImage(f, place)
		return
	}
	b.agrees(f, place, digest.Sums{SHA256: r.File.SHA256, MD5: r.File.MD5}, r.File.State)
}

// inspectTwice inspects a file, once more where it changed meanwhile. Around is the
// bundle whose main program it is, nil for all others.
func (b *builder) inspectTwice(f platform.CandidateFile, place string, around *apple.Bundle) (inspect.Result, error) {
	r, changed, err := b.inspect(f, place, around)
	if changed && err == nil {
		r, changed, err = b.inspect(f, place, around)
	}
	if changed && err == nil {
		r.File.State = stateChanged
		r.Gaps = append(r.Gaps, inventory.Gap{Where: place, What: "what this file is", Kind: stateChanged, Reason: "its size or time changed twice while it was read"})
	}
	return r, err
}

func (b *builder) inspect(f platform.CandidateFile, place string, around *apple.Bundle) (r inspect.Result, changed bool, err error) {
	file, before, err := b.open(f.Path)
	if err != nil {
		return r, false, err
	}
	defer file.Close()
	r = b.inspector.File(b.ctx, inspect.Source{
		Name: place, ReaderAt: file, Size: before.Size(), MD5: f.MD5 != "", SHA256: f.SHA256 != "" || b.found.Format == signatures.App, Script: f.Script, Thorough: b.thorough || b.found.Format == signatures.Package,
		PartOf: b.found.Format, Bundle: around,
	})
	b.files++
	b.bytes += r.Read
	b.progress("reading", place, 1, r.Read)
	after, err := file.Stat()
	if err != nil {
		return r, false, err
	}
	return r, before.Size() != after.Size() || !before.ModTime().Equal(after.ModTime()), nil
}

func (b *builder) open(name string) (platform.File, fs.FileInfo, error) {
	file, err := b.root.FS.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// take adds what one program said to the build.
func (b *builder) take(r inspect.Result) {
	b.gaps = append(b.gaps, r.Gaps...)
	if r.Format == signatures.Unknown && !b.thorough && b.found.Format == "" {
		return
	}
	if b.out.Format == "" {
		b.out.Format = r.Format
	}
	if b.found.Format == "" || b.found.Format == signatures.APK { // a phone's record knows no label
		b.out.Product, b.out.Version, b.out.Arch = cmp.Or(b.out.Product, r.Product), cmp.Or(b.out.Version, r.Version), cmp.Or(b.out.Arch, r.Arch)
	}
	b.out.Facts = append(b.out.Facts, r.Facts...)
	b.out.Signatures = append(b.out.Signatures, r.Signatures...)
	b.out.Files = append(b.out.Files, r.File)
	b.out.Inside = append(b.out.Inside, r.Inside...)
	b.out.Collected = mergeCollected(b.out.Collected, r.Collected)
}

// compare checks a file that is no program against the package's record.
func (b *builder) compare(f platform.CandidateFile) {
	place := platform.Display(f.Path)
	file, info, err := b.open(f.Path)
	if err != nil {
		b.unreadable(f, place, err)
		return
	}
	defer file.Close()
	sums, err := digest.File(b.ctx, file, info.Size(), digest.Request{MD5: f.MD5 != "", SHA256: f.SHA256 != ""})
	b.files++
	b.bytes += sums.Size
	b.progress("reading", place, 1, sums.Size)
	if err != nil {
		b.unreadable(f, place, err)
		return
	}
	after, err := file.Stat()
	state := ""
	if err != nil || after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime()) {
		state = stateChanged
	}
	if !b.agrees(f, place, sums.Sums, state) {
		// Without SHA-256: a file that has one was read as a program.
		b.out.Files = append(b.out.Files, inventory.File{Path: place, Size: info.Size(), MD5: sums.MD5, State: state})
	}
}

// agrees notes whether a file is the one that the package's record lists.
// Files that an administrator may change count neither way.
func (b *builder) agrees(f platform.CandidateFile, place string, sums digest.Sums, state string) bool {
	recorded, got := f.MD5, sums.MD5
	if f.SHA256 != "" {
		recorded, got = f.SHA256, sums.SHA256
	}
	switch {
	case state != "" || recorded == "" || got == "" || f.Conffile:
		return true
	case got == recorded:
		b.agree++
		return true
	}
	b.fact(signatures.PackageDiffers, recorded, place)
	return false
}

// compareImage checks an image against the digest by which snapd knows it, which
// nothing else is recorded in.
func (b *builder) compareImage(f platform.CandidateFile, place string) {
	file, info, err := b.open(f.Path)
	if err != nil {
		b.unreadable(f, place, err)
		return
	}
	defer file.Close()
	sum := sha3Taker{sha3.New384()}
	if _, err := digest.File(b.ctx, file, info.Size(), digest.Request{Also: []digest.Taker{sum}}); err != nil {
		b.unreadable(f, place, err)
		return
	}
	if hex.EncodeToString(sum.Sum(nil)) == f.SHA3384 {
		b.agree++
		return
	}
	b.fact(signatures.PackageDiffers, f.SHA3384, place)
}

// sha3Taker takes SHA3-384 (FIPS 202) in the one pass over a file.
type sha3Taker struct{ *sha3.SHA3 }

func (t sha3Taker) Write(piece []byte) { _, _ = t.SHA3.Write(piece) }

// Cost was measured on x86-64 with SHA instructions.
func (sha3Taker) Cost() int { return 40 }

func (b *builder) unreadable(f platform.CandidateFile, place string, err error) {
	if errors.Is(err, fs.ErrNotExist) && b.found.Format == signatures.Package {
		b.fact(signatures.PackageMissing, path.Base(place), place)
		return
	}
	if b.ctx.Err() != nil {
		return
	}
	kind := "unreadable"
	var known *platform.GapError
	switch {
	case errors.As(err, &known):
		kind = known.Kind
	case errors.Is(err, fs.ErrPermission):
		kind = "permission"
	}
	b.gaps = append(b.gaps, inventory.Gap{Where: place, What: "what this file is", Kind: kind, Reason: reasonOf(err)})
	if f.Program && (b.found.Format != "" || b.thorough) {
		b.out.Files = append(b.out.Files, inventory.File{Path: place, State: stateUnreadable})
	}
}

// reasonOf leaves the path out of an error: the gap names it already.
func reasonOf(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func (b *builder) fact(k signatures.Kind, value, place string) {
	b.out.Facts = append(b.out.Facts, signatures.Fact{Kind: k, Value: value, Place: place})
}

// finish puts the parts of the build into a fixed order and names it.
func (b *builder) finish() {
	b.out.Collected.List = b.list.Version
	sortFacts(b.out.Facts)
	slices.SortFunc(b.out.Files, func(x, y inventory.File) int { return cmp.Compare(x.Path, y.Path) })
	b.out.SetID()
}

func sortFacts(facts []signatures.Fact) {
	slices.SortFunc(facts, func(x, y signatures.Fact) int {
		return cmp.Or(cmp.Compare(x.Place, y.Place), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Value, y.Value), cmp.Compare(x.At, y.At))
	})
}

// mergeCollected keeps what was looked for in every program of a build: what
// was left out in one of them was left out in the build.
func mergeCollected(a, b inventory.Collected) inventory.Collected {
	if a.Digests == nil {
		return b
	}
	a.Digests = slices.DeleteFunc(slices.Clone(a.Digests), func(d string) bool { return !slices.Contains(b.Digests, d) })
	ids := append(strings.Fields(a.Patterns), strings.Fields(b.Patterns)...)
	slices.Sort(ids)
	a.Patterns = strings.Join(slices.Compact(ids), " ")
	return a
}
