package detect

import (
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
	"github.com/chatvet/chatvet/signatures"
)

// TestDigestsOfOtherSystems takes of a library for another system, which many apps
// of Electron carry, the digests that the list asks of apps for the Mac.
func TestDigestsOfOtherSystems(t *testing.T) {
	h := bundletest.NewHierarchy(t)
	app := exampleApp(bundletest.Program{Code: 9000, Team: bundleTeam, Signer: h.Team(t, bundleTeam), Chain: h.Chain()})
	app.Files["Resources/linux.node"] = "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 200)
	disk := bundletest.NewDisk()
	app.Build(t, bundleApp, disk)
	family := &signatures.Family{
		ID: "invented", Title: "Invented", Kind: signatures.Trojanised, Platforms: []signatures.Platform{signatures.MacOS},
		Digests: []signatures.DigestSet{{Kind: signatures.FileMD5, Source: 1, Values: []string{strings.Repeat("0123456789abcdef", 2)}}},
		Sources: []signatures.Source{{N: 1, Publisher: "Invented", Title: "Invented"}},
	}
	list := signatures.NewList("1", "2026-01-01", []*signatures.Family{family}, bundleList(t).Clients)
	res := scanApp(t, disk, h, list)
	for _, g := range res.Gaps {
		if g.Kind == "not-searched" {
			t.Errorf("gap %+v", g)
		}
	}
	for _, f := range res.Builds[0].Files {
		if f.MD5 == "" {
			t.Errorf("%s has no MD5", f.Path)
		}
	}
	if n := len(res.Builds[0].Files); n < 5 {
		t.Errorf("%d programs", n)
	}
}
