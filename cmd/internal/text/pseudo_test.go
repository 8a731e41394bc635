package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPseudo(t *testing.T) {
	for _, c := range []struct {
		style      Style
		tag, want  string
		rightward  bool
		atLeastFor int // runes for 100 of English
	}{
		{Long, "en-x-long", "{n} ooffiiciiaal veersiioons", false, 115},
		{Mirrored, "en-x-rtl", "{n} " + Mirrored.apply("official versions"), true, 100},
		{Tall, "en-x-tall", "{n} " + Tall.apply("official versions"), false, 300},
	} {
		t.Run(c.tag, func(t *testing.T) {
			got, err := Pseudo(c.style)
			if err != nil {
				t.Fatal(err)
			}
			if l := got.Language(); l.Tag != c.tag || l.RightToLeft != c.rightward || l.Reviewed {
				t.Errorf("language %+v", l)
			}
			want := strings.ReplaceAll(c.want, "{n}", "2")
			if text := got.Plural("verdict.official.count", 2, nil); text != want {
				t.Errorf("%q, want %q", text, want)
			}
			english, long := 0, 0
			for _, id := range got.IDs() {
				text, own := Whole(got, func(c *Catalogue) string { return c.Text(id, nil) })
				if e := got.english.entries[id]; e.plural == "" {
					english, long = english+utf8.RuneCountInString(e.text), long+utf8.RuneCountInString(text)
					if !own {
						t.Errorf("%s is missing", id)
					}
				}
			}
			if long*100 < english*c.atLeastFor {
				t.Errorf("%d runes for %d of English", long, english)
			}
		})
	}
}
