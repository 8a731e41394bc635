package text

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func english(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Open(English)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const header = `msgid ""
msgstr ""
"Language: xx\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\n"

`

const sampleEnglish = `msgid ""
msgstr ""
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgctxt "hello"
msgid "Hello {name}, \"friend\"\n"
msgstr ""

msgctxt "bye"
msgid ""
"Good "
"bye"
msgstr ""

msgctxt "count"
msgid "{n} file"
msgid_plural "{n} files"
msgstr[0] ""
msgstr[1] ""

msgctxt "stale"
msgid "New English"
msgstr ""
`

func sample(t *testing.T, translation string) *Catalogue {
	t.Helper()
	files := fstest.MapFS{
		"en/1-a.po": {Data: []byte(sampleEnglish)},
		"xx/1-a.po": {Data: []byte(header + translation)},
	}
	c, err := open(files, Language{Tag: "xx"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestText(t *testing.T) {
	c := sample(t, `
msgctxt "hello"
msgid "Hello {name}, \"friend\"\n"
msgstr "Halo {name}\n"

msgctxt "count"
msgid "{n} file"
msgid_plural "{n} files"
msgstr[0] "{n} fajl"
msgstr[1] "{n} fajly"
msgstr[2] "{n} fajlov"

#, fuzzy
msgctxt "bye"
msgid "Good bye"
msgstr "Doubtful"

msgctxt "stale"
msgid "Old English"
msgstr "Stale"
`)
	for _, l := range []struct{ name, got, want string }{
		{"translated", c.Text("hello", Args{"name": "A"}), "Halo A\n"},
		{"plural one", c.Plural("count", 21, nil), "21 fajl"},
		{"plural few", c.Plural("count", 3, nil), "3 fajly"},
		{"plural many", c.Plural("count", 5, nil), "5 fajlov"},
		{"fuzzy counts as missing", c.Text("bye", nil), "Good bye"},
		{"English has changed since", c.Text("stale", nil), "New English"},
		{"an id without a text shows itself", c.Text("no.such.id", nil), "no.such.id"},
		{"and cannot harm a terminal", c.Text("\x1b[2J", nil), `\x1b[2J`},
	} {
		if l.got != l.want {
			t.Errorf("%s: %q, want %q", l.name, l.got, l.want)
		}
	}
}

func TestEnglishNeedsNoTranslation(t *testing.T) {
	c, err := open(fstest.MapFS{"en/1-a.po": {Data: []byte(sampleEnglish)}}, English)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Text("hello", Args{"name": "A"}), c.Text("bye", nil),
		c.Plural("count", 0, nil), c.Plural("count", 1, nil), c.Plural("count", 2, nil)}
	want := []string{"Hello A, \"friend\"\n", "Good bye", "0 files", "1 file", "2 files"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestArgumentsAreNotLookedAtAgain(t *testing.T) {
	c := sample(t, "")
	got := c.Text("hello", Args{"name": "{name}{n}", "n": "x"})
	if want := "Hello {name}{n}, \"friend\"\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWholeNeverMixesLanguages(t *testing.T) {
	c := sample(t, "msgctxt \"hello\"\nmsgid \"Hello {name}, \\\"friend\\\"\\n\"\nmsgstr \"Halo {name}\\n\"\n")
	both := func(c *Catalogue) string { return c.Text("hello", Args{"name": "A"}) + c.Text("bye", nil) }
	if got, own := Whole(c, both); own || got != "Hello A, \"friend\"\nGood bye" {
		t.Errorf("own %v: %q", own, got)
	}
	one := func(c *Catalogue) string { return c.Text("hello", Args{"name": "A"}) }
	if got, own := Whole(c, one); !own || got != "Halo A\n" {
		t.Errorf("own %v: %q", own, got)
	}
}

func TestOneIDTwiceIsRefused(t *testing.T) {
	twice := "msgctxt \"a\"\nmsgid \"A\"\nmsgstr \"\"\n"
	for name, files := range map[string]fstest.MapFS{
		"in one file":  {"en/1-a.po": {Data: []byte(twice + "\n" + twice)}},
		"in two files": {"en/1-a.po": {Data: []byte(twice)}, "en/2-b.po": {Data: []byte(twice)}},
	} {
		if _, err := open(files, English); err == nil || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestChoose(t *testing.T) {
	type env map[string]string
	for _, c := range []struct {
		name, asked string
		env         env
		want        string
		fails       bool
	}{
		{"nothing", "", nil, "en", false},
		{"asked for", "en", env{"LANG": "de_DE.UTF-8"}, "en", false},
		{"asked for with region", "en-GB", nil, "en", false},
		{"asked for and not there", "tlh", nil, "en", true},
		{"environment", "", env{"LANG": "en_US.UTF-8"}, "en", false},
		{"environment without catalogue", "", env{"LANG": "tlh"}, "en", false},
		{"unreviewed and not asked for", "", env{"LANG": "bo_CN.UTF-8", "LANGUAGE": "zh_CN:ug"}, "en", false},
		{"unreviewed and asked for", "bo", nil, "bo", false},
		{"Chinese by region", "zh_TW.UTF-8", nil, "zh-Hant", false},
		{"Chinese by another region", "zh-SG", nil, "zh-Hans", false},
		{"Chinese by script", "zh-Hant-HK", nil, "zh-Hant", false},
		{"Chinese alone", "zh", nil, "zh-Hans", false},
		{"its own script", "ug-Arab-CN", nil, "ug", false},
		{"another script", "ug-Cyrl-KZ", nil, "en", true},
		{"a longer name is another language", "esx", nil, "en", true},
		{"C", "", env{"LC_ALL": "C", "LANGUAGE": "tlh"}, "en", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Choose(c.asked, func(k string) string { return c.env[k] })
			if got.Tag != c.want || (err != nil) != c.fails {
				t.Errorf("%q, error %v", got.Tag, err)
			}
		})
	}
}

func TestWishes(t *testing.T) {
	env := map[string]string{"LANGUAGE": "bo:zh_CN", "LC_ALL": "", "LC_MESSAGES": "fr_FR.UTF-8", "LANG": "de"}
	got := wishes(func(k string) string { return env[k] })
	if diff := cmp.Diff([]string{"bo", "zh_CN", "fr_FR.UTF-8"}, got); diff != "" {
		t.Error(diff)
	}
	env["LC_ALL"] = "C"
	if got := wishes(func(k string) string { return env[k] }); got != nil {
		t.Errorf("%q", got)
	}
}

func FuzzCatalogue(f *testing.F) {
	f.Add([]byte(sampleEnglish))
	f.Add([]byte("msgctxt \"a\nmsgid \"\nmsgstr[9999999999] \"\"\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := open(fstest.MapFS{"en/1-a.po": {Data: file}}, English)
		if err != nil {
			return
		}
		for _, id := range c.IDs() {
			c.Text(id, Args{"n": "1"})
			c.Plural(id, 2, nil)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		english(b)
	}
}
