package judge

import (
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// TestEveryFileOfAnAppIsSigned: a part of an app that somebody else signed, or
// nobody, is never made good by the others.
func TestEveryFileOfAnAppIsSigned(t *testing.T) {
	const ours, theirs = "aa", "bb"
	list := signatures.NewList("1", "", nil, []*signatures.Client{{
		ID: "alfa", Name: "Alfa", Sources: sources,
		Claims: []signatures.Indicator{is(signatures.APKPackage, "org.alfa")},
		Pins: []signatures.Pin{{Channel: "play", Platform: signatures.Android, By: signatures.ByMaker,
			Signer:  []signatures.Indicator{is(signatures.APKCertSHA256, digest(ours))},
			Product: []signatures.Indicator{is(signatures.APKPackage, "org.alfa")}}},
	}})
	for _, c := range []struct {
		name    string
		second  string // who signed the second file; empty for nobody
		from    int    // the first version of Android that looks at that signature
		verdict Verdict
	}{
		{"both by the maker", ours, 24, Official},
		{"one by another", theirs, 24, Mismatch},
		{"one by nobody", "", 24, Unverified},
		{"one for later versions only", theirs, 40, Unverified},
	} {
		b := inventory.Build{ID: "b", Path: "base.apk", Format: signatures.APK,
			Files: []inventory.File{{Path: "base.apk", Size: 1, SHA256: digest("01")}, {Path: "split.apk", Size: 1, SHA256: digest("02")}},
			Facts: []signatures.Fact{{Kind: signatures.APKPackage, Value: "org.alfa"}},
		}
		for i, by := range []string{ours, c.second} {
			s := inventory.Signature{Format: "apk", Scope: b.Files[i].Path, By: "chatvet", Integrity: inventory.Intact, Trust: inventory.SelfSigned, MinSDK: 24}
			if by == "" {
				s.Integrity = inventory.Unsigned
			} else {
				s.Signers = []inventory.Signer{{SHA256: digest(by)}}
			}
			if i == 1 {
				s.MinSDK = c.from
			}
			b.Signatures = append(b.Signatures, s)
		}
		res := Judge(inventory.Inventory{Builds: []inventory.Build{b}}, list, Policy{AndroidSDK: 34})
		if len(res.Findings) != 1 || res.Findings[0].Verdict != c.verdict {
			t.Errorf("%s: %+v, want %s", c.name, res.Findings, c.verdict)
		}
	}
}
