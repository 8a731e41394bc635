package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

func (p *program) contact() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:               "contact [WORD...] [NUMBER]",
		Short:             "help.contact.short",
		Long:              "help.contact.long",
		Example:           "help.contact.example",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: p.completeIDs,
	}
	cmd.Flags().StringVar(&format, "format", report.ContactFormats()[0], "flag.contact-format")
	complete(cmd, "format", report.ContactFormats()...)
	cmd.RunE = func(_ *cobra.Command, words []string) error {
		if !slices.Contains(report.ContactFormats(), format) {
			return fail("error.unknown-format", text.Args{"format": format},
				hint{"hint.formats", text.Args{"formats": strings.Join(report.ContactFormats(), ", ")}})
		}
		list, err := p.list()
		if err != nil {
			return err
		}
		peer, found := choosePeer(list, words, p.texts())
		if len(found) > 0 {
			if peer, err = p.askForPeer(found, words, format); err != nil || peer == nil {
				return err
			}
		}
		if peer == nil {
			return fail("contact.nobody", nil, try("chatvet", "contact", report.UnknownPeer), try("chatvet", "contact"))
		}
		var out bytes.Buffer
		profile := term.Look(p.stdout, p.shared.colourMode(), p.env)
		if err := report.RenderContact(&out, format, report.NewContact(*peer, list, p.texts()), profile); err != nil {
			return err
		}
		return output{}.write(p.stdout, out.Bytes())
	}
	return cmd
}

// choosePeer returns the one peer that the words name: by its id, by being the
// only one with these words, or by its number among those that have them. Where
// there are several it returns those instead.
func choosePeer(list *signatures.List, words []string, say *text.Catalogue) (*report.Peer, []report.Peer) {
	if len(words) == 1 {
		if peer, ok := report.PeerWithID(list, strings.ToLower(words[0]), say); ok {
			return &peer, nil
		}
	}
	if last := len(words) - 1; last >= 0 {
		if peer := numbered(report.Peers(list, words[:last], say), words[last]); peer != nil {
			return peer, nil
		}
	}
	found := report.Peers(list, words, say)
	if len(found) == 1 {
		return &found[0], nil
	}
	return nil, found
}

func numbered(peers []report.Peer, number string) *report.Peer {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(peers) {
		return nil
	}
	return &peers[n-1]
}

// askForPeer lists the peers with a number each, and asks for one where somebody
// can answer. It returns nil where nobody chose.
func (p *program) askForPeer(found []report.Peer, words []string, format string) (*report.Peer, error) {
	canAnswer := isTerminal(p.stdin) && isTerminal(p.stdout) && isTerminal(p.stderr)
	if format != "text" && !canAnswer {
		return nil, fail("contact.choose", nil, try("chatvet", "contact", found[0].ID, "--format", format))
	}
	say, out := p.texts(), &bytes.Buffer{}
	profile := term.Look(p.stdout, p.shared.colourMode(), p.env)
	fmt.Fprintln(out, profile.Painted(term.Bold, say.Text("contact.title", nil)))
	for _, line := range term.Wrap(say.Text("contact.choose", nil), profile.Width) {
		fmt.Fprintln(out, line)
	}
	fmt.Fprintln(out)
	for i, peer := range found {
		fmt.Fprintln(out, term.Clipped(fmt.Sprintf("%4d  %s  (%s)", i+1, term.Isolated(term.Plain(peer.Name)), term.Plain(peer.ID)), profile.Width))
	}
	list := output{}
	if err := list.write(p.stdout, out.Bytes()); err != nil {
		return nil, err
	}
	talk := term.Talk{W: p.stderr, Quiet: p.shared.quiet}
	if !canAnswer {
		talk.Notef("%s", say.Text("contact.how", text.Args{"command": commandLine(append(append([]string{"chatvet", "contact"}, words...), "1")...)}))
		return nil, nil
	}
	talk.Notef("%s", say.Text("contact.number", nil))
	answer, err := bufio.NewReader(io.LimitReader(p.stdin, 1<<10)).ReadString('\n')
	if answer = strings.TrimSpace(answer); answer == "" || err != nil && err != io.EOF {
		return nil, nil
	}
	if peer := numbered(found, answer); peer != nil {
		return peer, nil
	}
	return nil, fail("contact.nobody", nil, try("chatvet", "contact", report.UnknownPeer))
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.Look(f, term.Never, func(string) string { return "" }).Terminal
}
