package detect

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// generous are bounds that no app of these tests meets.
var generous = bundleBounds{entries: 10_000, programs: 1_000, size: 1 << 30}

// checkedWithin is the app's build and the gaps, looked at within bounds.
func checkedWithin(t testing.TB, disk bundletest.Disk, h *bundletest.Hierarchy, left bundleBounds) (inventory.Build, []inventory.Gap) {
	t.Helper()
	fsys, err := platform.OpenDir(lay(t, disk))
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCollector(t.Context(), platform.Root{Kind: platform.Paths, FS: fsys, Paths: []string{"apps"}}, signatures.NewList("1", "2026-01-01", nil, nil), Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.inspector.AppleRoots = h.Roots
	b := newBuilder(c, platform.Candidate{Path: bundleApp, Format: signatures.App})
	b.bundleWithin(left)
	return b.out, b.gaps
}

// TestBundleBounds reaches each bound: the app is not verified then, a gap says
// why, and no file that was not looked at counts as missing.
func TestBundleBounds(t *testing.T) {
	h := bundletest.NewHierarchy(t)
	maker := bundletest.Program{Code: 9000, Team: bundleTeam, Signer: h.Team(t, bundleTeam), Chain: h.Chain()}
	whole := exampleApp(maker)
	deep := exampleApp(maker)
	deep.Files["Resources/"+strings.Repeat("d/", maxBundleDeep+1)+"x.txt"] = "synthetic"
	inBundles := bundletest.Bundle{ID: bundleID, Executable: "x", Program: maker, Files: map[string]string{"Resources/x.txt": "synthetic"}}
	for range maxBundleNested + 1 {
		inBundles = bundletest.Bundle{ID: bundleID, Executable: "x", Program: maker, Nested: map[string]bundletest.Bundle{"PlugIns/x.app": inBundles}, Files: map[string]string{"Resources/x.txt": "synthetic"}}
	}
	for name, c := range map[string]struct {
		app    bundletest.Bundle
		within func(*bundleBounds)
		why    string
	}{
		"nothing":            {whole, func(*bundleBounds) {}, ""},
		"files":              {whole, func(b *bundleBounds) { b.entries = 12 }, "too many files in the app"},
		"programs":           {whole, func(b *bundleBounds) { b.programs = 3 }, "too many programs"},
		"bytes":              {whole, func(b *bundleBounds) { b.size = 100_000 }, "too many bytes in the app"},
		"bytes of one file":  {whole, func(b *bundleBounds) { b.size = 80_000 }, "too many bytes in the app"},
		"folders in folders": {deep, func(*bundleBounds) {}, "too many files in the app"},
		"bundles in bundles": {inBundles, func(*bundleBounds) {}, "bundles in bundles are too deep"},
	} {
		t.Run(name, func(t *testing.T) {
			disk := bundletest.NewDisk()
			c.app.Build(t, bundleApp, disk)
			left := generous
			c.within(&left)
			b, gaps := checkedWithin(t, disk, h, left)
			want := inventory.IntegrityNotChecked
			if c.why == "" {
				want = inventory.Intact
			}
			if s := b.Signatures[0]; s.Integrity != want || slices.Contains(s.Problems, inventory.ProblemResourceMissing) {
				t.Errorf("%s %v", s.Integrity, s.Problems)
			}
			var why []string
			for _, g := range gaps {
				if g.Kind == "too-many" && g.What == "whether the app's files are those that were signed" && !strings.HasPrefix(g.Reason, "open") {
					why = append(why, g.Reason)
				}
			}
			if c.why != "" && !slices.Contains(why, c.why) || c.why == "" && why != nil {
				t.Errorf("gaps say %q, want %q", why, c.why)
			}
		})
	}
}

// TestBundleTellsFewFiles names the first files that differ, and counts the rest.
func TestBundleTellsFewFiles(t *testing.T) {
	h := bundletest.NewHierarchy(t)
	disk := bundletest.NewDisk()
	exampleApp(bundletest.Program{Code: 9000, Team: bundleTeam, Signer: h.Team(t, bundleTeam), Chain: h.Chain()}).Build(t, bundleApp, disk)
	for i := range 25 {
		disk.Files[fmt.Sprintf("%sResources/more-%02d.txt", contents, i)] = "synthetic"
	}
	b, _ := checkedWithin(t, disk, h, generous)
	got := told(b, signatures.AppleDiffers)
	if len(got) != maxBundleTold+1 || got[0] != "Resources/more-00.txt: added" || got[maxBundleTold] != bundleApp+": 25 files in all" {
		t.Errorf("%q", got)
	}
}

// TestHostileBundles breaks, in every way of the harness, each file of an app that
// is read as more than bytes. Nothing of what comes out may be called intact but
// what is as it was signed, and none of it costs much memory.
func TestHostileBundles(t *testing.T) {
	h := bundletest.NewHierarchy(t)
	good := bundletest.NewDisk()
	// The test reads some thousand apps: a small one does.
	bundletest.Bundle{
		ID: bundleID, Executable: "x", Program: bundletest.Program{Code: 400, Team: bundleTeam, Signer: h.Team(t, bundleTeam), Chain: h.Chain()},
		Files: map[string]string{"Resources/x.txt": "synthetic"}, Links: map[string]string{"Resources/link": "x.txt"},
	}.Build(t, bundleApp, good)
	for _, name := range []string{contents + "Info.plist", contents + "_CodeSignature/CodeResources", contents + "MacOS/x"} {
		whole := []byte(good.Files[name])
		broken := fixture.Hostile(whole, 4, 8, 28, 32, 48, 200, 400, 412, 440, len(whole)/2, len(whole)-1)
		for how, content := range broken {
			if bytes.Equal(content, whole) || strings.HasPrefix(how, "0xff") && !sampled(how) {
				continue
			}
			disk := bundletest.Disk{Files: maps.Clone(good.Files), Links: good.Links}
			disk.Files[name] = string(content)
			if s := signatureOf(t, disk, h); s != nil && s.Integrity == inventory.Intact && s.Trust == inventory.Trusted {
				t.Errorf("%s %s: intact", name, how)
			}
		}
	}
}

// sampled picks one byte in nineteen.
func sampled(how string) bool {
	var at int
	fmt.Sscanf(how, "0xff at %d", &at)
	return at%19 == 0
}

// signatureOf is the app's one signature, nil where the folder is no app.
func signatureOf(t *testing.T, disk bundletest.Disk, h *bundletest.Hierarchy) *inventory.Signature {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b, gaps := checkedWithin(t, disk, h, generous)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
		t.Errorf("%d bytes allocated", n)
	}
	if len(b.Signatures) == 0 {
		if len(gaps) == 0 {
			t.Error("neither a signature nor a gap")
		}
		return nil
	}
	return &b.Signatures[0]
}

// TestHostileLists gives an app lists that were made to be expensive, signed by a
// stranger who may sign what he wants.
func TestHostileLists(t *testing.T) {
	h := bundletest.NewHierarchy(t)
	p := bundletest.Program{Code: 400, Team: bundleTeam, Signer: h.Team(t, bundleTeam), Chain: h.Chain(), Identifier: bundleID}
	const head, tail = `<?xml version="1.0"?><plist version="1.0">`, `</plist>`
	info := []byte(head + "<dict><key>CFBundleIdentifier</key><string>" + bundleID + "</string><key>CFBundleExecutable</key><string>x</string></dict>" + tail)
	var many strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&many, "<key>f%d</key><dict><key>hash</key><data>%s</data></dict>", i, base64.StdEncoding.EncodeToString(make([]byte, 20)))
	}
	rules := "<key>rules2</key><dict><key>^.*</key><true/></dict>"
	for name, c := range map[string]struct {
		info, seal []byte
		want       inventory.Integrity
	}{
		"dictionaries in dictionaries":   {info, []byte(head + strings.Repeat("<dict><key>a</key>", 100_000) + tail), inventory.Broken},
		"arrays in arrays":               {info, []byte(head + strings.Repeat("<array>", 1_000_000) + tail), inventory.Broken},
		"a binary list of 2^60 things":   {info, append([]byte("bplist00\xd0\x08"), 0, 0, 0, 0, 0, 0, 8, 8, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9), inventory.Broken},
		"a binary list in itself":        {info, append([]byte("bplist00\xa1\x00\x08"), 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10), inventory.Broken},
		"100,000 files that are missing": {info, []byte(head + "<dict><key>files2</key><dict>" + many.String() + "</dict>" + rules + "</dict>" + tail), inventory.Broken},
		"a list larger than any":         {info, bytes.Repeat([]byte(" "), apple.MaxSeal+1), inventory.IntegrityNotChecked},
	} {
		t.Run(name, func(t *testing.T) {
			p := p
			p.Info, p.Seal = c.info, c.seal
			disk := bundletest.NewDisk()
			disk.Files[contents+"Info.plist"], disk.Files[contents+"_CodeSignature/CodeResources"] = string(c.info), string(c.seal)
			disk.Files[contents+"MacOS/x"] = string(p.Build(t))
			s := signatureOf(t, disk, h)
			if s == nil {
				t.Fatal("no signature")
			}
			if diff := cmp.Diff(c.want, s.Integrity); diff != "" {
				t.Errorf("%s: %v", diff, s.Problems)
			}
		})
	}
}
