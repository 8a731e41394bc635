package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// listening is a page behind a real socket, and what Serve ends with.
func listening(ctx context.Context, t *testing.T, b Bounds) (*Server, <-chan error) {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Listen(Work{List: list, Language: text.English,
		Scan: func(ctx context.Context, _ func(detect.Progress)) (judge.Result, error) {
			<-ctx.Done()
			return judge.Result{}, ctx.Err()
		}}, b)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	return s, ended
}

// answered asks over the socket, within patience, and returns the last answer
// after all redirections.
func answered(t *testing.T, method, address string) (page string, at *url.URL, code int) {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), patience)
	defer end()
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "http://"+r.URL.Host)
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body), w.Request.URL, w.StatusCode
}

func endsWith(t *testing.T, ended <-chan error, want error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	select {
	case err := <-ended:
		if !errors.Is(err, want) {
			t.Errorf("ended with %v, want %v", err, want)
		}
	case <-ctx.Done():
		t.Error("goes on")
	}
}

var long = Bounds{Drop: 1 << 20, Idle: time.Hour, Grace: time.Hour}

// The address that others may read in the list of programs works once, and what
// it leads to is another.
func TestTheFirstAddressWorksOnce(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s, ended := listening(ctx, t, long)
	if _, _, code := answered(t, "HEAD", s.URL()); code != http.StatusNotFound {
		t.Errorf("a look at the address without asking for it: %d", code)
	}
	page, at, code := answered(t, "GET", s.URL())
	if code != http.StatusOK || !strings.Contains(page, `id="scan"`) || strings.Contains(at.Path, s.site.entry) {
		t.Errorf("the first time: %d at %s", code, at.Path)
	}
	if _, _, code := answered(t, "GET", s.URL()); code != http.StatusNotFound {
		t.Errorf("the second time: %d", code)
	}
	if _, _, code := answered(t, "GET", s.URL()+"en/"); code != http.StatusNotFound {
		t.Errorf("a page below it: %d", code)
	}
	if _, _, code := answered(t, "GET", at.String()); code != http.StatusOK {
		t.Errorf("the page itself, again: %d", code)
	}
	stop()
	endsWith(t, ended, nil)
}

// An end from outside, as by Ctrl-C, ends a check that runs and a page that is
// open, and closes the socket.
func TestEndFromOutside(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s, ended := listening(ctx, t, long)
	_, at, _ := answered(t, "GET", s.URL())
	if page, _, _ := answered(t, "POST", at.String()+"scan"); !strings.Contains(page, `id="wait"`) {
		t.Fatalf("no check runs: %.300s", page)
	}
	events := openEvents(t, at.String())
	stop()
	endsWith(t, ended, nil)
	if _, err := io.ReadAll(events); err != nil {
		t.Errorf("the stream of events does not end by itself: %v", err)
	}
	if _, err := http.Get(at.String()); err == nil {
		t.Error("something still answers")
	}
}

// openEvents opens the stream that an open page holds.
func openEvents(t *testing.T, page string) io.ReadCloser {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", page+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Body.Close() })
	if line, err := bufio.NewReader(w.Body).ReadString('\n'); err != nil || line != ": open\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return w.Body
}

func TestEndsWhenItsPageIsClosed(t *testing.T) {
	b := long
	b.Grace = time.Millisecond
	s, ended := listening(t.Context(), t, b)
	_, at, _ := answered(t, "GET", s.URL())
	openEvents(t, at.String()).Close()
	endsWith(t, ended, nil)
}

func TestEndsByItsButton(t *testing.T) {
	s, ended := listening(t.Context(), t, long)
	_, at, _ := answered(t, "GET", s.URL())
	if page, _, _ := answered(t, "POST", at.String()+"quit"); !strings.Contains(page, "has ended") {
		t.Errorf("the button shows %.300s", page)
	}
	endsWith(t, ended, nil)
}

func TestNobodyComes(t *testing.T) {
	b := long
	b.First = time.Millisecond
	_, ended := listening(t.Context(), t, b)
	endsWith(t, ended, ErrNobodyCame)
}
