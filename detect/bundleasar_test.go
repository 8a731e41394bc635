package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/inspect/asar/asartest"
	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
	"github.com/chatvet/chatvet/signatures"
)

// TestArchiveOfAnApp compares an Electron app's archive with the digest of its
// header in Info.plist (ElectronAsarIntegrity), which Electron itself asks for.
func TestArchiveOfAnApp(t *testing.T) {
	h := bundletest.NewHierarchy(t)
	maker := bundletest.Program{Code: 9000, Team: bundleTeam, Signer: h.Team(t, bundleTeam), Chain: h.Chain()}
	archive := asartest.Texts(map[string]string{"index.js": "// synthetic", "package.json": "{}"}).Bytes()
	signed := func(digest string) (header string, differs, archives []string) {
		app := exampleApp(maker)
		app.Files["Resources/app.asar"] = string(archive)
		app.InfoMore = fmt.Sprintf("<key>ElectronAsarIntegrity</key><dict><key>Resources/app.asar</key><dict><key>algorithm</key><string>SHA256</string><key>hash</key><string>%s</string></dict></dict>", digest)
		disk := bundletest.NewDisk()
		app.Build(t, bundleApp, disk)
		b, _ := checkedWithin(t, disk, h, generous)
		if s := b.Signatures[0]; s.Integrity != "intact" {
			t.Fatalf("%s %v", s.Integrity, s.Problems)
		}
		headers := told(b, signatures.AsarHeader)
		if len(headers) != 1 {
			t.Fatalf("headers %q", headers)
		}
		_, header, _ = strings.Cut(headers[0], ": ")
		return header, told(b, signatures.AppleDiffers), told(b, signatures.ElectronArchive)
	}
	const at = "Resources/app.asar: "
	header, differs, archives := signed(strings.Repeat("0", 64))
	if !slices.Equal(differs, []string{at + "not the archive that Info.plist lists"}) || !slices.Equal(archives, []string{at + archiveAnother}) {
		t.Errorf("another digest: differs %q, archives %q", differs, archives)
	}
	for _, digest := range []string{header, strings.ToUpper(header)} {
		if _, differs, archives := signed(digest); differs != nil || !slices.Equal(archives, []string{at + archiveRecorded}) {
			t.Errorf("its own digest: differs %q, archives %q", differs, archives)
		}
	}
}
