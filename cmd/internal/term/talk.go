package term

import (
	"fmt"
	"io"
)

// Talk is the voice on stderr.
type Talk struct {
	W io.Writer
	Profile
	Quiet bool // nothing but errors
}

// Notef tells something that is neither result nor error.
func (t Talk) Notef(format string, args ...any) {
	if !t.Quiet {
		fmt.Fprintf(t.W, "chatvet: %s\n", Plain(fmt.Sprintf(format, args...)))
	}
}

// Error tells an error, and below it each of its hints.
func (t Talk) Error(message string, hints []string) {
	fmt.Fprintf(t.W, "%s %s\n", t.Painted(Red, "chatvet:"), Plain(message))
	for _, hint := range hints {
		fmt.Fprintf(t.W, "  %s\n", Plain(hint))
	}
}
