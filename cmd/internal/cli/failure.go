package cli

import (
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/text"
)

// failure is an error in the reader's language with what to do about it.
type failure struct {
	id    string
	args  text.Args
	hints []hint
	count int // for messages with a plural
}

type hint struct {
	id   string
	args text.Args
}

func (f *failure) Error() string { return f.id }

func (f *failure) hintLines(say *text.Catalogue) []string {
	var lines []string
	for _, h := range f.hints {
		lines = append(lines, say.Text(h.id, h.args))
	}
	return lines
}

func (f *failure) message(say *text.Catalogue) string {
	if f.count > 0 {
		return say.Plural(f.id, f.count, f.args)
	}
	return say.Text(f.id, f.args)
}

func fail(id string, args text.Args, hints ...hint) error {
	return &failure{id: id, args: args, hints: hints}
}

func failPlural(id string, n int) error { return &failure{id: id, count: n} }

// try hints at a command that is ready to paste.
func try(words ...string) hint {
	return hint{"hint.try", text.Args{"command": commandLine(words...)}}
}

func didYouMean(words ...string) hint {
	return hint{"hint.did-you-mean", text.Args{"command": commandLine(words...)}}
}

// commandLine writes words so that a POSIX shell reads them back as they are.
func commandLine(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if w == "" || strings.ContainsAny(w, " \t\n'\"\\$`&;()<>|*?[]{}#~!") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		quoted[i] = w
	}
	return strings.Join(quoted, " ")
}
