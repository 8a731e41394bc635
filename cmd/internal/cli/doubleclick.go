package cli

import (
	"bufio"
	"context"
	"io"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/web"
)

// start runs chatvet as it was started: with a command line, or by a double-click.
func (p *program) start(ctx context.Context, args []string) int {
	if len(args) > 0 || !p.startedByDoubleClick() {
		return p.run(ctx, args)
	}
	bounds := web.DefaultBounds
	bounds.First = comes
	return p.doubleClicked(func() error { return p.servePage(ctx, openInBrowser, bounds) }, func() int { return p.run(ctx, nil) })
}

// comes is within what time a browser that was started asks for the page, on an
// old computer that is busy. After that there is probably none.
const comes = time.Minute

// doubleClicked opens the page, which asks and then checks. Where there is no
// browser to show it, the window asks and shows the report, and stays open until
// somebody has read it.
func (p *program) doubleClicked(serve func() error, scan func() int) int {
	err := serve()
	if err == nil {
		return exitNothing
	}
	p.tell(err)
	talk := term.Talk{W: p.stderr}
	for _, line := range term.Wrap(consent(p.texts()), helpWidth) {
		talk.Notef("%s", line)
	}
	typed := bufio.NewReader(io.LimitReader(p.stdin, 1<<10))
	talk.Notef("%s", p.texts().Text("note.agree", nil))
	if _, err := typed.ReadString('\n'); err != nil {
		return exitFailed // nobody is there, or they closed the window
	}
	code := scan()
	talk.Notef("%s", p.texts().Text("note.press-enter", nil))
	// The end of the input closes the window too.
	_, _ = typed.ReadString('\n')
	return code
}
