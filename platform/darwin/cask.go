package darwin

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// caskrooms are where Homebrew keeps what it knows of applications: on Macs with
// processors of Apple, and on those of Intel.
var caskrooms = []string{"opt/homebrew/Caskroom", "usr/local/Caskroom"}

const (
	caskReceipt = ".metadata/INSTALL_RECEIPT.json"
	maxReceipt  = 1 << 20
	maxCasks    = 5000
	whatCasks   = "apps that Homebrew installed"
)

// cask is the part of a receipt that says what was installed, and from which
// repository of descriptions.
type cask struct {
	Source struct {
		Tap string `json:"tap"`
	} `json:"source"`
	Artifacts []map[string]any `json:"uninstall_artifacts"`
}

// casks takes the applications that Homebrew's records name. It moves them to a
// folder of applications, and leaves a link behind.
func (s *search) casks([]string) {
	for _, base := range s.bases {
		for _, room := range caskrooms {
			entries, err := s.readDir(base + room)
			if err != nil {
				s.gapOf(base+room, whatCasks, err)
			}
			if len(entries) > maxCasks {
				entries = entries[:maxCasks]
				s.gap(platform.Gap{Where: platform.Display(base + room), What: whatCasks, Kind: platform.GapTooMany, Reason: "more of them than are looked at"})
			}
			for _, e := range entries {
				if e.IsDir() && s.ctx.Err() == nil {
					s.cask(base, base+room+"/"+e.Name())
				}
			}
		}
	}
}

func (s *search) cask(base, dir string) {
	c := s.receipt(dir + "/" + caskReceipt)
	linked := false
	versions, err := s.readDir(dir)
	if err != nil {
		s.gapOf(dir, whatCasks, err)
	}
	for _, v := range versions {
		if !v.IsDir() || strings.HasPrefix(v.Name(), ".") {
			continue
		}
		inside, err := s.readDir(dir + "/" + v.Name())
		if err != nil {
			s.gapOf(dir+"/"+v.Name(), whatCasks, err)
		}
		for _, e := range inside {
			if isApp(e.Name()) && (e.IsDir() || e.Type()&fs.ModeSymlink != 0) {
				linked = s.byCask(dir+"/"+v.Name()+"/"+e.Name(), c) || linked
			}
		}
	}
	if linked {
		return
	}
	for _, name := range c.apps() {
		s.byCask(base+"Applications/"+name, c)
	}
}

// byCask notes that Homebrew installed an application, where it is there.
func (s *search) byCask(name string, c cask) bool {
	if !s.exists(name) {
		return false // removed since
	}
	a := s.app(name, channelBrew, 0)
	if a == nil {
		return false
	}
	a.channel = channelBrew
	if c.Source.Tap != "" && len(c.Source.Tap) <= maxName {
		a.tell(signatures.Fact{Kind: signatures.PackageOrigin, Value: platform.Display(c.Source.Tap)})
	}
	return true
}

// receipt reads what Homebrew wrote when it installed; older versions wrote none.
func (s *search) receipt(name string) (c cask) {
	data, err := s.read(name, maxReceipt)
	if err != nil {
		s.gapOf(name, whatCasks, err)
		return cask{}
	}
	if err := json.Unmarshal(data, &c); err != nil {
		var where *json.UnmarshalTypeError
		if !errors.As(err, &where) { // a field of another type leaves the others
			s.gap(platform.Gap{Where: platform.Display(name), What: whatCasks, Kind: platform.GapCorrupt, Reason: err.Error()})
			return cask{}
		}
	}
	return c
}

// apps are the base names of applications in a receipt: a name, or one and the
// name that it got instead.
func (c cask) apps() []string {
	var all []string
	for _, artifact := range c.Artifacts {
		list, _ := artifact["app"].([]any)
		for _, v := range list {
			name, _ := v.(string)
			if target, ok := v.(map[string]any); ok {
				name, _ = target["target"].(string)
			}
			if name = path.Base(name); isApp(name) && len(name) <= maxName {
				all = append(all, name)
			}
		}
	}
	return all
}
