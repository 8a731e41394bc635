package judge

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

var update = flag.Bool("update", false, "write what the judge says into testdata/verdicts; read the difference before you keep it")

// TestCases judges testdata/verdicts: one file per case, with builds as facts
// and the findings that they must give. README.md there says how to read them.
func TestCases(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/verdicts/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	list := syntheticList()
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Files) != 2 || archive.Files[0].Name != "builds.yaml" || archive.Files[1].Name != "findings" {
				t.Fatal("a case holds builds.yaml and findings, in this order")
			}
			got := told(Judge(inventory.Inventory{Schema: inventory.Schema, Builds: readBuilds(t, list, archive.Files[0].Data)}, list, Policy{}))
			if *update {
				archive.Files[1].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// readBuilds reads builds in the JSON form, written as YAML. Unless a build says
// what was collected, everything was.
func readBuilds(t *testing.T, list *signatures.List, data []byte) []inventory.Build {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	var builds []inventory.Build
	decoder := json.NewDecoder(strings.NewReader(string(encoded)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&builds); err != nil {
		t.Fatal(err)
	}
	collectAll(list, builds)
	return builds
}

func collectAll(list *signatures.List, builds []inventory.Build) {
	for i := range builds {
		b := &builds[i]
		if b.Collected.List == "" {
			b.Collected = searched(list, b.Format)
		}
		for k := range b.Files {
			// "5a" is the digest of 32 times this byte.
			b.Files[k].SHA256 = strings.Repeat(b.Files[k].SHA256, 32)
			b.Files[k].SHA1 = strings.Repeat(b.Files[k].SHA1, 20)
			b.Files[k].MD5 = strings.Repeat(b.Files[k].MD5, 16)
		}
		for k := range b.Signatures {
			for _, signers := range [][]inventory.Signer{b.Signatures[k].Signers, b.Signatures[k].Lineage} {
				for n := range signers {
					signers[n].SHA256 = strings.Repeat(signers[n].SHA256, 32)
					signers[n].SHA1 = strings.Repeat(signers[n].SHA1, 20)
				}
			}
		}
		collectAll(list, b.Inside)
	}
}

// told is a judgement in lines that a person can check.
func told(r Result) string {
	var out strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&out, "%s: %s %s, %s, because %s\n", f.Build, f.Level, f.Verdict, f.Strength, f.Reason)
		line(&out, "client", f.Client)
		line(&out, "family", f.Family)
		line(&out, "resembles", strings.Join(f.Resembles, " "))
		for _, reason := range f.Reasons {
			source := ""
			if reason.Source != nil {
				source = " (" + reason.Source.Publisher + ")"
			}
			line(&out, "reason", fmt.Sprintf("%s: %s %s in %q%s", reason.Code, reason.Fact.Kind, short(reason.Fact.Value), reason.Fact.Place, source))
		}
		line(&out, "advisories", strings.Join(f.Advisories, " "))
		line(&out, "peer exposure", string(f.PeerExposure))
		line(&out, "steps", fmt.Sprint(f.Steps))
	}
	for _, b := range r.Builds {
		tellBuild(&out, b)
	}
	for _, g := range r.Gaps {
		fmt.Fprintf(&out, "gap in %s: %s: %s: %s\n", g.Where, g.Kind, g.What, g.Reason)
	}
	return out.String()
}

func tellBuild(out *strings.Builder, b inventory.Build) {
	if b.Identity.State != "" {
		fmt.Fprintf(out, "build %s: %s %s %s\n", b.ID, b.Client, b.Identity.State, b.Identity.Reason)
	}
	for _, s := range b.Signatures {
		fmt.Fprintf(out, "signature on %s in %s: pin %s\n", s.Scope, b.ID, s.Pin)
	}
	for _, inner := range b.Inside {
		tellBuild(out, inner)
	}
}

func line(out *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(out, "  %s: %s\n", name, value)
	}
}

// short writes a digest of one repeated byte as that byte.
func short(value string) string {
	if len(value) >= 32 && value == strings.Repeat(value[:2], len(value)/2) {
		return value[:2] + "..."
	}
	return value
}
