package term

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWantsColour(t *testing.T) {
	type env map[string]string
	for _, c := range []struct {
		name     string
		terminal bool
		mode     ColourMode
		env      env
		want     bool
	}{
		{"terminal", true, Auto, env{"TERM": "xterm"}, true},
		{"no terminal", false, Auto, env{"TERM": "xterm"}, false},
		{"dumb terminal", true, Auto, env{"TERM": "dumb"}, false},
		{"NO_COLOR", true, Auto, env{"NO_COLOR": "1"}, false},
		{"NO_COLOR empty means nothing", true, Auto, env{"NO_COLOR": ""}, true},
		{"NO_COLOR before CLICOLOR_FORCE", true, Auto, env{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, false},
		{"CLICOLOR_FORCE without terminal", false, Auto, env{"CLICOLOR_FORCE": "1"}, true},
		{"CLICOLOR_FORCE=0 means nothing", false, Auto, env{"CLICOLOR_FORCE": "0"}, false},
		{"always before NO_COLOR", false, Always, env{"NO_COLOR": "1"}, true},
		{"never before CLICOLOR_FORCE", true, Never, env{"CLICOLOR_FORCE": "1"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := wantsColour(c.terminal, c.mode, func(k string) string { return c.env[k] })
			if got != c.want {
				t.Errorf("colour %v, want %v", got, c.want)
			}
		})
	}
}

func TestTalk(t *testing.T) {
	var out bytes.Buffer
	talk := Talk{W: &out}
	talk.Notef("reading %s", "a\x1b[2Jb")
	talk.Error("opening x: no such file", []string{"chatvet scan"})
	talk.Quiet = true
	talk.Notef("not told")
	want := "chatvet: reading a\\x1b[2Jb\nchatvet: opening x: no such file\n  chatvet scan\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestStatusIsSilentWithoutTerminal(t *testing.T) {
	var out bytes.Buffer
	s := NewStatus(&out, Profile{})
	s.Say("reading")
	s.Close()
	if out.Len() != 0 {
		t.Errorf("wrote %q", out.String())
	}
}
