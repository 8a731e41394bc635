package report

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	paper "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/judge"
)

// These tests look at the page in Debian's Chromium: how it lies on screens and
// on paper, what axe-core (Deque, WCAG 2.2 AA) says of it, and that it asks
// nothing of anybody. `npm ci --prefix .ci/browser` brings axe-core.

//go:embed browser_layout.js
var layoutScript string

const axePath = "../../../.ci/browser/node_modules/axe-core/axe.min.js"

// browser starts Chromium, or ends the test in the way that CHATVET_REQUIRE_ALL
// asks.
func browser(t *testing.T) context.Context {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		missing(t, "Chromium (Debian: chromium)")
	}
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options, chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WSURLReadTimeout(time.Minute))
	all, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	tab, leave := chromedp.NewContext(all)
	t.Cleanup(leave)
	return tab
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatalf("%s is missing", what)
	}
	t.Skipf("%s is missing", what)
}

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t *testing.T, tab context.Context, question chromedp.Action[T]) T {
	t.Helper()
	answer, err := chromedp.Run(tab, question)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// told evaluates a script in the page; the page's policy does not reach it.
func told[T any](t *testing.T, tab context.Context, script string, options ...chromedp.EvaluateOption) T {
	t.Helper()
	return ask(t, tab, chromedp.Evaluate[T](script, options...))
}

func call[P, R any](t *testing.T, tab context.Context, command cdp.Command[P, R], params P) R {
	t.Helper()
	answer, err := chromedp.Call(tab, command, params)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func open(t *testing.T, tab context.Context, address string, on sheet) {
	t.Helper()
	do(t, tab, chromedp.Navigate(address))
	lay(t, tab, on)
}

// saved writes a page to a file and returns its address.
func saved(t *testing.T, page []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: file}).String()
}

// pages are the pages that are looked at.
func pages(t *testing.T) map[string][]byte {
	t.Helper()
	hostileRes, hostileList := hostileResult()
	var hostilePage bytes.Buffer
	if err := Render(&hostilePage, "html", Input{Result: hostileRes, List: hostileList, Say: english(t)}); err != nil {
		t.Fatal(err)
	}
	nothing := sampleResult()
	nothing.Findings, nothing.Builds, nothing.Summary, nothing.Partial = nil, nil, judge.Summary{}, true
	languages := text.Languages()
	return map[string][]byte{
		"another language": pageIn(t, languages[len(languages)-1]),
		"every verdict":    render(t, "html", sampleResult()),
		"shared":           render(t, "html", Share(sampleResult())),
		"nothing":          render(t, "html", nothing),
		"hostile names":    hostilePage.Bytes(),
		"long words":       pseudoPage(t, text.Language{Tag: "en-XA"}, func(s string) string { return s + " " + strings.ReplaceAll(s, " ", "") }),
		"right to left":    pseudoPage(t, text.Language{Tag: "ar", RightToLeft: true}, arabic),
		"tall characters":  pseudoPage(t, text.Language{Tag: "bo"}, func(s string) string { return strings.Map(tibetan, s) }),
	}
}

// pageIn is the sample in a language, beside English where nobody has reviewed
// it.
func pageIn(t *testing.T, l text.Language) []byte {
	t.Helper()
	say, err := text.Open(l)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Render(&out, "html", Input{Result: sampleResult(), List: sampleList(), Say: say}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// pseudoPage is the sample in an invented language, made of the English.
func pseudoPage(t *testing.T, language text.Language, in func(string) string) []byte {
	t.Helper()
	d := New(sampleResult(), sampleList(), english(t))
	var kept []span
	words := func(s *string) {
		kept = spans(*s)
		var out strings.Builder
		for _, span := range kept {
			if span.mark == 0 {
				out.WriteString(in(span.text))
			} else {
				out.WriteString(mark(span.mark, span.text))
			}
		}
		*s = out.String()
	}
	d.Language = language
	for _, cards := range [][]Card{d.Cards, d.Notes} {
		for i := range cards {
			c := &cards[i]
			c.Language = language
			for _, s := range []*string{&c.Title, &c.LevelWord, &c.Sentence, &c.About, &c.Reason, &c.Meaning, &c.Peer, &c.Genuine, &c.Strength,
				&c.NotChecked, &c.Words.Meaning, &c.Words.Do, &c.Words.Why, &c.Words.NotChecked, &c.Words.Tick, &c.Words.Wrong} {
				words(s)
			}
			for j := range c.Steps {
				words(&c.Steps[j])
			}
			for j := range c.Why {
				words(&c.Why[j].Text)
				words(&c.Why[j].Fact)
			}
		}
	}
	for i := range d.Counts {
		words(&d.Counts[i].Text)
	}
	for _, s := range []*string{&d.Title, &d.Found, &d.Made, &d.Looked, &d.Words.Cards, &d.Words.AllNotes, &d.Words.Helplines, &d.Words.Helps,
		&d.Words.AsksFirst, &d.Words.Tongues, &d.Words.Gaps, &d.Words.Skip} {
		words(s)
	}
	var out bytes.Buffer
	if err := writePage(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// arabic and tibetan put letters of a script in place of English ones, for their
// shapes and direction; what comes out means nothing.
func arabic(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return []rune("ابتثجحخدذرزسشصضطظعغفقكلمنه")[r-'a']
		}
		return r
	}, s)
}

func tibetan(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return 0x0f40 + (r-'a')%8
	}
	return r
}

// sheet is something to read a page on, in CSS pixels.
type sheet struct {
	name   string
	width  int64
	medium string
}

func sheets() []sheet {
	return []sheet{{"320", 320, "screen"}, {"768", 768, "screen"}, {"1280", 1280, "screen"},
		// A4 is 210 mm wide and Letter 216 mm; 15 mm on each side stay white.
		{"A4", 680, "print"}, {"Letter", 703, "print"}}
}

func lay(t *testing.T, tab context.Context, on sheet) {
	t.Helper()
	call(t, tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: on.width, Height: 900, DeviceScaleFactor: 1})
	call(t, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: on.medium})
}

// layoutFaults are what browser_layout.js finds.
func layoutFaults(t *testing.T, tab context.Context) []string {
	t.Helper()
	return told[[]string](t, tab, layoutScript)
}

func TestPageLiesWell(t *testing.T) {
	tab := browser(t)
	all := pages(t)
	for _, l := range text.Languages() {
		all["in "+l.Tag] = pageIn(t, l)
	}
	for name, content := range all {
		do(t, tab, chromedp.Navigate(saved(t, content)))
		for _, sheet := range sheets() {
			lay(t, tab, sheet)
			for _, fault := range layoutFaults(t, tab) {
				t.Errorf("%s on %s: %s", name, sheet.name, fault)
			}
			keepPicture(t, tab, name+"-"+sheet.name)
		}
	}
}

// keepPicture saves what a person would see where CHATVET_PICTURES names a
// folder.
func keepPicture(t *testing.T, tab context.Context, name string) {
	t.Helper()
	folder := os.Getenv("CHATVET_PICTURES")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err != nil {
		t.Logf("no picture of %s: %v", name, err) // Chromium has a longest page
		return
	}
	if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// The script must see each fault, or the test above could not fail.
func TestLayoutFaultsAreSeen(t *testing.T) {
	tab := browser(t)
	for name, c := range map[string]struct{ body, want string }{
		"scrolls": {`<p style="width:2000px">wide</p>`, "scrolls"},
		"sticks out": {`<div style="width:100px;overflow:visible;white-space:nowrap"><p style="position:absolute;left:-50px">out</p></div>`,
			"outside"},
		"clipped":  {`<p style="width:50px;overflow:hidden;white-space:nowrap">a long line of text</p>`, "clipped"},
		"overlaps": {`<p>one line</p><p style="margin-top:-1.6em">another line</p>`, "overlaps"},
		"tiny":     {`<p style="font-size:8px">small print</p>`, "px high"},
		"nothing":  {`<p>well</p>`, ""},
	} {
		open(t, tab, saved(t, []byte("<!doctype html><title>x</title>"+c.body)), sheets()[0])
		got := strings.Join(layoutFaults(t, tab), "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func axe(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(axePath)
	if err != nil {
		missing(t, "axe-core (npm ci --prefix .ci/browser)")
	}
	return string(script)
}

type violation struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML string }
}

func violations(t *testing.T, tab context.Context, script string) []violation {
	t.Helper()
	told[int](t, tab, script+";0")
	found := told[string](t, tab, `axe.run(document, {resultTypes: ["violations"],
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations))`,
		chromedp.EvalAwaitPromise)
	var all []violation
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPageIsAccessible(t *testing.T) {
	script, tab := axe(t), browser(t)
	for name, content := range pages(t) {
		for _, sheet := range []sheet{sheets()[0], sheets()[2]} {
			open(t, tab, saved(t, content), sheet)
			for _, v := range violations(t, tab, script) {
				t.Errorf("%s on %s: %s (%s): %s: %.200v", name, sheet.name, v.ID, v.Impact, v.Help, v.Nodes)
			}
		}
	}
}

func TestAxeSeesFaults(t *testing.T) {
	script, tab := axe(t), browser(t)
	open(t, tab, saved(t, []byte(`<!doctype html><title>x</title><p style="color:#aaa">faint</p><input type="checkbox">`)), sheets()[0])
	var ids []string
	for _, v := range violations(t, tab, script) {
		ids = append(ids, v.ID)
	}
	for _, want := range []string{"color-contrast", "html-has-lang", "label"} {
		if !strings.Contains(strings.Join(ids, " "), want) {
			t.Errorf("%s was not seen: %v", want, ids)
		}
	}
}

// Nothing is asked for but the page itself, nothing is said on the console, not
// even that the policy had to stop something, and without JavaScript the page is
// the same to the last pixel.
func TestPageKeepsToItself(t *testing.T) {
	tab := browser(t)
	var mutex sync.Mutex
	var asked, said []string
	do(t, tab)
	err := chromedp.Listen(tab, func(event any) {
		mutex.Lock()
		defer mutex.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, "data:") { // the font in the page itself
				asked = append(asked, e.Request.URL)
			}
		case *log.EventEntryAdded:
			said = append(said, e.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			said = append(said, string(e.Type))
		case *runtime.EventExceptionThrown:
			said = append(said, e.ExceptionDetails.Text)
		case *paper.EventJavascriptDialogOpening:
			said = append(said, "dialog: "+e.Message)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	call(t, tab, network.Enable, network.EnableParams{})
	call(t, tab, log.Enable, cdp.Empty{})
	call(t, tab, runtime.Enable, cdp.Empty{})
	lay(t, tab, sheets()[1])
	for name, content := range pages(t) {
		mutex.Lock()
		asked, said = nil, nil
		mutex.Unlock()
		address := saved(t, content)
		var seen [2][]byte
		for i, without := range []bool{false, true} {
			call(t, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: without})
			do(t, tab, chromedp.Navigate(address))
			seen[i] = ask(t, tab, chromedp.FullScreenshot(100))
		}
		if !bytes.Equal(seen[0], seen[1]) {
			t.Errorf("%s: looks different without JavaScript", name)
		}
		mutex.Lock()
		if diff := cmp.Diff([]string{address, address}, asked); diff != "" {
			t.Errorf("%s: asked for:\n%s", name, diff)
		}
		if said != nil {
			t.Errorf("%s: said %q", name, said)
		}
		mutex.Unlock()
	}
}

// With the keyboard alone: the first stop leads past the head, and a step can be
// ticked.
func TestPageWithTheKeyboard(t *testing.T) {
	tab := browser(t)
	open(t, tab, saved(t, render(t, "html", sampleResult())), sheets()[1])
	do(t, tab, chromedp.KeyEvent("\t"))
	first := told[string](t, tab, `document.activeElement.className`)
	width := told[float64](t, tab, `document.activeElement.getBoundingClientRect().width`)
	ring := told[string](t, tab, `getComputedStyle(document.activeElement).outlineStyle`)
	do(t, tab, chromedp.KeyEvent("\r"))
	landed := told[string](t, tab, `location.hash`)
	do(t, tab, chromedp.KeyEvent("\t"), chromedp.KeyEvent(" "))
	ticked := told[bool](t, tab, `document.activeElement.checked === true`)
	if first != "skip" || width < 50 || ring != "solid" || landed != "#result" || !ticked {
		t.Errorf("first stop %q, %.0f px wide, ring %q, leads to %q, then ticked: %v", first, width, ring, landed, ticked)
	}
}

// On paper the page fits A4 and Letter, folded gaps are unfolded, and there is
// text on every sheet.
func TestPageOnPaper(t *testing.T) {
	tab := browser(t)
	res := sampleResult()
	for range 20 {
		res.Gaps = append(res.Gaps, res.Gaps[0])
	}
	open(t, tab, saved(t, render(t, "html", res)), sheets()[3])
	folded := told[[]float64](t, tab, `[...document.querySelectorAll("details li")].map(li => li.getBoundingClientRect().height).filter(h => h < 5)`)
	lines := told[int](t, tab, `document.querySelectorAll("details li").length`)
	if len(folded) > 0 || lines < 10 {
		t.Errorf("%d of %d gaps are folded away on paper", len(folded), lines)
	}
	for _, size := range []chromedp.PaperSize{chromedp.PaperA4, chromedp.PaperLetter} {
		pdf := ask(t, tab, chromedp.PrintToPDF(chromedp.PDFPaper(size)))
		if sheets := bytes.Count(pdf, []byte("/Type /Page\n")); sheets < 2 || sheets > 20 {
			t.Errorf("%v: %d sheets", size, sheets)
		}
	}
}
