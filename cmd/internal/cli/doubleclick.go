package cli

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
)

// start runs chatvet as it was started: with a command line, or by a double-click
// in a window that is its own.
func (p *program) start(args []string, run func(args []string) int) int {
	if len(args) > 0 || !ownWindow() {
		return run(args)
	}
	return p.doubleClicked(report.Formats(), run, openInBrowser)
}

// doubleClicked scans this computer and shows the report as a page. Where there
// is no page to show, the window stays open until somebody has read what stands
// in it.
func (p *program) doubleClicked(formats []string, run func(args []string) int, open func(path string) error) int {
	if !slices.Contains(formats, "html") {
		code := run(nil)
		p.stayOpen()
		return code
	}
	// A folder of its own, which only this person may read. Neither name says
	// what made it.
	folder, err := os.MkdirTemp("", "check-")
	if err != nil {
		p.tell(err)
		p.stayOpen()
		return exitFailed
	}
	page := filepath.Join(folder, report.FileName(time.Now(), "html"))
	code := run([]string{"scan", "--full", "--format", "html", "-o", page})
	if _, err := os.Stat(page); err == nil {
		if err := open(page); err == nil {
			return code
		}
	}
	p.stayOpen()
	return code
}

// stayOpen waits for Enter.
func (p *program) stayOpen() {
	talk := term.Talk{W: p.stderr}
	talk.Notef("%s", p.texts().Text("note.press-enter", text.Args{}))
	// The end of the input closes the window too.
	_, _ = bufio.NewReader(io.LimitReader(p.stdin, 1<<10)).ReadString('\n')
}
