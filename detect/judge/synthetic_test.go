package judge

import (
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// The list of these tests is invented: clients, families, certificates and
// digests alike. Digests are one byte written 32 times.

func digest(b string) string { return strings.Repeat(b, 32) }

func is(k signatures.Kind, value string) signatures.Indicator {
	return signatures.Indicator{Kind: k, Value: value, Source: 1}
}

func has(text string) signatures.Indicator {
	return signatures.Indicator{Kind: signatures.Content, Text: text, Encodings: []signatures.Encoding{signatures.ASCII, signatures.UTF16LE}, Source: 2}
}

func leaf(i signatures.Indicator) signatures.Condition { return signatures.Condition{Indicator: &i} }

func leaves(list ...signatures.Indicator) []signatures.Condition {
	var all []signatures.Condition
	for _, i := range list {
		all = append(all, leaf(i))
	}
	return all
}

func allOf(list ...signatures.Condition) signatures.Condition {
	return signatures.Condition{All: list}
}
func anyOf(list ...signatures.Indicator) signatures.Condition {
	return signatures.Condition{Any: leaves(list...)}
}

var sources = []signatures.Source{
	{N: 1, Publisher: "First Lab", Title: "Invented report", Date: "2020-01-01"},
	{N: 2, Publisher: "Second Lab", Title: "Invented study", Date: "2021-01-01"},
}

var (
	windowsLinux = []signatures.Platform{signatures.Windows, signatures.Linux}
	android      = []signatures.Platform{signatures.Android}
)

func syntheticClients() []*signatures.Client {
	alfa := &signatures.Client{
		ID: "alfa", Name: "Alfa", Maker: "Alfa Software", Sources: sources,
		Claims: []signatures.Indicator{
			is(signatures.PEProduct, "Alfa"), is(signatures.PEProduct, "Alfa *"), is(signatures.FileName, "alfa.exe"),
			is(signatures.APKPackage, "org.alfa"), is(signatures.DebPackage, "alfa"), is(signatures.BundleID, "org.alfa.mac"),
			is(signatures.APKPackage, "org.alfa.work"), // under a key that nobody published
		},
		Pins: []signatures.Pin{
			{Channel: "website", Platform: signatures.Windows, By: signatures.ByMaker,
				Signer: []signatures.Indicator{is(signatures.SignerOrganization, "Alfa Software")}, Product: []signatures.Indicator{is(signatures.PEProduct, "Alfa*")},
				AlwaysSigned: &signatures.AlwaysSigned{Since: "5.0", Source: 2}, RevokedSerials: []string{"0bad"}},
			{Channel: "store", Platform: signatures.Android, By: signatures.ByMaker,
				Signer: []signatures.Indicator{is(signatures.APKCertSHA256, digest("a1")), is(signatures.APKCertSHA1, strings.Repeat("a1", 20))}, Product: []signatures.Indicator{is(signatures.APKPackage, "org.alfa")}},
			{Channel: "website", Platform: signatures.MacOS, By: signatures.ByMaker,
				Signer: []signatures.Indicator{is(signatures.TeamID, "ALFATEAM01")}, Product: []signatures.Indicator{is(signatures.BundleID, "org.alfa.mac")}},
			{Channel: "debian-12", Platform: signatures.Linux, By: signatures.ByDistributor, Version: "2.0-1", Arch: "amd64",
				Product: []signatures.Indicator{is(signatures.DebPackage, "alfa")}, Programs: []signatures.Program{{Path: "usr/bin/alfa", SHA256: digest("d1")}, {Path: "usr/bin/alfa-call", SHA256: digest("d2")}}},
		},
		Advisories: []signatures.Advisory{{ID: "logs", Platform: signatures.Android, Text: "advisory.alfa.logs", PeerExposure: "peer.alfa.logs", Source: 2}},
	}
	free := &signatures.Client{
		ID: "alfa-free", Name: "Alfa Free", ForkOf: "alfa", Sources: sources,
		Claims: []signatures.Indicator{is(signatures.APKPackage, "org.alfa"), is(signatures.APKPackage, "org.alfa.free"), is(signatures.PEProduct, "Alfa Free")},
		Pins: []signatures.Pin{{Channel: "f-droid", Platform: signatures.Android, By: signatures.ByFork,
			Signer: []signatures.Indicator{is(signatures.APKCertSHA256, digest("f1"))}, Product: []signatures.Indicator{is(signatures.APKPackage, "org.alfa*")}}},
	}
	beta := &signatures.Client{ID: "beta", Name: "Beta", Sources: sources, Claims: []signatures.Indicator{is(signatures.PEProduct, "Beta"), is(signatures.FileName, "beta.exe"), is(signatures.DebPackage, "beta")}}
	omega := &signatures.Client{
		ID: "omega", Name: "Omega", Sources: sources, Ended: &signatures.Ended{Date: "2020-05-05", Source: 1},
		Claims: []signatures.Indicator{is(signatures.PEProduct, "Omega")}, // who signed it before 3.0 was not published
		Pins: []signatures.Pin{{Channel: "website", Platform: signatures.Windows, By: signatures.ByMaker,
			Signer: []signatures.Indicator{is(signatures.SignerOrganization, "Omega Corp")}, Product: []signatures.Indicator{is(signatures.PEProduct, "Omega"), is(signatures.PEVersion, ">=3.0")}}},
	}
	phone := &signatures.Client{
		ID: "phone", Name: "Phone", Sources: sources,
		Withdrawn: []signatures.Withdrawn{{Versions: ">=3.1, <3.3", Platform: signatures.Windows, Reason: "withdrawn.phone", Source: 1}},
		Claims:    []signatures.Indicator{is(signatures.PEProduct, "Phone"), is(signatures.DebPackage, "phone")},
		Pins: []signatures.Pin{
			{Channel: "website", Platform: signatures.Windows, By: signatures.ByMaker,
				Signer: []signatures.Indicator{is(signatures.SignerOrganization, "Phone Ltd")}, Product: []signatures.Indicator{is(signatures.PEProduct, "Phone")}},
			{Channel: "archive", Platform: signatures.Linux, By: signatures.ByMaker, Product: []signatures.Indicator{is(signatures.DebPackage, "phone")}},
		},
	}
	gamma := &signatures.Client{
		ID: "gamma", Name: "Gamma", Sources: sources,
		Claims:          []signatures.Indicator{is(signatures.APKPackage, "org.gamma")},
		UnpublishedKeys: []signatures.UnpublishedKey{{ID: "org.gamma", Channel: "play", Source: 2}},
		Pins: []signatures.Pin{{Channel: "f-droid", Platform: signatures.Android, By: signatures.ByDistributor,
			Signer: []signatures.Indicator{is(signatures.APKCertSHA256, digest("f2"))}, Product: []signatures.Indicator{is(signatures.APKPackage, "org.gamma")}}},
	}
	return []*signatures.Client{phone, omega, beta, free, gamma, alfa}
}

func syntheticFamilies() []*signatures.Family {
	regional := &signatures.Family{
		ID: "alfa-east", Title: "Alfa East", Kind: signatures.Regional, Imitates: []string{"alfa"}, MakerSigned: true, Platforms: windowsLinux, Sources: sources,
		PeerExposure: "peer.alfa-east", Steps: []signatures.MessageID{"step.stop-private-talks"},
		Rules: []signatures.Rule{
			{Name: "east servers in an Alfa program",
				When:  allOf(leaf(is(signatures.PEProduct, "Alfa*")), anyOf(has("tools.east.example.com"), has("files.east.example.com"), has("Alfa East Filter Module"), has("east.cn"))),
				Hints: []signatures.Indicator{is(signatures.PEVersion, "x.y.4.z"), is(signatures.SiblingName, "filter.exe"), is(signatures.OriginHost, "east.example.com"), is(signatures.PEDescription, "Alfa East Filter Module")}},
			{Name: "the filter program",
				When: allOf(leaf(is(signatures.FileName, "filter.exe")), leaf(has("Alfa East Filter Module")), leaf(has("east.cn")))},
		},
	}
	spy := &signatures.Family{
		ID: "alfa-spy", Title: "Alfa Spy", Kind: signatures.Trojanised, Imitates: []string{"alfa"}, Platforms: windowsLinux, Sources: sources,
		PeerExposure: "peer.alfa-spy", Steps: []signatures.MessageID{"step.helpline-first"},
		Digests: []signatures.DigestSet{{Kind: signatures.FileSHA256, Values: []string{digest("5a"), digest("5b")}, Source: 1}, {Kind: signatures.FileMD5, Values: []string{strings.Repeat("5c", 16)}, Source: 2}},
		Rules: []signatures.Rule{
			{Name: "spy strings", When: allOf(leaf(is(signatures.PEProduct, "Alfa*")), signatures.Condition{AtLeast: 1, Of: leaves(has("drop.spy.example.net"), has("cache.spy.example.net"), has("spyware_main_loop"))},
				signatures.Condition{None: leaves(has("Alfa Research Sample"))}),
				Hints: []signatures.Indicator{is(signatures.SiblingName, "filter.exe"), is(signatures.PEVersion, "x.y.4.z")}},
			{Name: "spy certificate", When: allOf(leaf(is(signatures.PEProduct, "Alfa*")), anyOf(is(signatures.SignerOrganization, "Spy Holdings"), is(signatures.SignerSHA256, digest("5e"))))},
		},
	}
	mod := &signatures.Family{
		ID: "alfa-plus", Title: "Alfa Plus", Kind: signatures.Mod, Imitates: []string{"alfa"}, Platforms: android, Sources: sources,
		PeerExposure: "peer.mod", Steps: []signatures.MessageID{"step.save-chats"},
		Rules: []signatures.Rule{{Name: "its own id", When: leaf(is(signatures.APKPackage, "org.alfaplus"))}, {Name: "plus inside the maker's id", When: allOf(leaf(is(signatures.APKPackage, "org.alfa")), leaf(has("com/alfaplus/Main")))}},
	}
	keep := &signatures.Family{
		ID: "alfa-keep", Title: "Alfa Keep", Kind: signatures.Archiving, Imitates: []string{"alfa"}, Platforms: windowsLinux, Sources: sources,
		PeerExposure: "peer.keep", Steps: []signatures.MessageID{"step.tell-contacts"},
		Rules: []signatures.Rule{{Name: "keeper", When: allOf(leaf(is(signatures.PEProduct, "Alfa*")), leaf(has("archive.keep.example.org")), leaf(has("KeepArchiveService")))}},
	}
	fake := &signatures.Family{
		ID: "beta-fake", Title: "Beta Fake", Kind: signatures.Impostor, Imitates: []string{"beta"}, Platforms: windowsLinux, Sources: sources,
		PeerExposure: "peer.fake", Steps: []signatures.MessageID{"step.helpline-first"},
		Rules: []signatures.Rule{{Name: "listed file", When: allOf(leaf(is(signatures.PEProduct, "Beta")), leaf(is(signatures.FileSHA1, strings.Repeat("fa", 20))))}},
	}
	return []*signatures.Family{keep, spy, mod, fake, regional}
}

func syntheticList() *signatures.List {
	return signatures.NewList("2026.01.01.1", "2026-01-01", syntheticFamilies(), syntheticClients())
}

// searched says that everything that the list asks for was looked for.
func searched(list *signatures.List, f signatures.Format) inventory.Collected {
	c := inventory.Collected{List: list.Version, Patterns: list.Patterns(f).ID}
	for _, k := range list.Digests(f) {
		c.Digests = append(c.Digests, strings.TrimPrefix(string(k), "file."))
	}
	return c
}

func fa(k signatures.Kind, value, place string) signatures.Fact {
	return signatures.Fact{Kind: k, Value: value, Place: place}
}

// program is an Alfa program for Windows of which everything was collected.
func program(list *signatures.List, facts ...signatures.Fact) inventory.Build {
	return inventory.Build{
		ID: "b-1", Path: "alfa.exe", Format: signatures.PE, Version: "4.0", Collected: searched(list, signatures.PE),
		Facts: append([]signatures.Fact{fa(signatures.PEProduct, "Alfa", "alfa.exe")}, facts...),
	}
}

func judged(list *signatures.List, builds ...inventory.Build) Result {
	return Judge(inventory.Inventory{Schema: inventory.Schema, Builds: builds}, list, Policy{})
}
