// Package term is how chatvet meets a terminal. These are the rules of the whole
// program:
//
//   - stdout carries the result and nothing else; everything else is on stderr
//   - no colour, no cursor movement and no status line unless the stream is a
//     terminal; NO_COLOR, CLICOLOR_FORCE and TERM=dumb are respected, --color
//     overrides them
//   - colour never carries meaning by itself: a symbol and a word do
//   - an error is one line "chatvet: what was being done: what went wrong", lower
//     case, without a full stop, without "error:"
//   - a hint follows on lines of its own; where a command would help it is the
//     exact command, ready to paste
//   - names that come from files are never sent to a terminal as they are: Plain
//     makes control, format and direction characters visible
//
// Streams and the environment go in; a Profile, plain strings and a status line
// come out.
package term

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Widths of a report, in columns.
const (
	DefaultWidth = 80
	MinWidth     = 40
	MaxWidth     = 110 // longer lines are hard to read
)

// Profile is what a stream can show.
type Profile struct {
	Terminal bool
	Colour   bool
	Width    int // in columns, DefaultWidth where it is no terminal
}

// ColourMode is the value of --color.
type ColourMode string

// The colour modes.
const (
	Auto   ColourMode = "auto"
	Always ColourMode = "always"
	Never  ColourMode = "never"
)

// ColourModes lists the modes for messages.
func ColourModes() []ColourMode { return []ColourMode{Auto, Always, Never} }

// Look finds out what a stream can show.
func Look(stream io.Writer, mode ColourMode, env func(string) string) Profile {
	p := Profile{Width: DefaultWidth}
	if f, ok := stream.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.Terminal = true
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			p.Width = min(max(w, MinWidth), MaxWidth)
		}
	}
	p.Colour = wantsColour(p.Terminal, mode, env)
	if p.Terminal && p.Colour {
		p.Colour = enableEscapes(stream)
	}
	return p
}

// wantsColour follows no-color.org and bixense.com/clicolors.
func wantsColour(terminal bool, mode ColourMode, env func(string) string) bool {
	switch {
	case mode == Always:
		return true
	case mode == Never, env("NO_COLOR") != "":
		return false
	case env("CLICOLOR_FORCE") != "" && env("CLICOLOR_FORCE") != "0":
		return true
	}
	return terminal && env("TERM") != "dumb"
}
