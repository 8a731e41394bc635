//go:build !windows && !darwin

package cli

// graphicalSession is true where programs can open windows: X11 (X(7)) or Wayland.
func graphicalSession(env func(string) string) bool {
	return env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != ""
}
