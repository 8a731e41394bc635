package source

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chatvet/chatvet/signatures"
)

// synthetic is a family with everything that the language has; nothing in it is
// real.
const synthetic = `
id: synthetic
title: Synthetic edition
kind: regional
imitates: [one, two]
platforms: [windows, android]
maker_signed: true
regions: CN
operator: Example Chat Ltd
active: {from: 2005-09, to: 2013}
behaviour: {scans: true, censors: false, steals_session: true}
match:
  - name: both
    all:
      - {kind: pe.product, value: "Example*", source: 1}
      - at_least: 1
        of:
          - {kind: content, text: upload.example.org, source: 1}
          - {kind: content, hex: "4D 5a ?? 9?", source: 2}
    none:
      - {kind: pe.version, value: 8.0, source: 1}
    hints:
      - {kind: content, text: hint, encodings: ascii, source: 1}
digests:
  - {kind: file.md5, values: [ffffffffffffffffffffffffffffffff, 00000000000000000000000000000000], source: 1}
  - {kind: file.sha1, file: hashes/synthetic.sha1, source: 2}
about: family.synthetic.about
peer_exposure: peer.synthetic
steps: [step.one, step.two]
sources:
  - {n: 1, publisher: Example Lab, title: Report, date: 2006-06-15, url: "https://example.org"}
  - {n: 2, publisher: Example Lab, title: Data, date: 2007}
tests:
  hit:
    - {name: a hit, pe.product: Example, content: [upload.example.org, hint], pe.version: 7.0, sibling.name: x.dll}
  miss:
    - {apk.package: org.example}
`

const client = `
id: one
name: One
maker: Example Chat Ltd
about: client.one.about
claims: [{kind: pe.product, value: One, source: 3}]
pins:
  - channel: website
    platform: windows
    by: maker
    signer: [{kind: sign.organization, value: Example Chat Ltd, source: 3}]
    product: [{kind: pe.product, value: One, source: 3}]
    always_signed: {since: 8.0, source: 3}
    revoked_serials: []
sources: [{n: 3, publisher: Example Chat Ltd, title: Downloads, url: "https://example.org"}]
`

const distributionFile = `
distribution: example-1
name: Example Linux 1
arch: amd64
release: {suite: stable, codename: example, date: 2026-01-01, signed_by: [KEY], sha256: abc}
packages:
  - {client: one, package: one, version: 1.0-1, deb_sha256: abc, programs: [{path: usr/bin/one, sha256: def}]}
  - {client: one, package: one-extra, version: 1.0-1, deb_sha256: abc, programs: [{path: usr/bin/extra, sha256: 012}]}
`

const helplinesFile = `
- id: synthetic-help
  name: Synthetic Help
  helps: helpline.synthetic.helps
  asks_first: helpline.synthetic.asks-first
  email: help@example.org
  url: https://example.org/help
  languages: [en, ug]
  regions: worldwide
  checked: 2026-01-01
  source: https://example.org/about
`

func wholeTree() fstest.MapFS {
	return fstest.MapFS{
		"list.yaml":                        {Data: []byte("version: 2026.01.01.1\nissued: 2026-01-01\n")},
		"families/synthetic.yaml":          {Data: []byte(synthetic)},
		"clients/one.yaml":                 {Data: []byte(client)},
		"distributions/example-1.yaml":     {Data: []byte(distributionFile)},
		"hashes/synthetic.sha1":            {Data: []byte("# made up\n" + strings.Repeat("b", 40) + "  b.exe\n\n" + strings.Repeat("a", 40) + "\r\n")},
		"helplines.yaml":                   {Data: []byte(helplinesFile)},
		"helplines.yaml.orig":              {Data: []byte("not: [ours")},
		"families/synthetic.yaml.orig":     {Data: []byte("not: [ours")},
		"clients/one.yaml~":                {Data: []byte("not: [ours")},
		"families/folder/unread.yaml":      {Data: []byte("not: [ours")},
		"distributions/.hidden/other.yaml": {Data: []byte("not: [ours")},
	}
}

func TestLoadHelplines(t *testing.T) {
	list, _ := Load(wholeTree())
	want := []signatures.Helpline{{ID: "synthetic-help", Name: "Synthetic Help", Helps: "helpline.synthetic.helps",
		AsksFirst: "helpline.synthetic.asks-first", Email: "help@example.org", URL: "https://example.org/help",
		Languages: []string{"en", "ug"}, Regions: []string{"worldwide"}, Checked: "2026-01-01", Source: "https://example.org/about"}}
	if diff := cmp.Diff(want, list.Helplines); diff != "" {
		t.Error(diff)
	}
}

func TestLoadFamily(t *testing.T) {
	list, diagnostics := Load(wholeTree())
	for _, d := range diagnostics {
		t.Error(d)
	}
	both := []signatures.Encoding{signatures.ASCII, signatures.UTF16LE}
	ind := func(i signatures.Indicator) signatures.Condition { return signatures.Condition{Indicator: &i} }
	want := &signatures.Family{
		ID: "synthetic", Title: "Synthetic edition", Kind: signatures.Regional, Imitates: []string{"one", "two"},
		MakerSigned: true, Platforms: []signatures.Platform{signatures.Windows, signatures.Android}, Regions: []string{"CN"},
		Operator: "Example Chat Ltd", Active: signatures.Period{From: "2005-09", To: "2013"},
		Behaviour: signatures.Behaviour{ScansMessages: true, StealsSession: true},
		Rules: []signatures.Rule{{
			Name: "both",
			When: signatures.Condition{All: []signatures.Condition{
				{All: []signatures.Condition{
					ind(signatures.Indicator{Kind: signatures.PEProduct, Value: "Example*", Source: 1}),
					{AtLeast: 1, Of: []signatures.Condition{
						ind(signatures.Indicator{Kind: signatures.Content, Text: "upload.example.org", Encodings: both, Source: 1}),
						ind(signatures.Indicator{Kind: signatures.Content, Hex: "4d5a??9?", Source: 2}),
					}},
				}},
				{None: []signatures.Condition{ind(signatures.Indicator{Kind: signatures.PEVersion, Value: "8.0", Source: 1})}},
			}},
			Hints: []signatures.Indicator{{Kind: signatures.Content, Text: "hint", Encodings: []signatures.Encoding{signatures.ASCII}, Source: 1}},
		}},
		Digests: []signatures.DigestSet{
			{Kind: signatures.FileMD5, Values: []string{strings.Repeat("0", 32), strings.Repeat("f", 32)}, Source: 1},
			{Kind: signatures.FileSHA1, Values: []string{strings.Repeat("a", 40), strings.Repeat("b", 40)}, Source: 2},
		},
		About: "family.synthetic.about", PeerExposure: "peer.synthetic", Steps: []signatures.MessageID{"step.one", "step.two"},
		Sources: []signatures.Source{
			{N: 1, Publisher: "Example Lab", Title: "Report", Date: "2006-06-15", URL: "https://example.org"},
			{N: 2, Publisher: "Example Lab", Title: "Data", Date: "2007"},
		},
		Tests: signatures.Tests{
			Hit: []signatures.Example{{Name: "a hit", Facts: []signatures.Fact{
				{Kind: signatures.PEProduct, Value: "Example", Place: "program"},
				{Kind: signatures.Content, Value: "upload.example.org", Place: "program"},
				{Kind: signatures.Content, Value: "hint", Place: "program"},
				{Kind: signatures.PEVersion, Value: "7.0", Place: "program"},
				{Kind: signatures.SiblingName, Value: "x.dll"},
			}}},
			Miss: []signatures.Example{{Facts: []signatures.Fact{{Kind: signatures.APKPackage, Value: "org.example"}}}},
		},
	}
	if diff := cmp.Diff(want, list.Family("synthetic"), cmpopts.IgnoreFields(signatures.Indicator{}, "Line")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if line := list.Family("synthetic").Rules[0].Hints[0].Line; line != 23 {
		t.Errorf("the hint is in line %d, want 23", line)
	}
	if list.Version != "2026.01.01.1" || list.Issued != "2026-01-01" {
		t.Errorf("edition is %q of %q", list.Version, list.Issued)
	}
}

func TestLoadClientWithDistribution(t *testing.T) {
	list, _ := Load(wholeTree())
	got := list.Client("one")
	deb := func(name, path, sum string) signatures.Pin {
		return signatures.Pin{
			Channel: "example-1", Platform: signatures.Linux, By: signatures.ByDistributor, Version: "1.0-1", Arch: "amd64",
			Product:  []signatures.Indicator{{Kind: signatures.DebPackage, Value: name, Source: 1000}},
			Programs: []signatures.Program{{Path: path, SHA256: sum}},
		}
	}
	want := &signatures.Client{
		ID: "one", Name: "One", Maker: "Example Chat Ltd", About: "client.one.about",
		Claims: []signatures.Indicator{{Kind: signatures.PEProduct, Value: "One", Source: 3}},
		Pins: []signatures.Pin{
			{
				Channel: "website", Platform: signatures.Windows, By: signatures.ByMaker,
				Signer:       []signatures.Indicator{{Kind: signatures.SignerOrganization, Value: "Example Chat Ltd", Source: 3}},
				Product:      []signatures.Indicator{{Kind: signatures.PEProduct, Value: "One", Source: 3}},
				AlwaysSigned: &signatures.AlwaysSigned{Since: "8.0", Source: 3},
			},
			deb("one", "usr/bin/one", "def"), deb("one-extra", "usr/bin/extra", "012"),
		},
		Sources: []signatures.Source{
			{N: 3, Publisher: "Example Chat Ltd", Title: "Downloads", URL: "https://example.org"},
			{N: 1000, Publisher: "Example Linux 1", Title: "signed release file (InRelease) of example, sha256 abc", Date: "2026-01-01"},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(signatures.Indicator{}, "Line"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPositionsStayWithTheirValues(t *testing.T) {
	data := Read(wholeTree())
	f, c := data.List.Family("synthetic"), data.List.Client("one")
	for _, test := range []struct {
		pointer any
		want    string
	}{
		{&f.ID, "families/synthetic.yaml:2:5"},
		{&f.Imitates[1], "families/synthetic.yaml:5:17"},
		{f.Rules[0].When.All[0].All[1].Of[1].Indicator, "families/synthetic.yaml:19:13"},
		{&f.Digests[0].Values[0], "families/synthetic.yaml:25:65"}, // sorted to the front
		{&f.Digests[0].Values[1], "families/synthetic.yaml:25:31"},
		{&c.Pins[0], "clients/one.yaml:8:5"}, // moved when the distribution's were added
		{&c.Pins[2], "distributions/example-1.yaml:8:5"},
		{&c.Sources[0], "clients/one.yaml:15:11"},
	} {
		if got := data.At(test.pointer).String(); got != test.want {
			t.Errorf("%T is at %s, want %s", test.pointer, got, test.want)
		}
	}
}

func TestLoadFile(t *testing.T) {
	files := wholeTree()
	for name, want := range map[string][2]int{"families/synthetic.yaml": {1, 0}, "clients/one.yaml": {0, 1}} {
		list, diagnostics := LoadFile(files, name)
		if len(diagnostics) > 0 || len(list.Families) != want[0] || len(list.Clients) != want[1] {
			t.Errorf("%s: %d families, %d clients, %v", name, len(list.Families), len(list.Clients), diagnostics)
		}
	}
}

func TestLoadHostile(t *testing.T) {
	deep := strings.Repeat("[", 20_000)
	nested := "id: a\nmatch:\n  - name: deep\n    all: " + strings.Repeat("[{all: ", 200) + "[]" + strings.Repeat("}]", 200)
	for name, in := range map[string]string{
		"empty":          "",
		"one byte":       "x",
		"zero bytes":     "\x00\x00\x00",
		"null":           "null",
		"a list":         "- id: a",
		"two documents":  "id: a\n---\nid: b",
		"too large":      "id: " + strings.Repeat("a", maxFileSize),
		"not UTF-8":      "id: \xff\xfe",
		"deep":           deep,
		"nested rule":    nested,
		"laughing":       "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n",
		"merge key":      "id: a\n<<: {title: b}\n",
		"a mapping key":  "? {a: b}\n: c",
		"control":        "id: \"\\e[2J\\n\"\nkind: \"\\e[2J\\n\"\n",
		"truncated":      synthetic[:len(synthetic)/2],
		"not a template": "%YAML 9.9\n---\nid: a",
	} {
		for _, folder := range []string{"families", "clients", "distributions"} {
			_, diagnostics := Load(fstest.MapFS{folder + "/a.yaml": {Data: []byte(in)}})
			if len(diagnostics) == 0 {
				t.Errorf("%s in %s: no diagnostic", name, folder)
			}
			for _, d := range diagnostics {
				if strings.ContainsAny(d.String(), "\n\x1b") {
					t.Errorf("%s: a diagnostic of more than one line: %q", name, d)
				}
			}
		}
	}
}

// brokenFS fails in the middle of each file.
type brokenFS struct{ fs.FS }

type brokenFile struct{ fs.File }

var errBroken = errors.New("disk on fire")

func (b brokenFS) Open(name string) (fs.File, error) {
	f, err := b.FS.Open(name)
	if _, isDir := f.(fs.ReadDirFile); err != nil || isDir {
		return f, err
	}
	return brokenFile{f}, nil
}

func (brokenFile) Read([]byte) (int, error) { return 0, errBroken }

func TestLoadFromABrokenDisk(t *testing.T) {
	_, diagnostics := Load(brokenFS{wholeTree()})
	if len(diagnostics) < 3 {
		t.Errorf("%d diagnostics: %v", len(diagnostics), diagnostics)
	}
	for _, d := range diagnostics {
		if d.Code != Unreadable || !strings.Contains(d.Message, errBroken.Error()) {
			t.Error(d)
		}
	}
}

func TestNumbersAreGivenOnce(t *testing.T) {
	for i, e := range Explanations() {
		want := Code("SIG" + string([]byte{'0', byte('0' + (i+1)/10), byte('0' + (i+1)%10)}))
		if e.Code != want || e.Title == "" || e.Help == "" {
			t.Errorf("%s stands where %s should: %+v", e.Code, want, e)
		}
	}
}

// The list of the project itself is read without a word.
func TestLoadOwnData(t *testing.T) {
	list, diagnostics := Load(os.DirFS("../data"))
	for _, d := range diagnostics {
		t.Error(d)
	}
	if len(list.Families) == 0 || len(list.Clients) == 0 {
		t.Error("there is no data")
	}
}

func FuzzLoad(f *testing.F) {
	for _, folder := range []string{"families", "clients", "distributions", "hashes"} {
		for _, text := range []string{synthetic, client, distributionFile, "id: [\n", "a: &a [*a]", "match: [{all: [{kind: content, hex: '?'}]}]"} {
			f.Add(folder, text)
		}
	}
	f.Fuzz(func(t *testing.T, folder, text string) {
		files := wholeTree()
		switch folder {
		case "families", "clients", "distributions":
			files[folder+"/one.yaml"] = &fstest.MapFile{Data: []byte(text)}
		default:
			files["hashes/synthetic.sha1"] = &fstest.MapFile{Data: []byte(text)}
		}
		_, diagnostics := Load(files)
		for _, d := range diagnostics {
			if strings.ContainsAny(d.String(), "\n\x1b") {
				t.Errorf("a diagnostic of more than one line: %q", d)
			}
		}
	})
}
