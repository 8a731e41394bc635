package keyfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		want File
	}{
		{"", File{}},
		{"key=before a group\n[G]\nk = v\n# [H]\nnonsense\nk=again\nName[de]=x=y\n", File{"G": {"k": "v", "Name[de]": "x=y"}}},
		{"[remote \"flathub\"]\r\nurl=https://example.org/\r\n", File{`remote "flathub"`: {"url": "https://example.org/"}}},
		{"[A]\n[B]\nb=1\n[A]\na=2", File{"A": {"a": "2"}, "B": {"b": "1"}}},
		{"[\n[]\n=\n]", File{"": {"": ""}}},
	} {
		got, cut := Parse([]byte(c.in))
		if diff := cmp.Diff(c.want, got); diff != "" || cut {
			t.Errorf("%q: cut %v, %s", c.in, cut, diff)
		}
	}
}

func TestParseIsBounded(t *testing.T) {
	for name, in := range map[string]string{
		"size":   strings.Repeat("#\n", MaxSize),
		"groups": "[" + strings.Join(numbered(maxGroups+1), "]\n[") + "]",
		"keys":   "[g]\n" + strings.Join(numbered(maxKeys+1), "=\n") + "=",
	} {
		f, cut := Parse([]byte(in))
		if !cut || len(f) > maxGroups || len(f["g"]) > maxKeys {
			t.Errorf("%s: cut %v, %d groups, %d keys", name, cut, len(f), len(f["g"]))
		}
	}
}

func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strings.Repeat("x", i%50) + string(rune('a'+i%26)) + strings.Repeat("y", i/50)
	}
	return names
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("[Desktop Entry]\nType=Application\nExec=/usr/bin/x %U\n"))
	f.Add([]byte("[\n]=[a]\nb"))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, _ := Parse(in)
		if len(got) > maxGroups {
			t.Fatal("too many groups")
		}
	})
}
