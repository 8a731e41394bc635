package judge

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

const rounds = 900

// evidenceFacts are facts that satisfy something in the synthetic list, of every
// kind there, without those that a rule wants absent.
func evidenceFacts(list *signatures.List) []signatures.Fact {
	var facts []signatures.Fact
	add := func(i signatures.Indicator) {
		info, _ := i.Kind.Info()
		if info.Signer {
			return // signatures are dealt out apart
		}
		f := signatures.Fact{Kind: i.Kind, Value: strings.Replace(i.Value, "*", " Setup", 1), Place: "alfa.exe"}
		if i.Kind == signatures.Content {
			f.Value = i.Pattern()
		}
		if i.Value == "x.y.4.z" {
			f.Value = "4.1.4.9"
		}
		if info.WholeBuild {
			f.Place = ""
		}
		facts = append(facts, f)
	}
	var walk func(c *signatures.Condition)
	walk = func(c *signatures.Condition) {
		if c.Indicator != nil {
			add(*c.Indicator)
		}
		for _, part := range [][]signatures.Condition{c.All, c.Any, c.Of} {
			for i := range part {
				walk(&part[i])
			}
		}
	}
	for _, f := range list.Families {
		for i := range f.Rules {
			walk(&f.Rules[i].When)
			for _, h := range f.Rules[i].Hints {
				add(h)
			}
		}
		for _, d := range f.Digests {
			facts = append(facts, signatures.Fact{Kind: d.Kind, Value: d.Values[0], Place: "alfa.exe"})
		}
	}
	for _, c := range list.Clients {
		for _, i := range c.Claims {
			add(i)
		}
	}
	return facts
}

func someOf(r *rand.Rand, facts []signatures.Fact, n int) []signatures.Fact {
	var some []signatures.Fact
	for range r.IntN(n + 1) {
		f := facts[r.IntN(len(facts))]
		if f.Place != "" && r.IntN(4) == 0 {
			f.Place = "other.exe"
		}
		some = append(some, f)
	}
	return some
}

func someSignatures(r *rand.Rand) []inventory.Signature {
	pick := func(values ...string) string { return values[r.IntN(len(values))] }
	var some []inventory.Signature
	for range r.IntN(3) {
		some = append(some, inventory.Signature{
			Format: pick(formatAuthenticode, formatAPK, "apple"), Scope: pick("alfa.exe", "other.exe", ""), By: "chatvet",
			Integrity: inventory.Integrity(pick("intact", "intact", "intact", "broken", "unsigned", "not-checked")),
			Trust:     inventory.Trust(pick("trusted", "trusted", "untrusted", "self-signed", "ad-hoc", "not-checked")),
			Time:      inventory.SigningTime(pick("valid", "expired", "unknown")),
			Signers: []inventory.Signer{{
				Organization: pick("Alfa Software", "Spy Holdings", "Omega Corp", "Somebody"),
				SHA256:       pick("", digest("a1"), digest("f1"), digest("5e")),
				Serial:       pick("", "01", "0bad"),
			}},
		})
	}
	return some
}

func someBuild(r *rand.Rand, list *signatures.List, facts []signatures.Fact, depth int) inventory.Build {
	formats := []signatures.Format{signatures.PE, signatures.APK, signatures.Package, signatures.Zip, signatures.Deb}
	b := inventory.Build{
		ID: fmt.Sprintf("b-%d", r.IntN(4)), Path: []string{"alfa.exe", "other.exe"}[r.IntN(2)], Format: formats[r.IntN(len(formats))],
		Version: []string{"", "3.2", "6.0", "2.0-1"}[r.IntN(4)], Facts: someOf(r, facts, 12), Signatures: someSignatures(r),
	}
	if r.IntN(2) == 0 {
		b.Collected = searched(list, b.Format)
	}
	for _, place := range []string{"alfa.exe", "other.exe"} {
		if r.IntN(2) == 0 {
			b.Files = append(b.Files, inventory.File{Path: place, Size: r.Int64N(9), SHA256: digest([]string{"01", "5a", "5b"}[r.IntN(3)]), State: []string{"", "", "unreadable"}[r.IntN(3)]})
		}
	}
	for range r.IntN(3) {
		if depth > 0 {
			b.Inside = append(b.Inside, someBuild(r, list, facts, depth-1))
		}
	}
	return b
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func shuffled(r *rand.Rand, builds []inventory.Build) []inventory.Build {
	builds = slices.Clone(builds)
	shuffle(r, builds)
	for i := range builds {
		b := &builds[i]
		b.Facts, b.Files, b.Signatures = slices.Clone(b.Facts), slices.Clone(b.Files), slices.Clone(b.Signatures)
		b.Collected.Digests = slices.Clone(b.Collected.Digests)
		shuffle(r, b.Facts)
		shuffle(r, b.Files)
		shuffle(r, b.Signatures)
		shuffle(r, b.Collected.Digests)
		b.Inside = shuffled(r, b.Inside)
	}
	return builds
}

func shuffle[T any](r *rand.Rand, s []T) {
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

func TestOrderNeverMattersAndJudgingTwiceEqualsOnce(t *testing.T) {
	list := syntheticList()
	facts := evidenceFacts(list)
	for seed := range uint64(rounds / 3) {
		r := rand.New(rand.NewPCG(seed, 1))
		inv := inventory.Inventory{Schema: inventory.Schema, Gaps: []inventory.Gap{{Where: "b", Kind: "permission"}, {Where: "a", Kind: "permission"}}}
		for range r.IntN(5) {
			inv.Builds = append(inv.Builds, someBuild(r, list, facts, 2))
		}
		before := encoded(t, inv)
		once := Judge(inv, list, Policy{})
		if diff := cmp.Diff(before, encoded(t, inv)); diff != "" {
			t.Fatalf("seed %d: the input was changed:\n%s", seed, diff)
		}
		other := inv
		other.Builds = shuffled(r, inv.Builds)
		other.Gaps = []inventory.Gap{inv.Gaps[1], inv.Gaps[0]}
		if diff := cmp.Diff(encoded(t, once), encoded(t, Judge(other, list, Policy{}))); diff != "" {
			t.Fatalf("seed %d: another order gives another result:\n%s", seed, diff)
		}
		if diff := cmp.Diff(encoded(t, once), encoded(t, Judge(once.Inventory, list, Policy{}))); diff != "" {
			t.Fatalf("seed %d: judging the result gives another one:\n%s", seed, diff)
		}
		var read inventory.Inventory
		if err := json.Unmarshal([]byte(encoded(t, once)), &read); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(encoded(t, once), encoded(t, Judge(read, list, Policy{}))); diff != "" {
			t.Fatalf("seed %d: judging the written result gives another one:\n%s", seed, diff)
		}
	}
}

// states are the family states of the first build of an inventory, with how
// sure they are.
func states(list *signatures.List, b inventory.Build) map[string][2]int {
	j := &judge{list: list, searches: newSearches(list)}
	inv := canonical(inventory.Inventory{Builds: []inventory.Build{b}})
	found := map[string][2]int{}
	for _, s := range j.newUnit(&inv.Builds[0]).families {
		found[s.family.ID] = [2]int{int(s.state), int(s.worth)}
	}
	return found
}

func TestMoreEvidenceNeverLowersAFamily(t *testing.T) {
	list := syntheticList()
	facts := evidenceFacts(list)
	raised := 0
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 2))
		less := someBuild(r, list, facts, 1)
		more := less
		more.Facts = append(slices.Clone(less.Facts), someOf(r, facts, 6)...)
		before, after := states(list, less), states(list, more)
		for id, b := range before {
			a := after[id]
			if a[0] < b[0] || a[1] < b[1] {
				t.Fatalf("seed %d: more facts lowered %s from %v to %v\nless: %v\nmore: %v", seed, id, b, a, less.Facts, more.Facts)
			}
		}
		for id, a := range after {
			if a[0] > before[id][0] {
				raised++
			}
		}
	}
	if raised == 0 {
		t.Error("no family was ever raised: this test shows nothing")
	}
}

func TestWeakFactsNeitherConvictNorAcquit(t *testing.T) {
	list := syntheticList()
	var weak []signatures.Fact
	for _, f := range evidenceFacts(list) {
		if info, _ := f.Kind.Info(); info.Strength == signatures.Weak || isID(f.Kind) {
			weak = append(weak, f) // no signature here, and so an id is only a name
		}
	}
	weak = append(weak, fa(signatures.Content, "east.cn", "alfa.exe"), fa(signatures.PackageMatches, "7", ""), fa(signatures.DebVersion, "2.0-1", ""), fa(signatures.FilePath, "usr/bin/alfa", "usr/bin/alfa"))
	found := 0
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 3))
		b := program(list, someOf(r, weak, 20)...)
		b.Format = []signatures.Format{signatures.PE, signatures.APK, signatures.Package, signatures.Deb, signatures.Zip}[r.IntN(5)]
		b.Version, b.Arch = "2.0-1", "amd64"
		// A signature that failed in any way is weak too.
		b.Signatures = someSignatures(r)
		for i := range b.Signatures {
			if s := &b.Signatures[i]; s.Integrity == inventory.Intact {
				s.Integrity = inventory.IntegrityNotChecked
			}
		}
		for _, f := range judged(list, b).Findings {
			found++
			if f.Verdict != Unverified && f.Verdict != Mismatch || f.Family != "" {
				t.Fatalf("seed %d: %s %s from weak facts: %v", seed, f.Verdict, f.Family, b.Facts)
			}
		}
	}
	if found == 0 {
		t.Error("nothing was ever found: this test shows nothing")
	}
}

func TestMD5AndSHA1NeverAcquit(t *testing.T) {
	list := syntheticList()
	for _, f := range []inventory.File{{Path: "usr/bin/alfa", MD5: strings.Repeat("d1", 16), SHA1: strings.Repeat("d1", 20)}} {
		b := inventory.Build{ID: "b-1", Path: "usr/bin/alfa", Format: signatures.Package, Version: "2.0-1", Arch: "amd64", Files: []inventory.File{f},
			Facts: []signatures.Fact{fa(signatures.DebPackage, "alfa", ""), fa(signatures.DebVersion, "2.0-1", "")}}
		if got := judged(list, b).Findings; len(got) != 1 || got[0].Verdict != Unverified {
			t.Errorf("%+v: %+v", f, got)
		}
	}
}
