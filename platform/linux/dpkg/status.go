package dpkg

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds on the status file. Debian's longest paragraphs are some 100 KiB.
const (
	maxLine      = 64 << 10
	maxParagraph = 4 << 20
	maxPackages  = 1_000_000
	maxValue     = 1 << 20 // of a field that is kept
)

var errTooManyPackages = fmt.Errorf("more than %d packages", maxPackages)

// pkg is what the status file says about one package.
type pkg struct {
	name, version, arch, maintainer, source string
	multiArchSame                           bool
	conffiles                               []conffile
	record                                  string // the status file it stands in
	line                                    int    // where its paragraph begins
}

// statusReader reads paragraphs of control fields as they come and keeps
// nothing but the wanted ones, so that its memory does not grow with the file.
type statusReader struct {
	wanted     func(name []byte) bool
	needStatus bool // a paragraph without a Status field is damaged
	found      func(pkg)
	damaged    func(line int, why string)

	others int // installed packages that nobody wanted
	total  int
	line   int
	para   paragraph
}

// field is one of the control fields that are kept.
type field int

const (
	noField field = iota
	fieldPackage
	fieldStatus
	fieldVersion
	fieldArch
	fieldMaintainer
	fieldSource
	fieldMultiArch
	fieldConffiles
	fieldCount
)

var fieldNames = [fieldCount]string{
	fieldPackage: "package", fieldStatus: "status", fieldVersion: "version", fieldArch: "architecture",
	fieldMaintainer: "maintainer", fieldSource: "source", fieldMultiArch: "multi-arch", fieldConffiles: "conffiles",
}

// paragraph is the paragraph being read. Its buffers are used again.
type paragraph struct {
	start  int // line, 0 outside of a paragraph
	size   int
	values [fieldCount][]byte
	has    [fieldCount]bool
	open   field // the field that a continuation line belongs to
	over   bool  // beyond maxParagraph
	skip   bool  // not wanted
}

func (p *paragraph) begin(line int) {
	for i := range p.values {
		p.values[i] = p.values[i][:0]
	}
	*p = paragraph{start: line, values: p.values}
}

// read reads the whole file. Its errors are those of r, and errTooManyPackages.
func (s *statusReader) read(r io.Reader) error {
	lines := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			s.line++
			s.damaged(s.line, "line too long")
			s.take(line) // its beginning, which may be a field that matters
			if err = skipLine(lines); err == nil {
				continue
			}
		} else if len(line) > 0 {
			s.line++
			if err == io.EOF {
				s.damaged(s.line, "the file ends in the middle of a line")
			}
			s.take(bytes.TrimRight(line, "\r\n"))
		}
		if s.total > maxPackages {
			return errTooManyPackages
		}
		if err != nil {
			s.finish()
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("after line %d: %w", s.line, err)
		}
	}
}

func skipLine(r *bufio.Reader) error {
	for {
		if _, err := r.ReadSlice('\n'); err != bufio.ErrBufferFull {
			return err
		}
	}
}

// take takes one line without its end.
func (s *statusReader) take(line []byte) {
	if len(line) == 0 {
		s.finish()
		return
	}
	p := &s.para
	if p.start == 0 {
		p.begin(s.line)
	}
	if p.size += len(line); p.size > maxParagraph {
		if !p.over {
			p.over = true
			s.damaged(s.line, "paragraph too long")
		}
		return
	}
	if line[0] == ' ' || line[0] == '\t' {
		p.extend(line)
		return
	}
	name, value, ok := bytes.Cut(line, []byte{':'})
	if !ok || !validFieldName(name) {
		p.open = noField
		s.damaged(s.line, "not a field: no name and colon")
		return
	}
	s.startField(fieldOf(name), bytes.TrimSpace(value))
}

func (s *statusReader) startField(f field, value []byte) {
	p := &s.para
	if p.open = f; f == noField {
		return
	}
	if p.has[f] && f == fieldPackage {
		// The end of one paragraph and the empty line after it are lost.
		s.damaged(s.line, "a package begins inside another")
		s.finish()
		p.begin(s.line)
		p.open = f
	}
	if p.has[f] {
		s.damaged(s.line, "field "+fieldNames[f]+" is there twice")
		return
	}
	p.has[f] = true
	if f == fieldPackage {
		p.skip = !s.wanted(value)
	}
	if !p.skip || f == fieldStatus || f == fieldPackage {
		p.values[f] = append(p.values[f], value...)
	}
}

// extend adds a continuation line; only Conffiles has ones that matter.
func (p *paragraph) extend(line []byte) {
	if p.open == fieldConffiles && !p.skip && len(p.values[fieldConffiles])+len(line) < maxValue {
		p.values[fieldConffiles] = append(append(p.values[fieldConffiles], '\n'), line...)
	}
}

// finish ends a paragraph and hands it on if it is an installed, wanted package.
func (s *statusReader) finish() {
	p := &s.para
	start := p.start
	if start == 0 {
		return
	}
	p.start = 0
	s.total++
	switch {
	case !p.has[fieldPackage]:
		s.damaged(start, "a paragraph without a package name")
		return
	case s.needStatus && !p.has[fieldStatus]:
		s.damaged(start, "package "+clip(p.values[fieldPackage])+" has no status")
		return
	case p.has[fieldStatus]:
		installed, ok := parseState(p.values[fieldStatus])
		if !ok {
			s.damaged(start, "package "+clip(p.values[fieldPackage])+" has a damaged status")
		}
		if !installed {
			return
		}
	}
	if p.skip {
		s.others++
		return
	}
	found, err := p.pkg(start)
	if err != nil {
		s.damaged(start, err.Error())
		return
	}
	s.found(found)
}

// pkg checks what the rest of the package builds names from.
func (p *paragraph) pkg(start int) (pkg, error) {
	text := func(f field) string { return string(p.values[f]) }
	source, _, _ := strings.Cut(text(fieldSource), " ")
	found := pkg{
		name: text(fieldPackage), version: text(fieldVersion), arch: text(fieldArch),
		maintainer: text(fieldMaintainer), source: source,
		multiArchSame: text(fieldMultiArch) == "same",
		conffiles:     parseStatusConffiles(text(fieldConffiles)),
		line:          start,
	}
	if found.source == "" {
		found.source = found.name // deb-control(5), Source
	}
	switch {
	case !validName(found.name):
		return pkg{}, fmt.Errorf("%q is no package name", clip(p.values[fieldPackage]))
	case found.arch != "" && !validName(found.arch):
		return pkg{}, fmt.Errorf("package %s: damaged architecture", found.name)
	case found.version == "" || strings.ContainsFunc(found.version, func(r rune) bool { return r <= ' ' || r > '~' || r == '/' }):
		return pkg{}, fmt.Errorf("package %s: no usable version", found.name)
	}
	return found, nil
}

// parseState reads "want flag state". In installed states the package's files
// are there; "half-installed" and "config-files" promise nothing.
func parseState(value []byte) (installed, ok bool) {
	words := bytes.Fields(value)
	if len(words) != 3 {
		return false, false
	}
	switch string(words[2]) {
	case "installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending":
		return true, true
	case "not-installed", "config-files", "half-installed":
		return false, true
	}
	return false, false
}

func fieldOf(name []byte) field {
	for f := fieldPackage; f < fieldCount; f++ {
		if len(name) == len(fieldNames[f]) && strings.EqualFold(string(name), fieldNames[f]) {
			return f
		}
	}
	return noField
}

func validFieldName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(name) > 0
}

// validName holds for package names and architectures, which become parts of
// file names: deb-control(5), Package.
func validName(name string) bool {
	if name == "" || len(name) > 255 || name[0] == '.' || name[0] == '-' {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("+-._", c) >= 0) {
			return false
		}
	}
	return true
}

// clip shortens a damaged name for a message.
func clip(name []byte) string {
	const most = 64
	return string(name[:min(len(name), most)])
}
