package check

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

const languagePage = "../../docs/signature-language.md"

// The language's page has the kinds and the diagnostics that the code has.
func TestLanguagePage(t *testing.T) {
	data, err := os.ReadFile(languagePage)
	if err != nil {
		t.Fatal(err)
	}
	got := string(data)
	want := withTable(t, withTable(t, got, "kinds", kindTable()), "diagnostics", diagnosticTable())
	if *update {
		if err := os.WriteFile(languagePage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/signature-language.md: run go test ./signatures/check -update (-want +got):\n%s", diff)
	}
}

// withTable puts a table between the page's marks of that name.
func withTable(t *testing.T, page, name, table string) string {
	t.Helper()
	start, end := fmt.Sprintf("<!-- %s: written by go test ./signatures/check -update -->\n", name), fmt.Sprintf("<!-- end of %s -->", name)
	before, rest, found := strings.Cut(page, start)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("the page has no marks for %s", name)
	}
	return before + start + table + end + after
}

func kindTable() string {
	kinds := signatures.Kinds()
	slices.Sort(kinds)
	var b strings.Builder
	b.WriteString("| kind | strength | value | claim | signer | build |\n|---|---|---|---|---|---|\n")
	for _, k := range kinds {
		info, _ := k.Info()
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", k, info.Strength, shape(info), yes(info.Claim), yes(info.Signer), yes(info.WholeBuild))
	}
	return b.String()
}

func shape(info signatures.KindInfo) string {
	switch {
	case info.Shape == signatures.VersionShape:
		return "version"
	case info.Shape == signatures.PatternShape:
		return "bytes"
	case info.Shape == signatures.HexShape && info.HexLen > 0:
		return fmt.Sprintf("%d hex digits", info.HexLen)
	case info.Shape == signatures.HexShape:
		return "hex digits"
	case info.Fold:
		return "text, any case"
	}
	return "text"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func diagnosticTable() string {
	var b strings.Builder
	b.WriteString("| number | what is wrong | what to do |\n|---|---|---|\n")
	for _, e := range source.Explanations() {
		warning := ""
		if e.Severity == source.Warning {
			warning = " (warning)"
		}
		fmt.Fprintf(&b, "| %s%s | %s | %s |\n", e.Code, warning, e.Title, e.Help)
	}
	return b.String()
}

// A rule that weak kinds can satisfy by any way through it is found: the ways
// are compared with trying every set of facts.
func TestWaysAgreeWithTryingEverything(t *testing.T) {
	ind := func(k signatures.Kind, v string) signatures.Condition {
		i := signatures.Indicator{Kind: k, Value: v}
		if k == signatures.Content {
			i = signatures.Indicator{Kind: k, Text: v}
		}
		return signatures.Condition{Indicator: &i}
	}
	leaves := []signatures.Condition{
		ind(signatures.FileSHA256, "digest"), ind(signatures.Content, "long content"), ind(signatures.Content, "short"),
		ind(signatures.PEProduct, "product"), ind(signatures.OriginHost, "host"),
	}
	var rules []signatures.Condition
	grow := func(from []signatures.Condition) (to []signatures.Condition) {
		for _, a := range from {
			for _, b := range leaves {
				to = append(to,
					signatures.Condition{All: []signatures.Condition{a, b}},
					signatures.Condition{Any: []signatures.Condition{a, b}},
					signatures.Condition{AtLeast: 2, Of: []signatures.Condition{a, b, leaves[3]}},
					signatures.Condition{All: []signatures.Condition{a, {None: []signatures.Condition{b}}}},
				)
			}
		}
		return to
	}
	rules = grow(leaves)
	rules = append(rules, grow(rules)...)
	weakOnes := 0
	for _, rule := range rules {
		got := waysOf(&rule).has(func(w way) bool { return w&hasStrong == 0 })
		want := false
		for set := range 1 << len(leaves) {
			var facts []signatures.Fact
			strong := false
			for i, leaf := range leaves {
				if set&(1<<i) != 0 {
					value := leaf.Indicator.Value + leaf.Indicator.Pattern()
					facts = append(facts, signatures.Fact{Kind: leaf.Indicator.Kind, Value: value})
					strong = strong || strength(leaf.Indicator) > signatures.Weak
				}
			}
			want = want || !strong && holds(&rule, facts)
		}
		// Under none a rule may contradict itself (all: [a, none: [a]]); then
		// the ways say more than can be, and the rule has no hit.
		if want && !got {
			t.Errorf("weak kinds can satisfy %s, and the checker does not see it", spell(&rule))
		}
		if got && !want && !hasNone(&rule) {
			t.Errorf("weak kinds cannot satisfy %s, and the checker says so", spell(&rule))
		}
		if got {
			weakOnes++
		}
	}
	if weakOnes == 0 || weakOnes == len(rules) {
		t.Errorf("%d of %d rules can be satisfied by weak kinds: nothing was compared", weakOnes, len(rules))
	}
}

func hasNone(c *signatures.Condition) bool {
	found := c.None != nil
	for _, list := range [][]signatures.Condition{c.All, c.Any, c.Of} {
		for i := range list {
			found = found || hasNone(&list[i])
		}
	}
	return found
}

func spell(c *signatures.Condition) string {
	if c.Indicator != nil {
		return c.Indicator.Value + c.Indicator.Pattern()
	}
	list := func(word string, of []signatures.Condition) string {
		var parts []string
		for i := range of {
			parts = append(parts, spell(&of[i]))
		}
		if of == nil {
			return ""
		}
		return word + "(" + strings.Join(parts, ", ") + ")"
	}
	return list("all", c.All) + list("any", c.Any) + list("none", c.None) + list(fmt.Sprint("at least ", c.AtLeast, " of "), c.Of)
}
