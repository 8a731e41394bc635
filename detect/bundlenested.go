package detect

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"slices"

	"github.com/chatvet/chatvet/detect/inspect/appbundle"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/platform"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// nested compares a program, or a bundle of its own, with what the list has of it:
// its code directory, or what is asked of whoever signs a newer one. That it is as
// it was signed is a condition of both.
func (s *sealCheck) nested(name string, e fs.DirEntry, entry apple.Sealed) {
	code, err := s.nestedCode(name, e)
	switch {
	case err != nil:
		s.unread(name, err)
	case code.signature.Integrity == inventory.IntegrityNotChecked:
		s.partly = true
		s.lower(inventory.IntegrityNotChecked, inventory.ProblemResourcesNotRead)
	case code.signature.Integrity != inventory.Intact || code.code == nil:
		s.differs(name, "program changed", inventory.ProblemNestedCode)
	case code.code.NamedBy(entry.CodeHash, entry.Requirement):
	case code.code.Meets(entry.Requirement):
		s.written = append(s.written, difference{name, "another version by the same maker"})
	default:
		s.differs(name, "program changed", inventory.ProblemNestedCode)
	}
}

// nestedCode checks nested code by itself.
func (s *sealCheck) nestedCode(name string, e fs.DirEntry) (coded, error) {
	if e.IsDir() {
		return s.nestedBundle(name)
	}
	if !e.Type().IsRegular() {
		return uncoded(platform.Display(name), inventory.Unsigned), nil
	}
	_, format, err := s.head(name)
	if err != nil {
		return coded{}, err
	}
	if !isCode(format) {
		return coded{}, errors.New("its signature lies in attributes of the file, which are not read")
	}
	r, ok := s.program(name, nil, false)
	if !ok {
		return coded{}, errors.New("it could not be read to its end as it stood")
	}
	if r.Code == nil {
		return uncoded(platform.Display(name), inventory.Unsigned), nil
	}
	return coded{r.Signatures[0], r.Code}, nil
}

func (s *sealCheck) nestedBundle(name string) (coded, error) {
	if s.deep >= maxBundleNested {
		s.full("bundles in bundles are too deep")
		return coded{}, platform.ErrTooMany
	}
	l, err := s.read(name)
	if errors.Is(err, appbundle.ErrNoBundle) {
		s.folder(name, 1)
		return uncoded(platform.Display(name), inventory.Unsigned), nil
	}
	if l == nil {
		return coded{}, err
	}
	return s.code(l, s.deep+1, err), nil
}

// around looks at what lies beside the sealed folder of a bundle: nothing may, but
// the links and the other versions of a framework, and what the Finder and the App
// Store write (bundlediskrep.cpp, setup).
func (s *sealCheck) around() {
	switch {
	case s.Versions != "":
		s.framework()
	case path.Base(s.Base) == "Contents":
		for _, e := range s.entriesOf(s.Root, 0) {
			name := path.Join(s.Root, e.Name())
			if e.Name() != "Contents" && !s.tolerated(name, e, ".DS_Store", "Icon\r", ".LSOverride", ".SoftwareDepot.tracking") {
				s.added(name, e, 1)
			}
		}
	}
}

func (s *sealCheck) tolerated(name string, e fs.DirEntry, names ...string) bool {
	return slices.Contains(names, e.Name()) && s.harmless(name, e)
}

// framework looks at the folder of a framework: links to their namesakes in the
// version that is sealed, and other versions, which have to be the same maker's
// (bundlediskrep.cpp, validateFrameworkRoot; StaticCode.cpp, validateOtherVersions).
func (s *sealCheck) framework() {
	for _, e := range s.entriesOf(s.Root, 0) {
		name := path.Join(s.Root, e.Name())
		switch {
		case e.Name() == "Versions" && e.IsDir(), s.tolerated(name, e, ".DS_Store", "module.map"):
		case e.Type()&fs.ModeSymlink != 0:
			s.leadsTo(name, path.Join(s.Base, e.Name()))
		default:
			s.added(name, e, 1)
		}
	}
	for _, e := range s.entriesOf(s.Versions, 0) {
		name := path.Join(s.Versions, e.Name())
		switch {
		case name == s.Base, s.tolerated(name, e, ".DS_Store"):
		case e.Type()&fs.ModeSymlink != 0 && e.Name() == "Current":
			s.leadsTo(name, s.Base)
		case e.IsDir():
			s.otherVersion(name)
		default:
			s.added(name, e, 1)
		}
	}
}

func (s *sealCheck) otherVersion(name string) {
	code, err := s.nestedBundle(name)
	switch {
	case err != nil:
		s.unread(name, err)
	case code.signature.Integrity == inventory.IntegrityNotChecked:
		s.partly = true
		s.lower(inventory.IntegrityNotChecked, inventory.ProblemResourcesNotRead)
	case code.signature.Integrity != inventory.Intact || !s.sameMaker(code):
		s.differs(name, "program changed", inventory.ProblemNestedCode)
	}
}

// sameMaker is true for code of the same name by the same maker.
func (s *sealCheck) sameMaker(other coded) bool {
	return s.signed != nil && other.code != nil && other.code.Identifier == s.signed.Identifier &&
		other.signature.Trust == s.out.Trust && teamIn(other.signature) == teamIn(*s.out)
}

func teamIn(s inventory.Signature) string {
	if len(s.Signers) == 0 {
		return ""
	}
	return s.Signers[0].TeamID
}

// loose reads the programs of a folder that calls itself an app and is none.
func (c *bundleCheck) loose(folder string, depth int) {
	out := uncoded(platform.Display(folder), inventory.Unsigned)
	s := &sealCheck{bundleCheck: c, Layout: &appbundle.Layout{Root: folder, Base: folder}, out: &out.signature, met: map[string]bool{}}
	s.folder(folder, depth)
}
