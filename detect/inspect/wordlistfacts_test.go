package inspect

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/wordlist/wordlisttest"
	"github.com/chatvet/chatvet/signatures"
)

// carrier is a synthetic library with five lists of invented words.
func carrier() (library []byte, at int) {
	lists := wordlisttest.SinaUC([][]string{wordlisttest.Words(5), wordlisttest.Words(2), {}, {}, {}})
	library = fixture.PE{Version: map[string]string{"FileVersion": "8.3.4.22616"}, Strings: []string{string(lists)}}.Bytes()
	return library, bytes.Index(library, lists)
}

func keywords(r Result) []signatures.Fact {
	var all []signatures.Fact
	for _, f := range r.Facts {
		if f.Kind == signatures.KeywordsList || f.Kind == signatures.KeywordsEntries {
			all = append(all, f)
		}
	}
	return all
}

func TestWordListIsCounted(t *testing.T) {
	library, at := carrier()
	for _, place := range []string{"UC/IMResource.dll", "UC/imresource.DLL"} {
		got := inspect(t, place, library)
		want := []signatures.Fact{
			{Kind: signatures.KeywordsList, Value: "sina-uc", Place: place, At: fmt.Sprintf("%#x", at)},
			{Kind: signatures.KeywordsEntries, Value: "7", Place: place, At: fmt.Sprintf("%#x", at)},
		}
		if diff := cmp.Diff(want, keywords(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", place, diff)
		}
		for _, f := range got.Facts {
			if bytes.Contains([]byte(f.Value), []byte("synthetic word")) {
				t.Errorf("%s %q holds a word of the list", f.Kind, f.Value)
			}
		}
	}
}

func TestWordListIsLookedForByNameOnly(t *testing.T) {
	library, _ := carrier()
	if got := keywords(inspect(t, "UC/Other.dll", library)); got != nil {
		t.Errorf("a list in a file that is not on the list of names: %v", got)
	}
	plain := fixture.PE{Strings: []string{"0123456789abcdef0123456789abcdef"}}.Bytes()
	got := inspect(t, "Other/IMResource.dll", plain)
	if facts := keywords(got); facts != nil || len(got.Gaps) != 0 {
		t.Errorf("another program's library of that name: %v, %v", facts, got.Gaps)
	}
}

func TestWordListThatCannotBeRead(t *testing.T) {
	library, _ := carrier()
	cut := bytes.NewReader(library[:len(library)-1])
	got := inspector(t, DefaultLimits).File(context.Background(), Source{Name: "IMResource.dll", ReaderAt: cut, Size: int64(len(library))})
	told := false
	for _, g := range got.Gaps {
		told = told || g.Where == "IMResource.dll"
	}
	if !told {
		t.Errorf("no gap for a file that ends early; facts %v", keywords(got))
	}
}
