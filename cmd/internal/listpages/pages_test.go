package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/signatures"
)

func TestPagesAreThoseOfTheList(t *testing.T) {
	all, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range all {
		got, err := os.ReadFile(filepath.Join("../../../docs", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("docs/%s: run go run ./cmd/internal/listpages (-want +got):\n%.2000s", name, diff)
		}
	}
}

// Whatever is on the list is on a page, with all its sources.
func TestNothingIsLeftOut(t *testing.T) {
	all, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	entry := func(page, id string, sources []signatures.Source) {
		_, after, found := strings.Cut(all[page], `<a id="`+id+`"></a>`)
		if !found {
			t.Errorf("%s is not on %s", id, page)
			return
		}
		after, _, _ = strings.Cut(after, `<a id="`)
		for _, s := range sources {
			if s.URL != "" && !strings.Contains(after, "(<"+s.URL+">)") {
				t.Errorf("%s on %s lacks source %d", id, page, s.N)
			}
		}
	}
	for _, f := range list.Families {
		entry("families.md", f.ID, f.Sources)
	}
	for _, c := range list.Clients {
		entry("clients.md", c.ID, c.Sources)
	}
}

func TestMarkdownShowsValuesAsTheyAre(t *testing.T) {
	got := []string{plain("a|b*c_d`e<f[g]"), code("x|`y`")}
	want := []string{`a\|b\*c\_d` + "\\`" + `e\<f\[g\]`, "`x\\|'y'`"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
