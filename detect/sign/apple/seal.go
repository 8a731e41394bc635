package apple

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/chatvet/chatvet/detect/inspect/plist"
)

// MaxSeal bounds a bundle's list of files. That of an app of 10,000 files has
// about 3 MB.
const MaxSeal = 16 << 20

const (
	maxRules   = 256
	maxPattern = 1 << 10
)

// Seal is the list of a bundle's files, with the rules by which it was made.
// Names are relative to the folder that holds _CodeSignature.
type Seal struct {
	// Old is true for a list of the first version, which knows resources only.
	Old bool
	// Weak is true where the rules leave out more than those that codesign
	// accepts when it is strict.
	Weak  bool
	files map[string]Sealed
	rules []rule
}

// Sealed is one file as the list has it.
type Sealed struct {
	Name         string // as the list spells it
	SHA1, SHA256 []byte
	Link         string // target of a symbolic link
	// Optional is true for a file that may be missing. Its signer wrote that by
	// the rules, which are not asked again (StaticCode.cpp, checkOptionalResource).
	Optional bool
	// Nested is true for a program or a bundle of its own, which is named by its
	// code directory and by what is asked of its signer.
	Nested      bool
	CodeHash    []byte
	Requirement string // in Apple's notation
}

// rule says what becomes of the names that a pattern fits.
type rule struct {
	pattern       *regexp.Regexp
	weight        int64
	omit, nesting bool
}

// Treatment is what the rules say of a name.
type Treatment int

// Treatments.
const (
	NotSealed  Treatment = iota // not covered, and free to change
	AsFile                      // a file or link that the list has to name
	AsCode                      // code that is named by its own signature
	NotEntered                  // a folder that no rule is asked for
)

// ReadSeal reads _CodeSignature/CodeResources (Security, resources.cpp and
// StaticCode.cpp, loadResources). The second version of the list is taken where
// there is one, as the system does.
func ReadSeal(raw []byte) (*Seal, error) {
	d, err := plist.ParseLarge(raw, MaxSeal)
	if err != nil {
		return nil, err
	}
	files, rules := d["files2"], d["rules2"]
	s := &Seal{files: map[string]Sealed{}}
	if files == nil {
		s.Old = true
		files, rules = d["files"], d["rules"]
	}
	named, ok := files.(plist.Dict)
	ruled, also := rules.(plist.Dict)
	if !ok || !also {
		return nil, fmt.Errorf("%w: a seal without files or rules", ErrDamaged)
	}
	for name, value := range named {
		entry, err := readSealed(name, value)
		if err != nil {
			return nil, err
		}
		if _, twice := s.files[norm.NFC.String(name)]; twice {
			return nil, fmt.Errorf("%w: the seal names %q twice", ErrDamaged, name)
		}
		s.files[norm.NFC.String(name)] = entry
	}
	s.Weak = weak(ruled, s.Old)
	return s, s.readRules(ruled)
}

// mayOmit are the rules that may leave something out (bundlediskrep.cpp,
// allowedResourceOmissions), beside those for lists of translations.
var mayOmit = []string{`^(.*/)?\.DS_Store$`, `^Info\.plist$`, `^PkgInfo$`}

// weak is true where rules do not cover everything, or leave out something that
// they may not (StaticCode.cpp, hasWeakResourceRules).
func weak(rules plist.Dict, old bool) bool {
	all := "^.*"
	if old {
		all = "^Resources/"
	}
	if rules[all] != true {
		return true
	}
	for pattern, value := range rules {
		omit := value == false
		if d, ok := value.(plist.Dict); ok {
			omit = d["omit"] == true
		}
		if omit && !slices.Contains(mayOmit, pattern) && !strings.HasSuffix(pattern, `.*\.lproj/locversion.plist$`) {
			return true
		}
	}
	return false
}

func readSealed(name string, value any) (Sealed, error) {
	e := Sealed{Name: name}
	if path.Clean(name) != name || path.IsAbs(name) || name == "." || name == ".." || strings.HasPrefix(name, "../") {
		return e, fmt.Errorf("%w: the seal names %q", ErrDamaged, name)
	}
	switch v := value.(type) {
	case []byte:
		e.SHA1 = v
	case plist.Dict:
		e.SHA1, _ = v["hash"].([]byte)
		e.SHA256, _ = v["hash2"].([]byte)
		e.CodeHash, _ = v["cdhash"].([]byte)
		e.Optional, _ = v["optional"].(bool)
		e.Link, e.Requirement = v.Text("symlink"), v.Text("requirement")
		e.Nested = e.Requirement != "" || e.CodeHash != nil
	}
	switch {
	case e.SHA1 != nil && len(e.SHA1) != 20, e.SHA256 != nil && len(e.SHA256) != 32, e.CodeHash != nil && len(e.CodeHash) != 20:
		return e, fmt.Errorf("%w: a digest of %q has another length", ErrDamaged, name)
	case e.SHA1 == nil && e.SHA256 == nil && e.Link == "" && !e.Nested:
		return e, fmt.Errorf("%w: the seal says nothing of %q", ErrDamaged, name)
	}
	return e, nil
}

func (s *Seal) readRules(d plist.Dict) error {
	if len(d) > maxRules {
		return fmt.Errorf("%w: %d rules", ErrDamaged, len(d))
	}
	for text, value := range d {
		r := rule{weight: 1}
		switch v := value.(type) {
		case bool:
			r.omit = !v
		case plist.Dict:
			r.omit, _ = v["omit"].(bool)
			r.nesting, _ = v["nested"].(bool)
			switch w := v["weight"].(type) {
			case int64:
				r.weight = w
			case float64:
				r.weight = int64(w)
			}
		default:
			return fmt.Errorf("%w: rule %q", ErrDamaged, text)
		}
		var err error
		if r.pattern, err = compileRule(text); err != nil {
			return fmt.Errorf("%w: rule %q: %w", ErrDamaged, text, err)
		}
		s.rules = append(s.rules, r)
	}
	return nil
}

// compileRule reads an extended regular expression (POSIX), which takes time in
// proportion to the name here, whatever it is.
func compileRule(text string) (*regexp.Regexp, error) {
	if len(text) > maxPattern {
		return nil, fmt.Errorf("%d bytes", len(text))
	}
	return regexp.CompilePOSIX(text)
}

// ruleFor is the rule of the greatest weight that fits a name, nil where none
// does (ResourceBuilder::findRule). Of equal ones codesign takes the first of a
// list that is in no order: here the one that covers more counts.
func (s *Seal) ruleFor(name string) *rule {
	var best *rule
	for i := range s.rules {
		r := &s.rules[i]
		if !r.pattern.MatchString(name) || best != nil && (r.weight < best.weight || r.weight == best.weight && !best.omit) {
			continue
		}
		best = r
	}
	return best
}

// Treat says what the rules make of a name below the seal's folder. Main is the
// bundle's program, which is sealed by its own signature. The names that no rule
// is asked for are those of BundleDiskRep::adjustResources; a folder is code by
// itself where a rule says "nested" and there is a dot in its name, and a link
// never is (ResourceBuilder::scan).
func (s *Seal) Treat(name, main string, folder, link bool) Treatment {
	switch name {
	case "_CodeSignature", "_MASReceipt":
		return NotEntered
	case "CodeResources", main: // a ticket, or a link of old
		return NotSealed
	}
	r := s.ruleFor(name)
	nested := r != nil && r.nesting && !link
	switch {
	case folder && nested && strings.Contains(path.Base(name), "."):
		return AsCode
	case folder, r == nil, r.omit:
		return NotSealed
	case nested:
		return AsCode
	}
	return AsFile
}

// Entry is what the list says of a name. Letters with marks may be written in
// two ways, and a disk may turn one into the other.
func (s *Seal) Entry(name string) (Sealed, bool) {
	e, ok := s.files[norm.NFC.String(name)]
	return e, ok
}

// Entries calls back for every file of the list.
func (s *Seal) Entries(yield func(Sealed)) {
	for _, e := range s.files {
		yield(e)
	}
}
