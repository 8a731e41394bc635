package cli

import (
	"fmt"
	"strconv"

	"github.com/chatvet/chatvet/cmd/internal/term"
)

// Questions for a phone that cannot be read, and what an answer means. Each is a
// text "phone.question.N" and another "phone.question.N.means".
var paperQuestions = []struct{ ask, means string }{
	{"phone.question.from", "phone.question.from.means"},
	{"phone.question.store", "phone.question.store.means"},
	{"phone.question.name", "phone.question.name.means"},
	{"phone.question.extras", "phone.question.extras.means"},
	{"phone.question.linked", "phone.question.linked.means"},
	{"phone.question.profile", "phone.question.profile.means"},
}

// phoneAfter is how to close the door again that was opened for a check.
var phoneAfter = []string{"phone.after.off", "phone.after.revoke", "phone.after.cable"}

// askOnPaper prints the card for phones that cannot be read, such as an iPhone.
func (p *program) askOnPaper() error {
	say := p.texts()
	lines := []string{say.Text("phone.questions.title", nil), "", say.Text("phone.questions.about", nil)}
	for i, q := range paperQuestions {
		lines = append(lines, "", strconv.Itoa(i+1)+". "+say.Text(q.ask, nil), say.Text(q.means, nil))
	}
	lines = append(lines, "", say.Text("phone.questions.end", nil))
	for _, paragraph := range lines {
		wrapped := term.Wrap(paragraph, helpWidth)
		if paragraph == "" {
			wrapped = []string{""}
		}
		for _, line := range wrapped {
			if _, err := fmt.Fprintln(p.stdout, term.Plain(line)); err != nil {
				return fmt.Errorf("writing questions: %w", err)
			}
		}
	}
	return nil
}
