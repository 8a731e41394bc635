package cli

import (
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/check"
	"github.com/chatvet/chatvet/signatures/source"
)

func (p *program) signatures() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "signatures",
		Short: "help.signatures.short",
		Args:  cobra.ArbitraryArgs,

		SuggestionsMinimumDistance: letters,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return p.noSuchPart(cmd, args[0])
		},
	}
	cmd.AddCommand(p.signaturesList(), p.signaturesShow(), p.signaturesCheck(), p.signaturesTest())
	return cmd
}

func (p *program) noSuchPart(cmd *cobra.Command, name string) error {
	hints := []hint{}
	for _, near := range cmd.SuggestionsFor(name) {
		hints = append(hints, didYouMean("chatvet", "signatures", near))
	}
	return fail("error.unknown-command", text.Args{"command": "signatures " + name},
		append(hints, hint{"hint.help", text.Args{"command": "chatvet signatures"}})...)
}

func (p *program) signaturesShow() *cobra.Command {
	return &cobra.Command{
		Use:               "show ID",
		Short:             "help.signatures.show.short",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: p.completeIDs,
		RunE: func(_ *cobra.Command, ids []string) error {
			if len(ids) != 1 {
				return fail("error.one-id", nil, hint{"hint.list-ids", nil})
			}
			return p.show(ids[0], report.Show, "signatures show")
		},
	}
}

func (p *program) signaturesCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check [FOLDER]",
		Short: "help.signatures.check.short",
		Long:  "help.signatures.check.long",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, paths []string) error {
			list, found, err := p.checked(paths)
			if err != nil {
				return err
			}
			for _, d := range found {
				fmt.Fprintln(p.stdout, term.Plain(d.String()))
			}
			if mistakes := source.Errors(found); len(mistakes) > 0 {
				p.exit = exitFound
				return nil
			}
			return p.line("signatures.check.ok", p.sizes(list))
		},
	}
}

// checked checks the list in a folder or file, or the one that the program
// works with.
func (p *program) checked(paths []string) (*signatures.List, []source.Diagnostic, error) {
	if len(paths) == 0 && p.shared.signatures != "" {
		paths = []string{p.shared.signatures}
	}
	hasText := func(id signatures.MessageID) bool { return p.texts().Has(string(id)) }
	if len(paths) == 0 {
		list, err := signatures.Embedded()
		if err != nil {
			return nil, nil, err
		}
		return list, check.Data(&source.Data{List: list, Files: fileNames(list)}, hasText), nil
	}
	files, name, err := openData(paths[0])
	if err != nil {
		return nil, nil, err
	}
	list, found := checkData(files, name, hasText)
	return list, found, nil
}

// fileNames gives a compiled list the names that its files have in the source.
func fileNames(list *signatures.List) map[any]string {
	files := map[any]string{}
	for _, f := range list.Families {
		files[f] = "families/" + f.ID + ".yaml"
	}
	for _, c := range list.Clients {
		files[c] = "clients/" + c.ID + ".yaml"
	}
	return files
}

func checkData(files fs.FS, name string, hasText func(signatures.MessageID) bool) (*signatures.List, []source.Diagnostic) {
	if name != "" {
		return check.File(files, name, hasText)
	}
	return check.Tree(files, hasText)
}

func (p *program) sizes(list *signatures.List) text.Args {
	return text.Args{
		"families": p.texts().Plural("signatures.families", len(list.Families), nil),
		"clients":  p.texts().Plural("signatures.clients", len(list.Clients), nil),
	}
}

// line writes one text to stdout.
func (p *program) line(id string, args text.Args) error {
	if _, err := fmt.Fprintln(p.stdout, p.texts().Text(id, args)); err != nil {
		return fmt.Errorf("writing to stdout: %w", err)
	}
	return nil
}
