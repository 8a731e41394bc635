package detect

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inspect/appbundle"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on one app, with everything in it.
const (
	maxBundleEntries  = 100_000
	maxBundlePrograms = 1_000
	maxBundleBytes    = 16 << 30
	maxBundleDeep     = 32 // folders in folders
	maxBundleNested   = 8  // bundles in bundles
	maxBundleTold     = 10 // files that are named
)

// bundle makes one build of an app's folder: what its Info.plist says, its
// programs, and one signature, which is that of its main program lowered by
// whatever is not as the seal has it. Nested code has no signature of its own in
// the build, for anybody can carry a program of a maker's in an app of his.
func (b *builder) bundle() {
	b.bundleWithin(bundleBounds{entries: maxBundleEntries, programs: maxBundlePrograms, size: maxBundleBytes})
}

// bundleBounds are what may still be looked at of an app.
type bundleBounds struct {
	entries, programs int
	size              int64 // in bytes
}

func (b *builder) bundleWithin(left bundleBounds) {
	b.found.Files = nil
	check := &bundleCheck{builder: b, bundleBounds: left}
	real, err := b.root.FS.Resolve(b.found.Path)
	if err != nil {
		b.bundleGap(b.found.Path, "unreadable", err)
		return
	}
	check.real = real
	l, err := check.layout()
	if l == nil {
		b.bundleGap(b.found.Path, kindOfBundle(err), err)
		check.loose(b.found.Path, 0)
		return
	}
	b.describe(l)
	b.besideMain(l)
	code := check.code(l, 0, err)
	code.signature.Scope = platform.Display(b.found.Path)
	b.out.Signatures = append(b.out.Signatures, code.signature)
	b.archives(l)
	check.report(code)
	check.opinion(l, code)
}

// describe writes down what the app says of itself.
func (b *builder) describe(l *appbundle.Layout) {
	b.out.Product, b.out.Version = cmp.Or(l.Info.Name, b.out.Product), cmp.Or(l.Info.Version, b.out.Version)
	for _, f := range l.Info.Facts() {
		if !slices.Contains(b.out.Facts, f) {
			b.out.Facts = append(b.out.Facts, f)
		}
	}
	if l.Info.MinOS != "" {
		b.fact(signatures.MachOMinOS, l.Info.MinOS, "")
	}
	if l.Ticket {
		b.fact(signatures.AppleTicket, "stapled", "")
	}
	if l.Receipt {
		b.out.Origin.Channel = cmp.Or(b.out.Origin.Channel, "mac-app-store")
	}
}

// archives compares the archives of an Electron app with the digests that its
// Info.plist lists.
func (b *builder) archives(l *appbundle.Layout) {
	for name, want := range l.Info.Archives {
		place := platform.Display(path.Join(l.Base, name))
		for _, f := range b.out.Facts {
			if f.Kind != signatures.AsarHeader || f.Place != place {
				continue
			}
			b.archiveAgainst(f, want, platform.Display(path.Join(l.Base, "Info.plist")))
			if !strings.EqualFold(f.Value, want) {
				b.fact(signatures.AppleDiffers, "not the archive that Info.plist lists", place)
			}
		}
	}
}

// bundleTree is the disk as the reader of bundles sees it.
type bundleTree struct{ *builder }

// Lstat implements appbundle.Tree.
func (t bundleTree) Lstat(name string) (fs.FileInfo, error) { return t.root.FS.Lstat(name) }

// Resolve implements appbundle.Tree.
func (t bundleTree) Resolve(name string) (string, error) { return t.root.FS.Resolve(name) }

// ReadFile implements appbundle.Tree.
func (t bundleTree) ReadFile(name string, most int64) ([]byte, error) {
	if platform.Private(name) {
		return nil, platform.ErrPrivate
	}
	file, info, err := t.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info.Size() > most {
		return nil, fmt.Errorf("%d bytes, the limit is %d", info.Size(), most)
	}
	return io.ReadAll(io.NewSectionReader(file, 0, info.Size()))
}

func (c *bundleCheck) read(root string) (*appbundle.Layout, error) {
	return appbundle.Read(bundleTree{c.builder}, root, apple.MaxSeal)
}

// coded is a program with its signature, or a bundle with that of its program.
type coded struct {
	signature inventory.Signature
	code      *apple.Code
}

// uncoded is what nothing is known of.
func uncoded(scope string, integrity inventory.Integrity, problems ...string) coded {
	return coded{signature: inventory.Signature{
		Format: apple.Format, Scope: scope, By: "chatvet", Integrity: integrity,
		Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown, Signers: []inventory.Signer{}, Problems: problems,
	}}
}

// code checks a bundle: its main program, then the files around it. Fault is what
// was wrong with the parts that are signed with the program.
func (c *bundleCheck) code(l *appbundle.Layout, depth int, fault error) coded {
	out := uncoded(platform.Display(l.Root), inventory.Unsigned)
	if l.Main == "" && depth > 0 { // the signature of such a bundle is in files of its own
		out = uncoded(platform.Display(l.Root), inventory.IntegrityNotChecked, inventory.ProblemNotVerified)
	}
	if l.Main != "" {
		if r, ok := c.program(l.Main, &apple.Bundle{InfoPlist: l.InfoPlist, Seal: l.Seal, SealUnread: fault != nil && l.Seal == nil}, depth == 0); ok && r.Code != nil {
			out.signature, out.code = r.Signatures[0], r.Code
			if depth == 0 {
				c.out.Arch = cmp.Or(r.Arch, c.out.Arch)
				c.claimed(l, r.Code)
			}
		} else if !ok {
			out = uncoded(platform.Display(l.Root), inventory.IntegrityNotChecked, inventory.ProblemNotVerified)
		}
	}
	c.sealed(l, &out, depth, fault)
	out.signature.Scope = platform.Display(l.Root)
	return out
}

// claimed takes the name in the signature as a claim too, where the Info.plist has
// another: whoever changes only the one does not hide what the app was.
func (c *bundleCheck) claimed(l *appbundle.Layout, code *apple.Code) {
	if strings.Contains(code.Identifier, ".") && code.Identifier != l.Info.ID && !slices.Contains(code.Flags, "linker-signed") {
		c.fact(signatures.BundleID, code.Identifier, "")
	}
}

// program inspects a program of the bundle and takes down what it says. Main is
// true for the program that the app starts with; of the others, nothing is said of
// the app as a whole. ok is false where it could not be read as it stood.
func (c *bundleCheck) program(name string, around *apple.Bundle, main bool) (r inspect.Result, ok bool) {
	f := platform.CandidateFile{Path: name, Program: true}
	place := platform.Display(name)
	if platform.Private(name) {
		return r, false
	}
	if c.programs--; c.programs < 0 {
		c.full("too many programs")
		return r, false
	}
	if c.size <= 0 {
		c.full("too many bytes in the app")
		return r, false
	}
	r, err := c.inspectTwice(f, place, around)
	if err != nil {
		c.unreadable(f, place, err)
		return r, false
	}
	c.size -= r.Read
	c.gaps = append(c.gaps, r.Gaps...)
	facts := r.Facts
	if !main {
		facts = slices.DeleteFunc(slices.Clone(facts), func(f signatures.Fact) bool { return f.Place == "" })
	}
	c.out.Facts = append(c.out.Facts, facts...)
	c.out.Files = append(c.out.Files, r.File)
	c.out.Inside = append(c.out.Inside, r.Inside...)
	c.out.Collected = mergeCollected(c.out.Collected, r.Collected)
	if r.Format == signatures.ASAR {
		c.found.Files = append(c.found.Files, platform.CandidateFile{Path: name, Program: true})
	}
	return r, r.File.State == ""
}

// opinion asks the running system about the app, by its main program.
func (c *bundleCheck) opinion(l *appbundle.Layout, code coded) {
	ours := code.signature
	ours.Scope = ""
	c.secondOpinion(platform.CandidateFile{Path: l.Main}, inspect.Result{Format: signatures.MachO, Signatures: []inventory.Signature{ours}})
}

// report shows what differs, the first few by name.
func (c *bundleCheck) report(code coded) {
	for i, d := range c.differing {
		if i == maxBundleTold {
			c.fact(signatures.AppleDiffers, fmt.Sprintf("%d files in all", len(c.differing)), platform.Display(c.found.Path))
			break
		}
		c.fact(signatures.AppleDiffers, d.how, platform.Display(d.name))
	}
	for i, d := range c.written {
		if i == maxBundleTold {
			c.fact(signatures.AppleWritten, fmt.Sprintf("%d files in all", len(c.written)), platform.Display(c.found.Path))
			break
		}
		c.fact(signatures.AppleWritten, d.how, platform.Display(d.name))
	}
	if code.signature.Integrity == inventory.IntegrityNotChecked {
		c.bundleGap(c.found.Path, "signature-not-checked", errors.New(strings.Join(code.signature.Problems, ", ")))
	}
}

func (b *builder) bundleGap(name, kind string, err error) {
	b.gaps = append(b.gaps, inventory.Gap{
		Where: platform.Display(name), What: "whether the app's files are those that were signed", Kind: kind, Reason: reasonOf(err),
	})
}

func kindOfBundle(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "permission"
	case errors.Is(err, appbundle.ErrNoBundle):
		return "not-opened"
	}
	return "corrupt"
}
