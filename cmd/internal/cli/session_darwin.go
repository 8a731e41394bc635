package cli

// graphicalSession is true where launchd started this program for an app, whose
// bundle id it then puts into the environment.
func graphicalSession(env func(string) string) bool { return env("__CFBundleIdentifier") != "" }
