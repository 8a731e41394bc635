package source

import (
	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/signatures"
)

var (
	familyKinds = []signatures.FamilyKind{
		signatures.Regional, signatures.Mod, signatures.Archiving, signatures.Trojanised, signatures.Impostor,
	}
	platforms = []signatures.Platform{
		signatures.Windows, signatures.MacOS, signatures.Linux, signatures.Android, signatures.IOS,
	}
	digestKinds = []signatures.Kind{signatures.FileSHA256, signatures.FileSHA1, signatures.FileMD5}
)

func (d *decoder) family(n *yaml.Node) *signatures.Family {
	f := &signatures.Family{}
	d.mark(f, n)
	d.mapping(n, "family", fields{
		"*id":          func(n *yaml.Node) { text(d, n, "id", &f.ID) },
		"*title":       func(n *yaml.Node) { text(d, n, "title", &f.Title) },
		"*kind":        func(n *yaml.Node) { word(d, n, "kind", &f.Kind, familyKinds...) },
		"*imitates":    func(n *yaml.Node) { texts(d, n, "imitates", &f.Imitates) },
		"*platforms":   func(n *yaml.Node) { d.platforms(n, &f.Platforms) },
		"maker_signed": func(n *yaml.Node) { d.bool(n, "maker_signed", &f.MakerSigned) },
		"regions":      func(n *yaml.Node) { texts(d, n, "regions", &f.Regions) },
		"operator":     func(n *yaml.Node) { text(d, n, "operator", &f.Operator) },
		"active":       func(n *yaml.Node) { d.period(n, &f.Active) },
		"behaviour":    func(n *yaml.Node) { d.behaviour(n, &f.Behaviour) },
		"match": func(n *yaml.Node) {
			d.list(n, "match", false,
				func(count int) { f.Rules = make([]signatures.Rule, count) },
				func(i int, element *yaml.Node) { d.rule(element, &f.Rules[i]) })
		},
		"digests": func(n *yaml.Node) {
			d.list(n, "digests", false,
				func(count int) { f.Digests = make([]signatures.DigestSet, count) },
				func(i int, element *yaml.Node) { d.digestSet(element, &f.Digests[i]) })
		},
		"undetectable":  func(n *yaml.Node) { text(d, n, "undetectable", &f.Undetectable) },
		"*about":        func(n *yaml.Node) { text(d, n, "about", &f.About) },
		"peer_exposure": func(n *yaml.Node) { text(d, n, "peer_exposure", &f.PeerExposure) },
		"steps":         func(n *yaml.Node) { texts(d, n, "steps", &f.Steps) },
		"sources":       func(n *yaml.Node) { d.sources(n, &f.Sources) },
		"tests":         func(n *yaml.Node) { d.tests(n, &f.Tests) },
	})
	return f
}

func (d *decoder) platforms(n *yaml.Node, to *[]signatures.Platform) {
	d.list(n, "platforms", true,
		func(count int) { *to = make([]signatures.Platform, count) },
		func(i int, element *yaml.Node) { word(d, element, "platform", &(*to)[i], platforms...) })
	d.mark(to, n)
}

func (d *decoder) period(n *yaml.Node, to *signatures.Period) {
	d.mapping(n, "active", fields{
		"from": func(n *yaml.Node) { text(d, n, "from", &to.From) },
		"to":   func(n *yaml.Node) { text(d, n, "to", &to.To) },
	})
}

func (d *decoder) behaviour(n *yaml.Node, b *signatures.Behaviour) {
	d.mapping(n, "behaviour", fields{
		"scans":             func(n *yaml.Node) { d.bool(n, "scans", &b.ScansMessages) },
		"censors":           func(n *yaml.Node) { d.bool(n, "censors", &b.CensorsMessages) },
		"uploads_messages":  func(n *yaml.Node) { d.bool(n, "uploads_messages", &b.UploadsMessages) },
		"uploads_metadata":  func(n *yaml.Node) { d.bool(n, "uploads_metadata", &b.UploadsMetadata) },
		"steals_session":    func(n *yaml.Node) { d.bool(n, "steals_session", &b.StealsSession) },
		"records_audio":     func(n *yaml.Node) { d.bool(n, "records_audio", &b.RecordsAudio) },
		"replaces_contents": func(n *yaml.Node) { d.bool(n, "replaces_contents", &b.ReplacesContents) },
	})
}

func (d *decoder) sources(n *yaml.Node, to *[]signatures.Source) {
	d.list(n, "sources", false,
		func(count int) { *to = make([]signatures.Source, count) },
		func(i int, element *yaml.Node) {
			s := &(*to)[i]
			d.mark(s, element)
			d.mapping(element, "source", fields{
				"*n":        func(n *yaml.Node) { d.number(n, "n", &s.N) },
				"publisher": func(n *yaml.Node) { text(d, n, "publisher", &s.Publisher) },
				"title":     func(n *yaml.Node) { text(d, n, "title", &s.Title) },
				"date":      func(n *yaml.Node) { text(d, n, "date", &s.Date) },
				"url":       func(n *yaml.Node) { text(d, n, "url", &s.URL) },
			})
		})
	d.mark(to, n)
}

func (d *decoder) tests(n *yaml.Node, to *signatures.Tests) {
	d.mapping(n, "tests", fields{
		"hit":  func(n *yaml.Node) { d.examples(n, "hit", &to.Hit) },
		"miss": func(n *yaml.Node) { d.examples(n, "miss", &to.Miss) },
	})
}

func (d *decoder) examples(n *yaml.Node, what string, to *[]signatures.Example) {
	d.list(n, what, false,
		func(count int) { *to = make([]signatures.Example, count) },
		func(i int, element *yaml.Node) { d.example(element, &(*to)[i]) })
}

// ExamplePlace is the place of an example's facts that belong to a file.
const ExamplePlace = "program"

// example reads a build that is described by its facts: kinds, each with one
// value or a list of them.
func (d *decoder) example(n *yaml.Node, to *signatures.Example) {
	d.mark(to, n)
	if !d.is(n, yaml.MappingNode, "example", "kinds with values") {
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if d.isAlias(key) {
			continue
		}
		if seen[key.Value] {
			d.report(key, DuplicateField, "%s is given twice", quoted(key.Value))
			continue
		}
		seen[key.Value] = true
		if key.Value == "name" {
			text(d, value, "name", &to.Name)
			continue
		}
		d.exampleFacts(key, value, to)
	}
}

func (d *decoder) exampleFacts(key, value *yaml.Node, to *signatures.Example) {
	kind := signatures.Kind(key.Value)
	info, known := kind.Info()
	if !known {
		d.report(key, UnknownKind, "there is no kind of fact %s", quoted(key.Value))
		return
	}
	var values []string
	texts(d, value, key.Value, &values)
	place := ExamplePlace
	if info.WholeBuild {
		place = ""
	}
	for _, v := range values {
		to.Facts = append(to.Facts, signatures.Fact{Kind: kind, Value: v, Place: place})
	}
}
