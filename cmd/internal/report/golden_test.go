package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
)

var update = flag.Bool("update", false, "write the golden files anew")

const goldenFolder = "../../../testdata/golden"

func TestGolden(t *testing.T) {
	nothing := judge.Result{Inventory: inventory.Inventory{Schema: 1, Partial: true,
		Tool: inventory.Tool{Name: "chatvet", Version: "1.0.0"}, List: inventory.List{Version: "2026.01.02.1", Issued: "2026-01-02"},
		Root: inventory.Root{Kind: "paths", Name: "Downloads"}}}
	plain := term.Profile{Width: term.DefaultWidth}
	for _, c := range []struct {
		file, format string
		in           Input
	}{
		{"report.en.txt", "text", Input{Result: sampleResult(), Profile: plain}},
		{"report-narrow.en.txt", "text", Input{Result: sampleResult(), Profile: term.Profile{Width: term.MinWidth}}},
		{"report-verbose.en.txt", "text", Input{Result: sampleResult(), Profile: plain, Verbose: true}},
		{"report-facts.en.txt", "text", Input{Result: sampleResult(), Profile: plain, Facts: true}},
		{"report-nothing.en.txt", "text", Input{Result: nothing, Profile: plain}},
		{"report.json", "json", Input{Result: sampleResult()}},
		{"report-nothing.json", "json", Input{Result: nothing}},
		{"report.en.html", "html", Input{Result: sampleResult()}},
		{"report-shared.en.html", "html", Input{Result: Share(sampleResult()), Shared: true}},
		{"report-nothing.en.html", "html", Input{Result: nothing}},
		{"report.en.md", "markdown", Input{Result: Share(sampleResult()), Shared: true}},
		{"report-nothing.en.md", "markdown", Input{Result: nothing}},
		{"report-preview.en.txt", "preview", Input{Result: Share(sampleResult()), Shared: true, Profile: plain}},
		{"report.csv", "csv", Input{Result: sampleResult()}},
		{"report.summary.json", "summary", Input{Result: sampleResult()}},
	} {
		t.Run(c.file, func(t *testing.T) {
			c.in.List, c.in.Say = sampleList(), english(t)
			var out bytes.Buffer
			if err := Render(&out, c.format, c.in); err != nil {
				t.Fatal(err)
			}
			golden(t, c.file, withoutStyle(out.Bytes()))
		})
	}
}

// The same in every language, beside English where nobody has reviewed it.
func TestGoldenLanguages(t *testing.T) {
	for _, l := range text.Languages() {
		if l.Tag == text.English.Tag {
			continue
		}
		for format, ending := range map[string]string{"text": ".txt", "html": ".html", "markdown": ".md"} {
			file := "languages/report." + l.Tag + ending
			t.Run(file, func(t *testing.T) {
				var out bytes.Buffer
				in := Input{Result: sampleResult(), List: sampleList(), Say: catalogueOf(t, l.Tag), Profile: term.Profile{Width: term.DefaultWidth}}
				if err := Render(&out, format, in); err != nil {
					t.Fatal(err)
				}
				golden(t, file, withoutStyle(out.Bytes()))
			})
		}
	}
}

// withoutStyle leaves out how a page looks, which other tests look at.
func withoutStyle(page []byte) []byte {
	page = regexp.MustCompile(`(?s)<style>.*</style>`).ReplaceAll(page, []byte("<style></style>"))
	return regexp.MustCompile(`sha256-.*?&#39;`).ReplaceAll(page, []byte("sha256-&#39;"))
}

func TestGoldenEntries(t *testing.T) {
	for _, c := range []struct {
		file, id string
		detail   Detail
	}{
		{"explain-family.en.txt", "sample-edition", Explain},
		{"explain-client.en.txt", "sample", Explain},
		{"explain-verdict.en.txt", "regional", Explain},
		{"explain-undetectable.en.txt", "sample-mod", Explain},
		{"show-family.en.txt", "sample-edition", Show},
		{"show-client.en.txt", "sample", Show},
	} {
		t.Run(c.file, func(t *testing.T) {
			var out bytes.Buffer
			known, err := Entry(&out, c.id, sampleList(), english(t), term.Profile{Width: term.DefaultWidth}, c.detail)
			if err != nil || !known {
				t.Fatalf("known %v, error %v", known, err)
			}
			golden(t, c.file, out.Bytes())
		})
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	path := filepath.Join(goldenFolder, file)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (go test -update writes it anew):\n%s", file, diff)
	}
}
