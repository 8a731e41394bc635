package detect

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/asar/asartest"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// The trees are synthetic: laid out like Discord's and QQ's, with nothing of
// either in them.
func TestElectronApps(t *testing.T) {
	const core = "modules/discord_desktop_core-1/discord_desktop_core/"
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	app := string(asartest.Texts(map[string]string{"index.js": "// synthetic"}).Bytes())
	small := func(load string) string {
		return string(asartest.Texts(map[string]string{"index.js": load, "package.json": "{}"}).Bytes())
	}
	for _, c := range []struct {
		name, start string
		files       map[string]string
		family      string
	}{
		{"as shipped", core + "core.asar", map[string]string{core + "core.asar": app, core + "index.js": "module.exports = require('./core.asar');"}, ""},
		{"as a mod leaves it", core + "core.asar", map[string]string{core + "core.asar": app, core + "index.js": "module.exports = require(\"./core.asar\");\n"}, ""},
		{"a changed index.js", core + "core.asar", map[string]string{core + "core.asar": app, core + "index.js": "// more"}, ""},
		{"BetterDiscord", core + "core.asar", map[string]string{core + "core.asar": app,
			core + "index.js": "require(\"C:\\\\BetterDiscord\\\\data\\\\betterdiscord.asar\");\nmodule.exports = require(\"./core.asar\");"}, "betterdiscord"},
		{"an injector", core + "core.asar", map[string]string{core + "core.asar": app,
			core + "index.js": "'betterdiscord.asar';'https://discord.com/api/webhooks/';'/users/@me/billing/payments'"}, "discord-client-injectors"},
		{"Vencord", "resources/app.asar", map[string]string{"resources/app.asar": small(`require("/x/Vencord/dist/patcher.js")`), "resources/_app.asar": app}, "vencord"},
		{"Equicord", "resources/app.asar", map[string]string{"resources/app.asar": small(`require("/x/equicord.asar")`), "resources/_app.asar": app}, "equicord"},
		{"Replugged of old", "resources/app.orig.asar", map[string]string{"resources/app.orig.asar": app, "resources/app.asar/index.js": `require("/x/replugged.asar")`}, "replugged"},
		{"a shadowing folder", "resources/app.asar", map[string]string{"resources/app.asar": app, "resources/app/package.json": `{"name":"betterdiscord"}`}, "betterdiscord"},
		{"LiteLoaderQQNT", "app/application.asar", map[string]string{"app/application.asar": app,
			"app/package.json": `{"main": "./app_launcher/LiteLoader.js"}`, "app/app_launcher/LiteLoader.js": "// synthetic"}, "liteloader-qqnt"},
	} {
		dir := t.TempDir()
		for name, body := range c.files {
			at := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		root, err := platform.OpenPaths(filepath.Join(dir, filepath.FromSlash(c.start)))
		if err != nil {
			t.Fatal(err)
		}
		inv, err := Collect(context.Background(), root, list, Options{})
		if err != nil {
			t.Fatal(err)
		}
		family := ""
		for _, f := range judge.Judge(inv, list, judge.Policy{}).Findings {
			if f.Verdict == judge.Harmful || f.Verdict == judge.Unofficial {
				family = f.Family
			}
		}
		if family != c.family {
			t.Errorf("%s: family %q, want %q", c.name, family, c.family)
		}
	}
}

// TestAddedCodeInALibrary has the published signs of the changed ffmpeg.dll of 3CX
// in a synthetic library of an installed app, and without them.
func TestAddedCodeInALibrary(t *testing.T) {
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	program := string(fixture.PE{Version: map[string]string{"ProductName": "3CX Desktop App"}}.Bytes())
	for _, c := range []struct {
		library fixture.PE
		want    judge.Verdict
	}{
		{fixture.PE{}, judge.Unverified},
		{fixture.PE{Strings: []string{"3jB(2bsG#@c7"}, WideStrings: []string{"AVMonitorRefreshEvent"}}, judge.Harmful},
	} {
		dir := write(t, map[string]string{"app/3CXDesktopApp.exe": program, "app/ffmpeg.dll": string(c.library.Bytes())})
		disk, err := platform.OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		collector, err := newCollector(t.Context(), platform.Root{Kind: platform.Disk, OS: "windows", FS: platform.FoldCase(disk)}, list, Options{})
		if err != nil {
			t.Fatal(err)
		}
		collector.candidates = []platform.Candidate{{Lookup: "uninstall", Path: "app/3CXDesktopApp.exe", Format: signatures.Package, Product: "3CX Desktop App",
			Files: []platform.CandidateFile{{Path: "app/3CXDesktopApp.exe", Program: true}, {Path: "app/ffmpeg.dll", Program: true}}}}
		collector.read()
		findings := judge.Judge(collector.inventory(), list, judge.Policy{}).Findings
		if len(findings) != 1 || findings[0].Verdict != c.want {
			t.Errorf("want %s: %+v", c.want, findings)
		}
	}
}
