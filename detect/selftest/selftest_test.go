package selftest_test

import (
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/selftest"
	"github.com/chatvet/chatvet/signatures"
)

// TestList runs every example of the list that programs carry.
func TestList(t *testing.T) {
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := selftest.Run(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	for _, o := range outcomes {
		if o.Problem != "" {
			t.Errorf("%s, %s, as %s: %s", o.Family, o.Example, o.How, o.Problem)
		}
		if o.Skipped == "" {
			ran[o.How]++
		}
	}
	if ran["facts"] == 0 || ran["files"] == 0 {
		t.Errorf("ran %d examples as facts and %d as files", ran["facts"], ran["files"])
	}
}

// TestWrongExampleIsTold makes sure that an example which does not do what it
// promises is noticed, in both directions.
func TestWrongExampleIsTold(t *testing.T) {
	client := &signatures.Client{ID: "chat", Claims: []signatures.Indicator{{Kind: signatures.PEProduct, Value: "Chat"}}}
	proof := signatures.Example{Facts: []signatures.Fact{{Kind: signatures.FileSHA256, Value: strings.Repeat("ab", 32), Place: "program"}}}
	other := signatures.Example{Facts: []signatures.Fact{{Kind: signatures.PEProduct, Value: "Chat", Place: "program"}}}
	list := signatures.NewList("test", "2026-01-01", []*signatures.Family{{
		ID: "wrong", Kind: signatures.Trojanised, Imitates: []string{"chat"}, Platforms: []signatures.Platform{signatures.Windows},
		Digests: []signatures.DigestSet{{Kind: signatures.FileSHA256, Values: []string{strings.Repeat("ab", 32)}}},
		Tests:   signatures.Tests{Hit: []signatures.Example{other}, Miss: []signatures.Example{proof}},
	}}, []*signatures.Client{client})
	outcomes, err := selftest.Run(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, o := range outcomes {
		if o.How == "facts" && o.Problem != "" {
			told++
		}
	}
	if told != 2 {
		t.Errorf("%d of 2 wrong examples were told: %+v", told, outcomes)
	}
}
