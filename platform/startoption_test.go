package platform_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
)

func TestLoadsOther(t *testing.T) {
	for _, c := range []struct {
		words string
		want  []string
	}{
		{"", nil},
		{"signal-desktop --no-sandbox %U", nil},
		{"telegram-desktop -- %u", nil},
		{"Update.exe --processStart Discord.exe --process-start-args=--minimized", nil},
		{"env NODE_OPTIONS=--max-old-space-size=4096 app", nil},
		{"env LD_PRELOAD= app", nil},
		{"app --require /tmp/x.js", []string{"--require /tmp/x.js"}},
		{"app --require=/tmp/x.js --INSPECT-brk=0", []string{"--require=/tmp/x.js", "--INSPECT-brk=0"}},
		{"electron -r /tmp/x.js app", []string{"-r /tmp/x.js"}},
		{"pidgin -r house", nil},
		{"app -r", nil},
		{"app --require", []string{"--require"}},
		{"app --remote-debugging-port=9222", []string{"--remote-debugging-port=9222"}},
		{"env NODE_OPTIONS=--require=/x.js app", []string{"NODE_OPTIONS=--require=/x.js"}},
		{"env LD_PRELOAD=/x.so app", []string{"LD_PRELOAD=/x.so"}},
	} {
		if diff := cmp.Diff(c.want, platform.LoadsOther(strings.Fields(c.words))); diff != "" {
			t.Errorf("%s: %s", c.words, diff)
		}
	}
	if diff := cmp.Diff([]string{"NODE_OPTIONS=-r /x.js"}, platform.LoadsOther([]string{"env", "NODE_OPTIONS=-r /x.js", "app"})); diff != "" {
		t.Error(diff)
	}
}
