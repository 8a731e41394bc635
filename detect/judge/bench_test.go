package judge

import (
	"fmt"
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// generatedList has the size that the list is meant to grow to.
func generatedList(families, indicators int) *signatures.List {
	var all []*signatures.Family
	each := indicators / families
	for n := range families {
		f := &signatures.Family{ID: fmt.Sprintf("family-%03d", n), Kind: signatures.Regional, Imitates: []string{fmt.Sprintf("client-%02d", n%60)}, Platforms: windowsLinux, Sources: sources}
		var contents []signatures.Indicator
		for i := range each - 2 {
			contents = append(contents, has(fmt.Sprintf("host%d.family%03d.example.com", i, n)))
		}
		f.Rules = []signatures.Rule{{
			Name:  "generated",
			When:  allOf(leaf(is(signatures.PEProduct, fmt.Sprintf("Client %02d*", n%60))), anyOf(contents...)),
			Hints: []signatures.Indicator{is(signatures.PEVersion, "x.y.4.z")},
		}}
		all = append(all, f)
	}
	var clients []*signatures.Client
	for n := range 60 {
		clients = append(clients, &signatures.Client{
			ID: fmt.Sprintf("client-%02d", n), Sources: sources,
			Claims: []signatures.Indicator{is(signatures.PEProduct, fmt.Sprintf("Client %02d*", n)), is(signatures.FileName, fmt.Sprintf("client%02d.exe", n))},
			Pins: []signatures.Pin{{Channel: "website", Platform: signatures.Windows, By: signatures.ByMaker,
				Signer: []signatures.Indicator{is(signatures.SignerOrganization, fmt.Sprintf("Maker %02d", n))}, Product: []signatures.Indicator{is(signatures.PEProduct, fmt.Sprintf("Client %02d*", n))}}},
		})
	}
	return signatures.NewList("2026.01.01.1", "2026-01-01", all, clients)
}

// generatedBuilds are programs of which every tenth is a client, and every
// hundredth holds something of a family.
func generatedBuilds(list *signatures.List, n int) []inventory.Build {
	collected := searched(list, signatures.PE)
	builds := make([]inventory.Build, n)
	for i := range builds {
		place := fmt.Sprintf("programs/%05d/program.exe", i)
		product := "Editor"
		if i%10 == 0 {
			product = fmt.Sprintf("Client %02d", i/10%60)
		}
		b := inventory.Build{
			ID: fmt.Sprintf("b-%016x", i), Path: place, Format: signatures.PE, Version: "1.2.4.5", Collected: collected,
			Facts: []signatures.Fact{
				fa(signatures.PEProduct, product, place), fa(signatures.PECompany, "Somebody", place), fa(signatures.PEDescription, "A program", place),
				fa(signatures.PEVersion, "1.2.4.5", place), fa(signatures.PEProductVersion, "1.2", place), fa(signatures.FileName, "program.exe", place),
				fa(signatures.PECopyright, "Somebody", place), fa(signatures.PEOriginalName, "program.exe", place),
			},
			Files:      []inventory.File{{Path: place, Size: 1, SHA256: fmt.Sprintf("%064x", i)}},
			Signatures: []inventory.Signature{{Format: formatAuthenticode, Scope: place, Integrity: inventory.Intact, Trust: inventory.Trusted, Signers: []inventory.Signer{{Organization: fmt.Sprintf("Maker %02d", i/10%60)}}}},
		}
		if i%100 == 0 {
			for k := range 5 {
				b.Facts = append(b.Facts, fa(signatures.Content, fmt.Sprintf("host%d.family%03d.example.com", k, i/10%60), place))
			}
		}
		builds[i] = b
	}
	return builds
}

func BenchmarkJudge(b *testing.B) {
	for _, size := range []struct{ families, indicators int }{{160, 5_000}, {1_600, 50_000}} {
		list := generatedList(size.families, size.indicators)
		inv := inventory.Inventory{Builds: generatedBuilds(list, 10_000)}
		b.Run(fmt.Sprintf("10000builds/%dindicators", size.indicators), func(b *testing.B) {
			for b.Loop() {
				if r := Judge(inv, list, Policy{}); len(r.Findings) != 1000 {
					b.Fatalf("%d findings", len(r.Findings))
				}
			}
		})
	}
}
