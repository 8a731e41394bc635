package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/selftest"
)

func (p *program) signaturesTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test",
		Short: "help.signatures.test.short",
		Long:  "help.signatures.test.long",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.testList(cmd.Context())
		},
	}
}

// testList tells every example that goes wrong or cannot be tried, and counts
// the others.
func (p *program) testList(ctx context.Context) error {
	list, err := p.list()
	if err != nil {
		return err
	}
	outcomes, err := selftest.Run(ctx, list)
	if err != nil {
		return fmt.Errorf("testing the list: %w", err)
	}
	say, tried, skipped, wrong := p.texts(), 0, 0, 0
	for _, o := range outcomes {
		args := text.Args{"family": term.Plain(o.Family), "example": term.Plain(o.Example), "how": o.How,
			"why": term.Plain(o.Problem + o.Skipped)}
		switch {
		case o.Problem != "":
			fmt.Fprintln(p.stdout, say.Text("signatures.test.wrong", args))
			tried, wrong = tried+1, wrong+1
		case o.Skipped != "":
			fmt.Fprintln(p.stdout, say.Text("signatures.test.skipped", args))
			skipped++
		default:
			tried++
		}
	}
	if wrong > 0 {
		p.exit = exitFound
	}
	return p.line("signatures.test.summary", text.Args{
		"tried":   say.Plural("signatures.test.tried", tried, nil),
		"wrong":   say.Plural("signatures.test.went-wrong", wrong, nil),
		"skipped": say.Plural("signatures.test.not-tried", skipped, nil),
	})
}
