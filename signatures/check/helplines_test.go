package check

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

const helpline = `
- id: synthetic-help
  name: Synthetic Help
  helps: helpline.synthetic.helps
  asks_first: helpline.synthetic.asks-first
  email: help@example.org
  url: https://example.org/help
  languages: [en]
  regions: [worldwide]
  checked: 2026-01-01
  source: https://example.org/about
`

func TestHelplines(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []source.Code
	}{
		{"as it should be", "", "", nil},
		{"an id with a capital", "id: synthetic-help", "id: Synthetic", []source.Code{source.WrongFileName}},
		{"a page that is not https", "url: https", "url: http", []source.Code{source.ValueShape}},
		{"a script for a page", "https://example.org/help", `"javascript:alert(1)"`, []source.Code{source.ValueShape}},
		{"a name instead of a mail address", "help@example.org", "help", []source.Code{source.ValueShape}},
		{"no such day", "2026-01-01", "2026-02-30", []source.Code{source.BadDate}},
		{"no text", "helpline.synthetic.helps", "helpline.unheard-of", []source.Code{source.NoText}},
		{"twice", helpline, helpline + helpline, []source.Code{source.DuplicateID}},
		{"without a page", "  url: https://example.org/help\n", "", []source.Code{source.ValueShape, source.MissingField}},
	} {
		t.Run(c.name, func(t *testing.T) {
			hasText := func(id signatures.MessageID) bool { return !strings.Contains(string(id), "unheard-of") }
			_, found := Tree(fstest.MapFS{"helplines.yaml": {Data: []byte(strings.Replace(helpline, c.old, c.new, 1))}}, hasText)
			var got []source.Code
			for _, d := range found {
				if d.File == "helplines.yaml" {
					got = append(got, d.Code)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
