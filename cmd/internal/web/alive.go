package web

import (
	"context"
	"sync"
	"time"
)

// alive ends the program when its page is closed. An open page holds a stream of
// events; without JavaScript there is none, and then only a long silence tells.
type alive struct {
	bounds Bounds
	busy   func() bool

	mu      sync.Mutex
	stop    context.CancelFunc
	came    bool // somebody asked for something
	alone   bool // it ended because nobody ever did
	pages   int
	closing *time.Timer
	idle    *time.Timer
}

func (a *alive) begin(stop context.CancelFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stop = stop
	a.idle = time.AfterFunc(a.bounds.Idle, a.silent)
	if a.bounds.First > 0 {
		time.AfterFunc(a.bounds.First, a.missed)
	}
}

func (a *alive) missed() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.came {
		a.alone = true
		a.stop()
	}
}

func (a *alive) nobodyCame() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.alone
}

func (a *alive) silent() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pages > 0 || a.busy() {
		a.idle.Reset(a.bounds.Idle)
		return
	}
	a.stop()
}

func (a *alive) asked() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.came = true
	if a.idle != nil {
		a.idle.Reset(a.bounds.Idle)
	}
}

func (a *alive) opened() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pages++
	if a.closing != nil {
		a.closing.Stop()
	}
}

func (a *alive) closed() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pages--; a.pages == 0 {
		a.closing = time.AfterFunc(a.bounds.Grace, a.empty)
	}
}

func (a *alive) empty() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pages == 0 && a.stop != nil {
		a.stop()
	}
}

func (a *alive) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stop != nil {
		a.stop()
	}
}
