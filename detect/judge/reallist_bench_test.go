package judge

import (
	"fmt"
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// BenchmarkJudgeEmbedded judges 10,000 builds against the list that programs
// carry. Every tenth says of itself that it is a client of the list, every
// hundredth has the facts of one of the list's own examples of a hit.
func BenchmarkJudgeEmbedded(b *testing.B) {
	list, err := signatures.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	inv := inventory.Inventory{Builds: listedBuilds(list, 10_000)}
	findings := 0
	for b.Loop() {
		findings = len(Judge(inv, list, Policy{}).Findings)
	}
	if findings < 1000 {
		b.Fatalf("%d findings", findings)
	}
}

func listedBuilds(list *signatures.List, n int) []inventory.Build {
	var hits [][]signatures.Fact
	for _, f := range list.Families {
		for _, ex := range f.Tests.Hit {
			hits = append(hits, ex.Facts)
		}
	}
	var names []string
	for _, c := range list.Clients {
		for _, claim := range c.Claims {
			if claim.Kind == signatures.PEProduct {
				names = append(names, claim.Value)
			}
		}
	}
	builds := generatedBuilds(list, n)
	for i := range builds {
		b := &builds[i]
		if i%10 == 0 {
			b.Facts[0].Value = names[i/10%len(names)]
			b.Signatures[0].Signers[0].Organization = fmt.Sprintf("Maker %d", i)
		}
		if i%100 == 0 {
			b.Facts = append(b.Facts, hits[i/100%len(hits)]...)
		}
	}
	return builds
}
