package report

import (
	"testing"

	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// The list and results of these tests are invented: no digest, name or source in
// them is that of a real program.

func sampleList() *signatures.List {
	source := signatures.Source{N: 1, Publisher: "A Laboratory", Title: "An Invented Study", Date: "2008-10-01", URL: "https://example.org/study"}
	families := []*signatures.Family{
		{ID: "sample-edition", Title: "Sample Edition", Kind: signatures.Regional, Imitates: []string{"sample"}, MakerSigned: true,
			Regions: []string{"XX"}, Operator: "A Company", Active: signatures.Period{From: "2005-09"},
			Behaviour: signatures.Behaviour{ScansMessages: true, UploadsMessages: true},
			About:     "verdict.regional.meaning", PeerExposure: "peer.client-scans-both-sides",
			Steps: []signatures.MessageID{"step.stop-private-talks", "step.remove-if-safe", "step.helpline-first"},
			Rules: []signatures.Rule{{Name: "sample servers in a sample program",
				When: signatures.Condition{All: []signatures.Condition{
					{Indicator: &signatures.Indicator{Kind: signatures.PEProduct, Value: "Sample*", Source: 1}},
					{AtLeast: 1, Of: []signatures.Condition{
						{Indicator: &signatures.Indicator{Kind: signatures.Content, Text: "words.sample.example", Source: 1}}}}}},
				Hints: []signatures.Indicator{{Kind: signatures.PEVersion, Value: "x.y.4.z", Source: 1}}}},
			Sources: []signatures.Source{source}},
		{ID: "sample-mod", Title: "Sample Plus", Kind: signatures.Mod, Imitates: []string{"sample"}, Undetectable: "no copy was published",
			About: "verdict.unofficial.meaning", PeerExposure: "peer.unreviewed-client", Sources: []signatures.Source{source}},
		{ID: "sample-copy", Title: "Sample Copy", Kind: signatures.Trojanised, Imitates: []string{"sample"},
			Digests: []signatures.DigestSet{{Kind: signatures.FileSHA256, Values: []string{digits('a')}, Source: 1}},
			About:   "verdict.harmful.meaning", PeerExposure: "peer.spyware-reads-chat",
			Steps: []signatures.MessageID{"step.keep-file"}, Sources: []signatures.Source{source}},
	}
	clients := []*signatures.Client{
		{ID: "sample", Name: "Sample", Maker: "A Maker", About: "verdict.official.sentence", GetGenuine: "https://example.org/get",
			Pins: []signatures.Pin{{Channel: "website", Platform: signatures.Windows, By: signatures.ByMaker,
				Signer:  []signatures.Indicator{{Kind: signatures.SignerOrganization, Value: "A Maker", Source: 1}},
				Product: []signatures.Indicator{{Kind: signatures.PEProduct, Value: "Sample", Source: 1}}}},
			Advisories: []signatures.Advisory{{ID: "words", Text: "verdict.regional.sentence", PeerExposure: "peer.depends-on-account", Source: 1}},
			Sources:    []signatures.Source{source}},
		{ID: "old", Name: "Old Chat", Maker: "A Maker", About: "verdict.unsupported.sentence",
			Ended: &signatures.Ended{Date: "2025-05-05", Source: 1}, Sources: []signatures.Source{source}},
	}
	return signatures.NewList("2026.01.02.1", "2026-01-02", families, clients).WithHelplines([]signatures.Helpline{
		{ID: "sample-help", Name: "Sample Help", Helps: "helpline.tibcert.helps", AsksFirst: "helpline.tibcert.asks-first",
			Email: "help@example.org", URL: "https://example.org/help", Languages: []string{"en", "ug", "bo"}, Checked: "2026-01-01"}})
}

// sampleResult has a finding of every verdict and gaps of two kinds.
func sampleResult() judge.Result {
	list := sampleList()
	published := list.Families[0].Sources[0]
	build := func(id, product, version, path string) inventory.Build {
		return inventory.Build{ID: id, Client: "sample", Product: product, Version: version, Path: path, Format: signatures.PE,
			Files: []inventory.File{{Path: path, Size: 4096, SHA256: digits(id[len(id)-1])}}}
	}
	res := judge.Result{
		Inventory: inventory.Inventory{
			Schema:  1,
			Tool:    inventory.Tool{Name: "chatvet", Version: "1.0.0"},
			List:    inventory.List{Version: "2026.01.02.1", Issued: "2026-01-02", Families: 3, Clients: 2},
			Root:    inventory.Root{Kind: "live", OS: "linux"},
			Started: "2026-01-03T10:00:00Z", ElapsedMS: 1200,
			Checked: inventory.Checked{Lookups: []string{"dpkg", "downloads"}, Packages: 312, Files: 1204, Programs: 9, Bytes: 1 << 30},
			Builds: []inventory.Build{
				build("b-1", "Sample Messenger", "5.0", "home/x/Downloads/sample-copy.exe"),
				build("b-2", "Sample", "5.1", "home/x/Downloads/from-a-friend.exe"),
				build("b-3", "Sample", "5.1.4.10", "home/x/Downloads/SampleSetup.exe"),
				build("b-3", "Sample", "5.1.4.10", "home/x/Desktop/SampleSetup.exe"),
				build("b-4", "Sample Plus", "9", "home/x/Downloads/plus.apk"),
				build("b-5", "Old Chat", "8.1", "opt/old/old"),
				build("b-6", "evil\x1b[2J\u202egpj.exe \u00abname\u00bb", "1.0\r\n2.0", "home/x/\u0626\u06c7/a\x1b]0;owned\x07.exe"),
				build("b-7", "Sample", "1:2.3-4", "usr/bin/sample"),
				build("b-8", "Sample", "6.0", "opt/sample/sample"),
				build("b-9", "Sample", "6.1", "opt/sample-2/sample"),
			},
			Gaps: []inventory.Gap{
				{Where: "home/y", What: "downloads of this person", Kind: "permission", Reason: "permission denied"},
				{Where: "home/x/Downloads/big.zip", What: "what is inside this file", Kind: "encrypted", Reason: "needs a password"},
				{Where: "home/z", What: "downloads of this person", Kind: "permission", Reason: "permission denied"},
				{Where: "x", What: "y", Kind: "never-heard-of", Reason: "z"},
			},
		},
		Summary: judge.Summary{Harmful: 1, Mismatch: 1, Regional: 2, Unofficial: 1, Unsupported: 1, Unverified: 1, Independent: 1, Official: 2, Gaps: 4},
	}
	regional := judge.Finding{ID: "f-3", Build: "b-3", Client: "sample", Verdict: judge.Regional, Level: judge.Warning,
		Strength: "strong", Reason: judge.ReasonFamilyStrong, Family: "sample-edition",
		Reasons: []judge.Reason{
			{Code: judge.ReasonFamilyStrong, Fact: signatures.Fact{Kind: signatures.Content, Value: "words.sample.example", Place: "home/x/Downloads/SampleSetup.exe", At: "0x1f20 utf-16le"}, Source: &published},
			{Code: judge.ReasonHint, Fact: signatures.Fact{Kind: signatures.PEVersion, Value: "5.1.4.10", Place: "home/x/Downloads/SampleSetup.exe"}, Source: &published},
		},
		PeerExposure: "peer.client-scans-both-sides",
		Steps:        []signatures.MessageID{"step.stop-private-talks", "step.remove-if-safe", "step.helpline-first"}}
	res.Findings = []judge.Finding{
		{ID: "f-1", Build: "b-1", Client: "sample", Verdict: judge.Harmful, Level: judge.StrongWarning, Strength: "proof",
			Reason: judge.ReasonFamilyProof, Family: "sample-copy", PeerExposure: "peer.spyware-reads-chat",
			Reasons: []judge.Reason{{Code: judge.ReasonFamilyProof, Fact: signatures.Fact{Kind: signatures.FileSHA256, Value: digits('1'), Place: "home/x/Downloads/sample-copy.exe"}, Source: &published}},
			Steps:   []signatures.MessageID{"step.helpline-before-deleting", "step.keep-file"}},
		{ID: "f-2", Build: "b-2", Client: "sample", Verdict: judge.Mismatch, Level: judge.StrongWarning, Strength: "strong",
			Reason: judge.ReasonOtherSigner, Resembles: []string{"sample-edition"}, Steps: []signatures.MessageID{"step.keep-file", "step.ask-where-from"}},
		regional, regional,
		{ID: "f-4", Build: "b-4", Client: "sample", Verdict: judge.Unofficial, Level: judge.Warning, Strength: "strong",
			Reason: judge.ReasonFamilyOwnID, Family: "sample-mod", PeerExposure: "peer.unreviewed-client", Steps: []signatures.MessageID{"step.save-chats"}},
		{ID: "f-5", Build: "b-5", Client: "old", Verdict: judge.Unsupported, Level: judge.Advice, Strength: "strong",
			Reason: judge.ReasonEnded, Steps: []signatures.MessageID{"step.move-to-supported"}},
		{ID: "f-9", Build: "b-9", Client: "sample", Verdict: judge.Official, Level: judge.Advice, Strength: "proof",
			Reason: judge.ReasonPinnedSigner, Advisories: []string{"sample/words"}, PeerExposure: "peer.depends-on-account"},
		{ID: "f-6", Build: "b-6", Client: "unheard-of", Verdict: judge.Unverified, Level: judge.Note, Strength: "weak",
			Reason: judge.ReasonNoPin, Steps: []signatures.MessageID{"step.update-app", "step.check-again"}},
		{ID: "f-7", Build: "b-7", Client: "sample", Verdict: judge.Independent, Level: judge.Note, Strength: "proof", Reason: judge.ReasonListedDigest},
		{ID: "f-8", Build: "b-8", Client: "sample", Verdict: judge.Official, Level: judge.Note, Strength: "proof", Reason: judge.ReasonPinnedSigner},
	}
	return res
}

func digits(c byte) string {
	b := make([]byte, 64)
	for i := range b {
		b[i] = c
	}
	return string(b)
}

func english(t *testing.T) *text.Catalogue {
	t.Helper()
	say, err := text.Open(text.English)
	if err != nil {
		t.Fatal(err)
	}
	return say
}
