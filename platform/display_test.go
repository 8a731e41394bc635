package platform

import (
	"testing"
	"unicode/utf8"
)

func TestDisplay(t *testing.T) {
	for in, want := range map[string]string{
		"usr/bin/pidgin":    "usr/bin/pidgin",
		"བོད་ཡིག། file.exe": "བོད་ཡིག། file.exe",
		"caf\xe9":           `caf\xe9`,
		"a\nb\x1b[31m":      `a\x0ab\x1b[31m`,
		`a\xe9`:             `a\\xe9`,
		"gpj\u202eexe.txt":  `gpj\u{202e}exe.txt`,
		"\ufffd":            `\u{fffd}`,
		"zero\u200bwidth":   `zero\u{200b}width`,
		"می\u200cخواهم.txt": "می\u200cخواهم.txt",
		"":                  "",
	} {
		if got := Display(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func FuzzDisplay(f *testing.F) {
	f.Add("caf\xe9", `caf\xe9`)
	f.Add("\u202e", `\u{202e}`)
	f.Fuzz(func(t *testing.T, a, b string) {
		da, db := Display(a), Display(b)
		if !utf8.ValidString(da) {
			t.Errorf("%q is not UTF-8", da)
		}
		if a != b && da == db {
			t.Errorf("%q and %q look the same: %s", a, b, da)
		}
	})
}
