package cli

import (
	"fmt"
	"sort"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

func (p *program) explain() *cobra.Command {
	return &cobra.Command{
		Use:     "explain ID",
		Short:   "help.explain.short",
		Long:    "help.explain.long",
		Example: "help.explain.example",
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, ids []string) error {
			if len(ids) != 1 {
				return fail("error.one-id", nil, try("chatvet", "explain", "tom-skype"), hint{"hint.list-ids", nil})
			}
			return p.show(ids[0], report.Explain, "explain")
		},
		ValidArgsFunction: p.completeIDs,
	}
}

// show writes an entry of the list in the way of explain or of signatures show.
func (p *program) show(id string, detail report.Detail, command string) error {
	list, err := p.list()
	if err != nil {
		return err
	}
	profile := term.Look(p.stdout, p.shared.colourMode(), p.env)
	known, err := report.Entry(p.stdout, id, list, p.texts(), profile, detail)
	if err != nil {
		return fmt.Errorf("writing to stdout: %w", err)
	}
	if known {
		return nil
	}
	var hints []hint
	for _, near := range nearest(id, ids(list)) {
		hints = append(hints, didYouMean("chatvet", command, near))
	}
	return fail("error.unknown-id", text.Args{"id": id}, append(hints, hint{"hint.list-ids", nil})...)
}

func (p *program) completeIDs(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	list, err := p.list()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return ids(list), cobra.ShellCompDirectiveNoFileComp
}

func ids(list *signatures.List) []string {
	var all []string
	for _, f := range list.Families {
		all = append(all, f.ID)
	}
	for _, c := range list.Clients {
		all = append(all, c.ID)
	}
	for _, v := range report.Verdicts() {
		all = append(all, string(v))
	}
	sort.Strings(all)
	return all
}
