package report

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
)

const schemaFolder = "../../../docs/schema/"

func render(t *testing.T, format string, res judge.Result) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Render(&out, format, Input{Result: res, List: sampleList(), Say: english(t)}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func validate(t *testing.T, schema string, doc []byte) error {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, name := range []string{"inventory.schema.json", "result.schema.json", "contact.schema.json"} {
		s, err := jsonschema.UnmarshalJSON(strings.NewReader(string(read(t, schemaFolder+name))))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("https://chatvet.github.io/schema/1/"+name, s); err != nil {
			t.Fatal(err)
		}
	}
	compiled, err := c.Compile("https://chatvet.github.io/schema/1/" + schema)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(v)
}

func TestJSONKeepsTheContract(t *testing.T) {
	everything := sampleResult()
	everything.Builds[0].Signatures = []inventory.Signature{{Format: "authenticode", By: "chatvet", Integrity: inventory.Intact,
		Trust: inventory.Trusted, Time: inventory.TimeStamped, Pin: "maker", Signers: []inventory.Signer{{Subject: "CN=A Maker", SHA256: digits('b')}}}}
	everything.Builds[0].Inside = []inventory.Build{{ID: "b-inner", Format: "elf", Files: []inventory.File{{Path: "x", State: "unreadable"}}}}
	for name, res := range map[string]judge.Result{
		"everything": everything,
		"nothing":    {Inventory: inventory.Inventory{Schema: 1, Root: inventory.Root{Kind: "live"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := validate(t, "result.schema.json", render(t, "json", res)); err != nil {
				t.Error(err)
			}
		})
	}
}

// The schemas must refuse what the contract does not have, or the test above
// could not fail.
func TestSchemasRefuse(t *testing.T) {
	good := render(t, "json", sampleResult())
	for name, change := range map[string]func(map[string]any){
		"another schema number": func(m map[string]any) { m["schema"] = 2 },
		"null for a list":       func(m map[string]any) { m["gaps"] = nil },
		"unknown field":         func(m map[string]any) { m["extra"] = 1 },
		"missing field":         func(m map[string]any) { delete(m, "summary") },
		"unknown verdict":       func(m map[string]any) { m["findings"].([]any)[0].(map[string]any)["verdict"] = "fine" },
		"digest of odd length":  func(m map[string]any) { first(m, "builds", "files")["sha256"] = "ab" },
		"unknown count":         func(m map[string]any) { m["summary"].(map[string]any)["other"] = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			var m map[string]any
			if err := json.Unmarshal(good, &m); err != nil {
				t.Fatal(err)
			}
			change(m)
			b, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if validate(t, "result.schema.json", b) == nil {
				t.Error("accepted")
			}
		})
	}
}

func first(m map[string]any, path ...string) map[string]any {
	for _, p := range path {
		m = m[p].([]any)[0].(map[string]any)
	}
	return m
}

func TestInventorySchema(t *testing.T) {
	var m map[string]any
	if err := json.Unmarshal(render(t, "json", sampleResult()), &m); err != nil {
		t.Fatal(err)
	}
	delete(m, "findings")
	delete(m, "summary")
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, "inventory.schema.json", b); err != nil {
		t.Error(err)
	}
	if validate(t, "result.schema.json", b) == nil {
		t.Error("an inventory passes for a result")
	}
}

func TestJSONComesBackTheSame(t *testing.T) {
	want := sampleResult()
	var got judge.Result
	b := render(t, "json", want)
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	// A source's number is its place in the list and no part of the contract.
	ignoreNumber := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".N" }, cmp.Ignore())
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), ignoreNumber); diff != "" {
		t.Error(diff)
	}
	for _, r := range string(b) {
		if r == 0x1b || r == 0x202e || r == 0x07 {
			t.Errorf("%U is written as it is", r)
		}
	}
	if bytes.Contains(b, []byte(`\u003c`)) || bytes.Contains(b, []byte(`\u0026`)) {
		t.Error("HTML escapes")
	}
}

func TestJSONLeavesItsInputAlone(t *testing.T) {
	res := sampleResult()
	render(t, "json", res)
	if diff := cmp.Diff(sampleResult(), res); diff != "" {
		t.Error(diff)
	}
}

func TestSummaryIsShort(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		res := sampleResult()
		for range n {
			res.Findings = append(res.Findings, res.Findings[random.IntN(len(res.Findings))])
		}
		hostile := strings.Repeat("\u202e\x1b\"", random.IntN(3000))
		res.Tool.Version, res.List.Version = hostile, hostile
		for i := range res.Builds {
			res.Builds[i].Version = hostile
		}
		b := render(t, "summary", res)
		if len(b) >= summaryLimit || bytes.Count(b, []byte("\n")) != 1 {
			t.Fatalf("%d bytes, %d lines", len(b), bytes.Count(b, []byte("\n")))
		}
		var line summaryLine
		if err := json.Unmarshal(b, &line); err != nil {
			t.Fatal(err)
		}
		if line.Summary != res.Summary {
			t.Errorf("counts lost: %+v", line.Summary)
		}
		if len(line.Findings)+line.Omitted != len(res.Findings) {
			t.Errorf("%d findings and %d omitted of %d", len(line.Findings), line.Omitted, len(res.Findings))
		}
	}
}

func TestSummaryTellsNoPaths(t *testing.T) {
	if b := render(t, "summary", sampleResult()); bytes.Contains(b, []byte("home")) {
		t.Errorf("%s", b)
	}
}

func TestCSVIsInert(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\t=1": `\x09=1`, "Skype": "Skype", "": "",
	} {
		if got := inert(in); got != want {
			t.Errorf("inert(%q) = %q, want %q", in, got, want)
		}
	}
}
