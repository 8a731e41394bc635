package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/androidqf"
	"github.com/chatvet/chatvet/platform/ios"
)

// phoneCopy is what somebody copied of a phone, to be looked at in its place. It is
// never looked for: whose phone it was, and whether to look, is for a person to say.
type phoneCopy struct{ backup, acquisition string }

func (c *phoneCopy) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.backup, "backup", "", "flag.backup")
	cmd.Flags().StringVar(&c.acquisition, "androidqf", "", "flag.androidqf")
	_ = cmd.MarkFlagDirname("backup")
	_ = cmd.MarkFlagFilename("androidqf")
}

// given is true where there is a copy to look at. It cannot be looked at together
// with something else.
func (c *phoneCopy) given(cmd *cobra.Command, others bool) (bool, error) {
	backup, acquisition := cmd.Flags().Changed("backup"), cmd.Flags().Changed("androidqf")
	switch {
	case !backup && !acquisition:
		return false, nil
	case backup && c.backup == "", acquisition && c.acquisition == "":
		return true, fail("error.copy-empty", nil, try("chatvet", "scan", "--backup", "DIR"), try("chatvet", "scan", "--androidqf", "DIR"))
	case backup && acquisition, others:
		return true, fail("error.copy-alone", nil)
	}
	return true, nil
}

// lookAtCopy looks at a copy as scan looks at a computer.
func (p *program) lookAtCopy(ctx context.Context, o reportOptions, c phoneCopy) error {
	root, sdk, err := c.open()
	if err != nil {
		return copyFailure(err)
	}
	if o.policy.AndroidSDK == 0 {
		o.policy.AndroidSDK = sdk
	}
	return p.look(ctx, looking{reportOptions: o, collect: detect.Collect, usable: scanned,
		open: func() (platform.Root, error) { return root, nil }})
}

func (c *phoneCopy) open() (root platform.Root, sdk int, err error) {
	if c.backup != "" {
		root, err = ios.Open(c.backup)
		return root, 0, err
	}
	acquisition, err := androidqf.Open(c.acquisition)
	return acquisition.Root, acquisition.SDK, err
}

// copyFailure says what to do about a copy that is none.
func copyFailure(err error) error {
	if none := (*ios.NotBackupError)(nil); errors.As(err, &none) {
		var hints []hint
		for _, dir := range none.Inside {
			hints = append(hints, try("chatvet", "scan", "--backup", dir))
		}
		return fail("error.no-backup", text.Args{"path": platform.Display(none.Dir)}, hints...)
	}
	if none := (*androidqf.NotAcquisitionError)(nil); errors.As(err, &none) {
		if none.Encrypted {
			return fail("error.acquisition-encrypted", text.Args{"path": platform.Display(none.Path)},
				try("age", "--decrypt", "-i", "key.txt", "-o", "acquisition.zip", none.Path))
		}
		return fail("error.no-acquisition", text.Args{"path": platform.Display(none.Path)})
	}
	return err
}
