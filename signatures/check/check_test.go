package check

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

var update = flag.Bool("update", false, "write the golden files and the tables of the language's page")

// overlay lays the files of an archive over the right list of base.txtar.
func overlay(t *testing.T, archive string) fstest.MapFS {
	t.Helper()
	tree := fstest.MapFS{}
	for _, name := range []string{"base.txtar", archive} {
		a, err := txtar.ParseFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			tree[f.Name] = &fstest.MapFile{Data: f.Data}
			if len(f.Data) == 0 {
				delete(tree, f.Name)
			}
		}
	}
	return tree
}

// hasText knows every message id but those that are misspelled in SIG035.
func hasText(id signatures.MessageID) bool {
	return !strings.Contains(string(id), "exampel") && !strings.Contains(string(id), "editoin") && !strings.Contains(string(id), "chta")
}

func TestBaseIsRight(t *testing.T) {
	list, found := Tree(overlay(t, "base.txtar"), hasText)
	for _, d := range found {
		t.Error(d)
	}
	if len(list.Families) != 1 || len(list.Clients) != 1 || len(list.Clients[0].Pins) != 2 {
		t.Errorf("the list has %d families and %d clients", len(list.Families), len(list.Clients))
	}
}

// Each diagnostic has an archive that calls it forth and the lines that the
// checker prints.
func TestDiagnostics(t *testing.T) {
	for _, e := range source.Explanations() {
		t.Run(string(e.Code), func(t *testing.T) {
			_, found := Tree(overlay(t, string(e.Code)+".txtar"), hasText)
			var got strings.Builder
			said := false
			for _, d := range found {
				fmt.Fprintln(&got, d)
				said = said || d.Code == e.Code
			}
			if !said {
				t.Errorf("%s does not come up", e.Code)
			}
			golden := filepath.Join("testdata", string(e.Code)+".want")
			if *update {
				if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEachArchiveIsOfADiagnostic(t *testing.T) {
	archives, err := filepath.Glob("testdata/SIG*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, archive := range archives {
		code := source.Code(strings.TrimSuffix(filepath.Base(archive), ".txtar"))
		if _, known := source.Explain(code); !known {
			t.Errorf("%s: there is no diagnostic %s", archive, code)
		}
	}
}
