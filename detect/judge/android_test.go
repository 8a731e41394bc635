package judge

import (
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// soloList has one client, whose id no fork shares, with a pin for Android, and
// one harmful family that a certificate tells. All of it is invented.
func soloList() *signatures.List {
	return signatures.NewList("2026.01.01.1", "2026-01-01", []*signatures.Family{{
		ID: "solo-spy", Kind: signatures.Trojanised, Imitates: []string{"solo"}, Platforms: android, Sources: sources,
		Rules: []signatures.Rule{{Name: "its certificate", When: allOf(leaf(is(signatures.APKPackage, "org.solo")), leaf(is(signatures.APKCertSHA256, digest("5e"))))}},
	}}, []*signatures.Client{{
		ID: "solo", Name: "Solo", Sources: sources, Claims: []signatures.Indicator{is(signatures.APKPackage, "org.solo")},
		Pins: []signatures.Pin{{Channel: "store", Platform: signatures.Android, By: signatures.ByMaker,
			Signer: []signatures.Indicator{is(signatures.APKCertSHA256, digest("a1"))}, Product: []signatures.Indicator{is(signatures.APKPackage, "org.solo")}}},
	}})
}

// signedBy is a signature of a scheme for a range of versions, by a key that is
// one byte repeated.
func signedBy(key, scheme string, from, to int, state inventory.Integrity, problems ...string) inventory.Signature {
	return inventory.Signature{
		Format: formatAPK, Scope: "solo.apk", By: "chatvet", Integrity: state, Trust: inventory.SelfSigned, Time: inventory.TimeUnknown,
		Scheme: scheme, MinSDK: from, MaxSDK: to, Signers: []inventory.Signer{{SHA256: digest(key)}}, Problems: problems,
	}
}

func TestTheVersionOfAndroidDecidesWhichSignatureCounts(t *testing.T) {
	const maker, other, spy = "a1", "77", "5e"
	list := soloList()
	for _, test := range []struct {
		name       string
		sdk        int
		signatures []inventory.Signature
		verdict    Verdict
		reason     string
	}{
		{"the maker everywhere", 0, []inventory.Signature{signedBy(maker, "v3", 28, 0, inventory.Intact), signedBy(maker, "v2", 24, 27, inventory.Intact)}, Official, ReasonPinnedSigner},
		{"somebody else's newer one", 0, []inventory.Signature{signedBy(other, "v3", 28, 0, inventory.Intact), signedBy(maker, "v2", 24, 27, inventory.Intact)}, Mismatch, ReasonOtherSigner},
		{"the same for an old phone", 26, []inventory.Signature{signedBy(other, "v3", 28, 0, inventory.Intact), signedBy(maker, "v2", 24, 27, inventory.Intact)}, Official, ReasonPinnedSigner},
		{"somebody else's older one", 0, []inventory.Signature{signedBy(maker, "v3", 28, 0, inventory.Intact), signedBy(other, "v1", 21, 27, inventory.Intact)}, Official, ReasonPinnedSigner},
		{"the same for an old phone", 21, []inventory.Signature{signedBy(maker, "v3", 28, 0, inventory.Intact), signedBy(other, "v1", 21, 27, inventory.Intact)}, Mismatch, ReasonOtherSigner},
		{"a broken newer one", 0, []inventory.Signature{signedBy(maker, "v3", 28, 0, inventory.Broken), signedBy(maker, "v2", 24, 27, inventory.Intact)}, Mismatch, ReasonBrokenSignature},
		{"a newer one that says only later", 30, []inventory.Signature{signedBy(other, "v3.1", 33, 0, inventory.Intact), signedBy(maker, "v3", 28, 32, inventory.Intact)}, Official, ReasonPinnedSigner},
		{"one that was left unchecked", 21, []inventory.Signature{signedBy(maker, "v2", 24, 0, inventory.Intact), signedBy(maker, "v1", 21, 23, inventory.IntegrityNotChecked)}, Unverified, ReasonSignatureNotChecked},
		{"no signature for a phone that is too old", 19, []inventory.Signature{signedBy(maker, "v2", 24, 0, inventory.Intact)}, Unverified, ReasonSignatureNotChecked},
		{"a key that anybody can have", 0, []inventory.Signature{signedBy(other, "v2", 24, 0, inventory.Intact, inventory.ProblemPublicTestKey)}, Mismatch, ReasonPublicTestKey},
		{"not even the maker's, were it that", 0, []inventory.Signature{signedBy(maker, "v2", 24, 0, inventory.Intact, inventory.ProblemPublicTestKey)}, Mismatch, ReasonPublicTestKey},
		{"a listed certificate", 0, []inventory.Signature{signedBy(spy, "v2", 24, 0, inventory.Intact)}, Harmful, ReasonFamilyProof},
		{"a listed certificate that anybody can have", 0, []inventory.Signature{signedBy(spy, "v2", 24, 0, inventory.Intact, inventory.ProblemPublicTestKey)}, Mismatch, ReasonPublicTestKey},
		{"a listed certificate that did not sign", 0, []inventory.Signature{signedBy(spy, "v2", 24, 0, inventory.Broken, inventory.ProblemCertificateMismatch)}, Mismatch, ReasonBrokenSignature},
	} {
		b := inventory.Build{
			Path: "solo.apk", Format: signatures.APK, Facts: []signatures.Fact{{Kind: signatures.APKPackage, Value: "org.solo"}},
			Files: []inventory.File{{Path: "solo.apk", SHA256: digest("01")}}, Signatures: test.signatures, Collected: searched(list, signatures.APK),
		}
		got := Judge(inventory.Inventory{Builds: []inventory.Build{b}}, list, Policy{AndroidSDK: test.sdk})
		if len(got.Findings) != 1 {
			t.Errorf("%s, on %d: %d findings", test.name, test.sdk, len(got.Findings))
			continue
		}
		if f := got.Findings[0]; f.Verdict != test.verdict || f.Reason != test.reason {
			t.Errorf("%s, on %d: %s because %s, want %s because %s", test.name, test.sdk, f.Verdict, f.Reason, test.verdict, test.reason)
		}
	}
}
