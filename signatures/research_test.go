package signatures_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/signatures"
)

// research is one line of testdata/research.txt.
type research struct {
	id, became string
	entries    []string
	why        string
}

func readResearch(t *testing.T) []research {
	t.Helper()
	b, err := os.ReadFile("testdata/research.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []research
	for line := range strings.Lines(string(b)) {
		said, why, _ := strings.Cut(line, "#")
		if words := strings.Fields(said); len(words) >= 2 {
			all = append(all, research{words[0], words[1], words[2:], strings.TrimSpace(why)})
		}
	}
	return all
}

// Everything that was researched is on the list, or a reason is given why not.
func TestResearchIsAccountedFor(t *testing.T) {
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	all := readResearch(t)
	if len(all) != 152 {
		t.Errorf("%d researched builds, want 152", len(all))
	}
	var ids []string
	for _, r := range all {
		ids = append(ids, r.id)
		if len(r.entries) == 0 && (r.became != "left-out" || r.why == "") {
			t.Errorf("%s: neither an entry nor a reason", r.id)
		}
		if !slices.Equal(r.entries, []string{r.id}) && r.why == "" {
			t.Errorf("%s: became another entry, and nothing says why", r.id)
		}
		for _, entry := range r.entries {
			if problem := became(list, r.became, entry); problem != "" {
				t.Errorf("%s: %s %s", r.id, entry, problem)
			}
		}
	}
	slices.Sort(ids)
	if n := len(slices.Compact(ids)); n != len(all) {
		t.Errorf("%d lines for %d ids", len(all), n)
	}
}

// became says what is wrong with an entry that is to be of this sort.
func became(list *signatures.List, sort, entry string) string {
	client := list.Client(entry)
	switch sort {
	case "family":
		if list.Family(entry) == nil {
			return "is no family of the list"
		}
	case "client":
		if client == nil {
			return "is no client of the list"
		}
	case "advisory":
		if client == nil || len(client.Advisories) == 0 {
			return "is no client with an advisory"
		}
	default:
		return "became " + sort + ", which is none of the four"
	}
	return ""
}
