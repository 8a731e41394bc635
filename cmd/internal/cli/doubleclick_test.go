package cli

import (
	"errors"
	"strings"
	"testing"
)

func TestDoubleClick(t *testing.T) {
	for name, c := range map[string]struct {
		serves error
		typed  string
		scans  bool
		waits  bool
		code   int
	}{
		"a page":                        {nil, "", false, false, exitNothing},
		"no browser, and they agree":    {errors.New("none"), "\n\n", true, true, exitFound},
		"no browser, and they close it": {errors.New("none"), "", false, false, exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			stderr := &strings.Builder{}
			p := &program{stdin: strings.NewReader(c.typed), stdout: &strings.Builder{}, stderr: stderr, env: func(string) string { return "" }}
			scanned := false
			code := p.doubleClicked(func() error { return c.serves }, func() int {
				said := strings.ReplaceAll(stderr.String(), "\nchatvet: ", " ")
				if !strings.Contains(said, "does not open your chats") || !strings.Contains(said, "if you agree") {
					t.Error("it looks before it has asked")
				}
				scanned = true
				return exitFound
			})
			if waited := strings.Contains(stderr.String(), "Enter to close"); code != c.code || scanned != c.scans || waited != c.waits {
				t.Errorf("code %d, scanned %v, waited %v; stderr %q", code, scanned, waited, stderr)
			}
		})
	}
}
