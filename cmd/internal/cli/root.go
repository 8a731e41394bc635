package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
)

// root makes the whole tree of commands. Help texts in it are message ids until
// translate puts words in their place, which only help needs.
func (p *program) root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "chatvet",
		Short:         "help.root.short",
		Long:          "help.root.long",
		Example:       "help.scan.example",
		Args:          p.noSuchCommand,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: letters,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return p.shared.check()
		},
	}
	p.shared.add(cmd)
	p.scanInto(cmd)
	cmd.AddCommand(p.scan(), p.inspect(), p.phone(), p.judge(), p.explain(), p.contact(), p.ui(), p.signatures(), p.version(), p.man())
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &wrongFlag{err, cmd.CommandPath()}
	})
	help := cmd.HelpFunc()
	cmd.SetHelpFunc(func(c *cobra.Command, args []string) {
		p.translate(c.Root())
		help(c, args)
	})
	return cmd
}

// letters is in how many letters a word may differ from a command to be taken
// for it.
const letters = 2

// wrongFlag is a flag that is not known or does not parse.
type wrongFlag struct {
	error
	command string
}

func (w *wrongFlag) Hint() string { return "for help: " + w.command + " --help" }

// noSuchCommand refuses arguments of chatvet itself. What looks like a file was
// probably meant for scan.
func (p *program) noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var hints []hint
	if _, err := os.Lstat(args[0]); err == nil {
		hints = append(hints, didYouMean(append([]string{"chatvet", "scan"}, args...)...))
	}
	for _, name := range cmd.SuggestionsFor(args[0]) {
		hints = append(hints, didYouMean(append([]string{"chatvet", name}, args[1:]...)...))
	}
	if hints == nil {
		hints = append(hints, hint{"hint.help", text.Args{"command": "chatvet"}})
	}
	return fail("error.unknown-command", text.Args{"command": args[0]}, hints...)
}

// helpWidth is that of the narrowest terminal which people use.
const helpWidth = 80

// cobraShort are our texts for the commands that cobra adds.
var cobraShort = map[string]string{"completion": "help.completion.short", "help": "help.help.short"}

// translate puts words in the place of message ids in a command and all below.
func (p *program) translate(cmd *cobra.Command) {
	say := p.texts()
	args := text.Args{"formats": strings.Join(report.Formats(), ", "), "consent": consent(say)}
	for _, s := range []*string{&cmd.Short, &cmd.Long, &cmd.Example} {
		if strings.HasPrefix(*s, "help.") {
			*s = say.Text(*s, args)
		}
	}
	cmd.Long = strings.Join(term.Wrap(cmd.Long, helpWidth), "\n")
	if cmd.Example != "" && !strings.HasPrefix(cmd.Example, " ") {
		cmd.Example = "  " + strings.ReplaceAll(cmd.Example, "\n", "\n  ")
	}
	cmd.SetUsageTemplate(usageTemplate(say))
	cmd.DisableFlagsInUseLine = true // the template has them, in words of ours
	if id := cobraShort[cmd.Name()]; id != "" {
		cmd.Short = say.Text(id, nil)
	}
	cmd.InitDefaultHelpFlag()
	words := func(f *pflag.Flag) {
		switch {
		case strings.HasPrefix(f.Usage, "flag."):
			f.Usage = say.Text(f.Usage, args)
		case f.Name == "help":
			f.Usage = say.Text("flag.help", nil)
		}
	}
	cmd.Flags().VisitAll(words)
	cmd.PersistentFlags().VisitAll(words)
	for _, sub := range cmd.Commands() {
		p.translate(sub)
	}
}

// consent is what a person agrees to by letting chatvet look.
func consent(say *text.Catalogue) string {
	var sentences []string
	for _, id := range []string{"consent.reads", "consent.not-read", "consent.saves", "consent.others"} {
		sentences = append(sentences, say.Text(id, nil))
	}
	return strings.Join(sentences, " ")
}

// isCompletion is true where a shell asks for completions, which show help texts.
func isCompletion(args []string) bool {
	return len(args) > 0 && (args[0] == "completion" || strings.HasPrefix(args[0], "__complete"))
}
