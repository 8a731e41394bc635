package judge

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

func TestOrderIDsAndSummary(t *testing.T) {
	list := syntheticList()
	named := func(id, product string, facts ...signatures.Fact) inventory.Build {
		b := program(list, facts...)
		b.ID, b.Path, b.Facts[0].Value = id, id+".exe", product
		return b
	}
	content := func(text string) signatures.Fact { return fa(signatures.Content, text, "alfa.exe") }
	r := judged(list,
		named("b-5", "Beta"), named("b-4", "Alfa"), named("b-3", "Alfa"), named("b-2", "Editor"),
		named("b-1", "Alfa", content("tools.east.example.com"), content("Alfa East Filter Module")),
		named("b-0", "Alfa", content("drop.spy.example.net"), content("spyware_main_loop")),
	)
	var got []string
	ids := map[string]bool{}
	for _, f := range r.Findings {
		got = append(got, fmt.Sprint(f.Verdict, " ", f.Client, " ", f.Build))
		if !regexp.MustCompile(`^f-[0-9a-f]{16}$`).MatchString(f.ID) || ids[f.ID] {
			t.Errorf("finding id %q is malformed or there twice", f.ID)
		}
		ids[f.ID] = true
	}
	want := []string{"harmful alfa b-0", "regional alfa b-1", "unverified alfa b-3", "unverified alfa b-4", "unverified beta b-5"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if diff := cmp.Diff(Summary{Harmful: 1, Regional: 1, Unverified: 3, Gaps: len(r.Gaps)}, r.Summary); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestNothingIsNeverNull(t *testing.T) {
	list := syntheticList()
	for name, r := range map[string]Result{"empty": judged(list), "bare build": judged(list, inventory.Build{ID: "b-1"}), "finding": judged(list, program(list))} {
		if out := encoded(t, r); strings.Contains(out, "null") {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestEarlierJudgementsAreForgotten(t *testing.T) {
	list := syntheticList()
	b := program(list)
	b.Client, b.Identity = "omega", inventory.Identity{State: inventory.Maker, Reason: ReasonPinnedSigner}
	b.Signatures = []inventory.Signature{{Format: formatAuthenticode, Scope: "alfa.exe", Integrity: inventory.Broken, Pin: pinMaker}}
	inv := inventory.Inventory{Builds: []inventory.Build{b}, Gaps: []inventory.Gap{{Where: "x", Kind: gapNotSearched}}}
	r := Judge(inv, list, Policy{})
	got := r.Builds[0]
	if got.Client != "alfa" || got.Identity.State != inventory.Contradicted || got.Signatures[0].Pin != pinNone || len(r.Gaps) != 0 {
		t.Errorf("client %s, identity %v, pin %s, gaps %v", got.Client, got.Identity, got.Signatures[0].Pin, r.Gaps)
	}
}

// FuzzJudge judges inventories from anywhere: `chatvet judge` reads what others
// wrote.
func FuzzJudge(f *testing.F) {
	list := syntheticList()
	content := func(text string) signatures.Fact { return fa(signatures.Content, text, "alfa.exe") }
	zip := inventory.Build{ID: "b-9", Path: "a.zip", Format: signatures.Zip, Inside: []inventory.Build{program(list, content("spyware_main_loop")), {Path: "a.zip!/b", Facts: []signatures.Fact{fa(signatures.PEProduct, "Beta", "a.zip!/b")}}}}
	for _, b := range []inventory.Build{{}, program(list, content("tools.east.example.com"), content("east.cn")), zip} {
		seed, err := json.Marshal(inventory.Inventory{Builds: []inventory.Build{b}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var inv inventory.Inventory
		if json.Unmarshal(data, &inv) != nil {
			return
		}
		once := Judge(inv, list, Policy{})
		if diff := cmp.Diff(encoded(t, once), encoded(t, Judge(once.Inventory, list, Policy{}))); diff != "" {
			t.Errorf("judging twice differs from once:\n%s", diff)
		}
		for _, found := range once.Findings {
			if found.Verdict == "" || found.Level == "" || found.Reason == "" || found.Strength == "" || len(found.Steps) == 0 || len(found.Reasons) == 0 {
				t.Errorf("a finding says nothing: %+v", found)
			}
		}
	})
}
