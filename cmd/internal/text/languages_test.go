package text

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func opened(t *testing.T, l Language) *Catalogue {
	t.Helper()
	c, err := Open(l)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// translated is every text of a language but English, by its id; plural forms
// stand under the id with their number.
func translated(c *Catalogue) map[string]string {
	texts := map[string]string{}
	for _, id := range c.IDs() {
		e := c.english.entries[id]
		if e.plural == "" {
			if c.own.has(e.text, id) {
				texts[id] = c.own.messages.GetC(e.text, id)
			}
			continue
		}
		for _, t := range c.own.messages.GetDomain().GetCtxTranslations()[id] {
			for form, text := range t.Trs {
				if t.ID == e.text && text != "" {
					texts[fmt.Sprintf("%s[%d]", id, form)] = text
				}
			}
		}
	}
	return texts
}

// others runs a test in every language but English.
func others(t *testing.T, test func(*testing.T, *Catalogue)) {
	for _, l := range Languages() {
		if l.Tag != English.Tag {
			t.Run(l.Tag, func(t *testing.T) { test(t, opened(t, l)) })
		}
	}
}

func TestEveryFolderIsALanguage(t *testing.T) {
	folders, err := fs.ReadDir(embedded, "catalogues")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, f := range folders {
		got = append(got, f.Name())
	}
	for _, l := range Languages() {
		want = append(want, l.Tag)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A catalogue says itself how it was made and who has read it, and the program
// must not claim more.
func TestHeadersSayHowTheyWereMade(t *testing.T) {
	for _, l := range Languages() {
		if l.Tag == English.Tag {
			continue
		}
		names, err := fs.Glob(embedded, "catalogues/"+l.Tag+"/*.po")
		if err != nil || len(names) == 0 {
			t.Errorf("%s: no catalogues, error %v", l.Tag, err)
		}
		for _, name := range names {
			b, err := fs.ReadFile(embedded, name)
			if err != nil {
				t.Fatal(err)
			}
			file := string(b)
			for _, line := range []string{`"Language: ` + l.Tag + `\n"`, `"Plural-Forms: nplurals=`, "# How it was made: "} {
				if !strings.Contains(file, line) {
					t.Errorf("%s has no line %s", name, line)
				}
			}
			review := regexp.MustCompile(`"X-Review: ([^\\]+)\\n"`).FindStringSubmatch(file)
			if review == nil || (review[1] != "none") != l.Reviewed {
				t.Errorf("%s: review %q, but the program has reviewed: %v", name, review, l.Reviewed)
			}
		}
	}
}

// Tier 1 is all or nothing: what a frightened person reads first.
func TestTierOneIsComplete(t *testing.T) {
	b, err := fs.ReadFile(embedded, "catalogues/en/1-verdicts.po")
	if err != nil {
		t.Fatal(err)
	}
	others(t, func(t *testing.T, c *Catalogue) {
		texts := translated(c)
		for _, p := range paragraphs(string(b)) {
			_, one := texts[p.id]
			_, plural := texts[p.id+"[0]"]
			if p.id != "" && !one && !plural {
				t.Errorf("%s is missing, or its English has changed", p.id)
			}
		}
		t.Logf("%d of %d texts", len(texts), len(c.IDs()))
	})
}

func TestPlaceholdersAreKept(t *testing.T) {
	braces := regexp.MustCompile(`\{[^}]*\}`)
	set := func(s string) []string {
		found := braces.FindAllString(s, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	others(t, func(t *testing.T, c *Catalogue) {
		for id, text := range translated(c) {
			plain, _, _ := strings.Cut(id, "[")
			e := c.english.entries[plain]
			if diff := cmp.Diff(set(e.text+e.plural), set(text)); diff != "" {
				t.Errorf("%s: %s\n%s", id, text, diff)
			}
			if strings.Count(text, "{") != len(braces.FindAllString(text, -1)) {
				t.Errorf("%s: a brace stands alone: %s", id, text)
			}
		}
	})
}

// The rules are those of CLDR; a number of each of a language's forms.
func TestPluralForms(t *testing.T) {
	numbers := map[string][]int{
		"zh-Hans": {1, 2}, "zh-Hant": {1, 2}, "bo": {1, 2}, "my": {1, 2}, "vi": {1, 2},
		"ug": {1, 2}, "tr": {1, 2}, "az": {1, 2}, "es": {1, 2}, "fa": {1, 2}, "fr": {0, 2},
		"ru": {1, 21, 2, 24, 5, 11, 12, 100}, "ar": {0, 1, 2, 3, 10, 11, 99, 100, 102},
	}
	others(t, func(t *testing.T, c *Catalogue) {
		if numbers[c.Language().Tag] == nil {
			t.Fatal("no numbers to try")
		}
		for _, n := range numbers[c.Language().Tag] {
			if _, own := Whole(c, func(c *Catalogue) string { return c.Plural("verdict.official.count", n, nil) }); !own {
				t.Errorf("no form for %d", n)
			}
		}
	})
	for _, l := range []struct {
		tag  string
		same [2]int
		as   bool
	}{
		{"ru", [2]int{1, 21}, true}, {"ru", [2]int{2, 24}, true}, {"ru", [2]int{5, 11}, true}, {"ru", [2]int{1, 2}, false}, {"ru", [2]int{2, 5}, false},
		{"ar", [2]int{3, 10}, true}, {"ar", [2]int{11, 99}, true}, {"ar", [2]int{2, 3}, false}, {"ar", [2]int{10, 11}, false},
		{"fr", [2]int{0, 1}, true}, {"fr", [2]int{1, 2}, false}, {"es", [2]int{0, 2}, true}, {"es", [2]int{1, 2}, false},
		{"zh-Hans", [2]int{1, 2}, true}, {"bo", [2]int{1, 2}, true},
	} {
		language, err := Choose(l.tag, nil)
		if err != nil {
			continue // not among the languages yet
		}
		c := opened(t, language)
		form := func(n int) string {
			return strings.ReplaceAll(c.Plural("verdict.unofficial.count", n, Args{"n": "N"}), "N", "")
		}
		if got := form(l.same[0]) == form(l.same[1]); got != l.as {
			t.Errorf("%s: %d and %d have the same form: %v", l.tag, l.same[0], l.same[1], got)
		}
	}
}

// A text in another script than its language's is a slip: a line left in
// English, a letter of the neighbour's alphabet.
func TestTextsAreInTheirScript(t *testing.T) {
	scripts := map[string]*unicode.RangeTable{"zh-Hans": unicode.Han, "zh-Hant": unicode.Han, "bo": unicode.Tibetan,
		"my": unicode.Myanmar, "ug": unicode.Arabic, "ar": unicode.Arabic, "fa": unicode.Arabic, "ru": unicode.Cyrillic}
	latin := regexp.MustCompile(`\{[a-z]+\}|--[a-z-]+|\b(chatvet|PIN|Linux|Windows|Android|iOS|macOS|[A-Z][A-Za-z0-9.+-]*)\b`)
	others(t, func(t *testing.T, c *Catalogue) {
		script, has := scripts[c.Language().Tag]
		if !has {
			t.Skip("in Latin letters")
		}
		tierOne := tierOneIDs(t)
		for id, text := range translated(c) {
			plain, _, _ := strings.Cut(id, "[")
			if !tierOne[plain] {
				continue // tiers 2 and 3 hold commands and names
			}
			for _, r := range latin.ReplaceAllString(text, "") {
				if unicode.IsLetter(r) && !unicode.Is(script, r) {
					t.Errorf("%s: %q in %s", id, r, text)
				}
			}
		}
	})
}

func tierOneIDs(t *testing.T) map[string]bool {
	b, err := fs.ReadFile(embedded, "catalogues/en/1-verdicts.po")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, p := range paragraphs(string(b)) {
		ids[p.id] = true
	}
	return ids
}

// Letters that a language does not have, and that a neighbour's keyboard gives.
func TestLettersBelongToTheLanguage(t *testing.T) {
	neighbours := map[string]string{
		"fa": "يكىة",    // of Arabic; Persian has ی and ک
		"ar": "یکپچژگە", // of Persian and Uyghur
		"ug": "یکةهحصضطظعثذ\u064b",
		"my": "\u1060\u1061\u1062\u1063\u1064\u1065\u1066\u1067\u106a\u106b\u107e\u1090", // stacks of Zawgyi
		"tr": "əxqw", "az": "îâûw",
		"zh-Hans": "這個們檢應簽證統訊為說還發過無資軟體",
		"zh-Hant": "这个们检应签证统讯为说还发过无资软体",
	}
	foreign := regexp.MustCompile(`\{[a-z]+\}|--[a-z-]+|\bLinux\b|\bWindows\b`)
	others(t, func(t *testing.T, c *Catalogue) {
		for id, text := range translated(c) {
			for _, r := range foreign.ReplaceAllString(text, "") {
				if strings.ContainsRune(neighbours[c.Language().Tag], r) {
					t.Errorf("%s: %q in %s", id, r, text)
				}
			}
		}
	})
}

// What the English never says of an app, no translation says either. A person
// may be in danger or not, which is why only verdicts and reasons are looked at.
func TestForbiddenWordsInEveryLanguage(t *testing.T) {
	forbidden := map[string]string{
		"zh-Hans": `安全|干净|感染|被黑|中毒|黑客`,
		"zh-Hant": `安全|乾淨|感染|被駭|中毒|駭客`,
		"bo":      `བདེ་འཇགས|གཙང་མ|འགོས`,
		"ug":      `بىخەتەر|پاكىز|يۇقۇملان`,
		"ar":      `آمن|نظيف|مصاب|مخترق`,
		"fa":      `امن(\s|$|\.)|پاک|آلوده|هک`,
		"tr":      `(?i)güvenli|\btemiz|bulaş|hack`,
		"ru":      `(?i)безопасн|чист|заражен|заражён|взлом`,
		"es":      `(?i)segur[oa]s?\b|limpi[oa]|infectad|hackead`,
		"fr":      `(?i)\bsûrs?\b|\bsain\b|propre\b|infecté|piraté`,
		"my":      `ဘေးကင်း|လုံခြုံ|သန့်ရှင်း|ကူးစက်`,
		"vi":      `(?i)an toàn|sạch|nhiễm|bị hack`,
		"az":      `(?i)təhlükəsiz|təmiz|yoluxmuş|hack`,
	}
	others(t, func(t *testing.T, c *Catalogue) {
		words := regexp.MustCompile(forbidden[c.Language().Tag])
		if words.MatchString("") {
			t.Fatal("no forbidden words are known in this language")
		}
		for id, text := range translated(c) {
			if word := words.FindString(text); word != "" &&
				(strings.HasPrefix(id, "verdict.") || strings.HasPrefix(id, "reason.") || strings.HasPrefix(id, "notes.") || strings.HasPrefix(id, "state.")) {
				t.Errorf("%s: %q in %s", id, word, text)
			}
		}
	})
}

// The page says of every language what there is, and claims no more review than
// there was.
func TestLanguagesPage(t *testing.T) {
	b, err := os.ReadFile("../../../docs/languages.md")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, l := range Languages() {
		read := "nobody yet"
		if l.Reviewed {
			read = "it is the source"
		}
		want = append(want, l.Name+" --lang "+l.Tag+" "+read)
	}
	row := regexp.MustCompile("(?m)^\\| (\\S.*?) \\| `(--lang \\S+)` \\|.*\\| (.+) \\|$")
	var got []string
	for _, m := range row.FindAllStringSubmatch(string(b), -1) {
		got = append(got, m[1]+" "+m[2]+" "+m[3])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Simplified Chinese is whole, as docs/languages.md says. Whoever adds a family
// need not know Chinese: its card is in English until somebody translates it, and
// that must stay rare.
func TestSimplifiedChineseIsComplete(t *testing.T) {
	language, err := Choose("zh-Hans", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := opened(t, language)
	texts := translated(c)
	var all, waiting []string
	for _, id := range c.IDs() {
		_, one := texts[id]
		_, plural := texts[id+"[0]"]
		ofList := strings.HasPrefix(id, "family.") || strings.HasPrefix(id, "client.") || strings.HasPrefix(id, "advisory.")
		if ofList {
			all = append(all, id)
		}
		switch {
		case one || plural:
		case ofList:
			waiting = append(waiting, id)
		default:
			t.Errorf("%s is missing, or its English has changed", id)
		}
	}
	if len(waiting)*20 > len(all) {
		t.Errorf("%d of %d texts of the list are missing, or their English has changed: %q", len(waiting), len(all), waiting)
	}
}
