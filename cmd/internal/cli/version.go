package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker in releases.
var version string

func (p *program) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "help.version.short",
		Args:  cobra.NoArgs,
		// Nothing is read for it, not even the catalogue.
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(p.stdout, "chatvet %s %s/%s\n", versionNumber(), runtime.GOOS, runtime.GOARCH)
			if err != nil {
				return fmt.Errorf("writing to stdout: %w", err)
			}
			return nil
		},
	}
}

// versionNumber is the version that the linker was told, or the one that the Go
// toolchain wrote down.
func versionNumber() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
