package cli

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestDoubleClick(t *testing.T) {
	written := func(args []string) int {
		if len(args) == 6 {
			if err := os.WriteFile(args[5], []byte("page"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return exitFound
	}
	for name, c := range map[string]struct {
		formats []string
		run     func([]string) int
		opens   error
		args    int
		waits   bool
		code    int
	}{
		"a page":                   {[]string{"text", "html"}, written, nil, 6, false, exitFound},
		"a page without a browser": {[]string{"html"}, written, errors.New("none"), 6, true, exitFound},
		"no page was written":      {[]string{"html"}, func([]string) int { return exitFailed }, nil, -1, true, exitFailed},
		"no pages at all":          {[]string{"text"}, written, nil, 0, true, exitFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			stdin, stderr := strings.NewReader("\nrest"), &strings.Builder{}
			p := &program{stdin: stdin, stdout: &strings.Builder{}, stderr: stderr, env: func(string) string { return "" }}
			code := p.doubleClicked(c.formats, func(args []string) int {
				if c.args >= 0 && len(args) != c.args {
					t.Errorf("ran with %q", args)
				}
				return c.run(args)
			}, func(string) error { return c.opens })
			if waited := strings.Contains(stderr.String(), "Enter"); waited != c.waits || code != c.code {
				t.Errorf("waited %v, code %d; stderr %q", waited, code, stderr)
			}
			if read := stdin.Len() < len("\nrest"); read != c.waits {
				t.Errorf("read what was typed: %v", read)
			}
		})
	}
}

func TestCommandLineIsNoDoubleClick(t *testing.T) {
	p := &program{stdin: strings.NewReader("")}
	if code := p.start([]string{"scan"}, func(args []string) int { return len(args) }); code != 1 {
		t.Errorf("code %d", code)
	}
}
