package text

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// Limits of UX.md section 3.3 on what frightened people read.
const (
	highestGrade     = 6.0
	longestSentence  = 20 // words
	highestMeanWords = 12.0
)

// tierOne is what the catalogue shows to everybody: verdicts, reasons, steps,
// consent and footer, and what is told about families, clients and the other
// side.
func tierOne(c *Catalogue) map[string]string {
	texts := map[string]string{}
	for _, id := range c.IDs() {
		for _, prefix := range []string{"verdict.", "reason.", "step.", "helpline.", "footer.", "state.", "consent.", "notes.",
			"family.", "peer.", "advisory.", "withdrawn.", "client."} {
			if strings.HasPrefix(id, prefix) {
				e := c.english.entries[id]
				texts[id] = e.text
				if e.plural != "" {
					texts[id+" (plural)"] = e.plural
				}
			}
		}
	}
	return texts
}

func TestSentencesAreShort(t *testing.T) {
	texts := tierOne(english(t))
	if len(texts) < 80 {
		t.Fatalf("only %d texts looked at", len(texts))
	}
	words, all := 0, 0
	for id, text := range texts {
		for _, s := range sentences(text) {
			n := len(wordsOf(s))
			words, all = words+n, all+1
			if n > longestSentence {
				t.Errorf("%s: %d words: %s", id, n, s)
			}
		}
	}
	if mean := float64(words) / float64(all); mean > highestMeanWords {
		t.Errorf("%.1f words a sentence, want %.0f or fewer", mean, highestMeanWords)
	}
}

// A formula says little about five words, so texts are graded together with
// their neighbours: the verdicts one by one, each other group as a whole.
func TestReadingLevel(t *testing.T) {
	groups := map[string]string{}
	for id, text := range tierOne(english(t)) {
		parts := strings.Split(id, ".")
		group := parts[0]
		if group == "verdict" || group == "family" || group == "advisory" || group == "peer" {
			group += "." + parts[1]
		}
		if strings.HasSuffix(id, ".title") || strings.Contains(id, ".card") || strings.Contains(id, ".count") {
			continue // headings are names, not sentences
		}
		groups[group] += text + " "
	}
	for group, text := range groups {
		if g := grade(text); g > highestGrade {
			t.Errorf("%s: grade %.1f, want %.0f or less: %s", group, g, highestGrade, text)
		}
	}
}

func TestForbiddenWords(t *testing.T) {
	allowed := []string{
		"clean bill of health",          // the footer, fixed by UX.md
		"safe for you", "safe for them", // of a person, never of an app
	}
	forbidden := regexp.MustCompile(`(?i)\b(safe|safely|clean|infected|hacked|spy|spies)\b`)
	c := english(t)
	for _, id := range c.IDs() {
		e := c.english.entries[id]
		for _, text := range []string{e.text, e.plural} {
			rest := text
			for _, a := range allowed {
				rest = strings.ReplaceAll(rest, a, "")
			}
			if word := forbidden.FindString(rest); word != "" {
				t.Errorf("%s: %q in %q", id, word, text)
			}
		}
	}
}

func TestPlaceholdersAreNames(t *testing.T) {
	c := english(t)
	brace := regexp.MustCompile(`\{[^}]*\}?`)
	name := regexp.MustCompile(`^\{[a-z]+\}$`)
	for _, id := range c.IDs() {
		e := c.english.entries[id]
		for _, found := range brace.FindAllString(e.text+" "+e.plural, -1) {
			if !name.MatchString(found) {
				t.Errorf("%s: %q", id, found)
			}
		}
	}
}

// grade is the Flesch-Kincaid grade with a rough count of syllables.
func grade(text string) float64 {
	words, syllables := 0, 0
	all := sentences(text)
	for _, s := range all {
		for _, w := range wordsOf(s) {
			if longName(w) {
				continue
			}
			words++
			syllables += syllablesOf(w)
		}
	}
	return 0.39*float64(words)/float64(len(all)) + 11.8*float64(syllables)/float64(words) - 15.59
}

// longName is true for names, which the count leaves out: the reader knows them
// or does not, and no other word would do.
func longName(word string) bool {
	for _, r := range word[1:] {
		if unicode.IsUpper(r) || unicode.IsDigit(r) || r == '{' {
			return true
		}
	}
	return word[0] == '{' || unicode.IsUpper(rune(word[0])) && syllablesOf(word) > 2
}

func sentences(text string) []string {
	var all []string
	for _, s := range regexp.MustCompile(`[.?!:;](\s|$)`).Split(text, -1) {
		if len(wordsOf(s)) > 0 {
			all = append(all, s)
		}
	}
	return all
}

func wordsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '{' && r != '}'
	})
}

func syllablesOf(word string) int {
	word = strings.ToLower(word)
	n, vowel := 0, false
	for _, r := range word {
		is := strings.ContainsRune("aeiouy", r)
		if is && !vowel {
			n++
		}
		vowel = is
	}
	silent := strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") ||
		strings.HasSuffix(word, "ed") && !strings.HasSuffix(word, "ted") && !strings.HasSuffix(word, "ded") ||
		strings.HasSuffix(word, "es") && !strings.HasSuffix(word, "ses") && !strings.HasSuffix(word, "ges")
	if silent && n > 1 {
		n--
	}
	return max(n, 1)
}

// The measure must tell plain from hard, or the tests above could not fail.
func TestGradeTellsPlainFromHard(t *testing.T) {
	plain := "Save your chats first. You may lose some of them. Then get the app from your app store."
	hard := "Notwithstanding organisational considerations, administrators should expeditiously investigate authentication irregularities."
	if p, h := grade(plain), grade(hard); p > 3 || h < 12 {
		t.Errorf("plain %.1f, hard %.1f", p, h)
	}
}
