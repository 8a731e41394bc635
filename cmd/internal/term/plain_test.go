package term

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"letters", "Skype 5.1 (中文) བོད་ئۇيغۇر", "Skype 5.1 (中文) བོད་ئۇيغۇر"},
		{"a Windows path", `C:\Users\x\Skype.exe`, `C:\Users\x\Skype.exe`},
		{"escape sequence", "a\x1b[2Jb", `a\x1b[2Jb`},
		{"eight-bit escape", "a\u009b31mb", `a\u009b31mb`},
		{"carriage return and newline", "a\r\nb", `a\x0d\x0ab`},
		{"tabulator", "a\tb", `a\x09b`},
		{"direction override", "exe.\u202egpj", `exe.\u202egpj`},
		{"isolates", "\u2066a\u2069", `\u2066a\u2069`},
		{"marks of direction", "a\u200eb\u061cc", `a\u200eb\u061cc`},
		{"zero-width space", "Sky\u200bpe", `Sky\u200bpe`},
		{"byte-order mark", "\ufeffSkype", `\ufeffSkype`},
		{"letter that shows nothing", "Sky\u3164pe", `Sky\u3164pe`},
		{"space that is no space", "Sky\u00a0pe", `Sky\u00a0pe`},
		{"line separator", "a\u2028b", `a\u2028b`},
		{"tag character", "a\U000e0041b", `a\U000e0041b`},
		{"not UTF-8", "caf\xe9", `caf\xe9`},
		{"half a character", "\xe4\xb8", `\xe4\xb8`},
		{"Persian joiner stays", "می\u200cخواهم", "می\u200cخواهم"},
		{"soft hyphen", "Sky\u00adpe", `Sky\u00adpe`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Plain(c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "\x1b]0;x\x07", "\u202e", "\xff", "a\u0301", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Plain(s)
		if !utf8.ValidString(got) {
			t.Fatalf("not UTF-8: %q", got)
		}
		for _, r := range got {
			if r < 0x20 || 0x7f <= r && r < 0xa0 || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
				t.Fatalf("%U went through: %q", r, got)
			}
		}
		if again := Plain(got); again != got {
			t.Fatalf("changes its own output: %q to %q", got, again)
		}
	})
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, in string
		width    int
		want     []string
	}{
		{"empty", "", 10, []string{""}},
		{"fits", "one two", 10, []string{"one two"}},
		{"breaks at a space", "one two three", 8, []string{"one two", "three"}},
		{"exactly full", "one two", 7, []string{"one two"}},
		{"long word", "see abcdefghijkl now", 5, []string{"see", "abcde", "fghij", "kl", "now"}},
		{"wide letters take two columns", "中文中文 中文", 8, []string{"中文中文", "中文"}},
		{"wide letters broken", "中文中文", 5, []string{"中文", "中文"}},
		{"combining marks take none", "e\u0301e\u0301 e\u0301", 2, []string{"e\u0301e\u0301", "e\u0301"}},
		{"line breaks stay", "a\nb c", 10, []string{"a", "b c"}},
		{"letter wider than the line", "中", 1, []string{"中"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Wrap(c.in, c.width)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("one two", 3)
	f.Add("བོད་སྐད", 2)
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = width%200 + 1
		if width < 2 {
			width = 2
		}
		letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
		lines := Wrap(s, width)
		if got := letters(strings.Join(lines, " ")); got != letters(s) {
			t.Fatalf("letters lost: %q from %q", got, s)
		}
	})
}

func TestClipped(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"short", "short"},
		{"longer than that", "longer th…"},
		{"中文中文中文", "中文中文…"},
	} {
		if got := Clipped(c.in, 10); got != c.want {
			t.Errorf("Clipped(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	if got := Clipped("e"+strings.Repeat("\u0301", 1000), 10); len(got) > 100 {
		t.Errorf("a letter with a thousand marks is still %d bytes long", len(got))
	}
}

func TestIsolated(t *testing.T) {
	if got := Isolated("/home/x"); got != "/home/x" {
		t.Errorf("isolated without need: %q", got)
	}
	if got := Isolated("/home/ئۇ"); got != "\u2068/home/ئۇ\u2069" {
		t.Errorf("not isolated: %q", got)
	}
}
