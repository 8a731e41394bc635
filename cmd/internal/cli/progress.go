package cli

import (
	"time"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/detect"
)

// progress tells on the status line what is being looked at and how fast it
// goes. It is nil where nobody would see it.
func (p *program) progress(status *term.Status, profile term.Profile) func(detect.Progress) {
	if !profile.Terminal {
		return nil
	}
	say, started := p.texts(), time.Now()
	return func(now detect.Progress) {
		status.Say(report.Progress(say, now, time.Since(started), profile.Width-1))
	}
}
