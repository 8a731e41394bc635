package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/judge"
)

// sharedFlags are understood by every command.
type sharedFlags struct {
	lang, signatures, colour string
	quiet                    bool
}

func (s *sharedFlags) add(cmd *cobra.Command) {
	flags := cmd.PersistentFlags()
	flags.StringVar(&s.lang, "lang", "", "flag.lang")
	flags.StringVar(&s.signatures, "signatures", "", "flag.signatures")
	flags.StringVar(&s.colour, "color", string(term.Auto), "flag.color")
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "flag.quiet")
	complete(cmd, "color", names(term.ColourModes())...)
	complete(cmd, "lang", languages()...)
}

func (s *sharedFlags) colourMode() term.ColourMode { return term.ColourMode(s.colour) }

func (s *sharedFlags) check() error {
	if !slices.Contains(term.ColourModes(), s.colourMode()) {
		return fail("error.unknown-color", text.Args{"mode": s.colour},
			hint{"hint.colors", text.Args{"modes": strings.Join(names(term.ColourModes()), ", ")}})
	}
	asked := s.lang
	if _, err := text.Choose(asked, func(string) string { return "" }); err != nil {
		s.lang = "" // the error itself is told in a language that there is
		return fail("error.unknown-language", text.Args{"language": asked},
			hint{"hint.languages", text.Args{"languages": strings.Join(languages(), ", ")}})
	}
	return nil
}

// reportFlags are understood by the commands that write a report.
type reportFlags struct {
	format, output, failOn string
	json, strict, verbose  bool
	full                   bool
	androidSDK             int
}

func (r *reportFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&r.format, "format", report.Formats()[0], "flag.format")
	flags.BoolVar(&r.json, "json", false, "flag.json")
	flags.StringVarP(&r.output, "output", "o", "", "flag.output")
	flags.BoolVar(&r.full, "full", false, "flag.full")
	flags.StringVar(&r.failOn, "fail-on", string(judge.Warning), "flag.fail-on")
	flags.BoolVar(&r.strict, "strict", false, "flag.strict")
	flags.BoolVarP(&r.verbose, "verbose", "v", false, "flag.verbose")
	flags.IntVar(&r.androidSDK, "android-sdk", 0, "flag.android-sdk")
	complete(cmd, "format", report.Formats()...)
	complete(cmd, "fail-on", names(levels())...)
}

// reportOptions are reportFlags that were found to make sense.
type reportOptions struct {
	format  string
	output  output
	failOn  judge.Level
	policy  judge.Policy
	strict  bool
	verbose bool
	full    bool
}

// shared is true for a report that leaves the screen, and so is made for other
// people's eyes: it is written to a file, or in a form that is made to be passed
// on.
func (o reportOptions) shared() bool {
	madeToPassOn := slices.Contains([]string{"html", "markdown", "preview"}, o.format)
	return !o.full && (o.output.path != "" || madeToPassOn)
}

// options checks the flags. Inputs are the files that the command reads.
func (r *reportFlags) options(cmd *cobra.Command, inputs []string) (reportOptions, error) {
	o := reportOptions{format: r.format, failOn: judge.Level(r.failOn), strict: r.strict, verbose: r.verbose, full: r.full,
		policy: judge.Policy{AndroidSDK: r.androidSDK}}
	given := cmd.Flags().Changed
	switch {
	case r.json && given("format") && r.format != "json":
		return o, fail("error.json-and-format", text.Args{"format": r.format})
	case !slices.Contains(report.Formats(), r.format):
		return o, unknownFormat(r.format)
	case !slices.Contains(levels(), o.failOn):
		return o, fail("error.unknown-level", text.Args{"level": r.failOn},
			hint{"hint.levels", text.Args{"levels": strings.Join(names(levels()), ", ")}})
	case given("android-sdk") && (r.androidSDK < 1 || r.androidSDK > 99):
		return o, fail("error.android-sdk", nil)
	case given("output") && r.output == "":
		return o, fail("error.output-empty", nil, try(cmd.CommandPath(), "-o", "report.txt"))
	}
	if byName := report.FormatOf(r.output); byName != "" && !given("format") {
		o.format = byName
	}
	if r.json {
		o.format = "json"
	}
	var err error
	o.output, err = checkOutput(r.output, inputs)
	return o, err
}

func unknownFormat(format string) error {
	return fail("error.unknown-format", text.Args{"format": format},
		hint{"hint.formats", text.Args{"formats": strings.Join(report.Formats(), ", ")}})
}

func complete(cmd *cobra.Command, flag string, values ...string) {
	// An error would mean that the flag is not there, which the tests would show.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func names[T ~string](list []T) []string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = string(v)
	}
	return all
}

func languages() []string {
	var tags []string
	for _, l := range text.Languages() {
		tags = append(tags, l.Tag)
	}
	return tags
}
