package cli

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

func (p *program) scan() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "scan [PATH...]",
		Short:   "help.scan.short",
		Long:    "help.scan.long",
		Example: "help.scan.example",
		Args:    cobra.ArbitraryArgs,
	}
	p.scanInto(cmd)
	return cmd
}

// scanInto gives a command the flags and the work of scan; chatvet without a
// command has them too.
func (p *program) scanInto(cmd *cobra.Command) {
	var flags reportFlags
	var disks []string
	var phone phoneCopy
	flags.add(cmd)
	phone.add(cmd)
	cmd.Flags().StringArrayVar(&disks, "root", nil, "flag.root")
	_ = cmd.MarkFlagDirname("root")
	cmd.RunE = func(cmd *cobra.Command, paths []string) error {
		switch given := cmd.Flags().Changed("root"); {
		case given && slices.Contains(disks, ""):
			return fail("error.root-empty", nil, try("chatvet", "scan", "--root", "/mnt/disk"))
		case given && len(paths) > 0:
			return fail("error.root-and-paths", nil, hint{"hint.root-for-disk", nil},
				try(append([]string{"chatvet", "scan"}, paths...)...), try("chatvet", "scan", "--root", disks[0]))
		}
		copied, err := phone.given(cmd, len(paths)+len(disks) > 0)
		if err != nil {
			return err
		}
		options, err := flags.options(cmd, paths)
		if err != nil {
			return err
		}
		if copied {
			return p.lookAtCopy(cmd.Context(), options, phone)
		}
		var roots []platform.Root
		return p.look(cmd.Context(), looking{reportOptions: options, usable: scanned,
			open: func() (root platform.Root, err error) {
				if roots, err = openRoots(disks, paths); err != nil {
					return platform.Root{}, err
				}
				return roots[0], nil
			},
			collect: func(ctx context.Context, _ platform.Root, list *signatures.List, o detect.Options) (inventory.Inventory, error) {
				return detect.CollectDisks(ctx, roots, list, o)
			}})
	}
}

// openRoots opens what a scan looks at: this machine, the named paths, or each
// disk, once.
func openRoots(disks, paths []string) ([]platform.Root, error) {
	if len(disks) == 0 {
		root, err := openRoot(paths)
		return []platform.Root{root}, err
	}
	var roots []platform.Root
	var seen []fs.FileInfo
	for _, disk := range disks {
		// By what it is: one disk may have several names, through links or mounts.
		if info, err := os.Stat(disk); err == nil {
			if slices.ContainsFunc(seen, func(known fs.FileInfo) bool { return os.SameFile(known, info) }) {
				continue
			}
			seen = append(seen, info)
		}
		root, err := platform.OpenDisk(disk)
		if err != nil {
			return nil, err
		}
		roots = append(roots, root)
	}
	return roots, nil
}

func openRoot(paths []string) (platform.Root, error) {
	if len(paths) > 0 {
		return platform.OpenPaths(paths...)
	}
	return platform.OpenLive()
}

// scanned is true where a scan could look at something at all: a folder with
// nothing in it was looked at, one that could not be opened was not.
func scanned(inv inventory.Inventory) bool {
	c := inv.Checked
	something := c.Packages+c.Files+c.Programs+len(inv.Builds) > 0
	return something || len(c.Lookups) > 0 && len(inv.Gaps) == 0
}

// looking is a piece of work that opens files: a scan or an inspection.
type looking struct {
	reportOptions
	open    func() (platform.Root, error)
	collect func(context.Context, platform.Root, *signatures.List, detect.Options) (inventory.Inventory, error)
	usable  func(inventory.Inventory) bool
	facts   bool  // show the facts too
	ports   []int // of loopback, to which it has to connect while it looks
}

// look opens, confines itself, collects, judges and reports, in this order:
// nothing hostile is read before the program has locked itself in.
func (p *program) look(ctx context.Context, l looking) error {
	list, err := p.list()
	if err != nil {
		return err
	}
	root, err := l.open()
	if err != nil {
		return err
	}
	notGranted := ""
	if !p.unconfined {
		notGranted = confine(l.output, l.ports...)
	}
	inv, err := p.collect(ctx, root, list, l)
	if err != nil {
		return err
	}
	usable := l.usable(inv)
	p.addConfinement(&inv, notGranted)
	res := judge.Judge(inv, list, l.policy)
	if inv.Partial {
		p.note(l.reportOptions, "note.stopped", nil)
	}
	if err := p.report(res, list, l.reportOptions, l.facts); err != nil {
		return err
	}
	return p.finish(res, l.reportOptions, usable)
}

// addConfinement adds to the gaps what the kernel did not grant.
func (p *program) addConfinement(inv *inventory.Inventory, notGranted string) {
	if notGranted != "" {
		inv.Gaps = append(inv.Gaps, inventory.Gap{What: p.texts().Text("confinement.what", nil), Kind: "confinement", Reason: notGranted})
	}
}

func (p *program) collect(ctx context.Context, root platform.Root, list *signatures.List, l looking) (inventory.Inventory, error) {
	profile := term.Look(p.stderr, p.shared.colourMode(), p.env)
	profile.Terminal = profile.Terminal && !p.silent(l.reportOptions)
	status := term.NewStatus(p.stderr, profile)
	defer status.Close()
	return l.collect(ctx, root, list, detect.Options{
		Tool:     inventory.Tool{Name: "chatvet", Version: versionNumber()},
		Limits:   inspect.DefaultLimits,
		Progress: p.progress(status, profile),
	})
}

// report renders a result and writes it where it belongs.
func (p *program) report(res judge.Result, list *signatures.List, o reportOptions, facts bool) error {
	profile := term.Look(p.stdout, p.shared.colourMode(), p.env)
	if o.output.path != "" && p.shared.colourMode() != term.Always {
		profile = term.Profile{Width: term.DefaultWidth}
	}
	var out bytes.Buffer
	if o.shared() {
		res = report.Share(res, report.Private()...)
	}
	in := report.Input{Result: res, List: list, Say: p.texts(), Profile: profile, Verbose: o.verbose, Facts: facts, Shared: o.shared()}
	if err := report.Render(&out, o.format, in); err != nil {
		return fmt.Errorf("writing %s report: %w", o.format, err)
	}
	if err := o.output.write(p.stdout, out.Bytes()); err != nil {
		return err
	}
	if o.output.path != "" {
		p.note(o, "note.written", text.Args{"path": o.output.path})
		if o.shared() {
			p.note(o, "note.shared", nil)
		}
	}
	return nil
}

// silent is true where nothing may stand on stderr but errors.
func (p *program) silent(o reportOptions) bool {
	return p.shared.quiet || o.format == "summary"
}

func (p *program) note(o reportOptions, id string, args text.Args) {
	term.Talk{W: p.stderr, Quiet: p.silent(o)}.Notef("%s", p.texts().Text(id, args))
}
