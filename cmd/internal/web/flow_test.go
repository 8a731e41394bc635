package web

import (
	"context"
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	browserpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// The whole page as a person uses it, in a real browser, with a real scan of a
// folder behind it.

// tomSkype is a synthetic, inert program that shows by itself what TOM-Skype
// shows.
func tomSkype(t *testing.T, list *signatures.List) []byte {
	t.Helper()
	family := list.Family("tom-skype")
	for _, example := range family.Tests.Hit {
		files, err := fixture.FromExample(example, family.Platforms[0])
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 1 && len(files["program.exe"]) > 0 {
			return files["program.exe"]
		}
	}
	t.Fatal("no example is a program by itself")
	return nil
}

// someone is part of the path to what is found, as a user's name is.
const someone = "tenzin-norbu"

// served is a page over the folder Downloads of someone, which holds the
// synthetic TOM-Skype. A scan goes on once looked is closed.
func served(t *testing.T, looked <-chan struct{}) (server *Server, program []byte, ended <-chan error) {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "home", someone, "Downloads")
	program = tomSkype(t, list)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "skype-setup.exe"), program, 0o600); err != nil {
		t.Fatal(err)
	}
	options := func(progress func(detect.Progress)) detect.Options {
		return detect.Options{Tool: inventory.Tool{Name: "chatvet"}, Limits: inspect.DefaultLimits, Progress: progress}
	}
	work := Work{List: list, Language: text.English, Private: []string{someone},
		Phone: Phone{Steps: []string{"phone.step.cable"}, Command: "chatvet phone", After: []string{"phone.after.off"},
			Questions: []Question{{"phone.question.from", "phone.question.from.means"}}},
		Scan: func(ctx context.Context, progress func(detect.Progress)) (judge.Result, error) {
			root, err := platform.OpenPaths(folder)
			if err != nil {
				return judge.Result{}, err
			}
			inv, err := detect.Collect(ctx, root, list, options(progress))
			select {
			case <-looked:
			case <-ctx.Done():
			}
			return judge.Judge(inv, list, judge.Policy{}), err
		},
		Inspect: func(ctx context.Context, root platform.Root, progress func(detect.Progress)) (judge.Result, error) {
			inv, err := detect.Inspect(ctx, root, list, options(progress))
			return judge.Judge(inv, list, judge.Policy{}), err
		}}
	// A page that follows another may take its time on a busy machine; only the
	// end counts.
	server, err = Listen(work, Bounds{Drop: 1 << 20, Idle: time.Hour, Grace: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	end := make(chan error, 1)
	go func() { end <- server.Serve(t.Context()) }()
	return server, program, end
}

func (v *visit) open(address string) {
	v.Helper()
	v.do(chromedp.Navigate(address))
}

func TestPageFromBeginningToEnd(t *testing.T) {
	v := visiting(t)
	looked := make(chan struct{})
	server, program, ended := served(t, looked)
	page := func(name string) string { return "http://" + server.site.host + server.site.address("en", name) }

	// Consent, and a check of this computer.
	v.open(server.URL())
	v.expect("#scan")
	if !strings.Contains(v.text(), "does not open your chats") {
		t.Error("nothing is said before the check")
	}
	v.look("start")
	v.click("#scan")
	v.expect("#wait")
	v.expectText("#progress", "skype-setup.exe")
	v.look("progress")
	close(looked)
	v.expect("article.card.regional")
	if body := v.text(); !strings.Contains(body, someone) || !strings.Contains(body, "TOM-Skype") {
		t.Error("the report does not say what was found where")
	}
	v.look("report")

	// A file is dropped; first one that is too large.
	v.open(page(""))
	v.expect("#drop")
	v.dropFile("big.iso", make([]byte, 1<<20+1))
	v.expect("#too-large")
	v.dropFile("dropped-by-"+someone+".exe", program)
	v.expect("article.card.regional")
	if card := told[string](v, `document.querySelector("article.card").innerText`); !strings.Contains(card, "TOM-Skype") || !strings.Contains(card, "dropped-by") {
		t.Errorf("the card says %q", card)
	}

	// In Tibetan, beside the English.
	v.click(`nav a[lang="bo"]`)
	v.expect(`article.card[lang="en"]`)
	if tag := told[string](v, `document.documentElement.lang`); tag != "bo" {
		t.Errorf("the page is in %q", tag)
	}
	v.look("report-bo")

	// What leaves.
	v.open(page("export"))
	v.expect("#preview")
	v.look("export")
	if preview := told[string](v, `document.getElementById("preview").innerText`); strings.Contains(preview, someone) || !strings.Contains(preview, "tom-skype") {
		t.Errorf("the preview holds %.300q", preview)
	}
	for i, format := range exported {
		link := "#files li:nth-child(" + string(rune('1'+i)) + ") a"
		name := told[string](v, `document.querySelector("`+link+`").innerText`)
		content := v.download(link, name)
		if strings.Contains(content, someone) || !strings.Contains(content, "TOM-Skype") && !strings.Contains(content, "tom-skype") {
			t.Errorf("the export as %s holds %.300q", format, content)
		}
	}

	// Whom am I talking to? And the phone.
	v.open(page("contact?words=tom-skype"))
	v.expect("#peers")
	v.look("contact")
	v.click("#peers a")
	v.expect("#peer")
	if !strings.Contains(v.text(), "could put them in danger") {
		t.Error("the contact view says nothing of danger")
	}
	v.look("peer")
	v.open(page("phone"))
	v.expect("#cable")
	v.look("phone")

	v.keptToItself(server.site.host)

	// It ends with its page.
	server.site.alive.mu.Lock()
	server.site.alive.bounds.Grace = time.Millisecond
	server.site.alive.mu.Unlock()
	call(v, browserpage.Close, cdp.Empty{})
	v.ends(ended)
}

// Without JavaScript a check can be begun and its report read, in every language
// that there is.
func TestPageWithoutJavaScript(t *testing.T) {
	v := visiting(t)
	looked := make(chan struct{})
	close(looked)
	server, _, ended := served(t, looked)
	call(v, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	v.open(server.URL())
	v.expect("#scan")
	v.click("#scan")
	v.expect("article.card.regional")
	for _, l := range text.Languages() {
		v.open("http://" + server.site.host + server.site.address(l.Tag, "report"))
		v.expect("article.card.regional")
		v.open("http://" + server.site.host + server.site.address(l.Tag, ""))
		v.expect("#scan")
	}
	v.keptToItself(server.site.host)
	v.click("#quit")
	v.ends(ended)
}

// The first page in every language, on three screens.
func TestFirstPageInEveryLanguage(t *testing.T) {
	v := visiting(t)
	server, _, _ := served(t, nil)
	for _, l := range text.Languages() {
		v.open("http://" + server.site.host + server.site.address(l.Tag, ""))
		v.expect("#scan")
		v.look("start-" + l.Tag)
	}
	v.keptToItself(server.site.host)
}

func (v *visit) expectText(selector, part string) {
	v.Helper()
	ctx, end := v.bounded()
	defer end()
	find := `(selector, part) => document.querySelector(selector)?.innerText.includes(part)`
	if _, err := chromedp.Run(ctx, chromedp.PollFunction[bool](find, chromedp.WithPollingArgs(selector, part))); err != nil {
		v.Fatalf("waiting for %q in %s: %v; there is %.600q", part, selector, err, v.text())
	}
}

// dropFile lets a file fall on the page, as a file manager does.
func (v *visit) dropFile(name string, content []byte) {
	v.Helper()
	told[int](v, `(() => {
		const bytes = Uint8Array.from(atob("`+base64.StdEncoding.EncodeToString(content)+`"), c => c.charCodeAt(0));
		const data = new DataTransfer();
		data.items.add(new File([bytes], "`+name+`"));
		document.getElementById("drop").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
		return 0;
	})()`)
}

// keptToItself fails where the browser asked anybody else for anything, or had
// something to complain about.
func (v *visit) keptToItself(host string) {
	v.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, address := range v.asked {
		if u, err := url.Parse(address); err != nil || u.Host != host {
			v.Errorf("asked for %s", address)
		}
	}
	if len(v.asked) == 0 {
		v.Error("nothing was seen that it asked for")
	}
	if len(v.said) > 0 {
		v.Errorf("the console says %q", v.said)
	}
}

func (v *visit) ends(ended <-chan error) {
	v.Helper()
	ctx, stop := context.WithTimeout(v.Context(), patience)
	defer stop()
	select {
	case err := <-ended:
		if err != nil {
			v.Error(err)
		}
	case <-ctx.Done():
		v.Error("it goes on without its page")
	}
}
