package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/judge"
)

// program is one run of chatvet.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) string
	shared         sharedFlags
	say            *text.Catalogue
	exit           int
	unconfined     bool // in tests, which go on after it
}

// Main runs chatvet with the arguments after the program's name and returns its
// exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{stdin: stdin, stdout: stdout, stderr: stderr, env: os.Getenv}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the work and the report is still written; a second
	// one ends the program.
	context.AfterFunc(ctx, stop)
	// cobra would refuse a double-click on Windows with a text of its own.
	cobra.MousetrapHelpText = ""
	return p.start(ctx, args)
}

func (p *program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	if isCompletion(args) {
		p.translate(root)
	}
	if err := root.ExecuteContext(ctx); err != nil {
		p.tell(err)
		return exitFailed
	}
	return p.exit
}

// tell writes an error and its hints to stderr.
func (p *program) tell(err error) {
	talk := term.Talk{W: p.stderr, Profile: term.Look(p.stderr, p.shared.colourMode(), p.env)}
	var f *failure
	if errors.As(err, &f) {
		talk.Error(f.message(p.texts()), f.hintLines(p.texts()))
		return
	}
	var hints []string
	var hinter interface{ Hint() string }
	if errors.As(err, &hinter) {
		hints = append(hints, hinter.Hint())
	}
	talk.Error(err.Error(), hints)
}

// texts is the catalogue of the chosen language. It is read when the first text
// is needed, since "chatvet version" needs none.
func (p *program) texts() *text.Catalogue {
	if p.say == nil {
		language, _ := text.Choose(p.shared.lang, p.env)
		say, err := text.Open(language)
		if err != nil {
			panic(err) // the embedded catalogues are read by the tests
		}
		p.say = say
	}
	return p.say
}

// finish sets the exit code that a result deserves.
func (p *program) finish(res judge.Result, o reportOptions, usable bool) error {
	p.exit = exitCode(res, o.failOn, o.strict, usable)
	switch {
	case p.exit != exitFailed || res.Partial:
		return nil
	case !usable:
		return fail("error.nothing-usable", nil)
	}
	return failPlural("error.strict-gaps", len(res.Gaps))
}
