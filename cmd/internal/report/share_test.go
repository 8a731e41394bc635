package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// person is in every place where a person can be named.
const person = "tenzin-example"

// wide lets no line break tear a name apart.
var wide = term.Profile{Width: term.MaxWidth * 100}

// planted is a result in which every string names the person, in the ways that
// paths, sentences and addresses do.
func planted(t *testing.T) judge.Result {
	t.Helper()
	res := sampleResult()
	res.Builds[0].Signatures = []inventory.Signature{{Signers: []inventory.Signer{{}}, Problems: []string{""}}}
	res.Builds[0].Facts = []signatures.Fact{{Kind: signatures.DisplayName}, {Kind: signatures.OriginURL}, {Kind: signatures.FilePath},
		{Kind: signatures.DesktopID}}
	res.Builds[0].Inside = []inventory.Build{{Files: []inventory.File{{}}}}
	ways := []string{"home/" + person + "/Private plans/a.exe", `C:\Users\` + person + `\b c.exe`, "open /home/" + person + "/x y: permission denied",
		"of " + person + "'s machine", "https://" + person + "@example.org/u/" + person + "/file.exe?user=" + person, person, "file:///home/" + person + "/d"}
	n := 0
	var plant func(v reflect.Value, field string)
	plant = func(v reflect.Value, field string) {
		switch v.Kind() {
		case reflect.Pointer:
			return // a source: it is published
		case reflect.Slice:
			for i := range v.Len() {
				plant(v.Index(i), field)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				plant(v.Field(i), v.Type().Field(i).Name)
			}
			if f, is := v.Addr().Interface().(*signatures.Fact); is && f.Kind == signatures.Content {
				f.Value = "upload.example.org" // a pattern of the list
			}
		case reflect.String:
			if isPath(field) || !isCode(field, v) {
				v.SetString(ways[n%len(ways)])
				n++
			}
		}
	}
	plant(reflect.ValueOf(&res).Elem(), "")
	if n < 50 {
		t.Fatalf("only %d strings", n)
	}
	return res
}

func TestSharedReportsNameNobody(t *testing.T) {
	shared := Share(planted(t), "host-example")
	for _, format := range Formats() {
		var out bytes.Buffer
		if err := Render(&out, format, Input{Result: shared, List: sampleList(), Say: english(t), Shared: true, Profile: wide, Verbose: true, Facts: true}); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{person, "Private plans", "host-example", "/home/", `\Users`} {
			if at := strings.Index(out.String(), secret); at >= 0 {
				t.Errorf("%s: %q is told: %q", format, secret, out.String()[max(0, at-80):min(out.Len(), at+80)])
			}
		}
	}
}

// The filter must find what is planted, or the test above could not fail.
func TestUnsharedReportsDo(t *testing.T) {
	for _, format := range []string{"text", "json", "csv"} {
		var out bytes.Buffer
		if err := Render(&out, format, Input{Result: planted(t), List: sampleList(), Say: english(t), Profile: wide, Verbose: true, Facts: true}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), person) {
			t.Errorf("%s: nobody is named", format)
		}
	}
}

func TestShareLeavesTheResultAlone(t *testing.T) {
	res, want := sampleResult(), sampleResult()
	Share(res, "x")
	if diff := cmp.Diff(want, res); diff != "" {
		t.Error(diff)
	}
}

func TestSharedPaths(t *testing.T) {
	for _, c := range []struct{ full, want string }{
		{"home/tenzin/Downloads/SampleSetup.exe", "…/Downloads/SampleSetup.exe"},
		{"home/tenzin/Downloads/from Dolma/SampleSetup.exe", "…/Downloads/…/SampleSetup.exe"},
		{"home/tenzin/plans/2026/a.apk", "…/a.apk"},
		{"home/tenzin", "…"},
		{`C:\Users\Tenzin D\AppData\Roaming\Sample\sample.exe`, "…/AppData/…/sample.exe"},
		{`C:/Program Files/Sample/sample.exe`, `C:/Program Files/Sample/sample.exe`},
		{"usr/bin/sample", "usr/bin/sample"},
		{"usr/local/tenzin/sample", "…/sample"},
		{"Applications/Sample.app/Contents/MacOS/Sample", "Applications/Sample.app/Contents/MacOS/Sample"},
		{"Volumes/Sample/Sample.app", "…/Sample.app"},
		{"mnt/backup/home/tenzin/a.zip", "…/a.zip"},
		{"sample.exe", "…/sample.exe"},
		{".", "."},
		{"", ""},
	} {
		res := judge.Result{Inventory: inventory.Inventory{Builds: []inventory.Build{{Path: c.full}}}}
		if got := Share(res).Builds[0].Path; got != c.want {
			t.Errorf("%q: %q, want %q", c.full, got, c.want)
		}
	}
}

func TestSharedGaps(t *testing.T) {
	for _, c := range []struct{ gap, want inventory.Gap }{
		{inventory.Gap{Where: "home/tenzin", Reason: "open /home/tenzin: permission denied"}, inventory.Gap{Where: "…", Reason: "open …: permission denied"}},
		{inventory.Gap{Where: "home/tenzin/secret plans", What: "the folder of tenzin"}, inventory.Gap{Where: "…", What: "the folder of …"}},
		{inventory.Gap{Where: "home/tenzin/Downloads/secret plans"}, inventory.Gap{Where: "…/Downloads/…"}},
		{inventory.Gap{Where: "home/tenzin/Downloads"}, inventory.Gap{Where: "…/Downloads"}},
		{inventory.Gap{Where: "home/tenzin/Downloads/big.zip", Reason: "needs a password"}, inventory.Gap{Where: "…/Downloads/big.zip", Reason: "needs a password"}},
		{inventory.Gap{Reason: "since 2026-01-03T10:11:12Z for S-1-5-21-1-2-3-1001"}, inventory.Gap{Reason: "since 2026-01-03 for …"}},
		{inventory.Gap{Reason: `opening "D:\My Work\x.zip": corrupt`}, inventory.Gap{Reason: `opening "…/x.zip": corrupt`}},
	} {
		got := Share(judge.Result{Inventory: inventory.Inventory{Gaps: []inventory.Gap{c.gap}}}).Gaps[0]
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v:\n%s", c.gap, diff)
		}
	}
}

func TestSharedRest(t *testing.T) {
	res := judge.Result{Inventory: inventory.Inventory{Started: "2026-01-03T10:00:00Z",
		Root: inventory.Root{Kind: "paths", Name: "/home/windows/Downloads", OS: "windows"},
		Builds: []inventory.Build{{Path: "home/windows/a.exe", Origin: inventory.Origin{FromURL: "https://u:p@example.org/b/c/a.exe?id=7#x"},
			Facts: []signatures.Fact{{Kind: signatures.Content, Value: "/api/upload"}, {Kind: signatures.PEProduct, Value: "for Windows"}}}}}}
	got := Share(res)
	want := judge.Result{Inventory: inventory.Inventory{Started: "2026-01-03", Root: inventory.Root{Kind: "paths", OS: "windows"},
		Builds: []inventory.Build{{Path: "…/a.exe", Origin: inventory.Origin{FromURL: "https://example.org/…/a.exe"},
			Facts: []signatures.Fact{{Kind: signatures.Content, Value: "/api/upload"}, {Kind: signatures.PEProduct, Value: "for …"}}}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every example of the built-in list, laid into a person's folders, is judged the
// same before and after.
func TestSharedResultsCanBeJudgedAgain(t *testing.T) {
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var inv inventory.Inventory
	for _, f := range list.Families {
		for _, e := range append(f.Tests.Hit, f.Tests.Miss...) {
			inv.Builds = append(inv.Builds, exampleBuild(len(inv.Builds), e))
		}
	}
	res := judge.Judge(inv, list, judge.Policy{})
	again := judge.Judge(Share(res).Inventory, list, judge.Policy{})
	if res.Summary.Regional == 0 || res.Summary.Harmful == 0 {
		t.Fatalf("the examples say too little: %+v", res.Summary)
	}
	ignore := cmpopts.IgnoreFields(judge.Finding{}, "Reasons")
	if diff := cmp.Diff(res.Findings, again.Findings, ignore); diff != "" {
		t.Error(diff)
	}
}

// exampleBuild is a build in two folders of a person, with the same file name in
// both.
func exampleBuild(n int, e signatures.Example) inventory.Build {
	place := "home/" + person + "/" + number(n) + "/program.exe"
	other := "home/" + person + "/" + number(n) + "/other/program.exe"
	b := inventory.Build{ID: "b-" + number(n), Path: place, Format: signatures.PE,
		Files:     []inventory.File{{Path: place, SHA256: digits('1')}, {Path: other, SHA256: digits('2')}},
		Collected: inventory.Collected{Patterns: "all"}}
	for _, f := range e.Facts {
		if f.Place != "" {
			f.Place = place
		}
		b.Facts = append(b.Facts, f)
	}
	return b
}

func TestSharedJSONKeepsTheContract(t *testing.T) {
	shared := render(t, "json", Share(sampleResult()))
	if err := validate(t, "result.schema.json", shared); err != nil {
		t.Error(err)
	}
	var back judge.Result
	if err := json.Unmarshal(shared, &back); err != nil {
		t.Error(err)
	}
}

func FuzzShare(f *testing.F) {
	for _, seed := range []string{"home/tenzin/a.exe", `C:\Users\tenzin\x`, "file:///home/tenzin", "/", `\\`, "…/…", "\xff/home/\xfe", "!/", "a!/b", "home/\xe80"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		res := judge.Result{Inventory: inventory.Inventory{
			Builds: []inventory.Build{{Path: "home/" + person + "/" + path, Product: text, Files: []inventory.File{{Path: path}, {Path: text}}}},
			Gaps:   []inventory.Gap{{Where: text, Reason: "open /home/" + person + "/x: " + text}}}}
		shared := Share(res)
		eachString(reflect.ValueOf(shared), "", func(field, s string) {
			if strings.Contains(s, "/home/"+person) {
				t.Errorf("%s: %q", field, s)
			}
		})
		if files := shared.Builds[0].Files; path != text && path != "" && text != "" && files[0].Path == files[1].Path {
			t.Errorf("%q and %q are both %q", path, text, files[0].Path)
		}
	})
}
