//go:build !windows

package cli

import "errors"

// ownWindow is false where programs that are double-clicked have no window.
func ownWindow() bool { return false }

func openInBrowser(string) error { return errors.ErrUnsupported }
