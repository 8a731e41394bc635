// Package linuxtest holds what the tests of Linux look-ups share: a small list,
// one run of a look-up, and the distributions' own tools, with which real
// databases are made.
package linuxtest

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/signatures"
)

// List is a list of one client, with one claim for each kind. It is synthetic;
// the names are those of real clients.
func List(claims ...signatures.Indicator) *signatures.List {
	client := &signatures.Client{ID: "a-client", Name: "A client", Claims: claims}
	return signatures.NewList("2026.01.01.1", "2026-01-01T00:00:00Z", nil, []*signatures.Client{client})
}

// Find runs a look-up over a root.
func Find(t testing.TB, l platform.Lookup, root platform.Root, list *signatures.List) *hosttest.Sink {
	t.Helper()
	if !l.Fits(root) {
		t.Fatalf("%s does not fit", l.Name())
	}
	sink := &hosttest.Sink{}
	root.FS = platform.Observe(root.FS, func(op, name string) {
		if op != "open" {
			return
		}
		for _, pattern := range l.Reads() {
			if platform.MatchReads(pattern, name) {
				return
			}
		}
		t.Errorf("%s opens %s, which it does not declare", l.Name(), name)
	})
	if err := l.Find(t.Context(), root, list, sink); err != nil {
		t.Fatal(err)
	}
	return sink
}

// Disk opens a folder as a Linux disk, whatever is in it.
func Disk(t testing.TB, dir string) platform.Root {
	t.Helper()
	fsys, err := platform.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return platform.Root{Kind: platform.Disk, OS: "linux", Name: dir, FS: fsys}
}

// Host makes a machine of a txtar archive.
func Host(t testing.TB, archive string) platform.Root {
	t.Helper()
	root, err := hosttest.Parse([]byte(archive))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Kinds are the kinds of all gaps, each with its place.
func Kinds(gaps []platform.Gap) []string {
	var all []string
	for _, g := range gaps {
		all = append(all, g.Kind+" "+g.Where)
	}
	return all
}

// Value is the value of the first fact of a kind.
func Value(facts []signatures.Fact, k signatures.Kind) string {
	for _, f := range facts {
		if f.Kind == k {
			return f.Value
		}
	}
	return ""
}

// Tool runs a tool of a distribution and returns what it wrote. The test is
// skipped where the tool is missing, unless a skip is not allowed.
func Tool(t testing.TB, dir string, env []string, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatal("must not be skipped: ", err)
		}
		t.Skip(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

// Write puts files below a folder. Names that hold "bin/" become executable.
func Write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, contents := range files {
		at := dir + "/" + name
		if err := os.MkdirAll(at[:strings.LastIndex(at, "/")], 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.Contains("/"+name, "bin/") {
			mode = 0o755
		}
		if err := os.WriteFile(at, []byte(contents), mode); err != nil {
			t.Fatal(err)
		}
	}
}
