package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNearest(t *testing.T) {
	ids := []string{"official", "regional", "signal", "skype", "skype-guangming", "tom-skype"}
	for word, want := range map[string][]string{
		"tomskype": {"tom-skype"},
		"skyp":     {"skype", "skype-guangming", "tom-skype"},
		"Signal":   {"signal"},
		"zzzzzzzz": nil,
		"":         nil,
	} {
		if diff := cmp.Diff(want, nearest(word, ids)); diff != "" {
			t.Errorf("%q: %s", word, diff)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for want, words := range map[string][]string{
		"chatvet scan x":         {"chatvet", "scan", "x"},
		"chatvet scan 'a b'":     {"chatvet", "scan", "a b"},
		`chatvet scan 'it'\''s'`: {"chatvet", "scan", "it's"},
		"chatvet scan ''":        {"chatvet", "scan", ""},
		"chatvet scan '$(rm x)'": {"chatvet", "scan", "$(rm x)"},
	} {
		if got := commandLine(words...); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
