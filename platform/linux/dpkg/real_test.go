package dpkg

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
)

// realPackages are Debian's; their files are never run.
var realPackages = []string{"pidgin", "pidgin-data", "dino-im", "telegram-desktop"}

// realRoot unpacks real packages into a folder of their own, with dpkg itself,
// as the corpus of chatvet's tests describes. Nothing is installed.
func realRoot(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cache := os.Getenv("CHATVET_DEB_CACHE")
	if cache == "" {
		cache = dir
	}
	debs := downloaded(cache)
	if len(debs) < len(realPackages) {
		run(t, cache, "apt-get", append([]string{"download", "-q"}, realPackages...)...)
		debs = downloaded(cache)
	}
	root := filepath.Join(dir, "root")
	for _, name := range []string{"info", "updates", "triggers", "parts", "alternatives"} {
		if err := os.MkdirAll(filepath.Join(root, adminDir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, statusFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"--root=" + root, "--force-all", "--force-not-root", "--log=/dev/null", "--unpack"}
	run(t, dir, "dpkg", append(args, debs...)...)
	return root
}

func downloaded(dir string) []string {
	var debs []string
	for _, name := range realPackages {
		found, _ := filepath.Glob(filepath.Join(dir, name+"_*.deb"))
		if len(found) > 0 {
			debs = append(debs, found[0])
		}
	}
	return debs
}

// run runs a tool, and skips the test where it fails, unless a skip is not
// allowed.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		reason := name + ": " + err.Error()
		if exit, ok := err.(*exec.ExitError); ok {
			reason += ": " + string(exit.Stderr)
		}
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatal("must not be skipped: ", reason)
		}
		t.Skip(reason)
	}
	return string(out)
}

func TestReal(t *testing.T) {
	dir := realRoot(t)
	t.Run("as unpacked", func(t *testing.T) { checkUnpacked(t, dir) })
	t.Run("changed", func(t *testing.T) { checkChanged(t, dir) })
}

// checkUnpacked compares what is found with what dpkg-query says.
func checkUnpacked(t *testing.T, dir string) {
	root, err := platform.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	sink := find(t, root)
	if len(sink.Gaps) > 0 {
		t.Errorf("gaps: %v", sink.Gaps)
	}
	if sink.Packages != 1 { // pidgin-data
		t.Errorf("looked at %d other packages, want 1", sink.Packages)
	}

	var got []string
	for _, c := range sink.Candidates {
		got = append(got, strings.Join([]string{c.Product, c.Version, c.Arch}, " "))
		if want := "usr/bin/" + c.Product; c.Path != want {
			t.Errorf("%s: main file %s, want %s", c.Product, c.Path, want)
		}
		if differing := differing(t, root, c); len(differing) > 0 {
			t.Errorf("%s: %v differ from the package's record", c.Product, differing)
		}
		checkFiles(t, dir, c)
	}
	slices.Sort(got)
	query := run(t, dir, "dpkg-query", "--admindir="+filepath.Join(dir, adminDir), "-W", "-f", "${Package} ${Version} ${Architecture}\n")
	want := slices.DeleteFunc(strings.Split(strings.TrimSpace(query), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "pidgin-data ")
	})
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages by dpkg-query (-want +got):\n%s", diff)
	}
}

// checkFiles compares a candidate's files with those that the disk has of what
// dpkg lists.
func checkFiles(t *testing.T, dir string, c platform.Candidate) {
	t.Helper()
	var want, got []string
	list := run(t, dir, "dpkg-query", "--admindir="+filepath.Join(dir, adminDir), "-L", c.Product)
	for _, line := range strings.Split(list, "\n") {
		if info, err := os.Lstat(filepath.Join(dir, line)); err == nil && info.Mode().IsRegular() {
			want = append(want, strings.TrimPrefix(line, "/"))
		}
	}
	for _, f := range c.Files {
		got = append(got, f.Path)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: files by dpkg-query -L (-want +got):\n%s", c.Product, diff)
	}
}

// checkChanged changes one file and removes another: what dpkg itself calls
// changed or missing is what the candidate shows.
func checkChanged(t *testing.T, dir string) {
	program := filepath.Join(dir, "usr/bin/pidgin")
	data, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(program, data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "usr/share/applications/pidgin.desktop")); err != nil {
		t.Fatal(err)
	}
	root, err := platform.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range find(t, root).Candidates {
		got := differing(t, root, c)
		for _, f := range c.Facts {
			if f.Kind == "package.missing" {
				got = append(got, "missing "+f.Value)
			}
		}
		// dpkg ends with an error where files are missing.
		out, _ := exec.Command("dpkg", "--root="+dir, "--verify", c.Product).Output()
		var want []string
		for line := range strings.Lines(string(out)) {
			words := strings.Fields(line)
			name := strings.TrimPrefix(words[len(words)-1], "/")
			if words[0] == "missing" {
				name = "missing " + name
			}
			want = append(want, name)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: by dpkg --verify (-want +got):\n%s", c.Product, diff)
		}
		if c.Product == "pidgin" && len(got) != 2 {
			t.Errorf("pidgin: %v, want the changed and the missing file", got)
		}
	}
}

// differing digests a candidate's files as the pipeline will.
func differing(t *testing.T, root platform.Root, c platform.Candidate) []string {
	t.Helper()
	var differing []string
	for _, file := range c.Files {
		if file.MD5 == "" {
			continue
		}
		f, err := root.FS.Open(file.Path)
		if err != nil {
			t.Fatal(err)
		}
		sum := md5.New()
		if _, err := io.Copy(sum, io.NewSectionReader(f, 0, 1<<40)); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if hex.EncodeToString(sum.Sum(nil)) != file.MD5 {
			differing = append(differing, file.Path)
		}
	}
	return differing
}

// BenchmarkRealFind looks for clients on the machine that runs the benchmark.
func BenchmarkRealFind(b *testing.B) {
	root, err := platform.OpenLive()
	if err != nil || !(Lookup{}).Fits(root) {
		b.Skip("not a machine with dpkg: ", err)
	}
	for b.Loop() {
		if err := (Lookup{}).Find(context.Background(), root, hosttest.List(), &hosttest.Sink{}); err != nil {
			b.Fatal(err)
		}
	}
}
