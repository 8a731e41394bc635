package web

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/platform"
)

//go:embed page.js
var script []byte

//go:embed pages.tmpl
var pagesSource string

// site answers the requests.
type site struct {
	work   Work
	bounds Bounds
	host   string // with the port, as a browser writes it
	entry  string // opens the page once
	token  string
	spent  atomic.Bool
	pages  *template.Template
	alive  *alive
	check  *check
	begun  chan struct{} // closed when ctx is there
	ctx    context.Context
	drop   chan struct{} // holds one element while a file is read
}

func newSite(w Work, b Bounds, host string) *site {
	s := &site{work: w, bounds: b, host: host, entry: newToken(), token: newToken(), check: &check{}, begun: make(chan struct{}), drop: make(chan struct{}, 1)}
	s.alive = &alive{bounds: b, busy: s.check.busy}
	s.pages = template.Must(template.New("pages").Parse(pagesSource))
	return s
}

func (s *site) begin(ctx context.Context, stop context.CancelFunc) {
	s.ctx = ctx
	s.check.begin(ctx)
	s.alive.begin(stop)
	close(s.begun)
}

func (s *site) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{token}/{$}", s.first)
	mux.HandleFunc("GET /{token}/page.js", s.script)
	for pattern, answer := range map[string]func(*reply) error{
		"GET /{token}/{lang}/{$}":        (*reply).start,
		"GET /{token}/{lang}/wait":       (*reply).wait,
		"GET /{token}/{lang}/events":     (*reply).events,
		"GET /{token}/{lang}/report":     (*reply).report,
		"GET /{token}/{lang}/export":     (*reply).export,
		"GET /{token}/{lang}/file":       (*reply).file,
		"GET /{token}/{lang}/contact":    (*reply).contact,
		"GET /{token}/{lang}/phone":      (*reply).phone,
		"POST /{token}/{lang}/scan":      (*reply).scan,
		"POST /{token}/{lang}/drop":      (*reply).dropped,
		"POST /{token}/{lang}/path":      (*reply).path,
		"POST /{token}/{lang}/stop":      (*reply).stop,
		"POST /{token}/{lang}/quit":      (*reply).quit,
		"GET /{token}/{lang}/{other...}": (*reply).nothing,
	} {
		mux.HandleFunc(pattern, s.in(answer))
	}
	return s.guard(mux)
}

// first leads on to the first page. The address that a browser was started with
// stands in the list of programs, where others may read it: whoever comes first
// gets the page, and it is worth nothing after that.
func (s *site) first(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("token") == s.entry && (r.Method != http.MethodGet || !s.spent.CompareAndSwap(false, true)) {
		s.refuse(w)
		return
	}
	http.Redirect(w, r, s.address(s.work.Language.Tag, ""), http.StatusSeeOther)
}

func (s *site) script(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(script)
}

func (s *site) address(language, page string) string {
	return "/" + s.token + "/" + language + "/" + page
}

// in answers in the language that the address names.
func (s *site) in(answer func(*reply) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		<-s.begun
		tag := r.PathValue("lang")
		i := slices.IndexFunc(text.Languages(), func(l text.Language) bool { return l.Tag == tag })
		if i < 0 {
			http.NotFound(w, r)
			return
		}
		say, err := text.Open(text.Languages()[i])
		if err == nil {
			err = answer(&reply{site: s, w: w, r: r, say: say})
		}
		if err != nil {
			http.Error(w, term.Plain(err.Error()), http.StatusInternalServerError)
		}
	}
}

// reply is the answer to one request.
type reply struct {
	*site
	w   http.ResponseWriter
	r   *http.Request
	say *text.Catalogue
}

func (a *reply) nothing() error {
	http.NotFound(a.w, a.r)
	return nil
}

func (a *reply) to(page string) string { return a.address(a.say.Language().Tag, page) }

func (a *reply) redirect(page string) error {
	http.Redirect(a.w, a.r, a.to(page), http.StatusSeeOther)
	return nil
}

// served are the ways from a page, which is "" for the first: to the other pages,
// and to the same one in other languages.
func (a *reply) served(page string) report.Served {
	served, _ := text.Whole(a.say, func(say *text.Catalogue) report.Served {
		served := report.Served{Language: say.Language(), Label: say.Text("page.ways", nil), TonguesLabel: say.Text("page.languages", nil)}
		add := func(to, id string) {
			way := report.Way{To: a.to(to), Text: say.Text(id, nil), Here: page == to}
			if !say.Language().Reviewed {
				way.Beside = say.English().Text(id, nil)
			}
			served.Ways = append(served.Ways, way)
		}
		add("", "page.way.start")
		if _, _, _, last := a.check.state(); last.result != nil {
			add("report", "page.way.report")
			add("export", "page.way.export")
		}
		add("contact", "contact.title")
		if a.work.Phone.Command != "" {
			add("phone", "page.way.phone")
		}
		return served
	})
	for _, l := range text.Languages() {
		served.Tongues = append(served.Tongues, report.Way{To: a.address(l.Tag, page), Text: l.Name, Tag: l.Tag, Here: l.Tag == a.say.Language().Tag})
	}
	served.Script, served.Events = "/"+a.token+"/page.js", a.to("events")
	return served
}

func (a *reply) send(status int, page []byte) error {
	policy, err := report.PagePolicy(a.say.Language())
	if err != nil {
		return err
	}
	a.w.Header().Set("Content-Security-Policy", policy)
	a.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	a.w.WriteHeader(status)
	_, _ = a.w.Write(page) // a browser that went away is no fault of ours
	return nil
}

func (a *reply) start() error { return a.startWith(http.StatusOK, "", nil) }

// startWith is the first page, with something to say above it.
func (a *reply) startWith(status int, caution string, args text.Args) error {
	return a.show(status, "start", a.served(""), view{Title: "page.start.title", Caution: message{caution, args},
		Most: strconv.FormatInt(a.bounds.Drop, 10), TooLarge: a.tooLarge()})
}

func (a *reply) tooLarge() message {
	return message{"page.too-large", text.Args{"most": strconv.FormatInt(a.bounds.Drop>>20, 10)}}
}

// wait shows how far a check is, and leads to the report when it has ended.
func (a *reply) wait() error {
	running, _, _, last := a.check.state()
	switch {
	case running:
		served := a.served("wait")
		served.Refresh = 2
		return a.show(http.StatusOK, "wait", served, view{Title: "page.runs"})
	case last.err != nil:
		return a.startWith(http.StatusOK, "page.failed", text.Args{"why": term.Plain(last.err.Error())})
	}
	return a.redirect("report")
}

func (a *reply) progress(words *text.Catalogue) string {
	const wide = 90
	_, now, since, _ := a.check.state()
	if now.Phase == "" {
		return words.Text("page.begins", nil)
	}
	return report.Progress(words, now, since, wide)
}

// progressWords are those of the part that shows the progress, which is in one
// language as a whole.
func (a *reply) progressWords() *text.Catalogue {
	words, _ := text.Whole(a.say, func(words *text.Catalogue) *text.Catalogue {
		for _, id := range []string{"page.runs", "page.stop"} {
			words.Text(id, nil)
		}
		a.progress(words)
		return words
	})
	return words
}

// between is how often progress is sent.
const between = 250 * time.Millisecond

// events sends progress while a check runs and says when it has ended
// (server-sent events: HTML, section 9.2). It stays open as long as its page.
func (a *reply) events() error {
	a.w.Header().Set("Content-Type", "text/event-stream")
	a.alive.opened()
	defer a.alive.closed()
	flush := http.NewResponseController(a.w).Flush
	_, _ = fmt.Fprint(a.w, ": open\n\n")
	said := ""
	ticks := time.NewTicker(between)
	defer ticks.Stop()
	for told := false; ; {
		if running := a.check.busy(); running {
			told = false
			if line := a.progress(a.progressWords()); line != said {
				said = line
				quoted, err := json.Marshal(line)
				if err != nil {
					return err
				}
				_, _ = fmt.Fprintf(a.w, "event: progress\ndata: %s\n\n", quoted)
			}
		} else if !told {
			told = true
			_, _ = fmt.Fprint(a.w, "event: done\ndata: 1\n\n")
		}
		if err := flush(); err != nil {
			return nil // the page was closed
		}
		select {
		case <-a.r.Context().Done():
			return nil
		case <-a.ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

func (a *reply) report() error {
	_, _, _, last := a.check.state()
	if last.result == nil {
		return a.redirect("")
	}
	var out bytes.Buffer
	in := report.Input{Result: *last.result, List: a.work.List, Say: a.say, Facts: last.facts}
	if err := report.RenderServed(&out, in, a.served("report")); err != nil {
		return err
	}
	return a.send(http.StatusOK, out.Bytes())
}

func (a *reply) scan() error {
	if !a.check.start(false, a.work.Scan) {
		return a.startWith(http.StatusConflict, "page.runs-already", nil)
	}
	return a.redirect("wait")
}

// dropped inspects a file that came with the form. One is read at a time, so
// that the bound on memory holds however many come at once.
func (a *reply) dropped() error {
	select {
	case a.drop <- struct{}{}:
		defer func() { <-a.drop }()
	default:
		return a.startWith(http.StatusConflict, "page.runs-already", nil)
	}
	if a.check.busy() {
		return a.startWith(http.StatusConflict, "page.runs-already", nil)
	}
	root, err := dropped(a.r, a.bounds.Drop)
	switch {
	case errors.Is(err, errTooLarge):
		large := a.tooLarge()
		return a.startWith(http.StatusRequestEntityTooLarge, large.ID, large.Args)
	case err != nil:
		return a.startWith(http.StatusBadRequest, "page.no-file", nil)
	}
	return a.inspect(root)
}

// longestForm bounds a form that holds a path.
const longestForm = 1 << 16

// path inspects a file where it lies, so that its size does not matter.
func (a *reply) path() error {
	a.r.Body = http.MaxBytesReader(a.w, a.r.Body, longestForm)
	typed := strings.Trim(strings.TrimSpace(a.r.PostFormValue("path")), `"`)
	if typed == "" {
		return a.startWith(http.StatusBadRequest, "page.no-file", nil)
	}
	root, err := platform.OpenPaths(typed)
	if err != nil {
		return a.startWith(http.StatusNotFound, "page.failed", text.Args{"why": term.Plain(err.Error())})
	}
	return a.inspect(root)
}

func (a *reply) inspect(root platform.Root) error {
	if !a.check.start(true, a.inspecting(root)) {
		return a.startWith(http.StatusConflict, "page.runs-already", nil)
	}
	return a.redirect("wait")
}

func (a *reply) stop() error {
	a.check.end()
	return a.redirect("wait")
}

func (a *reply) quit() error {
	err := a.show(http.StatusOK, "ended", report.Served{}, view{Title: "page.start.title"})
	a.check.end()
	a.alive.end()
	return err
}

func (a *reply) phone() error {
	if a.work.Phone.Command == "" {
		return a.nothing()
	}
	return a.show(http.StatusOK, "phone", a.served("phone"), view{Title: "page.way.phone"})
}
