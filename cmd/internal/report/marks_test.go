package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		text string
		want []span
	}{
		{"", nil},
		{"plain", []span{{0, "plain"}}},
		{"a " + markName("b") + " c " + markCode("d"), []span{{0, "a "}, {nameMark, "b"}, {0, " c "}, {codeMark, "d"}}},
		{"a \u2068never closed", []span{{0, "a "}, {nameMark, "never closed"}}},
		{"closed only\u2069", []span{{0, "closed only\u2069"}}},
	} {
		if diff := cmp.Diff(c.want, spans(c.text), cmp.AllowUnexported(span{})); diff != "" {
			t.Errorf("%q:\n%s", c.text, diff)
		}
	}
}

// A terminal gets marks only where letters from right to left could reorder what
// stands beside them.
func TestForTerminal(t *testing.T) {
	got := forTerminal("in " + markCode("/home/x") + " and " + markCode("/home/ئۇ"))
	if want := "in /home/x and \u2068/home/ئۇ\u2069"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Add("`` ` ```")
	f.Fuzz(func(t *testing.T, name string) {
		if !utf8.ValidString(name) || strings.ContainsAny(name, "\u2066\u2068\u2069\n\r") {
			return // term.Plain makes all of these visible
		}
		got := new(markdown).text(markCode(name))
		if name == "" {
			return
		}
		fence := len(got) - len(strings.TrimLeft(got, "`"))
		if strings.Contains(name, strings.Repeat("`", fence)) {
			t.Errorf("%q ends the code span %q", name, got)
		}
	})
}

func TestMarkdownIsNotObeyed(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{markName("Sample"), "Sample"},
		{markName("@everyone"), "`@everyone`"},
		{markName("#1 [x](javascript:y)"), "`#1 [x](javascript:y)`"},
		{markCode("a`b"), "``a`b``"},
		{markCode("`"), "`` ` ``"},
		{"<b>*x*</b>", `\<b\>\*x\*\</b\>`},
		{"- item", `\- item`},
	} {
		if got := new(markdown).text(c.text); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}
