package term

import (
	"io"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Status is one line at the foot of a terminal that says what is going on. On
// anything else it does nothing.
type Status struct {
	container *mpb.Progress
	bar       *mpb.Bar
	line      atomic.Pointer[string]
}

// settle is how long work lasts before the line appears: a quick answer needs
// none.
const settle = 300 * time.Millisecond

// NewStatus starts a status line on a stream.
func NewStatus(stream io.Writer, p Profile) *Status {
	s := &Status{}
	if !p.Terminal {
		return s
	}
	s.line.Store(new(string))
	delay := make(chan struct{})
	time.AfterFunc(settle, func() { close(delay) })
	s.container = mpb.New(mpb.WithOutput(stream), mpb.WithRenderDelay(delay), mpb.WithAutoRefresh())
	s.bar = s.container.New(0, mpb.NopStyle(), mpb.PrependDecorators(decor.Any(func(decor.Statistics) string {
		return Clipped(*s.line.Load(), p.Width-1)
	})))
	return s
}

// Say sets the line. It is cheap and may be called often.
func (s *Status) Say(line string) {
	if s.bar != nil {
		s.line.Store(&line)
	}
}

// Close removes the line.
func (s *Status) Close() {
	if s.bar != nil {
		s.bar.Abort(true)
		s.container.Wait()
	}
}
