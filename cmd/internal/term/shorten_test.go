package term

import (
	"strings"
	"testing"
)

func TestShortenedInside(t *testing.T) {
	for _, c := range []struct {
		in      string
		columns int
		want    string
	}{
		{"usr/bin/x", 20, "usr/bin/x"},
		{"usr/bin/x", 9, "usr/bin/x"},
		{"usr/lib/a/b/program.exe", 12, "usr…gram.exe"},
		{"usr/bin/x", 2, Clipped("usr/bin/x", 2)},
		{"usr/bin/x", 0, ""},
		{"", 5, ""},
		{"微信微信微信微信", 9, "微…信微信"},
		{"abc\u0301def", 3, "…ef"}, // a letter of two runes is one column
	} {
		if got := ShortenedInside(c.in, c.columns); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.in, c.columns, got, c.want)
		}
	}
}

func FuzzShortenedInside(f *testing.F) {
	for _, seed := range []string{"usr/lib/program.exe", "微信/微信", "e\u0301\u0301\u0301", "\xff\xfe", strings.Repeat("\u200d", 20)} {
		f.Add(seed, 7)
	}
	f.Fuzz(func(t *testing.T, s string, columns int) {
		columns = int(uint(columns) % 200)
		if got := ShortenedInside(s, columns); Width(got) > max(columns, 0) {
			t.Errorf("%q in %d: %q takes %d", s, columns, got, Width(got))
		}
	})
}
