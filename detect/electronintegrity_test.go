package detect

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/asar/asartest"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

// write lays files out below a folder of the test's own.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// factsOf collects one root and returns its facts of some kinds, without where
// the test lies.
func factsOf(t *testing.T, root platform.Root, dir string, kinds ...signatures.Kind) []string {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	inv, err := Collect(t.Context(), root, list, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return factLines(inv, dir, kinds)
}

func factLines(inv inventory.Inventory, dir string, kinds []signatures.Kind) []string {
	var lines []string
	short := func(name string) string {
		return strings.TrimPrefix(name, platform.Display(strings.TrimPrefix(dir, "/"))+"/")
	}
	for _, b := range inv.Builds {
		for _, f := range b.Facts {
			for _, k := range kinds {
				if f.Kind == k {
					lines = append(lines, strings.TrimSpace(fmt.Sprint(f.Kind, " ", f.Value, " ", short(f.Place), " ", short(f.At))))
				}
			}
		}
	}
	return lines
}

// header is the digest of an archive's header as its reader takes it.
func header(t *testing.T, archive string) string {
	dir := write(t, map[string]string{"a.asar": archive})
	root, err := platform.OpenPaths(filepath.Join(dir, "a.asar"))
	if err != nil {
		t.Fatal(err)
	}
	facts := factsOf(t, root, dir, signatures.AsarHeader)
	if len(facts) != 1 {
		t.Fatal(facts)
	}
	return strings.Fields(facts[0])[1]
}

// TestArchiveAgainstProgram holds archives against the digest in a synthetic
// program, which the fixture lays out as @electron/packager does.
func TestArchiveAgainstProgram(t *testing.T) {
	app := string(asartest.Texts(map[string]string{"index.js": "// synthetic"}).Bytes())
	other := string(asartest.Texts(map[string]string{"index.js": "// another"}).Bytes())
	program := func(archive string) string {
		return string(fixture.PE{AsarIntegrity: `[{"file":"resources\\app.asar","alg":"SHA256","value":"` + header(t, archive) + `"}]`}.Bytes())
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"the archive that it asks for", map[string]string{"a.exe": program(app), "resources/app.asar": app}, []string{"electron.archive recorded resources/app.asar a.exe"}},
		{"another archive", map[string]string{"a.exe": program(app), "resources/app.asar": other}, []string{"electron.archive another resources/app.asar a.exe"}},
		{"no archive", map[string]string{"a.exe": program(app)}, nil},
		{"no archive under that name", map[string]string{"a.exe": program(app), "resources/app.asar": "MZ"}, nil},
		{"a program that asks for nothing", map[string]string{"a.exe": string(fixture.PE{}.Bytes()), "resources/app.asar": app}, nil},
	} {
		dir := write(t, c.files)
		root, err := platform.OpenPaths(filepath.Join(dir, "a.exe"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, factsOf(t, root, dir, signatures.ElectronArchive)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestUnpackedFiles changes, adds and removes what lies beside an archive.
func TestUnpackedFiles(t *testing.T) {
	app := string(asartest.Files{"index.js": {Body: "// synthetic"}, "lib/a.node": {Body: "native", Unpacked: true}, "lib/b.node": {Body: "other", Unpacked: true},
		"../out.node": {Body: "out", Unpacked: true}}.Bytes())
	const beside = "app.asar.unpacked/lib/"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"as listed", map[string]string{beside + "a.node": "native", beside + "b.node": "other"}, nil},
		{"one changed", map[string]string{beside + "a.node": "Native", beside + "b.node": "other"}, []string{"electron.unpacked changed app.asar.unpacked/lib/a.node"}},
		{"one missing", map[string]string{beside + "a.node": "native"}, []string{"electron.unpacked missing app.asar.unpacked/lib/b.node"}},
		{"one added", map[string]string{beside + "a.node": "native", beside + "b.node": "other", beside + "c.node": "more"}, []string{"electron.unpacked added app.asar.unpacked/lib/c.node"}},
		{"no folder", nil, nil},
	} {
		files := map[string]string{"app.asar": app, "out.node": "not read"}
		for name, body := range c.files {
			files[name] = body
		}
		dir := write(t, files)
		root, err := platform.OpenPaths(filepath.Join(dir, "app.asar"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, factsOf(t, root, dir, signatures.ElectronUnpacked)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestBesideAnInstalledClient puts code beside a synthetic signal-desktop that
// dpkg has a record of.
func TestBesideAnInstalledClient(t *testing.T) {
	app := string(asartest.Texts(map[string]string{"index.js": "// synthetic"}).Bytes())
	sum := func(s string) string { m := md5.Sum([]byte(s)); return hex.EncodeToString(m[:]) }
	const entry = "[Desktop Entry]\nName=Signal\nExec=%s/opt/Signal/signal-desktop %%U\n"
	plain := fmt.Sprintf(entry, "")
	for _, c := range []struct {
		name  string
		files map[string]string
		facts []string
		want  string
	}{
		{"as installed", nil, nil, "unverified distribution-claimed note"},
		{"what Python and people leave there", map[string]string{"opt/Signal/__pycache__/x.py": "", "opt/Signal/notes.txt": "mine"}, nil, "unverified distribution-claimed note"},
		{"a library of nobody's", map[string]string{"opt/Signal/libextra.so": "x"},
			[]string{"package.added libextra.so opt/Signal/libextra.so"}, "unverified changed-beside-program advice"},
		{"a library of another package's", map[string]string{"opt/Signal/libextra.so": "x", "var/lib/dpkg/info/other.list": "/opt/Signal/libextra.so\n"}, nil, "unverified distribution-claimed note"},
		{"a folder of code", map[string]string{"opt/Signal/resources/app/package.json": "{}"},
			[]string{"electron.shadow_app app opt/Signal/resources/app/package.json"}, "unverified changed-beside-program advice"},
		{"an entry of a person's that loads something else", map[string]string{"home/ann/.local/share/applications/signal-desktop.desktop": fmt.Sprintf(entry, "env NODE_OPTIONS=--require=/x.js ")},
			[]string{"start.option NODE_OPTIONS=--require=/x.js home/ann/.local/share/applications/signal-desktop.desktop"}, "unverified changed-beside-program advice"},
		{"an entry that starts it with the session", map[string]string{"home/ann/.config/autostart/x.desktop": fmt.Sprintf(entry, "sh -c \"LD_PRELOAD=/x.so exec /opt/Signal/signal-desktop\" ")},
			[]string{"start.option LD_PRELOAD=/x.so home/ann/.config/autostart/x.desktop"}, "unverified changed-beside-program advice"},
		{"an entry that starts something else with the session", map[string]string{"home/ann/.config/autostart/x.desktop": "[Desktop Entry]\nExec=env LD_PRELOAD=/x.so editor\n"}, nil, "unverified distribution-claimed note"},
		{"a script in front of it", map[string]string{"home/ann/.local/bin/signal-desktop": "#!/usr/bin/env -S bash -e\n# NODE_OPTIONS=--require=/not.js\nexport NODE_OPTIONS=\"--require /x.js\"\nexec /opt/Signal/signal-desktop \"$@\"\n"},
			[]string{"start.option NODE_OPTIONS=--require /x.js home/ann/.local/bin/signal-desktop"}, "unverified changed-beside-program advice"},
		{"a script that only asks for another language", map[string]string{"usr/local/bin/signal-desktop": "#!/bin/sh\nLANG=C exec /opt/Signal/signal-desktop\n"}, nil, "unverified distribution-claimed note"},
		{"a script that starts another program of that name", map[string]string{"usr/local/bin/signal-desktop": "#!/bin/sh\nLD_PRELOAD=/x.so exec /usr/bin/editor\n"}, nil, "unverified distribution-claimed note"},
		{"a script of a package's", map[string]string{"usr/local/bin/signal-desktop": "#!/bin/sh\nLD_PRELOAD=/x.so exec /opt/Signal/signal-desktop\n",
			"var/lib/dpkg/info/other.list": "/usr/local/bin/signal-desktop\n"}, nil, "unverified distribution-claimed note"},
		{"a program in front of it that is no script", map[string]string{"usr/local/bin/signal-desktop": "LD_PRELOAD=/x.so /opt/Signal/signal-desktop\n"}, nil, "unverified distribution-claimed note"},
		{"a script that an entry starts instead", map[string]string{"home/ann/bin/go": "#!/bin/sh\nelectron=/usr/bin/electron\n$electron ~/.x/app.asar\nexec electron '/srv/app.asar' # signal-desktop\nsignal-desktop\n", "srv/app.asar": "x",
			"home/ann/.local/share/applications/signal-desktop.desktop": "[Desktop Entry]\nExec=/home/ann/bin/go %U\n"},
			[]string{"start.option /srv/app.asar home/ann/bin/go"}, "unverified changed-beside-program advice"},
		{"an entry with another archive", map[string]string{"home/ann/.local/share/applications/signal-desktop.desktop": "[Desktop Entry]\nExec=electron /srv/app.asar\n", "srv/app.asar": "x"},
			[]string{"start.option /srv/app.asar home/ann/.local/share/applications/signal-desktop.desktop"}, "unverified changed-beside-program advice"},
		{"an entry with its own archive", map[string]string{"home/ann/.local/share/applications/signal-desktop.desktop": "[Desktop Entry]\nExec=electron /opt/Signal/resources/app.asar\n"}, nil, "unverified distribution-claimed note"},
		{"an entry of a person's that does not", map[string]string{"home/ann/.local/share/applications/signal-desktop.desktop": fmt.Sprintf(entry, "env LANG=C ")}, nil, "unverified distribution-claimed note"},
	} {
		files := map[string]string{
			"etc/os-release":                                "",
			"opt/Signal/signal-desktop":                     "#!/bin/sh\n",
			"opt/Signal/resources/app.asar":                 app,
			"usr/share/applications/signal-desktop.desktop": plain,
			"var/lib/dpkg/status":                           "Package: signal-desktop\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.1.0\n\n",
			"var/lib/dpkg/info/signal-desktop.list":         "/opt/Signal/signal-desktop\n/opt/Signal/resources/app.asar\n/usr/share/applications/signal-desktop.desktop\n",
			"var/lib/dpkg/info/signal-desktop.md5sums": sum("#!/bin/sh\n") + "  opt/Signal/signal-desktop\n" + sum(app) + "  opt/Signal/resources/app.asar\n" +
				sum(plain) + "  usr/share/applications/signal-desktop.desktop\n",
		}
		for name, body := range c.files {
			files[name] = body
		}
		dir := write(t, files)
		list, err := signatures.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		inv, err := Collect(t.Context(), linuxtest.Disk(t, dir), list, Options{})
		if err != nil {
			t.Fatal(err)
		}
		packages := slices.DeleteFunc(slices.Clone(inv.Builds), func(b inventory.Build) bool { return b.Format == signatures.Script })
		if len(packages) != 1 {
			t.Errorf("%s: %d builds out of one folder", c.name, len(packages))
		}
		kinds := []signatures.Kind{signatures.PackageAdded, signatures.ElectronShadowApp, signatures.StartOption}
		if diff := cmp.Diff(c.facts, factLines(inv, dir, kinds)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		res := judge.Judge(inv, list, judge.Policy{})
		got := ""
		for _, f := range res.Findings {
			if f.Client == "signal" {
				got += fmt.Sprint(f.Verdict, " ", f.Reason, " ", f.Level)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
