package detect

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/chatvet/chatvet/detect/inspect/msix"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/authenticode"
	"github.com/chatvet/chatvet/detect/sign/cms"
	"github.com/chatvet/chatvet/detect/sign/roots"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Bounds on the comparison of one installed package with its block map.
const (
	maxLoaded     = 4 << 30   // bytes of files that programs load
	maxOtherFiles = 256 << 20 // bytes of other files
	maxInFolder   = 20_000    // files and folders
	maxFolderDeep = 16
	maxTold       = 20 // files that are named
)

// installedPackage checks the signature of an installed package of the Store,
// which is of the whole package: its programs are unsigned as a rule, and that is
// no contradiction.
func (b *builder) installedPackage() {
	if b.found.Format != signatures.MSIX || len(b.found.Files) == 0 {
		return
	}
	p, err := b.readInstalled()
	if err != nil {
		b.appxGap(b.found.Path, "signature-not-checked", err)
		b.out.Signatures = append(b.out.Signatures, inventory.Signature{
			Format: authenticode.FormatInstalled, Scope: b.out.Path, By: "chatvet",
			Integrity: inventory.IntegrityNotChecked, Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown,
			Problems: []string{inventory.ProblemNotVerified},
		})
		return
	}
	var files authenticode.InstalledFiles
	if p.Signature != nil {
		c := &layout{builder: b, pkg: p, loaded: maxLoaded, other: maxOtherFiles}
		files = c.compare()
	}
	set := b.codeSigning
	if set == nil {
		set = roots.CodeSigning()
	}
	policy := cms.Policy{Roots: set, StampRoots: set, Usage: cms.UsageCodeSigning, Now: time.Now()}
	b.out.Signatures = append(b.out.Signatures, authenticode.InstalledPackage(p, files, b.out.Path, policy)...)
	b.fact(signatures.AppXFamily, p.Family(), "")
	b.fact(signatures.AppXPublisher, p.Publisher, "")
}

// readInstalled reads the parts that are signed. One that is not there is nil; one
// that cannot be read is an error, for it says nothing.
func (b *builder) readInstalled() (*msix.Installed, error) {
	parts := map[string][]byte{}
	for _, part := range msix.InstalledParts {
		content, err := b.part(path.Join(b.found.Path, part.Name), part.Most)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", part.Name, err)
		}
		parts[part.Name] = content
	}
	return msix.ReadInstalled(parts)
}

func (b *builder) part(name string, most int64) ([]byte, error) {
	file, _, err := b.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.NewSectionReader(file, 0, most+1))
	if err == nil && int64(len(content)) > most {
		err = fmt.Errorf("more than %d bytes", most)
	}
	if content == nil {
		content = []byte{} // there, and empty
	}
	return content, err
}

// layout compares the folder of a package with its block map.
type layout struct {
	*builder
	pkg           *msix.Installed
	loaded, other int64 // bytes that may still be read
	entries, told int
	differing     int // files
	out           authenticode.InstalledFiles
}

func (l *layout) compare() authenticode.InstalledFiles {
	unchecked := 0
	for _, name := range l.pkg.Listed() {
		budget := &l.other
		if isLoaded(name) {
			budget = &l.loaded
		}
		switch err := l.file(name, budget); {
		case err == nil:
		case errors.Is(err, msix.ErrMismatch):
			l.out.Changed = true
			l.differs(name, "changed")
			l.tell(name, "corrupt", err)
		case isLoaded(name): // a file that is not there convicts nobody
			l.out.Incomplete = true
			l.tell(name, "signature-not-checked", err)
		default:
			unchecked++
		}
	}
	if unchecked > 0 {
		l.appxGap(l.found.Path, "signature-not-checked", fmt.Errorf("%d files that no program loads as code were not compared with the signed list", unchecked))
	}
	l.added("", 0, false)
	return l.out
}

func (l *layout) file(name string, budget *int64) error {
	full := path.Join(l.found.Path, name)
	if platform.Private(full) {
		return platform.ErrPrivate
	}
	if *budget <= 0 {
		return msix.ErrTooMuch
	}
	file, before, err := l.open(full)
	if err != nil {
		return err
	}
	defer file.Close()
	err = l.pkg.CheckFile(l.ctx, name, file, before.Size(), budget)
	after, gone := file.Stat()
	if gone != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return errors.New("it changed while it was read")
	}
	return err
}

// added looks for files that the block map does not list. Windows itself keeps
// some in a package's folder, so only a program among them is a fault. Twin is
// true below a folder whose name differs from another's only in case: on a disk
// that tells them apart, the list is about one of the two.
func (l *layout) added(below string, depth int, twin bool) {
	folder := path.Join(l.found.Path, below)
	if platform.Private(folder) {
		return
	}
	entries, err := l.root.FS.ReadDir(folder)
	if l.entries += len(entries); err == nil && (l.entries > maxInFolder || depth > maxFolderDeep) {
		err = platform.ErrTooMany
	}
	if err != nil {
		l.out.Incomplete = true
		l.tell(below, "signature-not-checked", err)
		return
	}
	seen := map[string]bool{}
	for _, e := range entries {
		name, low := path.Join(below, e.Name()), strings.ToLower(e.Name())
		twin := twin || seen[low]
		seen[low] = true
		switch {
		case e.IsDir():
			l.added(name, depth+1, twin)
		case l.pkg.Lists(name) && !twin:
		case isLoaded(name):
			l.out.Added = true
			l.differs(name, "added")
			l.tell(name, "corrupt", msix.ErrUnlisted)
		default:
			l.differs(name, "added, and not a program")
		}
	}
}

// differs shows a file that is not as it was signed, the first few by name.
func (l *layout) differs(name, how string) {
	switch l.differing++; {
	case l.differing <= maxTold:
		l.fact(signatures.AppXDiffers, how, platform.Display(path.Join(l.found.Path, name)))
	case l.differing == maxTold+1:
		l.fact(signatures.AppXDiffers, "more files", platform.Display(l.found.Path))
	}
}

func (l *layout) tell(name, kind string, err error) {
	if l.told++; l.told <= maxTold {
		l.appxGap(path.Join(l.found.Path, name), kind, err)
	}
}

func (b *builder) appxGap(name, kind string, err error) {
	b.gaps = append(b.gaps, inventory.Gap{
		Where: platform.Display(name), What: "whether the package's files are those that were signed", Kind: kind, Reason: reasonOf(err),
	})
}

// isLoaded is true for files whose content a program runs, and for the manifest,
// which says what the package is.
func isLoaded(name string) bool {
	return strings.EqualFold(name, "AppxManifest.xml") || loadedEndings[strings.ToLower(path.Ext(name))]
}

var loadedEndings = map[string]bool{
	".exe": true, ".dll": true, ".com": true, ".scr": true, ".cpl": true, ".ocx": true, ".sys": true, ".drv": true,
	".node": true, ".asar": true, ".jar": true, ".winmd": true, ".wasm": true, ".html": true, ".htm": true,
	".js": true, ".mjs": true, ".cjs": true, ".ps1": true, ".bat": true, ".cmd": true, ".vbs": true,
}
