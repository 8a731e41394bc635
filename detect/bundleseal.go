package detect

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inspect/appbundle"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// bundleCheck compares an app, and the bundles in it, with their seals.
type bundleCheck struct {
	*builder
	bundleBounds
	real      string // what the app's folder is, without links
	filled    bool   // a bound was reached, and that was said
	differing []difference
	written   []difference
}

// difference is a file that is not as it was sealed.
type difference struct{ name, how string }

// sealCheck is the comparison with one seal.
type sealCheck struct {
	*bundleCheck
	*appbundle.Layout
	seal   *apple.Seal // nil where nothing is sealed
	main   string
	signed *apple.Code // its program
	out    *inventory.Signature
	met    map[string]bool // names of the list that are there
	deep   int             // bundles around it
	partly bool            // not everything could be looked at
}

// sealed compares what lies around a bundle's program with the seal.
func (c *bundleCheck) sealed(l *appbundle.Layout, out *coded, depth int, fault error) {
	s := &sealCheck{bundleCheck: c, Layout: l, main: l.Name(l.Main), signed: out.code, out: &out.signature, met: map[string]bool{}, deep: depth}
	signed := out.signature.Integrity != inventory.Unsigned && !(out.code != nil && slices.Contains(out.code.Flags, "linker-signed"))
	switch {
	case !signed:
	case fault != nil:
		s.lower(inventory.IntegrityNotChecked, inventory.ProblemResourcesNotRead)
		c.bundleGap(l.Root, kindOfBundle(fault), fault)
	case l.Seal == nil:
		s.lower(inventory.Broken, inventory.ProblemSealDamaged)
	default:
		var err error
		if s.seal, err = apple.ReadSeal(l.Seal); err != nil {
			s.seal = nil
			s.lower(inventory.Broken, inventory.ProblemSealDamaged)
			c.bundleGap(path.Join(l.Base, "_CodeSignature/CodeResources"), "corrupt", err)
		} else if s.seal.Weak && (out.code == nil || out.code.Kind != apple.MacAppStore) { // the store has rules of its own
			s.lower(inventory.IntegrityNotChecked, inventory.ProblemResourcesNotRead)
			c.bundleGap(l.Root, "signature-not-checked", errors.New("the rules of its seal leave out more than codesign's own do"))
		}
	}
	s.folder(l.Base, 0)
	if s.seal == nil {
		return
	}
	s.missing()
	s.around()
}

func (s *sealCheck) lower(to inventory.Integrity, problem string) { apple.Lower(s.out, to, problem) }

func (s *sealCheck) differs(name, how, problem string) {
	s.lower(inventory.Broken, problem)
	s.differing = append(s.differing, difference{name, how})
}

// unread notes that something could not be compared.
func (s *sealCheck) unread(name string, err error) {
	s.partly = true
	if s.seal == nil {
		return
	}
	s.lower(inventory.IntegrityNotChecked, inventory.ProblemResourcesNotRead)
	g := platform.GapOf(name, "whether the app's files are those that were signed", err)
	if len(s.gaps) < maxBundleTold*maxBundleTold {
		s.gaps = append(s.gaps, inventory.Gap{Where: g.Where, What: g.What, Kind: g.Kind, Reason: g.Reason})
	}
}

// full says once that a bound was reached.
func (c *bundleCheck) full(why string) {
	if !c.filled {
		c.filled = true
		c.bundleGap(c.found.Path, "too-many", errors.New(why))
	}
}

// entriesOf lists a folder of the bundle, within the bounds.
func (s *sealCheck) entriesOf(folder string, depth int) []fs.DirEntry {
	if platform.Private(folder) {
		s.unread(folder, platform.ErrPrivate)
		return nil
	}
	entries, err := s.root.FS.ReadDir(folder)
	if err == nil && (depth > maxBundleDeep || len(entries) > s.entries) {
		err = platform.ErrTooMany
		entries = nil
	}
	if err != nil {
		s.unread(folder, err)
		if errors.Is(err, platform.ErrTooMany) {
			s.full("too many files in the app")
		}
	}
	s.entries -= len(entries)
	return entries
}

func (s *sealCheck) folder(folder string, depth int) {
	for _, e := range s.entriesOf(folder, depth) {
		if s.ctx.Err() != nil {
			s.partly = true
			s.lower(inventory.IntegrityNotChecked, inventory.ProblemResourcesNotRead)
			return
		}
		name := path.Join(folder, e.Name())
		switch {
		case name != s.Main:
			s.entry(name, e, depth)
		case e.Type()&fs.ModeSymlink != 0:
			s.leadsOut(name)
		}
	}
}

func (s *sealCheck) entry(name string, e fs.DirEntry, depth int) {
	link := e.Type()&fs.ModeSymlink != 0
	how := apple.NotSealed
	if s.seal != nil {
		how = s.seal.Treat(s.Name(name), s.main, e.IsDir(), link)
	}
	switch {
	case how == apple.NotEntered && path.Base(name) == "_CodeSignature" && e.IsDir():
		s.parts(name, depth+1)
	case how == apple.NotEntered:
		s.free(name, e, depth)
	case s.seal != nil && link && strings.EqualFold(e.Name(), ".DS_Store"):
		s.added(name, e, depth) // the only name that may be no link (resources.cpp, scan)
	case how == apple.AsCode || how == apple.AsFile:
		s.against(name, e, depth)
	case e.IsDir():
		s.folder(name, depth+1)
	case link:
		s.leadsOut(name)
	case e.Type().IsRegular():
		s.unsealed(name, s.seal != nil)
	}
}

// signatureParts are the parts of a signature that codesign keeps in files where a
// bundle has no program to hold them (CodeDirectory::canonicalSlotName).
var signatureParts = []string{"CodeDirectory", "CodeEntitlements", "CodeEntitlementDER", "CodeRepSpecific", "CodeRequirements", "CodeSignature", "CodeTopDirectory"}

// parts looks at what lies beside the list itself. Parts of another signature are
// told; codesign wants nothing else there (bundlediskrep.cpp,
// validateMetaDirectory).
func (s *sealCheck) parts(folder string, depth int) {
	for _, e := range s.entriesOf(folder, depth) {
		name := path.Join(folder, e.Name())
		part, _, _ := strings.Cut(e.Name(), "-") // CodeRequirements-1
		switch {
		case e.Name() == "CodeResources" && e.Type().IsRegular():
		case s.seal == nil:
			s.free(name, e, depth)
		case slices.Contains(signatureParts, part) && s.harmless(name, e):
			s.written = append(s.written, difference{name, "a part of another signature"})
		default:
			s.added(name, e, depth)
		}
	}
}

// free looks at what may hold anything: only for programs.
func (s *sealCheck) free(name string, e fs.DirEntry, depth int) {
	switch {
	case e.IsDir():
		for _, inner := range s.entriesOf(name, depth+1) {
			s.free(path.Join(name, inner.Name()), inner, depth+1)
		}
	case e.Type()&fs.ModeSymlink != 0:
		s.leadsOut(name)
	case e.Type().IsRegular():
		s.unsealed(name, s.seal != nil)
	}
}

// harmless is true for a file that is no program. One that cannot be read leaves
// that open.
func (s *sealCheck) harmless(name string, e fs.DirEntry) bool {
	if !e.Type().IsRegular() {
		return false
	}
	_, format, err := s.head(name)
	if err != nil {
		s.unread(name, err)
	}
	return !isCode(format)
}

// against compares a file, a link or nested code with what the list has of it.
func (s *sealCheck) against(name string, e fs.DirEntry, depth int) {
	entry, ok := s.seal.Entry(s.Name(name))
	link := e.Type()&fs.ModeSymlink != 0
	if ok {
		s.met[entry.Name] = true
	}
	switch {
	case !ok && link && s.seal.Old: // links were not sealed then
		s.leadsOut(name)
	case !ok:
		s.added(name, e, depth)
	case entry.Nested && !link:
		s.nested(name, e, entry)
	case e.IsDir():
		s.differs(name, "changed", inventory.ProblemResourceChanged)
		s.folder(name, depth+1)
	case link != (entry.Link != ""):
		s.differs(name, "changed", inventory.ProblemResourceChanged)
	case link:
		s.link(name, entry.Link)
	case !e.Type().IsRegular():
		s.differs(name, "changed", inventory.ProblemResourceChanged)
	default:
		s.file(name, entry)
	}
}

// added is something that the list does not name. What a disk without extended
// attributes keeps beside each file is no part of the app.
func (s *sealCheck) added(name string, e fs.DirEntry, depth int) {
	switch {
	case s.isBeside(name):
		s.written = append(s.written, difference{name, "attributes of a file"})
	case e.IsDir():
		s.differs(name, "added", inventory.ProblemResourceAdded)
		s.folder(name, depth+1)
	default:
		s.differs(name, "added", inventory.ProblemResourceAdded)
		if e.Type().IsRegular() {
			s.unsealed(name, false)
		} else {
			s.leadsOut(name)
		}
	}
}

// appleDouble is how a file begins that holds another one's attributes (RFC 1740).
var appleDouble = []byte{0, 5, 0x16, 7}

// isBeside is true for the attributes of a file that is there.
func (s *sealCheck) isBeside(name string) bool {
	of, ok := strings.CutPrefix(path.Base(name), "._")
	if !ok {
		return false
	}
	if _, err := s.root.FS.Lstat(path.Join(path.Dir(name), of)); err != nil {
		return false
	}
	head, _, err := s.head(name)
	return err == nil && bytes.HasPrefix(head, appleDouble)
}

func (c *bundleCheck) head(name string) (head []byte, format signatures.Format, err error) {
	file, info, err := c.open(name)
	if err != nil {
		return nil, signatures.Unknown, err
	}
	defer file.Close()
	head = make([]byte, min(info.Size(), 4<<10))
	n, err := file.ReadAt(head, 0)
	if n == len(head) {
		err = nil
	}
	return head[:n], inspect.Sniff(head[:n]), err
}

// isCode is true for the formats of programs, and of the archives that an Electron
// app runs.
func isCode(f signatures.Format) bool {
	return f == signatures.MachO || f == signatures.ASAR || f == signatures.PE || f == signatures.ELF
}

// unsealed reads a file that nothing is said of, where it is a program. Left is
// true where the seal's rules leave it out.
func (s *sealCheck) unsealed(name string, left bool) {
	_, format, err := s.head(name)
	switch {
	case err != nil:
		s.unread(name, err)
	case isCode(format):
		r, ok := s.program(name, nil, false)
		if left {
			s.uncovered(name, r, ok)
		}
	}
}

// uncovered is a program that the rules leave out, so that anybody can put it
// there. Those of the first version left out all but resources, and the maker's
// own lie there.
func (s *sealCheck) uncovered(name string, r inspect.Result, ok bool) {
	switch {
	case !ok || r.Code == nil || r.Signatures[0].Integrity != inventory.Intact || r.Signatures[0].Trust != s.out.Trust || teamIn(r.Signatures[0]) != teamIn(*s.out):
		s.unread(name, errors.New("the rules of its seal leave it out, and it is not by the app's signer"))
	case !s.seal.Old:
		s.written = append(s.written, difference{name, "a program that the seal does not cover"})
	}
}

// file compares a file's digest with the list.
func (s *sealCheck) file(name string, entry apple.Sealed) {
	sums, err := s.sums(name, entry)
	switch {
	case err != nil:
		s.unread(name, err)
	case entry.SHA256 != nil && sums.SHA256 != hexOf(entry.SHA256), entry.SHA1 != nil && sums.SHA1 != "" && sums.SHA1 != hexOf(entry.SHA1),
		entry.SHA256 == nil && entry.SHA1 == nil:
		s.differs(name, "changed", inventory.ProblemResourceChanged)
	}
}

// sums takes the digests that the list has. A program is inspected on the way.
func (s *sealCheck) sums(name string, entry apple.Sealed) (digest.Sums, error) {
	_, format, err := s.head(name)
	if err != nil {
		return digest.Sums{}, err
	}
	if isCode(format) {
		r, ok := s.program(name, nil, false)
		if !ok {
			return digest.Sums{}, errors.New("it could not be read to its end as it stood")
		}
		if entry.SHA256 != nil {
			return digest.Sums{SHA256: r.File.SHA256}, nil
		}
	}
	return s.digests(name, digest.Request{SHA256: entry.SHA256 != nil, SHA1: entry.SHA256 == nil})
}

func (c *bundleCheck) digests(name string, want digest.Request) (digest.Sums, error) {
	file, before, err := c.open(name)
	if err != nil {
		return digest.Sums{}, err
	}
	defer file.Close()
	if c.size -= before.Size(); c.size < 0 {
		c.full("too many bytes in the app")
		return digest.Sums{}, errors.New("over the limit of bytes in one app")
	}
	sums, err := digest.File(c.ctx, file, before.Size(), want)
	c.files++
	c.builder.bytes += sums.Size
	c.progress("reading", platform.Display(name), 1, sums.Size)
	if err != nil {
		return digest.Sums{}, err
	}
	after, err := file.Stat()
	if err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return digest.Sums{}, errors.New("it changed while it was read")
	}
	return sums.Sums, nil
}

// link compares where a link leads with where the list says that it leads.
func (s *sealCheck) link(name, target string) {
	if strings.HasPrefix(target, "/") {
		s.leadsTo(name, strings.TrimPrefix(path.Clean(target), "/"))
	} else {
		s.leadsTo(name, path.Join(path.Dir(name), target))
	}
}

// leadsTo is a link that has to lead to what a name does.
func (s *sealCheck) leadsTo(name, wanted string) {
	if s.leadsOut(name) {
		return
	}
	want, wantErr := s.root.FS.Resolve(wanted)
	got, err := s.root.FS.Resolve(name)
	if got != want || (err == nil) != (wantErr == nil) {
		s.differs(name, "changed", inventory.ProblemResourceChanged)
	}
}

// leadsOut is true where a link leads out of the app, to where nothing is sealed.
// The system itself lies outside of every app. Of an unsigned app it says nothing.
func (s *sealCheck) leadsOut(name string) bool {
	to, err := s.root.FS.Resolve(name)
	if s.seal == nil || err != nil || to == s.bundleCheck.real || strings.HasPrefix(to, s.bundleCheck.real+"/") ||
		strings.HasPrefix(to, "System/") || strings.HasPrefix(to, "Library/") && s.root.Kind != platform.Paths {
		return false
	}
	s.differs(name, "link out of the app", inventory.ProblemLinkOut)
	return true
}

// missing looks for what the list names and is not there.
func (s *sealCheck) missing() {
	if s.partly {
		return
	}
	var gone []apple.Sealed
	s.seal.Entries(func(e apple.Sealed) {
		if !s.met[e.Name] {
			gone = append(gone, e)
		}
	})
	slices.SortFunc(gone, func(a, b apple.Sealed) int { return strings.Compare(a.Name, b.Name) })
	for _, e := range gone {
		name := path.Join(s.Base, e.Name)
		switch {
		case !e.Optional:
			s.differs(name, "missing", inventory.ProblemResourceMissing)
		case s.absent(name):
			s.written = append(s.written, difference{name, "missing"})
		}
	}
}

func (s *sealCheck) absent(name string) bool {
	_, err := s.root.FS.Lstat(name)
	return errors.Is(err, fs.ErrNotExist)
}
