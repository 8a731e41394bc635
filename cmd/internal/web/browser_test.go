package web

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Debian's Chromium, and axe-core (Deque, WCAG 2.2 AA), which
// `npm ci --prefix .ci/browser` brings.

const axePath = "../../../.ci/browser/node_modules/axe-core/axe.min.js"

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatalf("%s is missing", what)
	}
	t.Skipf("%s is missing", what)
}

// patience bounds every wait for the browser, so that a page which never comes
// fails where it is waited for.
const patience = 20 * time.Second

// visit is one person's time with the page.
type visit struct {
	*testing.T
	tab       context.Context
	axe       string
	downloads string        // the folder that they go to
	landed    chan struct{} // an element for each that has arrived

	mu          sync.Mutex
	asked, said []string
}

// visiting starts Chromium and writes down what it asks for and says.
func visiting(t *testing.T) *visit {
	t.Helper()
	script, err := os.ReadFile(axePath)
	if err != nil {
		missing(t, "axe-core (npm ci --prefix .ci/browser)")
	}
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
	v := &visit{T: t, tab: tab, axe: string(script), downloads: t.TempDir(), landed: make(chan struct{}, 16)}
	if err := chromedp.Do(tab); err != nil { // starts it, for as long as the tab lives
		t.Fatal(err)
	}
	for _, listen := range []func(context.Context, func(any)) error{chromedp.Listen, chromedp.ListenBrowser} {
		if err := listen(tab, v.hear); err != nil {
			t.Fatal(err)
		}
	}
	call(v, network.Enable, network.EnableParams{})
	call(v, log.Enable, cdp.Empty{})
	call(v, runtime.Enable, cdp.Empty{})
	yes := true
	if _, err := chromedp.CallBrowser(tab, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: v.downloads, EventsEnabled: &yes}); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *visit) hear(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") { // the font in the page itself
			v.asked = append(v.asked, e.Request.URL)
		}
	case *log.EventEntryAdded:
		v.said = append(v.said, e.Entry.Text+" "+e.Entry.URL)
	case *runtime.EventConsoleAPICalled:
		v.said = append(v.said, string(e.Type))
	case *runtime.EventExceptionThrown:
		v.said = append(v.said, e.ExceptionDetails.Text)
	case *browser.EventDownloadProgress:
		if e.State == browser.DownloadProgressStateCompleted {
			v.landed <- struct{}{}
		}
	}
}

func (v *visit) bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(v.tab, patience)
}

func (v *visit) do(steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	ctx, end := v.bounded()
	defer end()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.Fatal(err)
	}
}

func told[T any](v *visit, script string, options ...chromedp.EvaluateOption) T {
	v.Helper()
	ctx, end := v.bounded()
	defer end()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, options...))
	if err != nil {
		v.Fatal(err)
	}
	return answer
}

func call[P, R any](v *visit, command cdp.Command[P, R], params P) {
	v.Helper()
	ctx, end := v.bounded()
	defer end()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		v.Fatal(err)
	}
}

// expect waits for what a person waits for, and says what stands there instead
// where it does not come.
func (v *visit) expect(selector string) {
	v.Helper()
	ctx, end := v.bounded()
	defer end()
	if err := chromedp.Do(ctx, chromedp.WaitVisible(selector)); err != nil {
		v.Fatalf("waiting for %s: %v; there is %.600q", selector, err, v.text())
	}
}

func (v *visit) click(selector string) {
	v.Helper()
	v.do(chromedp.Click(selector))
}

func (v *visit) text() string {
	v.Helper()
	return told[string](v, `document.body.innerText`)
}

// look sees the page as it stands on three screens: nothing scrolls sideways or
// is cut off, and axe-core finds nothing.
func (v *visit) look(name string) {
	v.Helper()
	for _, width := range []int64{320, 768, 1280} {
		call(v, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1})
		if wide := told[int64](v, `document.documentElement.scrollWidth`); wide > width {
			v.Errorf("%s scrolls sideways: %d px in %d", name, wide, width)
		}
		v.keepPicture(name, width)
	}
	told[int](v, v.axe+";0")
	found := told[string](v, `axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => JSON.stringify(r.violations.map(v => [v.id, v.impact, v.nodes[0].html])))`, chromedp.EvalAwaitPromise)
	var all [][]string
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		v.Fatal(err)
	}
	for _, fault := range all {
		v.Errorf("%s: axe-core: %v", name, fault)
	}
}

// keepPicture saves what a person would see where CHATVET_PICTURES names a
// folder.
func (v *visit) keepPicture(name string, width int64) {
	v.Helper()
	folder := os.Getenv("CHATVET_PICTURES")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(v.tab, chromedp.FullScreenshot(100))
	if err != nil {
		v.Logf("no picture of %s: %v", name, err) // Chromium has a longest page
		return
	}
	if err := os.WriteFile(filepath.Join(folder, "ui-"+name+"-"+strconv.FormatInt(width, 10)+".png"), picture, 0o644); err != nil {
		v.Fatal(err)
	}
}

// download waits for a file that the click brings, and returns it.
func (v *visit) download(selector, name string) string {
	v.Helper()
	v.click(selector)
	ctx, end := v.bounded()
	defer end()
	select {
	case <-v.landed:
	case <-ctx.Done():
		v.Fatalf("no download of %s", name)
	}
	content, err := os.ReadFile(filepath.Join(v.downloads, name))
	if err != nil {
		v.Fatal(err)
	}
	return string(content)
}
