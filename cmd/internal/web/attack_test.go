package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

const host = "127.0.0.1:4242"

// theSite is a page that has begun, with real work behind it but for the scan,
// which the test steers.
func theSite(t *testing.T, scan func(context.Context, func(detect.Progress)) (judge.Result, error)) *site {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	inspected := func(ctx context.Context, root platform.Root, progress func(detect.Progress)) (judge.Result, error) {
		inv, err := detect.Inspect(ctx, root, list, detect.Options{Tool: inventory.Tool{Name: "chatvet"}, Limits: inspect.DefaultLimits, Progress: progress})
		return judge.Judge(inv, list, judge.Policy{}), err
	}
	s := newSite(Work{List: list, Language: text.English, Scan: scan, Inspect: inspected, Private: []string{"tenzin"}}, Bounds{Drop: 1 << 20, Idle: time.Hour, Grace: time.Hour}, host)
	ctx, stop := context.WithCancel(t.Context())
	s.begin(ctx, stop)
	return s
}

// asked is an answer to a request that a page of ours would make, after change.
func asked(s *site, method, page string, body io.Reader, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, s.address("en", page), body)
	r.Host = host
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Origin", "http://"+host)
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	return w
}

func TestStrangersGetNothing(t *testing.T) {
	scanned := 0
	s := theSite(t, func(context.Context, func(detect.Progress)) (judge.Result, error) {
		scanned++
		return judge.Result{}, nil
	})
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	path := func(p string) func(*http.Request) { return func(r *http.Request) { r.URL.Path = p } }
	for name, c := range map[string]struct {
		method string
		change func(*http.Request)
	}{
		"another host":                {"GET", func(r *http.Request) { r.Host = "evil.example" }},
		"a name that leads here":      {"GET", func(r *http.Request) { r.Host = "rebound.example:4242" }},
		"localhost by name":           {"GET", func(r *http.Request) { r.Host = "localhost:4242" }},
		"another port":                {"GET", func(r *http.Request) { r.Host = "127.0.0.1:80" }},
		"no host":                     {"GET", func(r *http.Request) { r.Host = "" }},
		"another token":               {"GET", path("/" + strings.Repeat("0", 32) + "/en/")},
		"half a token":                {"GET", path("/" + s.token[:16] + "/en/")},
		"no token":                    {"GET", path("/en/")},
		"nothing":                     {"GET", path("/")},
		"a way around the token":      {"GET", path("/x/../" + s.token + "/en/")},
		"a link from another site":    {"GET", header("Sec-Fetch-Site", "cross-site")},
		"a page of another port":      {"GET", header("Sec-Fetch-Site", "same-site")},
		"a form of another site":      {"POST", header("Origin", "https://evil.example")},
		"a form of another port":      {"POST", header("Origin", "http://127.0.0.1:80")},
		"a form of a sandbox":         {"POST", header("Origin", "null")},
		"a form from nowhere":         {"POST", func(r *http.Request) { r.Header.Del("Origin") }},
		"a form that says cross-site": {"POST", header("Sec-Fetch-Site", "cross-site")},
	} {
		t.Run(name, func(t *testing.T) {
			page := "scan"
			if c.method == http.MethodGet {
				page = ""
			}
			w := asked(s, c.method, page, nil, c.change)
			if w.Code != http.StatusNotFound || w.Body.String() != "not found\n" {
				t.Errorf("%d %.80q", w.Code, w.Body)
			}
			if s.check.ended() != nil {
				t.Error("a scan was begun")
			}
		})
	}
	if w := asked(s, "GET", "", nil, nil); w.Code != http.StatusOK {
		t.Errorf("our own page: %d", w.Code)
	}
	if w := asked(s, "GET", "scan", nil, nil); w.Code == http.StatusSeeOther || s.check.ended() != nil {
		t.Errorf("a link began a scan: %d", w.Code)
	}
	if w := asked(s, "POST", "scan", nil, nil); w.Code != http.StatusSeeOther {
		t.Errorf("our own form: %d", w.Code)
	}
	s.check.wait()
	if scanned != 1 {
		t.Errorf("%d scans", scanned)
	}
}

func TestEveryAnswerStaysHere(t *testing.T) {
	s := theSite(t, nil)
	for _, page := range []string{"", "contact", "contact?id=tom-skype", "wait", "report", "export", "file?format=json", "file?format=../x", "nosuchpage", "../en/"} {
		w := asked(s, "GET", "", nil, func(r *http.Request) {
			where, query, _ := strings.Cut(page, "?")
			r.URL.Path, r.URL.RawQuery = s.address("en", where), query
		})
		h := w.Header()
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", page, h)
		}
		if policy := h.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", page, policy)
		}
	}
}

// form is a form with one file, whose name is written as it is.
func form(name string, content []byte) (body *bytes.Buffer, kind string) {
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}})
	if err == nil {
		_, err = part.Write(content)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err)
	}
	return body, w.FormDataContentType()
}

func drop(s *site, name string, content []byte) *httptest.ResponseRecorder {
	body, kind := form(name, content)
	return asked(s, "POST", "drop", body, func(r *http.Request) { r.Header.Set("Content-Type", kind) })
}

func TestDroppedNamesLeadNowhere(t *testing.T) {
	for given, want := range map[string]string{
		"../../etc/passwd": "passwd", `..\..\x.exe`: "x.exe", `C:\Users\a\y.apk`: "y.apk", "/etc/shadow": "shadow",
		"..": "file", "a/..": "file", ".": "file", "": "file", "x/": "file", "a\x00b": "ab", "\xff": "\ufffd",
		strings.Repeat("n", 5000): strings.Repeat("n", 255),
	} {
		if got := plainName(given); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
	s := theSite(t, nil)
	if w := drop(s, "../../../etc/passwd", []byte("root")); w.Code != http.StatusSeeOther {
		t.Fatalf("%d", w.Code)
	}
	s.check.wait()
	page := asked(s, "GET", "report", nil, nil).Body.String()
	if strings.Contains(page, "etc/passwd") || strings.Contains(page, "..") || !strings.Contains(page, "passwd") {
		t.Errorf("the page shows another name")
	}
}

// A dropped file is all that there is: no name leads from it to this computer.
func TestOneFileIsAll(t *testing.T) {
	f := oneFile{"a", []byte("x")}
	for _, name := range []string{"../a", "/etc/passwd", "b", "", "./a"} {
		if _, err := f.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := f.Open("."); !errors.Is(err, platform.ErrNotRegular) {
		t.Errorf("folder: %v", err)
	}
}

// sparse is a form with 5 GB of zeros in it, made as it is read.
type sparse struct{ left int64 }

func (z *sparse) Read(p []byte) (int, error) {
	if z.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	clear(p[:n])
	z.left -= n
	return int(n), nil
}

func TestHugeDropIsNotHeld(t *testing.T) {
	for name, length := range map[string]int64{"that says its size": 5 << 30, "that does not say its size": -1, "that lies": 10} {
		s := theSite(t, nil)
		zeros := &sparse{5 << 30}
		begin := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.iso\"\r\n\r\n"
		w := asked(s, "POST", "drop", io.MultiReader(strings.NewReader(begin), zeros), func(r *http.Request) {
			r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
			r.ContentLength = length
		})
		if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "larger than 1 MB") {
			t.Errorf("%s: %d %.80q", name, w.Code, w.Body)
		}
		if zeros.left != 0 {
			t.Errorf("%s: %d bytes were not read away, so that a browser would not read the answer", name, zeros.left)
		}
		if s.check.ended() != nil {
			t.Errorf("%s: was inspected", name)
		}
	}
}

func TestFormsWithoutAFile(t *testing.T) {
	s := theSite(t, nil)
	for name, kind := range map[string]string{"no form": "text/plain", "no boundary": "multipart/form-data", "an empty form": "multipart/form-data; boundary=b"} {
		w := asked(s, "POST", "drop", strings.NewReader("--b--\r\n"), func(r *http.Request) { r.Header.Set("Content-Type", kind) })
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	for typed, code := range map[string]int{"": http.StatusBadRequest, "/nowhere/at/all": http.StatusNotFound, strings.Repeat("x", longestForm): http.StatusBadRequest} {
		w := asked(s, "POST", "path", strings.NewReader(url.Values{"path": {typed}}.Encode()), func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		})
		if w.Code != code {
			t.Errorf("path %.20q: %d, want %d", typed, w.Code, code)
		}
	}
}

func TestMarkupInNamesStaysText(t *testing.T) {
	s := theSite(t, func(context.Context, func(detect.Progress)) (judge.Result, error) {
		return judge.Result{Inventory: inventory.Inventory{Builds: []inventory.Build{{ID: "b1", Product: `<script>alert(1)</script>`, Path: `<img src=x onerror=alert(2)>`}}},
			Findings: []judge.Finding{{ID: "f1", Build: "b1", Verdict: judge.Unverified, Level: judge.Advice}}}, nil
	})
	asked(s, "POST", "scan", nil, nil)
	s.check.wait()
	for _, page := range []string{"report", "export"} {
		body := asked(s, "GET", page, nil, nil).Body.String()
		if regexp.MustCompile(`<script>|<img`).MatchString(body) || !strings.Contains(body, "&lt;") {
			t.Errorf("%s holds the markup of a name", page)
		}
	}
	words := url.Values{"words": {`"><script>x</script>`}}.Encode()
	body := asked(s, "GET", "contact", nil, func(r *http.Request) { r.URL.RawQuery = words }).Body.String()
	if strings.Contains(body, "<script>x") {
		t.Error("what was typed came back as markup")
	}
}

// Two tabs see one check, and a second one does not begin beside it.
func TestTwoTabs(t *testing.T) {
	proceed, began := make(chan struct{}), make(chan struct{}, 2)
	s := theSite(t, func(ctx context.Context, progress func(detect.Progress)) (judge.Result, error) {
		began <- struct{}{}
		progress(detect.Progress{Phase: "reading", Files: 7, Bytes: 10, Place: "usr/bin/x"})
		<-proceed
		return judge.Result{}, nil
	})
	first := asked(s, "POST", "scan", nil, nil)
	second := asked(s, "POST", "scan", nil, nil)
	file := drop(s, "x", []byte("y"))
	if first.Code != http.StatusSeeOther || second.Code != http.StatusConflict || file.Code != http.StatusConflict {
		t.Errorf("%d, %d, %d", first.Code, second.Code, file.Code)
	}
	<-began
	if page := asked(s, "GET", "wait", nil, nil).Body.String(); !strings.Contains(page, "The check runs") {
		t.Error("the other tab does not see it")
	}
	close(proceed)
	s.check.wait()
	if len(began) != 0 {
		t.Error("two checks ran")
	}
	if w := asked(s, "GET", "wait", nil, nil); w.Header().Get("Location") != s.address("en", "report") {
		t.Errorf("the other tab is led to %q", w.Header().Get("Location"))
	}
}

func TestStopAndFaults(t *testing.T) {
	s := theSite(t, func(ctx context.Context, _ func(detect.Progress)) (judge.Result, error) {
		<-ctx.Done()
		return judge.Result{Inventory: inventory.Inventory{Partial: true}}, nil
	})
	asked(s, "POST", "scan", nil, nil)
	asked(s, "POST", "stop", nil, nil)
	s.check.wait()
	if page := asked(s, "GET", "report", nil, nil).Body.String(); !strings.Contains(page, "stopped before its end") {
		t.Error("a stopped check is not told as one")
	}
	s.work.Scan = func(context.Context, func(detect.Progress)) (judge.Result, error) { panic("out of order") }
	asked(s, "POST", "scan", nil, nil)
	s.check.wait()
	if page := asked(s, "GET", "wait", nil, nil).Body.String(); !strings.Contains(page, "out of order") {
		t.Error("a fault is not told")
	}
}

func TestExportHoldsNoNames(t *testing.T) {
	s := theSite(t, func(context.Context, func(detect.Progress)) (judge.Result, error) {
		return judge.Result{Inventory: inventory.Inventory{Builds: []inventory.Build{{ID: "b1", Product: "X", Path: "/home/tenzin/Downloads/x.exe"}}},
			Findings: []judge.Finding{{ID: "f1", Build: "b1", Verdict: judge.Unverified, Level: judge.Advice}}}, nil
	})
	asked(s, "POST", "scan", nil, nil)
	s.check.wait()
	if !strings.Contains(asked(s, "GET", "report", nil, nil).Body.String(), "tenzin") {
		t.Error("the page itself leaves out what the person knows")
	}
	for _, format := range exported {
		w := asked(s, "GET", "file", nil, func(r *http.Request) { r.URL.RawQuery = "format=" + format })
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "tenzin") || !strings.Contains(w.Body.String(), "x.exe") {
			t.Errorf("%s: %d %q", format, w.Code, w.Body)
		}
		if name := w.Header().Get("Content-Disposition"); !strings.Contains(name, `filename="check-`) {
			t.Errorf("%s is saved as %q", format, name)
		}
	}
}

// The program ends when its last page is closed, not while another is open.
func TestEndsWithItsPage(t *testing.T) {
	s := newSite(Work{Language: text.English}, Bounds{Idle: time.Hour, Grace: time.Nanosecond}, host)
	ctx, stop := context.WithCancel(t.Context())
	s.begin(ctx, stop)
	s.alive.opened()
	s.alive.opened()
	s.alive.closed()
	s.alive.empty() // as after the grace
	if ctx.Err() != nil {
		t.Fatal("ended with a page open")
	}
	s.alive.closed()
	<-ctx.Done()
}

func TestSilenceEndsIt(t *testing.T) {
	s := newSite(Work{Language: text.English}, Bounds{Idle: time.Nanosecond, Grace: time.Hour}, host)
	ctx, stop := context.WithCancel(t.Context())
	s.begin(ctx, stop)
	<-ctx.Done()
}
