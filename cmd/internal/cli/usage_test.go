package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/cmd/internal/text"
)

// In a language that marks every text of the catalogues, all words around a
// command's help are marked.
func TestHelpIsInOneLanguage(t *testing.T) {
	pseudo, err := text.Pseudo(text.Long)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--help"}, {"scan", "--help"}, {"signatures", "--help"}} {
		var in [2]string
		for i, say := range []*text.Catalogue{nil, pseudo} {
			var out strings.Builder
			p := &program{stdin: strings.NewReader(""), stdout: &out, stderr: &out, env: func(string) string { return "" }, say: say}
			if code := p.run(t.Context(), args); code != exitNothing {
				t.Fatalf("%v: code %d: %s", args, code, &out)
			}
			in[i] = out.String()
		}
		headings := regexp.MustCompile(`(?m)^[A-Z][A-Za-z ]+:`).FindAllString(in[0], -1)
		if len(headings) < 3 {
			t.Errorf("%v: has the headings %q only, in:\n%s", args, headings, in[0])
		}
		for _, heading := range append(headings, "[flags]", "[command]") {
			if regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(heading)+`$`).MatchString(in[1]) || strings.Contains(in[1], " "+heading+"\n") {
				t.Errorf("%v: %q stays English in:\n%s", args, heading, in[1])
			}
		}
	}
}
