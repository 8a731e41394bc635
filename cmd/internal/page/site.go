package page

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
	token  string
	pages  *template.Template
	alive  *alive
	check  *check
	begun  chan struct{} // closed when ctx is there
	ctx    context.Context
	drop   chan struct{} // holds one element while a file is read
}

func newSite(w Work, b Bounds, host string) *site {
	s := &site{work: w, bounds: b, host: host, token: newToken(), check: &check{}, begun: make(chan struct{}), drop: make(chan struct{}, 1)}
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

func (s *site) first(w http.ResponseWriter, r *http.Request) {
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

// served are the ways from a page, which is "" for the first.
func (a *reply) served(page string) report.Served {
	ways := []report.Way{{To: a.to(""), Text: a.say.Text("page.way.start", nil), Here: page == ""}}
	if _, _, _, last := a.check.state(); last.result != nil {
		ways = append(ways, report.Way{To: a.to("report"), Text: a.say.Text("page.way.report", nil), Here: page == "report"},
			report.Way{To: a.to("export"), Text: a.say.Text("page.way.export", nil), Here: page == "export"})
	}
	ways = append(ways, report.Way{To: a.to("contact"), Text: a.say.Text("contact.title", nil), Here: page == "contact"})
	if a.work.PhoneGuide != nil {
		ways = append(ways, report.Way{To: a.to("phone"), Text: a.say.Text("page.way.phone", nil), Here: page == "phone"})
	}
	return report.Served{Label: a.say.Text("page.ways", nil), Ways: ways, Script: "/" + a.token + "/page.js", Events: a.to("events")}
}

// tongue is a language to read a page in.
type tongue struct {
	To, Tag, Name, Direction string
	Here                     bool
}

// tongues lead to a page in every language.
func (a *reply) tongues(page string) []tongue {
	var all []tongue
	for _, l := range text.Languages() {
		direction := "ltr"
		if l.RightToLeft {
			direction = "rtl"
		}
		all = append(all, tongue{To: a.address(l.Tag, page), Tag: l.Tag, Name: l.Name, Direction: direction, Here: l.Tag == a.say.Language().Tag})
	}
	return all
}

// show writes a page that is made of one of the templates in pages.tmpl.
func (a *reply) show(status int, name, page string, served report.Served, data map[string]any) error {
	data["Tongues"] = a.tongues(page)
	data["Say"] = func(id string) string { return a.say.Text(id, nil) }
	data["To"] = a.to
	data["Language"], data["Beside"] = a.say.Language(), a.beside()
	var body bytes.Buffer
	if err := a.pages.ExecuteTemplate(&body, name, data); err != nil {
		return fmt.Errorf("filling page: %w", err)
	}
	var out bytes.Buffer
	err := report.WriteFrame(&out, report.Frame{Language: a.say.Language(), Title: a.say.Text("page.title", nil),
		Body: template.HTML(body.String()), Served: &served})
	if err != nil {
		return err
	}
	return a.send(status, out.Bytes())
}

// beside is how to say something in English where the language was not reviewed.
func (a *reply) beside() func(id string) string {
	if a.say.Language().Reviewed {
		return nil
	}
	return func(id string) string { return a.say.English().Text(id, nil) }
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

func (a *reply) start() error { return a.startWith(http.StatusOK, "") }

// startWith is the first page, with something to say above it.
func (a *reply) startWith(status int, caution string) error {
	return a.show(status, "start", "", a.served(""), map[string]any{"Caution": caution,
		"Most": strconv.FormatInt(a.bounds.Drop, 10), "TooLarge": a.tooLarge()})
}

func (a *reply) tooLarge() string {
	return a.say.Text("page.too-large", text.Args{"most": strconv.FormatInt(a.bounds.Drop>>20, 10)})
}

// wait shows how far a check is, and leads to the report when it has ended.
func (a *reply) wait() error {
	running, _, _, last := a.check.state()
	switch {
	case running:
		served := a.served("wait")
		served.Refresh = 2
		return a.show(http.StatusOK, "wait", "wait", served, map[string]any{"Progress": a.progress()})
	case last.err != nil:
		return a.startWith(http.StatusOK, a.say.Text("page.failed", text.Args{"why": term.Plain(last.err.Error())}))
	}
	return a.redirect("report")
}

func (a *reply) progress() string {
	const wide = 90
	_, now, since, _ := a.check.state()
	if now.Phase == "" {
		return a.say.Text("page.begins", nil)
	}
	return report.Progress(a.say, now, since, wide)
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
			if line := a.progress(); line != said {
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
	served := a.served("report")
	for _, t := range a.tongues("report") {
		served.Tongues = append(served.Tongues, report.Way{To: t.To, Text: t.Name, Here: t.Here, Tag: t.Tag})
	}
	served.TonguesLabel = a.say.Text("page.languages", nil)
	if err := report.RenderServed(&out, in, served); err != nil {
		return err
	}
	return a.send(http.StatusOK, out.Bytes())
}

func (a *reply) scan() error {
	if !a.check.start(false, a.work.Scan) {
		return a.startWith(http.StatusConflict, a.say.Text("page.runs-already", nil))
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
		return a.startWith(http.StatusConflict, a.say.Text("page.runs-already", nil))
	}
	if a.check.busy() {
		return a.startWith(http.StatusConflict, a.say.Text("page.runs-already", nil))
	}
	root, err := dropped(a.r, a.bounds.Drop)
	switch {
	case errors.Is(err, errTooLarge):
		return a.startWith(http.StatusRequestEntityTooLarge, a.tooLarge())
	case err != nil:
		return a.startWith(http.StatusBadRequest, a.say.Text("page.no-file", nil))
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
		return a.startWith(http.StatusBadRequest, a.say.Text("page.no-file", nil))
	}
	root, err := platform.OpenPaths(typed)
	if err != nil {
		return a.startWith(http.StatusNotFound, a.say.Text("page.failed", text.Args{"why": term.Plain(err.Error())}))
	}
	return a.inspect(root)
}

func (a *reply) inspect(root platform.Root) error {
	if !a.check.start(true, a.inspecting(root)) {
		return a.startWith(http.StatusConflict, a.say.Text("page.runs-already", nil))
	}
	return a.redirect("wait")
}

func (a *reply) stop() error {
	a.check.end()
	return a.redirect("wait")
}

func (a *reply) quit() error {
	err := a.show(http.StatusOK, "ended", "", report.Served{}, map[string]any{})
	a.check.end()
	a.alive.end()
	return err
}

func (a *reply) phone() error {
	if a.work.PhoneGuide == nil {
		return a.nothing()
	}
	return a.show(http.StatusOK, "phone", "phone", a.served("phone"), map[string]any{"Guide": a.work.PhoneGuide(a.say)})
}
