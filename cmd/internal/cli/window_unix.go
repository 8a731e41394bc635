//go:build !windows

package cli

import (
	"io/fs"
	"os"
	"os/exec"
)

// startedByDoubleClick is true in a graphical session where there is no terminal
// at all: not on any stream, and none that controls this process (credentials(7)),
// as there would be where a shell redirects them. A pipe means that a program
// reads what chatvet says.
func (p *program) startedByDoubleClick() bool {
	if !graphicalSession(p.env) || p.env("SSH_CONNECTION") != "" {
		return false
	}
	for _, stream := range []any{p.stdin, p.stdout, p.stderr} {
		if isTerminal(stream) || isPipe(stream) {
			return false
		}
	}
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return true
	}
	terminal.Close()
	return false
}

func isPipe(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return true // in a test
	}
	info, err := f.Stat()
	return err != nil || info.Mode()&fs.ModeNamedPipe != 0
}

// openInBrowser shows a page with freedesktop.org's xdg-open, or macOS's open.
func openInBrowser(address string) error {
	program, err := exec.LookPath("xdg-open")
	if err != nil {
		program, err = exec.LookPath("/usr/bin/open")
	}
	if err != nil {
		return err
	}
	return exec.Command(program, address).Start()
}
