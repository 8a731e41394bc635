package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/signatures"
)

func (p *program) signaturesList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "help.signatures.list.short",
		Args:  cobra.NoArgs,
	}
	var want listFilter
	flags := cmd.Flags()
	flags.StringVar(&want.client, "client", "", "flag.list-client")
	flags.StringVar(&want.platform, "platform", "", "flag.list-platform")
	flags.StringVar(&want.region, "region", "", "flag.list-region")
	flags.StringVar(&want.kind, "kind", "", "flag.list-kind")
	complete(cmd, "platform", platforms...)
	complete(cmd, "kind", kinds...)
	_ = cmd.RegisterFlagCompletionFunc("client", p.completeIDs)
	cmd.RunE = func(*cobra.Command, []string) error {
		list, err := p.list()
		if err != nil {
			return err
		}
		if err := want.check(list); err != nil {
			return err
		}
		return report.Listing(p.stdout, list, want.of(list), p.texts())
	}
	return cmd
}

var (
	platforms = names([]signatures.Platform{signatures.Windows, signatures.MacOS, signatures.Linux, signatures.Android, signatures.IOS})
	kinds     = append(names([]signatures.FamilyKind{signatures.Regional, signatures.Mod, signatures.Archiving,
		signatures.Trojanised, signatures.Impostor}), kindClient)
)

// kindClient is the word after --kind for what is no family.
const kindClient = "client"

// listFilter says which entries of a list to show; what is empty lets all pass.
type listFilter struct {
	client, platform, region, kind string
}

func (f listFilter) check(list *signatures.List) error {
	for _, choice := range []struct {
		flag, value string
		known       []string
	}{{"--platform", f.platform, platforms}, {"--kind", f.kind, kinds}} {
		if choice.value != "" && !slices.Contains(choice.known, choice.value) {
			return fail("error.list-choice", text.Args{"flag": choice.flag, "value": choice.value},
				hint{"hint.list-choices", text.Args{"choices": strings.Join(choice.known, ", ")}})
		}
	}
	if f.client == "" || list.Client(f.client) != nil {
		return nil
	}
	var ids []string
	for _, c := range list.Clients {
		ids = append(ids, c.ID)
	}
	hints := []hint{}
	for _, near := range nearest(f.client, ids) {
		hints = append(hints, didYouMean("chatvet", "signatures", "list", "--client", near))
	}
	return fail("error.list-choice", text.Args{"flag": "--client", "value": f.client},
		append(hints, try("chatvet", "signatures", "list", "--kind", kindClient))...)
}

// of returns the part of a list that the filter lets pass, or the list itself
// where there is no filter.
func (f listFilter) of(list *signatures.List) *signatures.List {
	if f == (listFilter{}) {
		return list
	}
	var families []*signatures.Family
	for _, family := range list.Families {
		if f.wantsFamily(family) {
			families = append(families, family)
		}
	}
	var clients []*signatures.Client
	for _, client := range list.Clients {
		if f.wantsClient(client) {
			clients = append(clients, client)
		}
	}
	return signatures.NewList(list.Version, list.Issued, families, clients)
}

func (f listFilter) wantsFamily(family *signatures.Family) bool {
	return (f.client == "" || slices.Contains(family.Imitates, f.client)) &&
		(f.platform == "" || slices.Contains(family.Platforms, signatures.Platform(f.platform))) &&
		(f.region == "" || slices.ContainsFunc(family.Regions, func(r string) bool { return strings.EqualFold(r, f.region) })) &&
		(f.kind == "" || string(family.Kind) == f.kind)
}

// wantsClient also lets the forks of a client pass. No region is published for
// clients, so a filter by region leaves them out.
func (f listFilter) wantsClient(client *signatures.Client) bool {
	return (f.client == "" || client.ID == f.client || client.ForkOf == f.client) &&
		(f.platform == "" || slices.Contains(client.Platforms(), signatures.Platform(f.platform))) &&
		f.region == "" &&
		(f.kind == "" || f.kind == kindClient)
}
