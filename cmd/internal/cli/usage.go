package cli

import (
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/cmd/internal/text"
)

// usageTemplate lays out how a command is used, as cobra's own template does, with
// every word from the catalogues.
func usageTemplate(say *text.Catalogue) string {
	of := func(id string) string { return asTemplate(say.Text(id, nil)) }
	before, after, _ := strings.Cut(say.Text("usage.more", text.Args{"command": "\x00"}), "\x00")
	more := asTemplate(before) + "{{.CommandPath}} " + of("usage.command") + " --help" + asTemplate(after)
	wrapped := "UsagesWrapped " + strconv.Itoa(helpWidth) + " | trimTrailingWhitespaces"
	return of("usage.heading") + `{{if .Runnable}}
  {{.UseLine}}{{if .HasAvailableFlags}} ` + of("usage.flags-here") + `{{end}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} ` + of("usage.command") + `{{end}}{{if .HasExample}}

` + of("usage.examples") + `
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

` + of("usage.commands") + `{{range .Commands}}{{if (or .IsAvailableCommand (eq .Name "help"))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

` + of("usage.flags") + `
{{.LocalFlags.Flag` + wrapped + `}}{{end}}{{if .HasAvailableInheritedFlags}}

` + of("usage.global-flags") + `
{{.InheritedFlags.Flag` + wrapped + `}}{{end}}{{if .HasAvailableSubCommands}}

` + more + `{{end}}
`
}

// asTemplate keeps text/template from seeing anything in words.
func asTemplate(words string) string { return "{{" + strconv.Quote(words) + "}}" }
