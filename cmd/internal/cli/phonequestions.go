package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

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

// askOnPaper prints the card for phones that cannot be read, such as an iPhone:
// each question, room for the answer, and what an answer means.
func (p *program) askOnPaper() error {
	say := p.texts()
	card := []string{
		onPaper("", say.Text("phone.questions.title", nil)),
		onPaper("", say.Text("phone.questions.about", nil)),
	}
	for i, q := range paperQuestions {
		room := "   " + strings.Repeat("_", helpWidth-len("   "))
		card = append(card, onPaper(strconv.Itoa(i+1)+". ", say.Text(q.ask, nil))+room+"\n"+onPaper("   > ", say.Text(q.means, nil)))
	}
	card = append(card, onPaper("", say.Text("phone.questions.end", nil)))
	if _, err := io.WriteString(p.stdout, strings.Join(card, "\n")); err != nil {
		return fmt.Errorf("writing questions: %w", err)
	}
	return nil
}

// onPaper wraps a paragraph behind a mark, its further lines below its first word.
func onPaper(mark, paragraph string) string {
	lines := term.Wrap(term.Plain(paragraph), helpWidth-len(mark))
	return mark + strings.Join(lines, "\n"+strings.Repeat(" ", len(mark))) + "\n"
}
