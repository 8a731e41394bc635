package text

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// made are the beginnings of ids that are put together at run time.
var made = []string{"verdict.", "reason.", "kind.", "gap.", "problem.", "lookup.", "level.", "strength.", "integrity.",
	"trust.", "status.", "explain.kind.", "explain.strength.", "explain.pin-by.",
	"step.", "helpline.", "family.", "client.", "peer.", "advisory.", "withdrawn."} // the last ones stand in the list

// A text that nothing asks for would be translated for nothing.
func TestEveryTextIsUsed(t *testing.T) {
	var source strings.Builder
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".tmpl") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		source.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range english(t).IDs() {
		used := strings.Contains(source.String(), `"`+id+`"`)
		for _, prefix := range made {
			used = used || strings.HasPrefix(id, prefix)
		}
		if !used {
			t.Errorf("nothing asks for %q", id)
		}
	}
}
