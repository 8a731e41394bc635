package darwin

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// nestedDepth is how many applications inside of one another are looked into.
const nestedDepth = 4

// app is one application.
type app struct {
	path    string // where it really lies
	info    info
	self    fs.FileInfo
	wanted  bool
	channel string
	facts   []signatures.Fact // what other records say of it
}

// app takes in an application, and returns what is known of it, nil where it
// cannot be read. Of one that nobody wants, the applications inside are taken.
func (s *search) app(name, channel string, depth int) *app {
	real, self := s.real(name, "this app")
	if self == nil || !self.IsDir() {
		return nil
	}
	if known := s.apps[real]; known != nil {
		if known.channel == "" {
			known.channel = channel
		}
		return known
	}
	if twin := s.apps[strings.TrimPrefix(real, bases[1])]; twin != nil && os.SameFile(twin.self, self) {
		return twin // the volume of data, which the system shows in two places
	}
	a := &app{path: real, self: self, channel: channel}
	a.info = s.infoOf(real)
	a.wanted = s.wantedApp(a)
	s.apps[real] = a
	if !a.wanted && depth < nestedDepth {
		s.nested(real, depth)
	}
	return a
}

// wantedApp is true for applications that may be a client, or belong to a
// family, by what they say of themselves or are called.
func (s *search) wantedApp(a *app) bool {
	if a.info.id != "" && s.want.Wanted(signatures.BundleID, a.info.id) {
		return true
	}
	return slices.ContainsFunc([]string{a.info.name, stem(a.path)}, s.wantedName) ||
		a.info.executable != "" && s.want.Wanted(signatures.FileName, a.info.executable)
}

// wantedName is true for the names of products, which are the same on every
// system.
func (s *search) wantedName(name string) bool {
	if name == "" {
		return false
	}
	for _, kind := range []signatures.Kind{signatures.DisplayName, signatures.PEProduct, signatures.UninstallName, signatures.FileName} {
		if s.want.Wanted(kind, name) {
			return true
		}
	}
	return false
}

func stem(name string) string {
	base := path.Base(name)
	return base[:len(base)-len(path.Ext(base))]
}

// nestedFolders are where applications hold others.
var nestedFolders = []string{
	"Resources", "Helpers", "Frameworks", "MacOS", "Applications", "SharedSupport", "PlugIns", "Library/LoginItems",
}

// nested takes the applications inside of one.
func (s *search) nested(outer string, depth int) {
	for _, folder := range nestedFolders {
		dir := outer + "/Contents/" + folder
		entries, err := s.readDir(dir)
		if err != nil {
			s.gapOf(dir, "apps in this folder", err)
		}
		for _, e := range entries {
			if e.IsDir() && isApp(e.Name()) && s.ctx.Err() == nil {
				s.app(dir+"/"+e.Name(), "", depth+1)
			}
		}
	}
}

// tell adds facts to an application.
func (a *app) tell(facts ...signatures.Fact) {
	for _, f := range facts {
		if f.Value != "" && !slices.Contains(a.facts, f) && len(a.facts) < maxFacts {
			a.facts = append(a.facts, f)
		}
	}
}

// maxFacts bounds what other records say of one application.
const maxFacts = 16

// candidate is the application's folder: what is in it, the reader of bundles
// finds out.
func (s *search) candidate(a *app) platform.Candidate {
	c := platform.Candidate{
		Lookup: lookupName, Path: a.path, Format: signatures.App,
		Product: platform.Display(a.info.title(a.path)), Version: platform.Display(a.info.version), Channel: a.channel,
		Facts: append(a.info.facts(), a.facts...),
	}
	if s.exists(a.path + "/Contents/_MASReceipt/receipt") {
		c.Channel = channelStore
	}
	s.origin(&c, a.path, a.program())
	if c.Channel == "" {
		c.Channel = channelFolder
	}
	return c
}

// program is where the application's main program lies.
func (a *app) program() string {
	if a.info.wrapped {
		return path.Join(a.path, a.info.contents, a.info.executable)
	}
	return path.Join(a.path, a.info.contents, "MacOS", a.info.executable)
}

// origin adds what the system noted on the download: on the application as a
// whole, or else on its program.
func (s *search) origin(c *platform.Candidate, names ...string) {
	for _, name := range names {
		o, err := platform.MacOriginOf(s.fs, name)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				s.gapOf(name, "where it came from", err)
			}
			continue
		}
		from, facts := platform.OriginFacts(o.URL)
		c.FromURL, c.Facts = from, append(c.Facts, facts...)
		if o.Agent != "" {
			c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.OriginAgent, Value: platform.Display(o.Agent)})
		}
		if c.Channel == "" {
			c.Channel = channelDownload
		}
		return
	}
}

func (s *search) exists(name string) bool {
	real, err := s.fs.Resolve(name)
	if err == nil {
		_, err = s.fs.Lstat(real)
	}
	return err == nil
}

// real is where a name really leads and what is there; nil, and a gap, where that
// cannot be looked at.
func (s *search) real(name, what string) (string, fs.FileInfo) {
	real, err := s.fs.Resolve(name)
	var self fs.FileInfo
	if err == nil {
		self, err = s.fs.Lstat(real)
	}
	if err == nil && (platform.Private(real) || platform.Private(name)) {
		err = platform.ErrPrivate
	}
	if err != nil {
		s.gapOf(name, what, err)
		return "", nil
	}
	return real, self
}

// loose is a program outside of applications.
type loose struct {
	path  string
	facts []signatures.Fact
}

// loose takes in a program file, and returns nil where there is none.
func (s *search) loose(name string) *loose {
	real, self := s.real(name, "this program")
	if self == nil || !self.Mode().IsRegular() {
		return nil
	}
	if s.files[real] == nil {
		s.files[real] = &loose{path: real}
	}
	return s.files[real]
}

func (s *search) looseCandidate(l *loose) platform.Candidate {
	c := platform.Candidate{Lookup: lookupName, Path: l.path, Facts: l.facts, Files: []platform.CandidateFile{{Path: l.path, Program: true}}}
	if base := path.Base(l.path); s.want.Wanted(signatures.FileName, base) {
		c.Facts = append(c.Facts, signatures.Fact{Kind: signatures.FileName, Value: platform.Display(base), Place: platform.Display(l.path)})
	}
	s.origin(&c, l.path)
	if c.Channel == "" {
		c.Channel = channelFolder
	}
	return c
}

// below is true where a name lies in a folder.
func below(name, dir string) bool { return strings.HasPrefix(name, dir+"/") }
