package cli

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/android"
	"github.com/chatvet/chatvet/platform/android/adb"
)

func (p *program) phone() *cobra.Command {
	var flags reportFlags
	var serial string
	var questions bool
	var copied phoneCopy
	cmd := &cobra.Command{
		Use:     "phone",
		Short:   "help.phone.short",
		Long:    "help.phone.long",
		Example: "help.phone.example",
		Args:    cobra.NoArgs,
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&serial, "serial", "", "flag.serial")
	cmd.Flags().BoolVar(&questions, "questions", false, "flag.questions")
	copied.add(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if questions {
			return p.askOnPaper()
		}
		given, err := copied.given(cmd, serial != "")
		if err != nil {
			return err
		}
		options, err := flags.options(cmd, nil)
		if err != nil {
			return err
		}
		if given {
			return p.lookAtCopy(cmd.Context(), options, copied)
		}
		return p.lookAtPhone(cmd.Context(), options, serial)
	}
	return cmd
}

// lookAtPhone waits for a phone, looks at it as scan looks at a computer, and says
// how to close the door again that was opened for it.
func (p *program) lookAtPhone(ctx context.Context, o reportOptions, serial string) error {
	server, err := adb.FromEnvironment(p.env)
	if err != nil {
		return phoneFailure(err)
	}
	started, err := server.Ready(ctx)
	if err != nil {
		return phoneFailure(err)
	}
	if started {
		defer p.note(o, "phone.server-started", text.Args{"command": "adb kill-server"})
	}
	found, err := p.wait(ctx, server, serial, o)
	if err != nil {
		return phoneFailure(err)
	}
	defer p.afterwards(o)
	device, err := server.Open(ctx, found.Serial)
	if err != nil {
		return phoneFailure(err)
	}
	phone, err := android.Open(ctx, device)
	if err != nil {
		return phoneFailure(err)
	}
	if o.policy.AndroidSDK == 0 {
		o.policy.AndroidSDK = phone.SDK
	}
	return p.look(ctx, looking{reportOptions: o, collect: detect.Collect, usable: scanned, ports: []int{server.Port()},
		open: func() (platform.Root, error) { return phone.Root(), nil }})
}

// wait tells what to do until there is one phone that can be read. Where nobody
// would see it, it does not wait.
func (p *program) wait(ctx context.Context, server adb.Server, serial string, o reportOptions) (found adb.Listed, err error) {
	told := ""
	var fault error
	err = server.Watch(ctx, func(all []adb.Listed) bool {
		var id string
		found, id, fault = choose(all, serial)
		switch {
		case fault != nil || id == "":
			return false
		case p.silent(o) && id != phoneBusy:
			fault = fail(id, text.Args{"serial": serial}, hint{"hint.phone-guide", text.Args{"command": "chatvet phone"}})
			return false
		case id == told:
			return true
		}
		told = id
		p.tellPhone(id, o, serial)
		return true
	})
	switch {
	case ctx.Err() != nil:
		return found, fail("error.phone-stopped", nil)
	case err != nil:
		return found, err
	}
	return found, fault
}

// What there is to wait for, as the message that says what to do.
const (
	phoneNone         = "error.phone-none"
	phoneUnauthorized = "error.phone-unauthorized"
	phoneOffline      = "error.phone-offline"
	phoneNoPermission = "error.phone-no-permission"
	phoneOther        = "error.phone-other-serial"
	phoneBusy         = "error.phone-busy"
)

// choose picks the one phone that can be read, or says what to wait for.
func choose(all []adb.Listed, serial string) (found adb.Listed, waitFor string, err error) {
	var ready []adb.Listed
	waitFor = phoneNone
	for _, d := range all {
		if serial != "" && d.Serial != serial {
			if waitFor == phoneNone {
				waitFor = phoneOther
			}
			continue
		}
		switch d.State {
		case adb.Ready:
			ready = append(ready, d)
		case adb.Unauthorized:
			waitFor = phoneUnauthorized
		case adb.NoPermissions:
			waitFor = phoneNoPermission
		case adb.Authorizing, adb.Connecting:
			waitFor = phoneBusy
		default:
			waitFor = phoneOffline
		}
	}
	switch len(ready) {
	case 0:
		return adb.Listed{}, waitFor, nil
	case 1:
		return ready[0], "", nil
	}
	var hints []hint
	for _, d := range ready {
		hints = append(hints, hint{"hint.phone-serial", text.Args{
			"command": commandLine("chatvet", "phone", "--serial", d.Serial), "model": term.Plain(strings.ReplaceAll(d.Model, "_", " "))}})
	}
	return adb.Listed{}, "", fail("error.phone-several", text.Args{"n": strconv.Itoa(len(ready))}, hints...)
}

// phoneSteps are what to press on a phone, in order.
var phoneSteps = []string{"phone.step.owner", "phone.step.build-number", "phone.step.makers", "phone.step.developer-options",
	"phone.step.debugging", "phone.step.cable", "phone.step.allow"}

// tellPhone says what to do now. The steps from the beginning are only for who has
// no phone connected.
func (p *program) tellPhone(id string, o reportOptions, serial string) {
	if id == phoneNone {
		p.instruct(o, "phone.guide")
		for i, step := range phoneSteps {
			p.paragraph(o, strconv.Itoa(i+1)+". "+p.texts().Text(step, nil))
		}
		p.instruct(o, "phone.waiting")
		return
	}
	p.paragraph(o, p.texts().Text(id, text.Args{"serial": serial}))
}

func (p *program) instruct(o reportOptions, id string) { p.paragraph(o, p.texts().Text(id, nil)) }

// paragraph tells something longer than a note, in lines that fit.
func (p *program) paragraph(o reportOptions, words string) {
	if p.silent(o) {
		return
	}
	for _, line := range term.Wrap(words, helpWidth) {
		_, _ = p.stderr.Write([]byte(term.Plain(line) + "\n"))
	}
}

// afterwards says how to close the door again.
func (p *program) afterwards(o reportOptions) {
	for _, id := range phoneAfter {
		p.note(o, id, nil)
	}
}

// phoneFailure puts a fault of the way to a phone into words, with the next step.
func phoneFailure(err error) error {
	var f *failure
	var refused *adb.Refused
	again := try("chatvet", "phone")
	switch {
	case errors.As(err, &f):
		return err
	case errors.Is(err, context.Canceled):
		return fail("error.phone-stopped", nil)
	case errors.Is(err, adb.ErrNotLoopback), errors.Is(err, adb.ErrBadAddress):
		return fail("error.phone-address", nil, hint{"hint.phone-address", text.Args{"variables": "ADB_SERVER_SOCKET, ANDROID_ADB_SERVER_ADDRESS, ANDROID_ADB_SERVER_PORT"}})
	case errors.Is(err, adb.ErrNoBinary):
		return fail("error.phone-no-adb", nil, hint{"hint.phone-get-adb", text.Args{"command": "apt install adb", "address": "https://developer.android.com/tools/releases/platform-tools"}},
			hint{"hint.phone-questions", text.Args{"command": "chatvet phone --questions"}})
	case errors.Is(err, adb.ErrNotStarted):
		return fail("error.phone-not-started", text.Args{"reason": term.Plain(err.Error())}, try("adb", "start-server"))
	case errors.Is(err, adb.ErrNoServer):
		return fail("error.phone-no-server", nil, try("adb", "start-server"))
	case errors.Is(err, adb.ErrTooOld):
		return fail("error.phone-old-server", nil, hint{"hint.phone-old-server", nil})
	case errors.Is(err, adb.ErrProtocol):
		return fail("error.phone-no-answer", nil, hint{"hint.phone-other-program", text.Args{"variable": "ANDROID_ADB_SERVER_PORT"}})
	case errors.Is(err, adb.ErrLost), errors.As(err, &refused):
		return fail("error.phone-lost", text.Args{"reason": term.Plain(err.Error())}, hint{"hint.phone-plug", nil}, again)
	}
	return err
}
