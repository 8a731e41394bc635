package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/chatvet/chatvet/detect/inspect/deb/debtest"
	"github.com/chatvet/chatvet/detect/sign/aptrelease"
)

func TestProgramsOf(t *testing.T) {
	file := func(name string, mode fs.FileMode, body string) debtest.File {
		return debtest.File{Name: "./" + name, Mode: mode, Body: body}
	}
	files := []debtest.File{
		file("usr/lib/app/plugin.so", 0o644, "\x7fELF..."),
		file("usr/bin/app", 0o755, "#!/bin/sh\n"),
		{Name: "./usr/bin/link", Link: "app"},
		file("usr/games/play", 0o755, "\x7fELF"),
		file("usr/bin/readme", 0o644, "text"),
		file("usr/lib/python3/app.py", 0o644, "import os"),
		file("usr/lib/python3/__init__.py", 0o644, ""),
		file("usr/lib/app/icon.png", 0o644, "\x89PNG"),
		file("usr/libexec/app/agent", 0o755, "x"),
		file("usr/share/bug/app/script", 0o755, "#!/bin/sh\n"),
		file("usr/share/app/hook.py", 0o644, "import os"),
		file("etc/app.sh", 0o755, "#!/bin/sh\n"),
	}
	proof := aptrelease.Proof{Files: map[string]string{}}
	for _, f := range files {
		proof.Files[f.Name[2:]] = "digest of " + f.Name[2:]
	}
	build := func(files []debtest.File) ([]program, error) {
		data := debtest.Build(t, debtest.Package{Control: "Package: app\nVersion: 1\n", Files: files})
		return programsOf(t.Context(), bytes.NewReader(data), int64(len(data)), proof)
	}
	programs, err := build(files)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, p := range programs {
		have = append(have, p.path)
		if p.sha256 != "digest of "+p.path {
			t.Errorf("%s: %s", p.path, p.sha256)
		}
	}
	want := []string{"usr/bin/app", "usr/games/play", "usr/lib/app/plugin.so", "usr/lib/python3/app.py", "usr/libexec/app/agent"}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	if _, err := build(files[:1]); err == nil {
		t.Error("a package that nobody can start is no client")
	}
	delete(proof.Files, "usr/bin/app")
	if _, err := build(files); err == nil {
		t.Error("a program that the proof does not have was taken")
	}
}

func builds() []build {
	of := func(client, codename, version string) build {
		return build{client, aptrelease.Proof{
			Package: client, Version: version, Codename: codename, Suite: "suite", Date: "Sat, 11 Jul 2026 10:16:37 UTC",
			Release: "release", Archive: aptrelease.Digest{SHA256: client + codename + version},
			Signers: []aptrelease.Signer{{Fingerprint: "AB"}},
		}, []program{{"usr/bin/" + client, strings.Repeat("0", 64)}}}
	}
	return []build{of("b", "bookworm", "1:2.0"), of("b", "bookworm-security", "1"), of("a", "bookworm", "2"), of("a", "bookworm", "2")}
}

// TestWrite: a file for each release, whatever the order, and none left of a
// release that has nothing.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "debian-12-amd64.yaml")
	old := filepath.Join(dir, "debian-12-updates-amd64.yaml")
	if err := os.WriteFile(old, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := write(out, unique(builds())); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("left over: %v", err)
	}
	first := readFile(t, out)
	var have document
	if err := yaml.Unmarshal(first, &have); err != nil {
		t.Fatal(err)
	}
	want := document{
		Distribution: "debian-12", Name: "Debian 12 (bookworm)", Arch: "amd64",
		Release: releaseNode{"suite", "bookworm", "2026-07-11", "https://deb.debian.org/debian/dists/bookworm/InRelease", []string{"AB"}, "release"},
		Packages: []packageEntry{
			{Client: "a", Package: "a", Version: "2", DebSHA256: "abookworm2", Programs: []program{{}}},
			{Client: "b", Package: "b", Version: "1:2.0", DebSHA256: "bbookworm1:2.0", Programs: []program{{}}},
		},
	}
	if diff := cmp.Diff(want, have, cmp.AllowUnexported(program{})); diff != "" {
		t.Error(diff)
	}
	if line := "- {path: usr/bin/a, sha256: \"" + strings.Repeat("0", 64) + "\"}"; !bytes.Contains(first, []byte(line)) {
		t.Errorf("no line %s in\n%s", line, first)
	}
	if security := readFile(t, filepath.Join(dir, "debian-12-security-amd64.yaml")); !bytes.Contains(security, []byte("codename: bookworm-security")) {
		t.Errorf("security: %s", security)
	}
	turned := builds()
	slices.Reverse(turned)
	if err := write(out, unique(turned)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(readFile(t, out))); diff != "" {
		t.Errorf("another order, another file: %s", diff)
	}
	stray := builds()[:1]
	stray[0].proof.Codename = "bookworm-backports"
	if err := write(out, stray); err == nil {
		t.Error("a build of a release without a file was dropped silently")
	}
}

// TestCommitted holds the files in the list against what the generator is for.
func TestCommitted(t *testing.T) {
	names, err := filepath.Glob("../data/distributions/debian-12*-amd64.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no generated files", err)
	}
	seen := map[string]bool{}
	for _, name := range names {
		text := readFile(t, name)
		for _, local := range []string{"/var/lib", "/tmp/", "/home/"} {
			if bytes.Contains(text, []byte(local)) {
				t.Errorf("%s holds %s, a path of the machine that wrote it", name, local)
			}
		}
		var d document
		if err := yaml.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		for _, p := range d.Packages {
			seen[p.Client+" "+p.Package] = true
		}
	}
	for _, p := range packages {
		if !seen[p.client+" "+p.name] {
			t.Errorf("%s (%s) is in no file", p.client, p.name)
		}
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
