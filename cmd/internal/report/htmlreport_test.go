package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// element is a start tag with its attributes.
type element struct {
	name string
	attr map[string]string
}

// elements reads a page as a browser does (WHATWG HTML, section 13.2.5).
func elements(t *testing.T, page []byte) []element {
	t.Helper()
	var all []element
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				t.Fatal(z.Err())
			}
			return all
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			e := element{token.Data, map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Key] = a.Val
			}
			all = append(all, e)
		}
	}
}

// hostile is what a file or a list could hold to get out of its place.
var hostile = []string{
	`</title><script>alert(1)</script>`,
	`"><img src=https://attacker.example/x onerror=alert(1)>`,
	`</style><style>@import "https://attacker.example/"</style>`,
	`javascript:alert(1)`,
	`https://attacker.example/?"onclick="alert(1)`,
	"\u2068<b>\u2069</bdi><iframe src=//attacker.example>",
	`{{.}}<!-- `, `' onfocus='alert(1)`, "\x00<svg onload=alert(1)>", strings.Repeat("W", 2000),
}

// hostileResult has it in every name, path, fact, source and address.
func hostileResult() (judge.Result, *signatures.List) {
	res, list := sampleResult(), sampleList()
	n := 0
	next := func() string { n++; return hostile[n%len(hostile)] }
	for i := range res.Builds {
		b := &res.Builds[i]
		b.Product, b.Version, b.Path = next(), next(), "home/x/"+next()
		b.Files = []inventory.File{{Path: next(), SHA256: next()}}
	}
	for i := range res.Findings {
		f := &res.Findings[i]
		f.ID, f.Client = f.ID+next(), f.Client+strings.Repeat(next(), i%2)
		for _, h := range hostile[:len(hostile)*(1-min(i, 1))] { // in full once
			f.Reasons = append(f.Reasons, judge.Reason{Code: "hint", Fact: signatures.Fact{Kind: signatures.PEProduct, Value: h, Place: h, At: h},
				Source: &signatures.Source{Publisher: h, Title: h, Date: h, URL: h}})
		}
	}
	for _, h := range hostile {
		res.Gaps = append(res.Gaps, inventory.Gap{Where: h, What: h, Kind: h, Reason: h})
		list.Helplines = append(list.Helplines, signatures.Helpline{ID: "h", Name: h, Helps: "step.keep-file", AsksFirst: "step.keep-file",
			Email: h, URL: h, Languages: []string{"en", h}, Checked: h})
	}
	for _, f := range list.Families {
		f.Title = next()
	}
	for _, c := range list.Clients {
		c.Name, c.GetGenuine = next(), next()
	}
	res.List.Issued, res.List.Version, res.Root = next(), next(), inventory.Root{Kind: "paths", Name: next()}
	return res, list
}

// knownElements is all that the page is made of; svg and what is in it are its
// own symbols.
var knownElements = []string{"html", "head", "meta", "title", "style", "body", "a", "header", "h1", "h2", "h3", "h4", "p", "ul", "ol", "li",
	"span", "main", "section", "article", "div", "label", "input", "bdi", "dl", "dt", "dd", "details", "summary", "footer",
	"svg", "circle", "path", "rect", "ellipse"}

func TestHostileNamesCannotLeaveTheirPlace(t *testing.T) {
	res, list := hostileResult()
	var out bytes.Buffer
	if err := Render(&out, "html", Input{Result: res, List: list, Say: english(t)}); err != nil {
		t.Fatal(err)
	}
	styles := 0
	for _, e := range elements(t, out.Bytes()) {
		if !slices.Contains(knownElements, e.name) {
			t.Errorf("element %v", e)
		}
		if e.name == "style" {
			styles++
		}
		for key, value := range e.attr {
			if strings.HasPrefix(key, "on") || key == "src" || key == "style" {
				t.Errorf("%s has %s=%q", e.name, key, value)
			}
			if key == "href" && !regexp.MustCompile(`^(#|https?://|mailto:)`).MatchString(value) {
				t.Errorf("link to %q", value)
			}
		}
	}
	if styles != 1 {
		t.Errorf("%d styles", styles)
	}
}

// An address out of a file is shown and never linked: it may lead to the very
// download that the report warns of.
func TestOnlyTheListIsLinked(t *testing.T) {
	res := sampleResult()
	res.Findings[0].Reasons[0].Fact = signatures.Fact{Kind: signatures.OriginURL, Value: "https://attacker.example/a.exe", Place: "https://attacker.example/b"}
	res.Builds[0].Path, res.Gaps[0].Where = "https://attacker.example/c", "https://attacker.example/d"
	var links []string
	for _, e := range elements(t, render(t, "html", res)) {
		if strings.HasPrefix(e.attr["href"], "http") {
			links = append(links, e.attr["href"])
			if e.attr["rel"] != "noopener noreferrer nofollow" {
				t.Errorf("%v", e)
			}
		}
	}
	slices.Sort(links)
	want := []string{"https://example.org/get", "https://example.org/help", "https://example.org/study"}
	if diff := cmp.Diff(want, slices.Compact(links)); diff != "" {
		t.Error(diff)
	}
}

func TestPageAsksNothingOfAnybody(t *testing.T) {
	page := render(t, "html", sampleResult())
	style := between(t, string(page), "<style>", "</style>")
	if regexp.MustCompile(`(?i)url\(|@import|@font-face|expression`).MatchString(style) {
		t.Error("the style loads something")
	}
	digest := sha256.Sum256([]byte(style))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) + "'; base-uri 'none'; form-action 'none'"
	for _, e := range elements(t, page) {
		if e.name == "meta" && e.attr["http-equiv"] == "Content-Security-Policy" {
			if diff := cmp.Diff(want, e.attr["content"]); diff != "" {
				t.Error(diff)
			}
			return
		}
	}
	t.Error("no policy")
}

func between(t *testing.T, s, start, end string) string {
	t.Helper()
	_, rest, found := strings.Cut(s, start)
	inside, _, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("no %s ... %s", start, end)
	}
	return inside
}

// The page lies open on a screen: neither its title nor its name says what it is
// about.
func TestTitleAndNameAreNeutral(t *testing.T) {
	page := string(render(t, "html", sampleResult()))
	if title := between(t, page, "<title>", "</title>"); title != "Check result" {
		t.Errorf("title %q", title)
	}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	if name := FileName(at, "html"); name != "check-20260304-0506.html" {
		t.Errorf("name %q", name)
	}
	for file, want := range map[string]string{"a.html": "html", "A.HTM": "html", "a.md": "markdown", "a.json": "json", "a.csv": "csv",
		"a.txt": "text", "a": "", "/dev/stdout": "", "a.pdf": ""} {
		if got := FormatOf(file); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

// WCAG 2.2, 1.3.1 and 2.4.6: one h1, and no level of heading left out.
func TestHeadingsAndLandmarks(t *testing.T) {
	count, level := map[string]int{}, 0
	for _, e := range elements(t, render(t, "html", sampleResult())) {
		count[e.name]++
		if len(e.name) == 2 && e.name[0] == 'h' && '1' <= e.name[1] && e.name[1] <= '6' {
			now := int(e.name[1] - '0')
			if now > level+1 {
				t.Errorf("h%d after h%d", now, level)
			}
			level = now
		}
		if e.name == "section" || e.name == "article" {
			if e.attr["aria-labelledby"] == "" {
				t.Errorf("%s without a name", e.name)
			}
		}
	}
	for _, name := range []string{"h1", "header", "main", "footer", "title"} {
		if count[name] != 1 {
			t.Errorf("%d times %s", count[name], name)
		}
	}
	if count["article"] != 9 || count["input"] == 0 {
		t.Errorf("%d cards, %d steps to tick", count["article"], count["input"])
	}
}

// UX.md 3.2: each verdict has a shape of its own, for in grey all colours are
// alike.
func TestEachVerdictHasItsOwnSymbol(t *testing.T) {
	seen := map[string]judge.Verdict{}
	for _, v := range append(Verdicts(), "nothing") {
		svg, err := pageSymbol(v)
		if err != nil {
			t.Fatal(err)
		}
		if other, twice := seen[string(svg)]; twice {
			t.Errorf("%s and %s look alike", v, other)
		}
		seen[string(svg)] = v
	}
	if unknown, err := pageSymbol("../report.css"); err != nil || seen[string(unknown)] != judge.Unverified {
		t.Errorf("an unknown verdict: %v, %.40s", err, unknown)
	}
}

var (
	colour    = regexp.MustCompile(`--([a-z]+): (#[0-9a-f]{6})`)
	rule      = regexp.MustCompile(`(?m)^\.([a-z]+) \{ --verdict: (#[0-9a-f]{6}); \}`)
	directive = regexp.MustCompile(`(?m)[{;]\s*([a-z-]*(?:left|right|transition|animation)[a-z-]*)\s*:|:\s*(left|right)\s*;`)
)

// WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for signs.
func TestContrast(t *testing.T) {
	style, err := pageFile("report.css")
	if err != nil {
		t.Fatal(err)
	}
	screen, print, found := strings.Cut(style, "@media print")
	if !found {
		t.Fatal("no style for paper")
	}
	colours := func(css string, base map[string]string) map[string]string {
		all := map[string]string{}
		for k, v := range base {
			all[k] = v
		}
		for _, m := range colour.FindAllStringSubmatch(css[strings.Index(css, ":root"):strings.Index(css, "body {")], -1) {
			if m[1] != "verdict" {
				all[m[1]] = m[2]
			}
		}
		return all
	}
	onScreen := colours(screen, nil)
	onPaper := colours(print, onScreen)
	check := func(where, text, ground string, least float64) {
		if c := contrast(t, text, ground); c < least {
			t.Errorf("%s: %s on %s is %.1f to 1, want %.1f", where, text, ground, c, least)
		}
	}
	for _, ground := range []string{"paper", "page", "do"} {
		for _, text := range []string{"ink", "quiet", "link"} {
			check("screen "+text+" on "+ground, onScreen[text], onScreen[ground], 4.5)
			check("paper "+text+" on "+ground, onPaper[text], onPaper[ground], 4.5)
		}
	}
	verdicts := rule.FindAllStringSubmatch(screen, -1)
	if len(verdicts) != len(Verdicts()) {
		t.Fatalf("%d verdicts have a colour", len(verdicts))
	}
	for _, m := range verdicts {
		check("band of "+m[1], onScreen["on"], m[2], 4.5)
		check("symbol of "+m[1], m[2], onScreen["paper"], 3)
	}
	check("band on paper", onPaper["on"], onPaper["page"], 4.5)
}

// contrast is WCAG's ratio of relative luminances.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}

func TestContrastIsWCAGs(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#777777", "#ffffff", 4.48}, {"#ffffff", "#ffffff", 1}} {
		if got := contrast(t, c.a, c.b); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s on %s: %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

// The page turns round with its language, and nothing on it moves.
func TestStyleKnowsNoSidesAndNoMotion(t *testing.T) {
	style, err := pageFile("report.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range directive.FindAllString(style, -1) {
		t.Errorf("%q", found)
	}
}

func TestPageOfAnotherLanguage(t *testing.T) {
	d := New(sampleResult(), sampleList(), english(t))
	d.Language = text.Language{Tag: "ug", RightToLeft: true}
	d.Cards = d.Cards[:1]
	var out bytes.Buffer
	if err := writePage(&out, d); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<html lang="ug" dir="rtl">`, `<article class="card harmful" lang="en" dir="ltr"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

// UX.md, 3.1: every card ends with what was not checked, and why it is said.
func TestOrderOfBlocks(t *testing.T) {
	page := string(render(t, "html", sampleResult()))
	w := words(english(t), judge.Harmful)
	for i, card := range strings.Split(page, "<article ")[1:] {
		card, _, _ = strings.Cut(card, "</article>")
		at := -1
		for _, heading := range []string{"<h3", w.Meaning, w.Peer, ">" + w.Do + "<", w.NotChecked, w.Why} {
			now := strings.Index(card, heading)
			if now < 0 && (heading == w.NotChecked || heading == w.Why || heading == "<h3") {
				t.Errorf("card %d has no %q", i, heading)
			}
			if now >= 0 && now < at {
				t.Errorf("card %d: %q is too early", i, heading)
			}
			at = max(at, now)
		}
	}
}

// Whom a person can turn to is on the page where a card sends there, and only
// there: helplines are few.
func TestHelplinesStandWhereTheyAreNeeded(t *testing.T) {
	list := sampleList()
	list.Helplines = nil
	for _, c := range []struct {
		verdict judge.Verdict
		want    bool
	}{{judge.Harmful, true}, {judge.Mismatch, true}, {judge.Regional, true}, {judge.Unofficial, true},
		{judge.Unsupported, false}, {judge.Unverified, false}, {judge.Independent, false}, {judge.Official, false}} {
		res := judge.Result{Findings: []judge.Finding{{ID: "f", Verdict: c.verdict, Level: judge.Note}}}
		d := New(res, list, english(t))
		if got := len(d.Helplines) > 0; got != c.want {
			t.Errorf("%s: %v, want %v", c.verdict, got, c.want)
		}
	}
}

func TestEveryLanguageOfAHelplineHasItsOwnName(t *testing.T) {
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range list.Helplines {
		for _, tag := range h.Languages {
			if tongues[tag] == "" {
				t.Errorf("%s: %s", h.ID, tag)
			}
		}
	}
}
