package darwin

import (
	"path"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// jobFolders are where the descriptions of jobs lie that start with the machine
// or with everybody's session; homeJobs those of one person. Jobs of the system
// itself lie in a volume that is sealed.
var jobFolders = []string{"Library/LaunchAgents", "Library/LaunchDaemons"}

const (
	homeJobs     = "Library/LaunchAgents"
	maxJobs      = 5000
	maxArguments = 64
	maxArgument  = 16 << 10
	whatJobs     = "programs that start by themselves"
)

// job is one description (launchd.plist(5)).
type job struct {
	label string
	// places are the paths in what it starts: the program first.
	places []string
}

// jobs takes applications that a job starts, wherever they lie, and programs
// that the list asks for by name.
func (s *search) jobs(homes []string) {
	for _, base := range s.bases {
		for _, dir := range jobFolders {
			s.jobFolder(base + dir)
		}
	}
	for _, home := range homes {
		s.jobFolder(home + "/" + homeJobs)
	}
}

func (s *search) jobFolder(dir string) {
	entries, err := s.readDir(dir)
	if err != nil {
		s.gapOf(dir, whatJobs, err)
	}
	if len(entries) > maxJobs {
		entries = entries[:maxJobs]
		s.gap(platform.Gap{Where: platform.Display(dir), What: whatJobs, Kind: platform.GapTooMany, Reason: "more of them than are looked at"})
	}
	for _, e := range entries {
		if s.ctx.Err() != nil {
			return
		}
		name := dir + "/" + e.Name()
		if e.IsDir() || path.Ext(e.Name()) != ".plist" || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		d, err := s.readList(name)
		if err != nil {
			s.listGap(name, whatJobs, err)
			continue
		}
		j := jobOf(d)
		s.starts(j, s.want.Wanted(signatures.FileName, e.Name()))
	}
}

// jobOf picks the paths out of a description. A shell that is told what to run
// has them in its arguments.
func jobOf(d plist.Dict) job {
	j := job{label: d.Text("Label")}
	if len(j.label) > maxName {
		j.label = ""
	}
	arguments := d.List("ProgramArguments")
	texts := []any{d["Program"]}
	texts = append(texts, arguments[:min(len(arguments), maxArguments)]...)
	for i, v := range texts {
		text, _ := v.(string)
		if text == "" || len(text) > maxArgument {
			continue
		}
		if strings.HasPrefix(text, "/") {
			j.places = append(j.places, text)
		}
		if i < 2 {
			continue // a program's own name, which may hold spaces
		}
		for _, part := range strings.Fields(text) {
			if part = strings.Trim(part, `"';&|()`); strings.HasPrefix(part, "/") && part != text && len(j.places) < maxArguments {
				j.places = append(j.places, part)
			}
		}
	}
	return j
}

// starts notes what a job starts. Where the list knows the job by its name, each
// program is taken that is no command of the system.
func (s *search) starts(j job, known bool) {
	started := signatures.Fact{Kind: signatures.LaunchLabel, Value: platform.Display(j.label)}
	for _, place := range j.places {
		name, ok := s.placed(place)
		if !ok {
			continue
		}
		wanted := known && !ofSystem(name) || s.want.Wanted(signatures.FileName, path.Base(name))
		if outer := appAbove(name); outer != "" {
			a := s.app(outer, "", 0)
			if inner := s.innermost(name); inner != nil {
				a = inner
			}
			if a != nil && (a.wanted || wanted) {
				a.wanted = true
				a.tell(started)
			}
			continue
		}
		if wanted {
			if l := s.loose(name); l != nil && started.Value != "" {
				l.facts = append(l.facts, started)
			}
		}
	}
}

// innermost is the wanted application that a program lies in, where it was taken
// out of one that nobody wants.
func (s *search) innermost(name string) *app {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if a := s.apps[dir]; a != nil && a.wanted {
			return a
		}
	}
	return nil
}

// placed finds a path of the Mac in the root, and follows its links.
func (s *search) placed(place string) (string, bool) {
	name := strings.TrimPrefix(path.Clean(place), "/")
	if name == "" || strings.ContainsRune(name, 0) {
		return "", false
	}
	for _, base := range s.bases {
		if real, err := s.fs.Resolve(base + name); err == nil && s.exists(real) {
			return real, true
		}
	}
	return "", false
}

// ofSystem holds for the folders that only the system writes into.
func ofSystem(name string) bool {
	for _, dir := range []string{"System", "bin", "sbin", "usr/bin", "usr/sbin", "usr/libexec", "usr/lib"} {
		if below(name, dir) && !below(name, strings.TrimSuffix(bases[1], "/")) {
			return true
		}
	}
	return false
}
