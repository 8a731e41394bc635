package cli

import (
	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
)

func (p *program) inspect() *cobra.Command {
	var flags reportFlags
	cmd := &cobra.Command{
		Use:     "inspect FILE...",
		Short:   "help.inspect.short",
		Long:    "help.inspect.long",
		Example: "help.inspect.example",
		Args:    cobra.ArbitraryArgs,
	}
	flags.add(cmd)
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		if len(files) == 0 {
			return fail("error.paths-missing", nil, try("chatvet", "inspect", "FILE"))
		}
		options, err := flags.options(cmd, files)
		if err != nil {
			return err
		}
		return p.look(cmd.Context(), looking{reportOptions: options, collect: detect.Inspect, usable: inspected, facts: true,
			open: func() (platform.Root, error) { return platform.OpenPaths(files...) }})
	}
	return cmd
}

// inspected is true where at least one file could be read.
func inspected(inv inventory.Inventory) bool {
	for _, b := range inv.Builds {
		for _, f := range b.Files {
			if f.SHA256 != "" {
				return true
			}
		}
	}
	return false
}
