package detect

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
	"github.com/chatvet/chatvet/signatures"
)

// TestWrappedApp judges an app for phones by the one that the App Store wrapped.
func TestWrappedApp(t *testing.T) {
	h := bundletest.NewHierarchy(t)
	const phone = bundleApp + "/Wrapper/Phone.app/"
	phoneApp := func(team string) bundletest.Bundle {
		return bundletest.Bundle{
			ID: bundleID, Name: "Example Chat", Version: "1.2.3", Executable: "Phone", Flat: true,
			Program: bundletest.Program{Code: 9000, Team: team, Signer: h.Store(t), Chain: h.Chain(), CPU: bundletest.ARM},
			Files:   map[string]string{"words.txt": "synthetic", "en.lproj/x.strings": "synthetic"},
		}
	}
	for name, c := range map[string]struct {
		team    string
		change  func(bundletest.Disk)
		want    string
		differs []string
	}{
		"as the store has it": {bundleTeam, func(bundletest.Disk) {}, "intact trusted [] EXAMPLE001", nil},
		"by another team":     {"STRANGER99", func(bundletest.Disk) {}, "intact trusted [] STRANGER99", nil},
		"a file changed": {bundleTeam, editFile(phone + "words.txt"), "broken trusted [resource-changed] EXAMPLE001",
			[]string{phone + "words.txt: changed"}},
		"a library added": {bundleTeam, func(d bundletest.Disk) {
			d.Files[phone+"Frameworks/x.dylib"] = string(bundletest.Bare(bundletest.ARM, 100))
		},
			"broken trusted [resource-added] EXAMPLE001", []string{phone + "Frameworks/x.dylib: added"}},
		"a program in place of the link": {bundleTeam, func(d bundletest.Disk) {
			delete(d.Links, bundleApp+"/WrappedBundle")
			d.Files[bundleApp+"/WrappedBundle"] = string(bundletest.Bare(bundletest.ARM, 100))
		}, "intact trusted [] EXAMPLE001", nil}, // nobody sealed the wrapper: it is read as a file of the build
	} {
		t.Run(name, func(t *testing.T) {
			disk := bundletest.NewDisk()
			phoneApp(c.team).Build(t, bundleApp+"/Wrapper/Phone.app", disk)
			disk.Links[bundleApp+"/WrappedBundle"] = "Wrapper/Phone.app"
			disk.Files[bundleApp+"/Wrapper/iTunesMetadata.plist"] = "synthetic"
			disk.Files[phone+"SC_Info/Phone.sinf"] = "synthetic, of the buyer"
			c.change(disk)
			b, gaps := checkedWithin(t, disk, h, generous)
			if len(b.Signatures) != 1 {
				t.Fatalf("signatures %+v, gaps %+v", b.Signatures, gaps)
			}
			sig := b.Signatures[0]
			if diff := cmp.Diff(c.want, fmt.Sprint(sig.Integrity, " ", sig.Trust, " ", sig.Problems, " ", sig.Signers[0].TeamID)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.differs, told(b, signatures.AppleDiffers)); diff != "" {
				t.Error(diff)
			}
			if sig.Scope != bundleApp || b.Version != "1.2.3" || !slices.Contains(b.Facts, signatures.Fact{Kind: signatures.BundleID, Value: bundleID}) {
				t.Errorf("scope %q, version %q, facts %+v", sig.Scope, b.Version, b.Facts)
			}
		})
	}
}
