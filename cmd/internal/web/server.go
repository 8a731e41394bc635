package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Work is what the program lends to its page.
type Work struct {
	List     *signatures.List
	Language text.Language // the first page's
	// Scan looks at this computer.
	Scan func(context.Context, func(detect.Progress)) (judge.Result, error)
	// Inspect looks at the files of a root of kind Paths.
	Inspect func(context.Context, platform.Root, func(detect.Progress)) (judge.Result, error)
	// Private are names to leave out of what is exported.
	Private []string
	Phone   Phone
}

// Phone is how a phone is looked at, in message ids; the page itself never
// speaks to one.
type Phone struct {
	Steps     []string // before it
	Command   string   // that looks at it; "" where that cannot be done
	After     []string
	Questions []Question // for a phone that cannot be read
}

// Question is one that a person can answer by looking, and what the answer means.
type Question struct{ Ask, Means string }

// Bounds are how much and how long the page takes.
type Bounds struct {
	Drop  int64         // bytes of a dropped file that are held in memory
	Idle  time.Duration // without any request, while nothing runs
	Grace time.Duration // between one page closed and the next one opened
	First time.Duration // until the first page is asked for; 0: as long as Idle
}

// DefaultBounds are those of the program.
var DefaultBounds = Bounds{Drop: 256 << 20, Idle: 30 * time.Minute, Grace: 10 * time.Second}

// Server is a page that listens already.
type Server struct {
	site     *site
	listener net.Listener
	http     *http.Server
}

// Listen starts to listen on the loopback address; requests wait until Serve.
func Listen(w Work, b Bounds) (*Server, error) {
	var plain net.ListenConfig
	plain.SetMultipathTCP(false)
	listener, err := plain.Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening on this computer: %w", err)
	}
	s := &Server{site: newSite(w, b, listener.Addr().String()), listener: listener}
	s.http = &http.Server{Handler: s.site.handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 14}
	return s, nil
}

// URL is the address that opens the page, once: it leads to another that nobody
// else was told.
func (s *Server) URL() string { return "http://" + s.site.host + "/" + s.site.entry + "/" }

// ErrNobodyCame is what Serve ends with where no browser asked for the first page.
var ErrNobodyCame = errors.New("no browser asked for the page")

// Serve answers until the page is closed, nobody has asked for long, or the
// context ends, which also ends work that runs.
func (s *Server) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s.site.begin(ctx, stop)
	ended := make(chan error, 1)
	go func() { ended <- s.http.Serve(s.listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving the page: %w", err)
	case <-ctx.Done():
	}
	// Give the last answer time to arrive; streams of events end by themselves.
	last, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := s.http.Shutdown(last); err != nil {
		s.http.Close()
	}
	s.site.check.wait()
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the page: %w", err)
	}
	if s.site.alive.nobodyCame() {
		return ErrNobodyCame
	}
	return nil
}

// Close ends a page that was never served.
func (s *Server) Close() { s.listener.Close() }

func newToken() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}
