package detect

import (
	"testing"

	"github.com/chatvet/chatvet/signatures"
)

func TestSimilarIDs(t *testing.T) {
	similar := similarIDs(signatures.NewList("2026.01.01.1", "2026-01-01", nil, []*signatures.Client{{
		ID: "solo", Name: "Solo", Claims: []signatures.Indicator{{Kind: signatures.APKPackage, Value: "org.solo.messenger"}},
	}}))
	for id, want := range map[string]bool{
		"org.solo.messenger":                   false, // the client itself
		"org.solo.mesenger":                    true,
		"org.so1o.messenger":                   true,
		"org.solo.messengers":                  true,
		"org.example.notes":                    false,
		"org.solo.messenger2.beta.of.somebody": false,
	} {
		if got := similar(id); got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
}
