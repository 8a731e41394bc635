package cli

import (
	"fmt"
	"strconv"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
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
		seconds := max(time.Since(started).Seconds(), 0.001)
		status.Say(say.Text("status."+now.Phase, text.Args{
			"files": strconv.Itoa(now.Files),
			"rate":  size(float64(now.Bytes) / seconds),
			"place": term.Isolated(term.Plain(now.Place)),
		}))
	}
}

// size writes a number of bytes with three digits.
func size(bytes float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	for bytes >= 1000 && len(units) > 1 {
		bytes, units = bytes/1000, units[1:]
	}
	return fmt.Sprintf("%.3g %s", bytes, units[0])
}
