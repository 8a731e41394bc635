//go:build !linux

package cli

// confine does nothing here: only Linux lets a program without rights lock
// itself in.
func confine(output, ...int) string { return "" }
