package report

import (
	"net/url"
	"path"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// leftOut stands for what a shared report does not say.
const leftOut = "…"

// Share returns a copy of a result without what says more about a person than
// about their chat programs: names of people and machines, the folders of a
// person, the name of what was looked at, times of day, and what stands behind
// the "?" of an address. Private are further names to leave out: the user's and
// the host's.
//
// Names of files stay, for they are evidence; so do digests, certificates, and
// paths below the folders that every system has. Two paths stay two, and what
// lies inside a build stays where it lies in it, so that a shared result can be
// judged again. A string that this code has never heard of is looked through
// like any other.
func Share(res judge.Result, private ...string) judge.Result {
	s := newSharer(res, private)
	shared := reflect.New(reflect.TypeOf(res)).Elem()
	s.copy(shared, reflect.ValueOf(res), "")
	return shared.Interface().(judge.Result)
}

type sharer struct {
	names  *nameFilter
	builds []string          // paths of builds, outermost ones
	paths  map[string]string // full path to what is shared of it
	taken  map[string]bool   // what is shared already
	alike  map[string]int    // how many more paths came to the same
	whole  *strings.Replacer // full paths inside other text
}

func newSharer(res judge.Result, private []string) *sharer {
	var texts, full []string
	eachString(reflect.ValueOf(res), "", func(field, text string) {
		texts = append(texts, text)
		if isPath(field) && strings.ContainsAny(text, `/\`) {
			full = append(full, text)
		}
	})
	s := &sharer{names: newNameFilter(append(namesIn(texts), private...)), paths: map[string]string{}, taken: map[string]bool{}, alike: map[string]int{}}
	for _, b := range res.Builds {
		if b.Path != "" {
			s.builds = append(s.builds, b.Path)
			s.path(b.Path)
		}
	}
	s.whole = s.replacer(full)
	return s
}

// isPath tells the fields that hold a path and nothing else.
func isPath(field string) bool {
	return field == "Path" || field == "Place" || field == "Where" || field == "Scope"
}

// copy fills to with what may be shared of from.
func (s *sharer) copy(to, from reflect.Value, field string) {
	switch from.Kind() {
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(from.Type().Elem()))
			s.copy(to.Elem(), from.Elem(), field)
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		}
		for i := range from.Len() {
			s.copy(to.Index(i), from.Index(i), field)
		}
	case reflect.Struct:
		for i := range from.NumField() {
			s.copy(to.Field(i), from.Field(i), from.Type().Field(i).Name)
		}
		s.known(to.Addr().Interface(), from.Interface())
	case reflect.String:
		if isCode(field, from) {
			to.Set(from)
		} else {
			to.SetString(s.field(field, from.String()))
		}
	default:
		to.Set(from)
	}
}

// isCode is true for the words of chatvet's own language, which name nobody: a
// user may be called "windows".
func isCode(field string, v reflect.Value) bool {
	return v.Type().PkgPath() != "" || codes[field] && codeShape.MatchString(v.String())
}

var (
	codes = map[string]bool{"ID": true, "Build": true, "Client": true, "Family": true, "Kind": true, "OS": true, "State": true,
		"Strength": true, "Code": true, "Channel": true, "How": true, "By": true, "Pin": true, "Lookups": true, "Digests": true,
		"Resembles": true, "SHA256": true, "SHA1": true, "MD5": true, "Serial": true, "Arch": true}
	codeShape = regexp.MustCompile(`^[A-Za-z0-9._+-]*$`)
)

// known corrects what the names of fields do not tell.
func (s *sharer) known(to, from any) {
	switch to := to.(type) {
	case *inventory.Root:
		to.Name = ""
	case *inventory.Gap:
		to.Where = s.gapPlace(from.(inventory.Gap).Where)
	case *signatures.Fact:
		to.Value = s.factValue(from.(signatures.Fact))
	case *signatures.Source:
		*to = from.(signatures.Source) // published
	}
}

func (s *sharer) field(field, text string) string {
	switch {
	case isPath(field):
		return s.path(text)
	case field == "FromURL":
		return s.address(text)
	case field == "Started":
		return day(text)
	}
	return s.text(text)
}

func (s *sharer) factValue(f signatures.Fact) string {
	info, known := f.Kind.Info()
	switch {
	case f.Kind == signatures.OriginURL:
		return s.address(f.Value)
	case f.Kind == signatures.FilePath:
		return s.path(f.Value)
	case f.Kind == signatures.Content:
		return f.Value // the pattern, as the list has it
	case known && info.Shape == signatures.HexShape && codeShape.MatchString(f.Value):
		return f.Value
	}
	return s.text(f.Value)
}

// text takes paths, times and names out of a sentence or a name.
func (s *sharer) text(text string) string {
	text = s.whole.Replace(text)
	text = fileAddress.ReplaceAllString(text, " /")
	text = loosePath.ReplaceAllStringFunc(text, func(found string) string {
		start := strings.IndexAny(found, `/\~`)
		if start >= 2 && found[start-1] == ':' {
			start -= 2
		}
		return found[:start] + s.reduced(found[start:])
	})
	text = timeOfDay.ReplaceAllString(text, "$1")
	return s.names.clean(accountID.ReplaceAllString(text, leftOut))
}

var (
	fileAddress = regexp.MustCompile(`(?i)\bfile:/+`)
	loosePath   = regexp.MustCompile(`(?:^|[\s"'(=,;|<\[` + "`" + `])(?:[A-Za-z]:[\\/]|~[\\/]|[\\/])[^:"'|<>\r\n]*`)
	timeOfDay   = regexp.MustCompile(`(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?`)
	// accountID is a Windows security identifier: it names one account.
	accountID = regexp.MustCompile(`S-1-5-21(?:-\d+)+(?:_Classes)?`)
)

// replacer replaces full paths wherever they stand, longer ones first.
func (s *sharer) replacer(full []string) *strings.Replacer {
	var pairs []string
	for _, p := range longestFirst(full) {
		if shared := s.path(p); shared != p {
			pairs = append(pairs, "/"+p, shared, p, shared)
		}
	}
	return strings.NewReplacer(pairs...)
}

// path is what is shared of a path that stands alone: the same for the same,
// another for another.
func (s *sharer) path(full string) string {
	if full == "" || full == "." {
		return full
	}
	if shared, known := s.paths[full]; known {
		return shared
	}
	shared, inside := s.insideBuild(full)
	if !inside {
		shared = s.unlike(s.reduced(full))
	}
	s.paths[full], s.taken[shared] = shared, true
	return shared
}

// insideBuild keeps the way from a build to what is in it.
func (s *sharer) insideBuild(full string) (shared string, inside bool) {
	longest := ""
	for _, build := range s.builds {
		rest, found := strings.CutPrefix(full, build)
		if found && len(build) > len(longest) && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "!/")) {
			longest = build
		}
	}
	if longest == "" {
		return "", false
	}
	return s.path(longest) + s.names.clean(strings.TrimPrefix(full, longest)), true
}

// unlike numbers a path that another one has become already.
func (s *sharer) unlike(shared string) string {
	folder, base := path.Split(shared)
	first := shared
	for s.taken[shared] {
		s.alike[first]++
		shared = folder + number(s.alike[first]+1) + "/" + base
	}
	return shared
}

// gapPlace is the place of a gap, which is often a folder: its last part stays
// only where it is the name of a file.
func (s *sharer) gapPlace(where string) string {
	shared := s.path(where)
	if !strings.HasPrefix(shared, leftOut+"/") || fileEnding.MatchString(shared) || ordinaryFolders[strings.ToLower(path.Base(shared))] {
		return shared
	}
	if folder := path.Dir(shared); path.Base(folder) != leftOut {
		return folder + "/" + leftOut
	}
	return path.Dir(shared)
}

var fileEnding = regexp.MustCompile(`\.[A-Za-z0-9]{1,8}$`)

// reduced leaves out a person's folders.
func (s *sharer) reduced(full string) string {
	if everySystemHas(full) {
		return s.names.clean(full)
	}
	parts := strings.FieldsFunc(full, isSlash)
	if len(parts) == 0 {
		return full
	}
	last := len(parts) - 1
	shared := leftOut
	for i := last - 1; i >= 0; i-- {
		if ordinaryFolders[strings.ToLower(parts[i])] {
			shared += "/" + parts[i]
			if i < last-1 {
				shared += "/" + leftOut
			}
			break
		}
	}
	if last > 0 && homes[strings.ToLower(parts[last-1])] || strings.HasSuffix(parts[last], ":") {
		return shared
	}
	return shared + "/" + s.names.clean(parts[last])
}

func isSlash(r rune) bool { return r == '/' || r == '\\' }

// ordinaryFolders are those that nearly everybody has; which of them a file lay
// in says how it came, and nothing about the person.
var ordinaryFolders = map[string]bool{"downloads": true, "desktop": true, "documents": true, "appdata": true,
	"applications": true, "program files": true, "program files (x86)": true, "telegram desktop": true}

// homes are the folders whose own folders are named after people.
var homes = map[string]bool{"home": true, "users": true, "documents and settings": true}

var systemPath = regexp.MustCompile(`(?i)^(?:[a-z]:)?[\\/]*(?:` +
	`usr[\\/](?:bin|sbin|lib\w*|libexec|share|games)|bin|sbin|lib(?:32|64|x32)?|opt|etc|snap|` +
	`var[\\/]lib[\\/](?:dpkg|flatpak|snapd|rpm|pacman)|` +
	`windows|program files|program files \(x86\)|programdata|applications|library|system)(?:[\\/]|$)`)

func everySystemHas(full string) bool { return systemPath.MatchString(full) }

// address leaves of an address where it leads to and the name of the file.
func (s *sharer) address(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return s.text(text)
	}
	shared := u.Scheme + "://" + u.Host + "/"
	if base := path.Base(u.Path); path.Ext(base) != "" {
		if path.Dir(u.Path) != "/" {
			shared += leftOut + "/"
		}
		shared += base
	} else if strings.Trim(u.Path, "/") != "" {
		shared += leftOut
	}
	return s.names.clean(shared)
}

// day is the day of a time.
func day(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}
