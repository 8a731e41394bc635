package detect

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

const (
	bundleTeam = "EXAMPLE001"
	bundleID   = "com.example.chat"
	bundleApp  = "apps/Example Chat.app"
	contents   = bundleApp + "/Contents/"
	framework  = contents + "Frameworks/Engine.framework/"
)

// exampleApp is an invented app with everything that an app can hold.
func exampleApp(by bundletest.Program) bundletest.Bundle {
	other := func(identifier string) bundletest.Program {
		p := by
		p.Identifier, p.Code = identifier, 6000
		return p
	}
	return bundletest.Bundle{
		ID: bundleID, Name: "Example Chat", Version: "1.2.3", Executable: "Example Chat", Program: by,
		Files: map[string]string{
			"Resources/icon.icns":              "synthetic icon",
			"Resources/deep/er/words.txt":      "synthetic words",
			"Resources/bo.lproj/Localized.txt": "synthetic",
			"Resources/en.lproj/Localized.txt": "synthetic",
			"Resources/ste\u0301.txt":          "a letter with a mark",
			"Resources/Base.lproj/Main.nib":    "synthetic",
			"PkgInfo":                          "APPLEXMP",
		},
		Links:    map[string]string{"Resources/current": "deep/er"},
		Programs: map[string]bundletest.Program{"MacOS/crash-reporter": other("com.example.chat.crash")},
		Nested: map[string]bundletest.Bundle{
			"Frameworks/Engine.framework": {
				ID: "com.example.engine", Executable: "Engine", Framework: true, Program: other("com.example.engine"),
				Files:    map[string]string{"Resources/engine.pak": "synthetic", "Helpers.txt": "synthetic"},
				Programs: map[string]bundletest.Program{"Libraries/libfast.dylib": other("libfast")},
			},
			"Frameworks/Example Helper.app": {
				ID: bundleID + ".helper", Executable: "Example Helper", Program: other(bundleID + ".helper"),
				Files: map[string]string{"Resources/x.txt": "synthetic"},
			},
		},
	}
}

// bundleList pins one invented client.
func bundleList(t *testing.T) *signatures.List {
	t.Helper()
	product := []signatures.Indicator{{Kind: signatures.BundleID, Value: bundleID, Source: 1}}
	return signatures.NewList("1", "2026-01-01", nil, []*signatures.Client{{
		ID: "example", Name: "Example Chat", Maker: "Example", Claims: product,
		Pins: []signatures.Pin{{
			Channel: "website", Platform: signatures.MacOS, By: signatures.ByMaker, Product: product,
			Signer:       []signatures.Indicator{{Kind: signatures.TeamID, Value: bundleTeam, Source: 1}},
			AlwaysSigned: &signatures.AlwaysSigned{Source: 1},
		}},
		Sources: []signatures.Source{{N: 1, Publisher: "Invented", Title: "Invented"}},
	}})
}

// lay puts a disk into a folder.
func lay(t testing.TB, disk bundletest.Disk) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name string, write func(string) error) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := write(name); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range disk.Files {
		put(name, func(name string) error { return os.WriteFile(name, []byte(content), 0o644) })
	}
	for name, target := range disk.Links {
		put(name, func(name string) error { return os.Symlink(target, name) })
	}
	return dir
}

// scanApp collects and judges what lies in a folder, as a scan of it does.
func scanApp(t *testing.T, disk bundletest.Disk, h *bundletest.Hierarchy, list *signatures.List) judge.Result {
	t.Helper()
	fsys, err := platform.OpenDir(lay(t, disk))
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCollector(t.Context(), platform.Root{Kind: platform.Paths, FS: fsys, Paths: []string{"apps"}}, list, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.inspector.AppleRoots = h.Roots
	c.find(Lookups())
	c.read()
	return judge.Judge(c.inventory(), list, judge.Policy{})
}

// appVerdict is what a person would read of the one app.
func appVerdict(t *testing.T, res judge.Result) string {
	t.Helper()
	if len(res.Findings) != 1 || len(res.Builds) != 1 {
		t.Fatalf("findings %+v, builds %+v, gaps %+v", res.Findings, res.Builds, res.Gaps)
	}
	b := res.Builds[0]
	if len(b.Signatures) != 1 || b.Format != signatures.App || b.Path != bundleApp {
		t.Fatalf("%s %s, signatures %+v", b.Format, b.Path, b.Signatures)
	}
	s := b.Signatures[0]
	return fmt.Sprint(s.Integrity, " ", s.Trust, " ", s.Problems, " ", res.Findings[0].Verdict, " ", res.Findings[0].Reason)
}

// told lists the files of which a kind of fact speaks.
func told(b inventory.Build, k signatures.Kind) (all []string) {
	for _, f := range b.Facts {
		if f.Kind == k {
			all = append(all, strings.TrimPrefix(f.Place, contents)+": "+f.Value)
		}
	}
	return all
}

func TestAppBundle(t *testing.T) {
	h := bundletest.NewHierarchy(t)
	maker := bundletest.Program{Code: 9000, Team: bundleTeam, Flags: 0x10000, Signer: h.Team(t, bundleTeam), Chain: h.Chain()}
	stranger := maker
	stranger.Team, stranger.Signer = "STRANGER99", h.Team(t, "STRANGER99")
	adHoc := bundletest.Program{Code: 9000, Flags: 2}
	good := bundletest.NewDisk()
	exampleApp(maker).Build(t, bundleApp, good)
	foreign := bundletest.NewDisk()
	exampleApp(stranger).Build(t, bundleApp, foreign)
	helper := contents + "Frameworks/Example Helper.app/Contents/"
	newer := maker
	newer.Identifier, newer.Code = "com.example.chat.crash", 7000
	newer.Requirement, _ = bundletest.Requirement(newer.Identifier, bundleTeam)

	official := "intact trusted [] official pinned-signer"
	broken := func(problem string) string {
		return "broken trusted [" + problem + "] mismatch broken-signature"
	}
	for _, c := range []struct {
		name    string
		change  func(bundletest.Disk)
		want    string
		differs []string
		written []string
	}{
		{name: "as signed", want: official},
		{name: "stapled, with a receipt and what the Finder writes", want: official, change: func(d bundletest.Disk) {
			d.Files[contents+"CodeResources"] = "synthetic ticket"
			d.Files[contents+"_MASReceipt/receipt"] = "synthetic"
			d.Files[contents+"Resources/.DS_Store"] = "synthetic"
			d.Files[bundleApp+"/.DS_Store"] = "synthetic"
		}},
		{name: "copied to a disk without attributes", want: official,
			change: func(d bundletest.Disk) {
				d.Files[contents+"Resources/._icon.icns"] = "\x00\x05\x16\x07\x00\x02\x00\x00synthetic"
			},
			written: []string{"Resources/._icon.icns: attributes of a file"}},
		{name: "a name that only looks like attributes", want: broken(inventory.ProblemResourceAdded),
			change:  func(d bundletest.Disk) { d.Files[contents+"Resources/._icon.icns"] = "#!/bin/sh" },
			differs: []string{"Resources/._icon.icns: added"}},
		{name: "a language removed", want: official, change: remove(contents + "Resources/bo.lproj/Localized.txt"),
			written: []string{"Resources/bo.lproj/Localized.txt: missing"}},
		{name: "a language changed", want: broken(inventory.ProblemResourceChanged), change: editFile(contents + "Resources/bo.lproj/Localized.txt"),
			differs: []string{"Resources/bo.lproj/Localized.txt: changed"}},
		{name: "a letter written in another way", want: official, change: func(d bundletest.Disk) {
			d.Files[contents+"Resources/st\u00e9.txt"] = d.Files[contents+"Resources/ste\u0301.txt"]
			delete(d.Files, contents+"Resources/ste\u0301.txt")
		}},
		{name: "a resource added", want: broken(inventory.ProblemResourceAdded),
			change:  func(d bundletest.Disk) { d.Files[contents+"Resources/extra.js"] = "synthetic" },
			differs: []string{"Resources/extra.js: added"}},
		{name: "a resource changed", want: broken(inventory.ProblemResourceChanged), change: editFile(contents + "Resources/deep/er/words.txt"),
			differs: []string{"Resources/deep/er/words.txt: changed"}},
		{name: "a resource removed", want: broken(inventory.ProblemResourceMissing), change: remove(contents + "Resources/icon.icns"),
			differs: []string{"Resources/icon.icns: missing"}},
		{name: "another case", want: "broken trusted [resource-missing resource-added] mismatch broken-signature", change: func(d bundletest.Disk) {
			d.Files[contents+"Resources/Icon.icns"] = d.Files[contents+"Resources/icon.icns"]
			delete(d.Files, contents+"Resources/icon.icns")
		}, differs: []string{"Resources/Icon.icns: added", "Resources/icon.icns: missing"}},
		{name: "a second file in another case", want: broken(inventory.ProblemResourceAdded), change: func(d bundletest.Disk) {
			d.Files[contents+"Resources/ICON.icns"] = "synthetic"
		}, differs: []string{"Resources/ICON.icns: added"}},
		{name: "beside Contents", want: broken(inventory.ProblemResourceAdded),
			change: func(d bundletest.Disk) { d.Files[bundleApp+"/payload"] = "synthetic" }, differs: []string{bundleApp + "/payload: added"}},
		{name: "a program added", want: broken(inventory.ProblemResourceAdded),
			change:  func(d bundletest.Disk) { d.Files[contents+"MacOS/more"] = string(stranger.Build(t)) },
			differs: []string{"MacOS/more: added"}},
		{name: "a link that leads elsewhere in the app", want: broken(inventory.ProblemResourceChanged),
			change: func(d bundletest.Disk) { d.Links[contents+"Resources/current"] = "deep" }, differs: []string{"Resources/current: changed"}},
		{name: "a link out of the app", want: broken(inventory.ProblemLinkOut), change: func(d bundletest.Disk) {
			d.Links[contents+"Resources/current"] = "../../../elsewhere"
			d.Files["apps/elsewhere/x.txt"] = "synthetic"
		}, differs: []string{"Resources/current: link out of the app"}},
		{name: "a link instead of a file", want: broken(inventory.ProblemResourceChanged), change: func(d bundletest.Disk) {
			delete(d.Files, contents+"Resources/icon.icns")
			d.Links[contents+"Resources/icon.icns"] = "deep/er/words.txt"
		}, differs: []string{"Resources/icon.icns: changed"}},
		{name: "Info.plist changed", want: broken(inventory.ProblemSlotMismatch), change: func(d bundletest.Disk) {
			d.Files[contents+"Info.plist"] = strings.Replace(d.Files[contents+"Info.plist"], "1.2.3", "1.2.4", 1)
		}},
		{name: "Info.plist with another id", want: broken(inventory.ProblemSlotMismatch), change: func(d bundletest.Disk) {
			d.Files[contents+"Info.plist"] = strings.Replace(d.Files[contents+"Info.plist"], bundleID, "com.example.other", 1)
		}},
		{name: "the seal changed with a file", want: broken("nested-code-changed special-slot-mismatch"), change: func(d bundletest.Disk) {
			d.Files[contents+"_CodeSignature/CodeResources"] = foreign.Files[contents+"_CodeSignature/CodeResources"] + " "
		}, differs: []string{"Frameworks/Engine.framework: program changed", "Frameworks/Example Helper.app: program changed", "MacOS/crash-reporter: program changed"}},
		{name: "the seal gone", want: "broken trusted [seal-damaged special-slot-mismatch] mismatch broken-signature", change: remove(contents + "_CodeSignature/CodeResources")},
		{name: "the program changed", want: broken(inventory.ProblemDigestMismatch), change: editFile(contents + "MacOS/Example Chat")},
		{name: "a tool changed", want: broken(inventory.ProblemNestedCode), change: func(d bundletest.Disk) {
			b := []byte(d.Files[contents+"MacOS/crash-reporter"])
			b[100] ^= 1
			d.Files[contents+"MacOS/crash-reporter"] = string(b)
		}, differs: []string{"MacOS/crash-reporter: program changed"}},
		{name: "a tool by somebody else", want: broken(inventory.ProblemNestedCode), change: func(d bundletest.Disk) {
			d.Files[contents+"MacOS/crash-reporter"] = foreign.Files[contents+"MacOS/crash-reporter"]
		}, differs: []string{"MacOS/crash-reporter: program changed"}},
		{name: "a newer tool of the maker's", want: official,
			change:  func(d bundletest.Disk) { d.Files[contents+"MacOS/crash-reporter"] = string(newer.Build(t)) },
			written: []string{"MacOS/crash-reporter: another version by the same maker"}},
		{name: "another slice in a tool", want: broken(inventory.ProblemNestedCode), change: func(d bundletest.Disk) {
			n := adHoc
			n.CPU, n.Identifier = bundletest.ARM, "com.example.chat.crash"
			d.Files[contents+"MacOS/crash-reporter"] = string(bundletest.Universal([]byte(d.Files[contents+"MacOS/crash-reporter"]), n.Build(t)))
		}, differs: []string{"MacOS/crash-reporter: program changed"}},
		{name: "a framework swapped", want: broken(inventory.ProblemNestedCode), change: func(d bundletest.Disk) {
			for name, content := range foreign.Files {
				if strings.HasPrefix(name, framework) {
					d.Files[name] = content
				}
			}
		}, differs: []string{"Frameworks/Engine.framework: program changed"}},
		{name: "a library in a framework swapped", want: broken(inventory.ProblemNestedCode), change: func(d bundletest.Disk) {
			name := framework + "Versions/A/Libraries/libfast.dylib"
			d.Files[name] = foreign.Files[name]
		}, differs: []string{"Frameworks/Engine.framework: program changed", "Frameworks/Engine.framework/Versions/A/Libraries/libfast.dylib: program changed"}},
		{name: "a file in a framework changed", want: broken(inventory.ProblemNestedCode), change: editFile(framework + "Versions/A/Resources/engine.pak"),
			differs: []string{"Frameworks/Engine.framework: program changed", "Frameworks/Engine.framework/Versions/A/Resources/engine.pak: changed"}},
		{name: "a file beside a framework's versions", want: broken(inventory.ProblemNestedCode),
			change:  func(d bundletest.Disk) { d.Files[framework+"libevil.dylib"] = string(stranger.Build(t)) },
			differs: []string{"Frameworks/Engine.framework: program changed", "Frameworks/Engine.framework/libevil.dylib: added"}},
		{name: "a second version of a framework by somebody else", want: broken(inventory.ProblemNestedCode), change: func(d bundletest.Disk) {
			for name, content := range foreign.Files {
				if rest, ok := strings.CutPrefix(name, framework+"Versions/A/"); ok {
					d.Files[framework+"Versions/B/"+rest] = content
				}
			}
		}, differs: []string{"Frameworks/Engine.framework: program changed", "Frameworks/Engine.framework/Versions/B: program changed"}},
		{name: "a helper app changed", want: broken(inventory.ProblemNestedCode), change: editFile(helper + "Resources/x.txt"),
			differs: []string{"Frameworks/Example Helper.app: program changed", "Frameworks/Example Helper.app/Contents/Resources/x.txt: changed"}},
		{name: "a helper app gone", want: broken(inventory.ProblemResourceMissing), change: func(d bundletest.Disk) {
			maps.DeleteFunc(d.Files, func(name, _ string) bool { return strings.HasPrefix(name, helper) })
		}, differs: []string{"Frameworks/Example Helper.app: missing"}},
		{name: "signed by somebody else", want: "intact trusted [] mismatch other-signer", change: func(d bundletest.Disk) { maps.Copy(d.Files, foreign.Files) }},
		{name: "signed by somebody else around the maker's programs", want: "intact trusted [] mismatch other-signer", change: func(d bundletest.Disk) {
			app := exampleApp(maker)
			app.Program = stranger
			app.Build(t, bundleApp, d)
		}},
		{name: "signed again by nobody", want: "intact ad-hoc [] mismatch unsigned-but-maker-signs", change: func(d bundletest.Disk) {
			app := exampleApp(maker)
			app.Program = adHoc
			app.Build(t, bundleApp, d)
		}},
		{name: "signature taken off", want: "unsigned not-checked [] mismatch unsigned-but-maker-signs", change: func(d bundletest.Disk) {
			d.Files[contents+"MacOS/Example Chat"] = string(bundletest.Bare(bundletest.Intel, 9000))
		}},
		{name: "sealed by the old rules", want: official, change: func(d bundletest.Disk) {
			app := exampleApp(maker)
			app.Old = true
			app.Build(t, bundleApp, d)
		}},
		{name: "sealed by the old rules, a resource changed", want: broken(inventory.ProblemResourceChanged), change: func(d bundletest.Disk) {
			app := exampleApp(maker)
			app.Old = true
			app.Build(t, bundleApp, d)
			editFile(contents + "Resources/icon.icns")(d)
		}, differs: []string{"Resources/icon.icns: changed"}},
		{name: "the language that all others build on removed", want: broken(inventory.ProblemResourceMissing), change: remove(contents + "Resources/Base.lproj/Main.nib"),
			differs: []string{"Resources/Base.lproj/Main.nib: missing"}},
		{name: "what codesign leaves out, written later", want: official, change: func(d bundletest.Disk) {
			d.Files[contents+"PkgInfo"] = "APPL????"
			d.Files[contents+"Resources/en.lproj/locversion.plist"] = "synthetic"
			d.Files[bundleApp+"/.LSOverride"], d.Files[bundleApp+"/Icon\r"] = "synthetic", ""
			d.Files[contents+"_CodeSignature/CodeSignature"] = ""
		}, written: []string{"_CodeSignature/CodeSignature: a part of another signature"}},
		{name: "an icon of a folder inside", want: broken(inventory.ProblemResourceAdded),
			change:  func(d bundletest.Disk) { d.Files[contents+"Resources/Icon\r"] = "synthetic" },
			differs: []string{`Resources/Icon\x0d: added`}},
		{name: "a folder's settings that are a program", want: broken(inventory.ProblemResourceAdded),
			change:  func(d bundletest.Disk) { d.Files[bundleApp+"/.DS_Store"] = string(stranger.Build(t)) },
			differs: []string{bundleApp + "/.DS_Store: added"}},
		{name: "a folder's settings that are a link", want: broken(inventory.ProblemResourceAdded),
			change:  func(d bundletest.Disk) { d.Links[contents+"Resources/.DS_Store"] = "icon.icns" },
			differs: []string{"Resources/.DS_Store: added"}},
		{name: "a program where the rules leave one out", want: "not-checked trusted [resources-not-read] unverified signature-not-checked",
			change: func(d bundletest.Disk) { d.Files[contents+"PkgInfo"] = string(stranger.Build(t)) }},
		{name: "the maker's own program there", want: official, change: func(d bundletest.Disk) { d.Files[contents+"PkgInfo"] = string(maker.Build(t)) },
			written: []string{"PkgInfo: a program that the seal does not cover"}},
		{name: "a program among the receipts", want: "not-checked trusted [resources-not-read] unverified signature-not-checked",
			change: func(d bundletest.Disk) { d.Files[contents+"_MASReceipt/deep/x"] = string(stranger.Build(t)) }},
		{name: "a file beside the seal", want: broken(inventory.ProblemResourceAdded),
			change:  func(d bundletest.Disk) { d.Files[contents+"_CodeSignature/x.js"] = "synthetic" },
			differs: []string{"_CodeSignature/x.js: added"}},
		{name: "a program beside the seal, by the name of a part", want: broken(inventory.ProblemResourceAdded),
			change:  func(d bundletest.Disk) { d.Files[contents+"_CodeSignature/CodeDirectory"] = string(stranger.Build(t)) },
			differs: []string{"_CodeSignature/CodeDirectory: added"}},
		{name: "rules that leave out more", want: "not-checked trusted [resources-not-read] unverified signature-not-checked", change: func(d bundletest.Disk) {
			app := exampleApp(maker)
			app.MoreRules = `<key>^Resources/scripts/</key><dict><key>omit</key><true/><key>weight</key><real>3000</real></dict>`
			app.Build(t, bundleApp, d)
			d.Files[contents+"Resources/scripts/x.js"] = "synthetic"
		}},
		{name: "by a stranger, with rules that leave out more", want: "not-checked trusted [resources-not-read] mismatch other-signer", change: func(d bundletest.Disk) {
			app := exampleApp(stranger)
			app.MoreRules = `<key>^Resources/scripts/</key><dict><key>omit</key><true/><key>weight</key><real>3000</real></dict>`
			app.Build(t, bundleApp, d)
		}},
		{name: "a framework's folder beside Contents", want: broken(inventory.ProblemResourceAdded), change: func(d bundletest.Disk) {
			d.Files[bundleApp+"/Versions/A/Resources/Info.plist"] = d.Files[framework+"Versions/A/Resources/Info.plist"]
			d.Links[bundleApp+"/Versions/Current"] = "A"
		}, differs: []string{bundleApp + "/Versions: added", bundleApp + "/Versions/A/Resources/Info.plist: added", bundleApp + "/Versions/Current: added"}},
		{name: "a framework with a module map", want: official, change: func(d bundletest.Disk) { d.Files[framework+"module.map"] = "synthetic" }},
		{name: "a link of a framework to another file in it", want: broken(inventory.ProblemNestedCode),
			change:  func(d bundletest.Disk) { d.Links[framework+"Engine"] = "Versions/Current/Libraries/libfast.dylib" },
			differs: []string{"Frameworks/Engine.framework: program changed", "Frameworks/Engine.framework/Engine: changed"}},
		{name: "another name for a framework's version", want: broken(inventory.ProblemNestedCode),
			change:  func(d bundletest.Disk) { d.Links[framework+"Versions/Old"] = "A" },
			differs: []string{"Frameworks/Engine.framework: program changed", "Frameworks/Engine.framework/Versions/Old: added"}},
		{name: "a second version of a framework by the maker", want: official, change: secondVersion(t, "com.example.engine", maker)},
		{name: "a second version that is something else of the maker's", want: broken(inventory.ProblemNestedCode),
			change:  secondVersion(t, "com.example.other", maker),
			differs: []string{"Frameworks/Engine.framework: program changed", "Frameworks/Engine.framework/Versions/B: program changed"}},
		{name: "sealed by the old rules, a language removed", want: official, change: func(d bundletest.Disk) {
			app := exampleApp(maker)
			app.Old = true
			app.Build(t, bundleApp, d)
			remove(contents + "Resources/bo.lproj/Localized.txt")(d)
		}, written: []string{"Resources/bo.lproj/Localized.txt: missing"}},
		{name: "sealed by the old rules, a library by somebody else", want: "not-checked trusted [resources-not-read] unverified signature-not-checked", change: func(d bundletest.Disk) {
			app := exampleApp(maker)
			app.Old = true
			app.Build(t, bundleApp, d)
			d.Files[contents+"MacOS/crash-reporter"] = foreign.Files[contents+"MacOS/crash-reporter"]
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			disk := bundletest.Disk{Files: maps.Clone(good.Files), Links: maps.Clone(good.Links)}
			if c.change != nil {
				c.change(disk)
			}
			res := scanApp(t, disk, h, bundleList(t))
			if diff := cmp.Diff(c.want, appVerdict(t, res)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.differs, told(res.Builds[0], signatures.AppleDiffers)); diff != "" {
				t.Errorf("differs: %s", diff)
			}
			if diff := cmp.Diff(c.written, told(res.Builds[0], signatures.AppleWritten)); diff != "" {
				t.Errorf("written: %s", diff)
			}
		})
	}
}

// secondVersion puts another version beside a framework's.
func secondVersion(t *testing.T, id string, by bundletest.Program) func(bundletest.Disk) {
	return func(d bundletest.Disk) {
		other := bundletest.NewDisk()
		by.Code = 5000
		bundletest.Bundle{ID: id, Executable: "Engine", Framework: true, Program: by, Files: map[string]string{"x.txt": "synthetic"}}.Build(t, "x", other)
		for name, content := range other.Files {
			if rest, ok := strings.CutPrefix(name, "x/Versions/A/"); ok {
				d.Files[framework+"Versions/B/"+rest] = content
			}
		}
	}
}

func remove(name string) func(bundletest.Disk) {
	return func(d bundletest.Disk) { delete(d.Files, name) }
}

// editFile changes the byte in the middle of a file.
func editFile(name string) func(bundletest.Disk) {
	return func(d bundletest.Disk) {
		b := bytes.Clone([]byte(d.Files[name]))
		b[min(len(b)/2, 4000)] ^= 1
		d.Files[name] = string(b)
	}
}
