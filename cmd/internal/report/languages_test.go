package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
)

func catalogueOf(t *testing.T, tag string) *text.Catalogue {
	t.Helper()
	l, err := text.Choose(tag, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := text.Open(l)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func documentIn(say *text.Catalogue) Document {
	return Input{Result: sampleResult(), List: sampleList(), Say: say}.Document()
}

func TestReviewedLanguageStandsAlone(t *testing.T) {
	d := documentIn(english(t))
	if d.Unreviewed != "" || d.Beside != nil {
		t.Errorf("%q stands above English", d.Unreviewed)
	}
	for _, c := range append(d.Cards, d.Notes...) {
		if c.Beside != nil || c.Fallback != "" {
			t.Errorf("%s stands twice", c.Title)
		}
	}
}

func TestUnreviewedLanguageSaysSoAndStandsBesideEnglish(t *testing.T) {
	want := documentIn(english(t))
	for _, l := range text.Languages() {
		if l.Reviewed {
			continue
		}
		t.Run(l.Tag, func(t *testing.T) {
			d := documentIn(catalogueOf(t, l.Tag))
			if d.Beside == nil || d.Beside.Headline != want.Headline || d.Headline == want.Headline {
				t.Fatalf("headline %q beside %+v", d.Headline, d.Beside)
			}
			if d.Unreviewed == "" || d.Beside.Unreviewed == "" || d.Unreviewed == d.Beside.Unreviewed {
				t.Errorf("above it stands %q and %q", d.Unreviewed, d.Beside.Unreviewed)
			}
			own := 0
			english := append(slices.Clone(want.Cards), want.Notes...)
			for i, c := range append(slices.Clone(d.Cards), d.Notes...) {
				oneLanguage(t, c, english[i], l)
				if c.Fallback == "" {
					own++
				}
			}
			if own == 0 {
				t.Error("every card is in English")
			}
		})
	}
}

// oneLanguage checks that a card is in the language with the English beside it,
// or in English with a word on why.
func oneLanguage(t *testing.T, got, english Card, l text.Language) {
	t.Helper()
	switch {
	case got.Fallback != "":
		if got.Language.Tag != "en" || got.Title != english.Title || got.Meaning != english.Meaning || got.Beside != nil {
			t.Errorf("%s fell back and is not the English card: %+v", english.Title, got)
		}
	case got.Language.Tag != l.Tag || got.Beside == nil || got.Beside.Title != english.Title || got.Beside.Language.Tag != "en":
		t.Errorf("%s in %s stands beside %+v", english.Title, got.Language.Tag, got.Beside)
	case got.VerdictWord == english.VerdictWord || got.Meaning == english.Meaning || got.Words.Why == english.Words.Why:
		t.Errorf("%s is in two languages", got.Title)
	}
}

// Each text of a card is taken out in turn: the whole card must fall back.
func TestCardFallsBackWhole(t *testing.T) {
	full, err := text.Pseudo(text.Long)
	if err != nil {
		t.Fatal(err)
	}
	english := documentIn(english(t)).Cards
	for _, id := range []string{"verdict.regional.title", "verdict.regional.meaning", "heading.why", "peer.client-scans-both-sides",
		"step.helpline-first", "reason.family-strong", "strength.strong", "level.warning", "card.source"} {
		d := documentIn(full.Without(id))
		for i, c := range d.Cards {
			if c.Verdict == "regional" && (c.Fallback == "" || c.Language.Tag != "en" || c.Title != english[i].Title || c.Meaning != english[i].Meaning) {
				t.Errorf("without %s: %q in %s", id, c.Title, c.Language.Tag)
			}
		}
	}
	// What is seen in a file is for experts and does not take the card with it.
	for _, c := range documentIn(full.Without("kind.content")).Cards {
		if c.Fallback != "" {
			t.Errorf("%q fell back for the name of a kind", c.Title)
		}
	}
}

func TestTextReportShowsBothLanguages(t *testing.T) {
	var out bytes.Buffer
	in := Input{Result: sampleResult(), List: sampleList(), Say: catalogueOf(t, "zh-Hans"), Profile: term.Profile{Width: term.DefaultWidth}, Verbose: true}
	if err := Render(&out, "text", in); err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, part := range []string{"这段文字由机器翻译", "chatvet 在这台电脑上", "A machine made this text", "chatvet found 10 chat programs",
		"≠ 签名不符：Sample", "≠ Signature does not match: Sample", "它只看应用文件", "It looks at app files only."} {
		next := strings.Index(out.String(), part)
		if next <= at {
			t.Fatalf("%q stands at %d, after %d, in:\n%s", part, next, at, out.String())
		}
		at = next
	}
	if n := strings.Count(out.String(), "\n≠ "); n != 2 {
		t.Errorf("%d cards where 2 were wanted", n)
	}
}

func TestMarkdownAndPreviewShowBothLanguages(t *testing.T) {
	for format, parts := range map[string][]string{
		"markdown": {"这段文字由机器翻译", "chatvet 在这台电脑上", "A machine made this text", "chatvet found 10 chat programs",
			"≠ 签名不符：Sample", "≠ Signature does not match: Sample", "它只看应用文件", "It looks at app files only."},
		"preview": {catalogueOf(t, "zh-Hans").Text("preview.head", nil)[:12], english(t).Text("preview.head", nil)[:12], "schema: 1"},
	} {
		var out bytes.Buffer
		in := Input{Result: sampleResult(), List: sampleList(), Say: catalogueOf(t, "zh-Hans"), Profile: term.Profile{Width: term.DefaultWidth}}
		if err := Render(&out, format, in); err != nil {
			t.Fatal(err)
		}
		at := -1
		for _, part := range parts {
			next := strings.Index(out.String(), part)
			if next <= at {
				t.Fatalf("%s: %q stands at %d, after %d, in:\n%s", format, part, next, at, out.String())
			}
			at = next
		}
	}
}

// The line on what was looked at is in one language or not there.
func TestLookedLineIsInOneLanguage(t *testing.T) {
	full, err := text.Pseudo(text.Long)
	if err != nil {
		t.Fatal(err)
	}
	res := sampleResult()
	res.Checked.Lookups = []string{"dpkg"}
	in := Input{Result: res, List: sampleList(), Say: full}
	if line := in.Document().Looked; line == "" || line == New(res, sampleList(), english(t)).Looked {
		t.Fatalf("the line is %q", line)
	}
	for _, id := range []string{"looked.counts", "looked.files", "lookup.dpkg"} {
		in.Say = full.Without(id)
		d := in.Document()
		if want := New(res, sampleList(), english(t)).Looked; d.Looked != "" || d.Beside == nil || d.Beside.Looked != want {
			t.Errorf("without %s: %q beside %q", id, d.Looked, d.Beside.Looked)
		}
	}
}

func TestPseudoLanguagesFit(t *testing.T) {
	for _, style := range []text.Style{text.Long, text.Mirrored, text.Tall} {
		say, err := text.Pseudo(style)
		if err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{term.MinWidth, term.DefaultWidth} {
			var out bytes.Buffer
			in := Input{Result: sampleResult(), List: sampleList(), Say: say, Profile: term.Profile{Width: width}, Verbose: true}
			if err := Render(&out, "text", in); err != nil {
				t.Fatal(err)
			}
			for line := range strings.SplitSeq(out.String(), "\n") {
				if term.Width(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s: %d columns: %s", say.Language().Tag, term.Width(line), line)
				}
			}
		}
	}
}
