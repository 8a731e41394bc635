package judge

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/signatures"
)

// What a list's length is told of is the client that it is the list of.
func TestWordListIsTold(t *testing.T) {
	clients := syntheticClients()
	for _, c := range clients {
		if c.ID == "beta" {
			c.Claims = append(c.Claims, signatures.Indicator{Kind: signatures.KeywordsList, Value: "beta", Source: 2})
		}
	}
	list := signatures.NewList("2026.01.01.1", "2026-01-01", nil, clients)
	for form, want := range map[string][]Reason{
		"beta":  {{Code: ReasonWordList, Fact: fa(signatures.KeywordsEntries, "12", "alfa.exe"), Source: &sources[1]}},
		"other": nil,
	} {
		b := program(list, fa(signatures.KeywordsList, form, "alfa.exe"), fa(signatures.KeywordsEntries, "12", "alfa.exe"))
		b.Facts[0].Value = "Beta"
		var got []Reason
		for _, f := range judged(list, b).Findings {
			for _, r := range f.Reasons {
				if r.Code == ReasonWordList {
					got = append(got, r)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("a list in the form of %s (-want +got):\n%s", form, diff)
		}
	}
}
