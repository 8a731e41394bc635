package detect_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/signatures"
)

func collect(t *testing.T, root platform.Root) inventory.Inventory {
	t.Helper()
	inv, err := detect.Collect(t.Context(), root, embedded(t), detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	inv.Started, inv.ElapsedMS = "", 0
	return inv
}

func embedded(t *testing.T) *signatures.List {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTwoScansAreEqual(t *testing.T) {
	for _, name := range hosttest.Names(t) {
		first, second := collect(t, hosttest.Load(t, name)), collect(t, hosttest.Load(t, name))
		if diff := cmp.Diff(string(marshal(t, first)), string(marshal(t, second))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestOnlyDeclaredFilesAreOpened watches the whole pipeline: what a look-up
// does not declare and no candidate names is never opened, and chat data never.
func TestOnlyDeclaredFilesAreOpened(t *testing.T) {
	for _, name := range hosttest.Names(t) {
		root := hosttest.Load(t, name)
		allowed, patterns := candidateFiles(t, root), []string{}
		for _, l := range detect.Lookups() {
			patterns = append(patterns, l.Reads()...)
		}
		var mu sync.Mutex
		opened := map[string]bool{}
		root.FS = platform.Observe(root.FS, func(op, path string) {
			mu.Lock()
			defer mu.Unlock()
			if op == "open" {
				opened[path] = true
			}
		})
		collect(t, root)
		for path := range opened {
			declared := slices.ContainsFunc(patterns, func(p string) bool { return p != "**" && platform.MatchReads(p, path) })
			if !declared && !allowed[path] && !inBundle(allowed, path) || platform.Private(path) {
				t.Errorf("%s: opened %s", name, path)
			}
		}
	}
}

// inBundle is true for what lies in an app that a look-up found: all of it
// belongs to the app.
func inBundle(allowed map[string]bool, name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if strings.HasSuffix(strings.ToLower(dir), ".app") && allowed[dir] {
			return true
		}
	}
	return false
}

func candidateFiles(t *testing.T, root platform.Root) map[string]bool {
	t.Helper()
	files := map[string]bool{}
	for _, l := range detect.Lookups() {
		if !l.Fits(root) {
			continue
		}
		var sink hosttest.Sink
		if err := l.Find(t.Context(), root, embedded(t), &sink); err != nil {
			t.Fatal(err)
		}
		for _, c := range sink.Candidates {
			files[c.Path] = true
			for _, f := range c.Files {
				files[f.Path] = true
			}
		}
	}
	return files
}

// TestAwkwardFolder scans a folder of things that are hard to read: each is a
// gap or nothing, and the one program among them is still found.
func TestAwkwardFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	skype := fixture.PE{Version: map[string]string{"ProductName": "Skype"}}.Bytes()
	write("སྐད་ཆ skype.exe", skype)
	write("truncated.exe", skype[:200])
	write("empty.exe", nil)
	write("raw\xff.exe", skype)
	sparse, err := os.Create(filepath.Join(dir, "sparse.exe"))
	if err != nil {
		t.Fatal(err)
	}
	if err := sparse.Truncate(10 << 30); err != nil {
		t.Skip("no sparse files here:", err)
	}
	sparse.Close()
	if err := os.Symlink(dir, filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	root, err := platform.OpenPaths(dir)
	if err != nil {
		t.Fatal(err)
	}
	inv := collect(t, root)
	var found []string
	for _, b := range inv.Builds {
		if b.Product == "Skype" {
			found = append(found, filepath.Base(b.Path))
		}
	}
	if diff := cmp.Diff([]string{`raw\xff.exe`, "སྐད་ཆ skype.exe"}, found); diff != "" {
		t.Error(diff)
	}
	if inv.Checked.Bytes > 1<<20 {
		t.Errorf("read %d bytes; the sparse file is no program", inv.Checked.Bytes)
	}
	if _, err := json.Marshal(inv); err != nil {
		t.Error(err)
	}
}

// growing is a file system whose files have another size whenever they are
// looked at.
type growing struct{ platform.FS }

type growingFile struct {
	platform.File
	looks int64
}

func (g growing) Open(name string) (platform.File, error) {
	f, err := g.FS.Open(name)
	return &growingFile{File: f}, err
}

func (f *growingFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	f.looks++
	return grown{info, f.looks}, err
}

type grown struct {
	fs.FileInfo
	by int64
}

func (g grown) ModTime() time.Time { return g.FileInfo.ModTime().Add(time.Duration(g.by)) }

func TestFileThatChangesWhileItIsRead(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "Skype.exe")
	if err := os.WriteFile(name, fixture.PE{Version: map[string]string{"ProductName": "Skype"}}.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	root, err := platform.OpenPaths(name)
	if err != nil {
		t.Fatal(err)
	}
	root.FS = growing{root.FS}
	res := judge.Judge(collect(t, root), embedded(t), judge.Policy{})
	if len(res.Findings) != 1 || res.Findings[0].Verdict != judge.Unverified || res.Findings[0].Reason != judge.ReasonChangedWhileReading {
		t.Errorf("findings: %s", marshal(t, res.Findings))
	}
	if !slices.ContainsFunc(res.Gaps, func(g inventory.Gap) bool { return g.Kind == "changed-while-reading" }) {
		t.Errorf("no gap says it: %s", marshal(t, res.Gaps))
	}
}

func TestStoppedScanIsPartial(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	inv, err := detect.Collect(ctx, hosttest.Load(t, "debian-with-clients"), embedded(t), detect.Options{})
	if err != nil || !inv.Partial {
		t.Errorf("partial %v, error %v", inv.Partial, err)
	}
}

// TestSavedInventoryJudgesTheSame goes through JSON, as another machine would.
func TestSavedInventoryJudgesTheSame(t *testing.T) {
	for _, name := range hosttest.Names(t) {
		inv := collect(t, hosttest.Load(t, name))
		want := judge.Judge(inv, embedded(t), judge.Policy{})
		var again inventory.Inventory
		if err := json.Unmarshal(marshal(t, want), &again); err != nil {
			t.Fatal(err)
		}
		if have := judge.Judge(again, embedded(t), judge.Policy{}); !bytes.Equal(marshal(t, want), marshal(t, have)) {
			t.Errorf("%s: %s", name, cmp.Diff(want, have))
		}
	}
}

// TestEqualCopiesHaveIDsOfTheirOwn: a finding must point to one of them.
func TestEqualCopiesHaveIDsOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.exe", "b.exe"} {
		if err := os.WriteFile(filepath.Join(dir, name), fixture.PE{Version: map[string]string{"ProductName": "Skype"}}.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := platform.OpenPaths(dir)
	if err != nil {
		t.Fatal(err)
	}
	inv := collect(t, root)
	if len(inv.Builds) != 2 || inv.Builds[0].ID == inv.Builds[1].ID {
		t.Errorf("builds: %s", marshal(t, inv.Builds))
	}
}
