package web

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/judge"
)

// check is the one piece of work that may run, and its result. Every tab sees
// the same.
type check struct {
	mu      sync.Mutex
	ctx     context.Context
	stop    context.CancelFunc
	running bool
	started time.Time
	now     detect.Progress
	done    chan struct{} // closed when the work that runs has ended
	outcome outcome
}

// outcome is what work came to: a result, or why there is none.
type outcome struct {
	result *judge.Result
	facts  bool
	err    error
}

func (c *check) begin(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ctx = ctx
}

// start runs work, unless some runs already.
func (c *check) start(facts bool, work func(context.Context, func(detect.Progress)) (judge.Result, error)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running || c.ctx == nil {
		return false
	}
	ctx, stop := context.WithCancel(c.ctx)
	c.running, c.stop, c.started, c.now, c.done = true, stop, time.Now(), detect.Progress{}, make(chan struct{})
	go func() {
		defer stop()
		c.finish(facts, ctx, work)
	}()
	return true
}

func (c *check) finish(facts bool, ctx context.Context, work func(context.Context, func(detect.Progress)) (judge.Result, error)) {
	result, err := guarded(func() (judge.Result, error) { return work(ctx, c.progress) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = false
	c.outcome = outcome{facts: facts, err: err}
	if err == nil {
		c.outcome.result = &result
	}
	close(c.done)
}

// guarded turns a panic into an error: the page has to stay, to say so.
func guarded(work func() (judge.Result, error)) (res judge.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a fault in chatvet itself: %v", p)
		}
	}()
	return work()
}

func (c *check) progress(now detect.Progress) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// state is what stands now: whether work runs, how far it is and since when, and
// what the last one came to.
func (c *check) state() (running bool, now detect.Progress, since time.Duration, last outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running, c.now, time.Since(c.started), c.outcome
}

func (c *check) busy() bool {
	running, _, _, _ := c.state()
	return running
}

// end asks work to end; its result is then partial.
func (c *check) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running {
		c.stop()
	}
}

// ended is closed when the work that runs has ended; nil where none ever ran.
func (c *check) ended() chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done
}

func (c *check) wait() {
	if done := c.ended(); done != nil {
		<-done
	}
}
