package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
)

func (p *program) judge() *cobra.Command {
	var flags reportFlags
	cmd := &cobra.Command{
		Use:     "judge FILE",
		Short:   "help.judge.short",
		Long:    "help.judge.long",
		Example: "help.judge.example",
		Args:    cobra.ArbitraryArgs,
	}
	flags.add(cmd)
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		if len(files) != 1 {
			return fail("error.one-input", nil, try("chatvet", "judge", "report.json"), hint{"hint.pipe", nil})
		}
		options, err := flags.options(cmd, files)
		if err != nil {
			return err
		}
		return p.judgeSaved(files[0], options)
	}
	return cmd
}

func (p *program) judgeSaved(path string, o reportOptions) error {
	inv, err := p.savedInventory(path)
	if err != nil {
		return err
	}
	list, err := p.list()
	if err != nil {
		return err
	}
	res := judge.Judge(inv, list, o.policy)
	if err := p.report(res, list, o, false); err != nil {
		return err
	}
	return p.finish(res, o, true)
}

func (p *program) savedInventory(path string) (inventory.Inventory, error) {
	if path == "-" {
		return readInventory("stdin", p.stdin)
	}
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return inventory.Inventory{}, fail("error.not-found", text.Args{"path": path})
	}
	if err != nil {
		return inventory.Inventory{}, fmt.Errorf("opening inventory: %w", err)
	}
	defer f.Close()
	return readInventory(path, io.Reader(f))
}
