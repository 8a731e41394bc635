package judge

import (
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// judgeOne judges a build against the synthetic clients and one family with one
// rule, which the data's own checker would refuse: the judge holds alone.
func judgeOne(t *testing.T, rule signatures.Rule, facts []signatures.Fact, sigs ...inventory.Signature) Finding {
	t.Helper()
	family := &signatures.Family{ID: "family", Kind: signatures.Regional, Imitates: []string{"alfa"}, Platforms: windowsLinux, Sources: sources, Rules: []signatures.Rule{rule}}
	list := signatures.NewList("1", "", []*signatures.Family{family}, syntheticClients())
	b := inventory.Build{ID: "b-1", Path: "alfa.exe", Format: signatures.PE, Facts: facts, Signatures: sigs, Collected: searched(list, signatures.PE)}
	r := judged(list, b)
	if len(r.Findings) != 1 {
		t.Fatalf("%d findings, want 1", len(r.Findings))
	}
	return r.Findings[0]
}

func TestContentWithoutAClaimIsWeak(t *testing.T) {
	facts := []signatures.Fact{fa(signatures.Content, "a.example.com", "alfa.exe"), fa(signatures.Content, "b.example.org", "alfa.exe")}
	rule := signatures.Rule{Name: "two hosts", When: allOf(leaf(has("a.example.com")), leaf(has("b.example.org")))}
	if f := judgeOne(t, rule, facts); f.Verdict != Unverified {
		t.Errorf("%s from a list of hosts in any program", f.Verdict)
	}
	if f := judgeOne(t, rule, append(facts, fa(signatures.PEProduct, "Alfa", "alfa.exe"))); f.Verdict != Regional {
		t.Errorf("%s from two hosts in a program that claims the client", f.Verdict)
	}
}

func TestRequiredClaimIsNoHint(t *testing.T) {
	rule := signatures.Rule{Name: "claim twice", When: allOf(leaf(is(signatures.PEProduct, "Alfa*")), leaf(has("a.example.com"))),
		Hints: []signatures.Indicator{is(signatures.PEProduct, "Alfa East"), is(signatures.PEVersion, "x.y.4.z"), is(signatures.PEDescription, "East")}}
	facts := []signatures.Fact{fa(signatures.PEProduct, "Alfa East", "alfa.exe"), fa(signatures.Content, "a.example.com", "alfa.exe"), fa(signatures.PEVersion, "1.2.4.5", "alfa.exe")}
	if f := judgeOne(t, rule, facts); f.Verdict != Unverified {
		t.Errorf("%s: the claim that the rule required was counted as a hint", f.Verdict)
	}
	if f := judgeOne(t, rule, append(facts, fa(signatures.PEDescription, "East", "alfa.exe"))); f.Verdict != Regional {
		t.Errorf("%s with a second hint of its own", f.Verdict)
	}
}

func TestMakersOwnSignerProvesNoFamily(t *testing.T) {
	rule := signatures.Rule{Name: "signed by the maker", When: allOf(leaf(is(signatures.PEProduct, "Alfa*")), anyOf(is(signatures.SignerOrganization, "Alfa Software"), is(signatures.SignerOrganization, "East Ltd")))}
	facts := []signatures.Fact{fa(signatures.PEProduct, "Alfa", "alfa.exe")}
	signed := func(org string) inventory.Signature {
		return inventory.Signature{Format: formatAuthenticode, Scope: "alfa.exe", Integrity: inventory.Intact, Trust: inventory.Trusted, Signers: []inventory.Signer{{Organization: org}}}
	}
	if f := judgeOne(t, rule, facts, signed("Alfa Software")); f.Verdict != Official {
		t.Errorf("%s for what the maker signed", f.Verdict)
	}
	if f := judgeOne(t, rule, facts, signed("East Ltd")); f.Verdict != Regional {
		t.Errorf("%s for what the family's operator signed", f.Verdict)
	}
}

func TestSignerAsAPlainFactIsNothing(t *testing.T) {
	list := syntheticList()
	b := program(list, fa(signatures.SignerOrganization, "Spy Holdings", "alfa.exe"), fa(signatures.SignerSHA256, digest("5e"), "alfa.exe"))
	if f := judged(list, b).Findings[0]; f.Verdict != Unverified || len(f.Resembles) != 0 {
		t.Errorf("%s, resembles %v", f.Verdict, f.Resembles)
	}
}

// An installed package is searched with the sets of its programs' formats.
func TestSearchedWithAnotherFormatsPatterns(t *testing.T) {
	list := syntheticList()
	b := inventory.Build{ID: "b-1", Path: "usr/bin/filter", Format: signatures.Package,
		Facts: []signatures.Fact{fa(signatures.FileName, "filter.exe", "usr/lib/filter.exe")}, Collected: searched(list, signatures.Zip)}
	b.Files = []inventory.File{{Path: "usr/lib/filter.exe", SHA256: digest("01"), SHA1: digest("01")[:40], MD5: digest("01")[:32]}}
	b.Collected.Digests = []string{"md5", "sha1", "sha256"}
	if list.Patterns(signatures.Zip).ID == list.Patterns(signatures.Package).ID {
		t.Fatal("both formats have one pattern set: this test shows nothing")
	}
	if gaps := judged(list, b).Gaps; len(gaps) != 0 {
		t.Errorf("gaps where everything was searched for: %v", gaps)
	}
	b.Collected.Patterns = "of an older list"
	if gaps := judged(list, b).Gaps; len(gaps) != 1 {
		t.Errorf("want one gap where the search was another: %v", gaps)
	}
}
