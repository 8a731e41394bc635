package platform

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/signatures"
)

func TestOriginFacts(t *testing.T) {
	for raw, want := range map[string]string{
		"https://ann:secret@example.org:8443/a%20b/Setup.exe?session=1#x": "https://example.org:8443/a%20b/Setup.exe",
		"http://example.org":  "http://example.org",
		"file:///home/ann/x":  "",
		"javascript:alert(1)": "",
		"":                    "",
		"::":                  "",
		"\xff\x00":            "",
	} {
		got, facts := OriginFacts(raw)
		if got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
		if (len(facts) > 0) != (want != "") {
			t.Errorf("%q: facts %v", raw, facts)
		}
	}
	_, facts := OriginFacts("https://ann:secret@example.org:8443/x?y")
	want := []signatures.Fact{
		{Kind: signatures.OriginURL, Value: "https://example.org:8443/x"},
		{Kind: signatures.OriginHost, Value: "example.org"},
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Error(diff)
	}
}
