package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/cmd/internal/web"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

func (p *program) ui() *cobra.Command {
	var noOpen bool
	cmd := &cobra.Command{
		Use:   "ui",
		Short: "help.ui.short",
		Long:  "help.ui.long",
		Args:  cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&noOpen, "no-open", false, "flag.no-open")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		show := openInBrowser
		if noOpen {
			show = nil
		}
		return p.servePage(cmd.Context(), show, web.DefaultBounds)
	}
	return cmd
}

// servePage listens, shows the page, and only then confines itself: by then the
// socket is there and the browser runs, and from then on the kernel lets the
// program neither write nor connect. Where the first page has to come within a
// bound, a browser that cannot be started is an error.
func (p *program) servePage(ctx context.Context, show func(string) error, bounds web.Bounds) error {
	list, err := p.list()
	if err != nil {
		return err
	}
	language := p.texts().Language()
	var notGranted string
	server, err := web.Listen(web.Work{
		List:     list,
		Language: language,
		Private:  report.Private(),
		Scan: func(ctx context.Context, progress func(detect.Progress)) (judge.Result, error) {
			root, err := platform.OpenLive()
			if err != nil {
				return judge.Result{}, err
			}
			return p.forPage(ctx, detect.Collect, root, list, progress, notGranted)
		},
		Inspect: func(ctx context.Context, root platform.Root, progress func(detect.Progress)) (judge.Result, error) {
			return p.forPage(ctx, detect.Inspect, root, list, progress, notGranted)
		},
		Phone: phonePage(),
	}, bounds)
	if err != nil {
		return err
	}
	if show == nil {
		if _, err := fmt.Fprintln(p.stdout, server.URL()); err != nil {
			return fmt.Errorf("writing to stdout: %w", err)
		}
	} else {
		p.note(reportOptions{}, "note.page", text.Args{"url": server.URL()})
		err := show(server.URL())
		if err != nil && bounds.First > 0 {
			server.Close()
			return fail("error.no-browser", text.Args{"why": err.Error()})
		}
		if err != nil {
			p.tell(fail("error.no-browser", text.Args{"why": err.Error()}))
		}
	}
	if !p.unconfined {
		notGranted = confine(output{})
	}
	err = server.Serve(ctx)
	if errors.Is(err, web.ErrNobodyCame) {
		return fail("error.no-page", nil)
	}
	return err
}

// phonePage is what the page tells of phones. It sends people to the terminal: by
// the time that it is seen, the program can no longer connect to anything.
func phonePage() web.Phone {
	guide := web.Phone{Steps: phoneSteps, Command: commandLine("chatvet", "phone"), After: phoneAfter}
	for _, q := range paperQuestions {
		guide.Questions = append(guide.Questions, web.Question{Ask: q.ask, Means: q.means})
	}
	return guide
}

type collecting func(context.Context, platform.Root, *signatures.List, detect.Options) (inventory.Inventory, error)

func (p *program) forPage(ctx context.Context, collect collecting, root platform.Root, list *signatures.List, progress func(detect.Progress), notGranted string) (judge.Result, error) {
	inv, err := collect(ctx, root, list, detect.Options{
		Tool:     inventory.Tool{Name: "chatvet", Version: versionNumber()},
		Limits:   inspect.DefaultLimits,
		Progress: progress,
	})
	if err != nil {
		return judge.Result{}, err
	}
	p.addConfinement(&inv, notGranted)
	return judge.Judge(inv, list, judge.Policy{}), nil
}
