//go:build !windows

package cli

import "os/exec"

// ownWindow is false where programs that are double-clicked have no window.
func ownWindow() bool { return false }

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
