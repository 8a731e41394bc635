package signatures

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// syntheticList makes a list of made-up families with about 31 indicators each,
// in the proportions of the published indicators: mostly digests, then patterns,
// names and packages, a few versions. Every value in it is invented.
func syntheticList(families int) *List {
	var fs []*Family
	var cs []*Client
	for i := range families {
		fs = append(fs, syntheticFamily(i))
		if i%2 == 0 {
			cs = append(cs, syntheticClient(i))
		}
	}
	return NewList("2026.01.01.1", "2026-01-01", fs, cs)
}

func syntheticFamily(i int) *Family {
	id := fmt.Sprintf("synthetic-%05d", i)
	f := &Family{
		ID: id, Title: "Synthetic " + id, Kind: Mod, Imitates: []string{fmt.Sprintf("client-%05d", i/2*2)},
		Platforms: []Platform{Windows, Android}, Regions: []string{"worldwide"}, Operator: "Example Chat Ltd",
		Active: Period{From: "2020-01"},
		About:  MessageID("family." + id + ".about"), PeerExposure: "peer.synthetic", Steps: []MessageID{"step.one", "step.two"},
		Sources: []Source{{N: 1, Publisher: "Example Lab", Title: "A made-up report about " + id, Date: "2020-01-02", URL: "https://example.org/" + id}},
	}
	when := Condition{All: []Condition{
		{Indicator: &Indicator{Kind: PEProduct, Value: fmt.Sprintf("Product %d*", i), Source: 1}},
		{AtLeast: 2},
	}}
	for n := range 6 {
		when.All[1].Of = append(when.All[1].Of, Condition{Indicator: &Indicator{
			Kind: Content, Text: fmt.Sprintf("https://host%d.%s.example.org/upload", n, id), Encodings: []Encoding{ASCII, UTF16LE}, Source: 1}})
	}
	own := Condition{All: []Condition{
		{Indicator: &Indicator{Kind: APKPackage, Value: "org.example." + id, Source: 1}},
		{Indicator: &Indicator{Kind: APKCertSHA256, Value: syntheticDigest("cert", i, 0), Source: 1}},
	}}
	f.Rules = []Rule{
		{Name: "servers inside", When: when, Hints: []Indicator{
			{Kind: PEVersion, Value: fmt.Sprintf(">=%d.1, <%d.4", i%40, i%40+i%3), Source: 1},
			{Kind: APKVersion, Value: fmt.Sprintf("x.%d.y.%d", i, i%7), Source: 1},
			{Kind: SiblingName, Value: id + ".dll", Source: 1},
			{Kind: OriginHost, Value: id + ".example.org", Source: 1},
		}},
		{Name: "own package", When: own},
	}
	set := DigestSet{Kind: FileSHA256, Source: 1}
	for n := range 18 {
		set.Values = append(set.Values, syntheticDigest("file", i, n))
	}
	f.Digests = []DigestSet{set}
	f.Tests = Tests{
		Hit:  []Example{{Facts: []Fact{{Kind: APKPackage, Value: "org.example." + id}}}},
		Miss: []Example{{Facts: []Fact{{Kind: PEProduct, Value: "Product", Place: "program"}}}},
	}
	return f
}

func syntheticClient(i int) *Client {
	id := fmt.Sprintf("client-%05d", i)
	return &Client{
		ID: id, Name: "Client " + id, Maker: "Example Chat Ltd", About: MessageID("client." + id + ".about"),
		Claims: []Indicator{
			{Kind: PEProduct, Value: "Client " + id, Source: 1},
			{Kind: DebPackage, Value: id, Source: 1},
		},
		Pins: []Pin{{Channel: "website", Platform: Windows, By: ByMaker,
			Signer:  []Indicator{{Kind: SignerOrganization, Value: "Example Chat " + id, Source: 1}},
			Product: []Indicator{{Kind: PEProduct, Value: "Client " + id + "*", Source: 1}},
		}},
		Sources: []Source{{N: 1, Publisher: "Example Chat Ltd", Title: "Downloads", URL: "https://example.org"}},
	}
}

func syntheticDigest(what string, i, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "synthetic %s %d %d", what, i, n))
	return hex.EncodeToString(sum[:])
}
