package platform

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRunning runs real programs: one that stays, one that is deleted under its
// process, and one that is replaced.
func TestRunning(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip(err)
	}
	program, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"stays", "goes", "replaced"} {
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, program, 0o755); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(at, "600")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		if name != "stays" {
			if err := os.Remove(at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "replaced"), []byte("new"), 0o755); err != nil {
		t.Fatal(err)
	}
	below := strings.TrimPrefix(dir, "/") + "/"
	root, err := OpenLive()
	if err != nil {
		t.Fatal(err)
	}
	var got []RunningProgram
	for _, p := range root.Running.Programs {
		if strings.HasPrefix(p.Path, below) {
			if p.Deleted {
				readsAs(t, root.FS, p.Kept, program)
			}
			p.Kept = ""
			got = append(got, p)
		}
	}
	want := []RunningProgram{{Path: below + "goes", Deleted: true}, {Path: below + "replaced", Deleted: true}, {Path: below + "stays"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// readsAs opens a file twice, as a scan does where it changed meanwhile.
func readsAs(t *testing.T, fsys FS, name string, want []byte) {
	t.Helper()
	for range 2 {
		f, err := fsys.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(want)+1)
		if n, _ := f.ReadAt(got, 0); !bytes.Equal(got[:n], want) {
			t.Errorf("%s: %d bytes, which are not those of the program", name, n)
		}
		f.Close()
	}
}

// TestRunningInvented has processes that a test cannot make: of a container, of the
// kernel, and one that ended meanwhile.
func TestRunningInvented(t *testing.T) {
	proc := t.TempDir()
	for pid, target := range map[string]string{"10": "/nowhere/in/this/machine", "11": "", "12": "anon_inode:x", "self": "/bin/sh"} {
		if err := os.MkdirAll(filepath.Join(proc, pid), 0o755); err != nil {
			t.Fatal(err)
		}
		if target != "" {
			if err := os.Symlink(target, filepath.Join(proc, pid, "exe")); err != nil {
				t.Fatal(err)
			}
		}
	}
	// What does not lead anywhere cannot be compared, and is taken as it says.
	got := runningIn(proc)
	if diff := cmp.Diff([]RunningProgram{{Path: "nowhere/in/this/machine"}}, got.Programs); diff != "" || got.Unreadable > 0 {
		t.Error(diff, got.Unreadable)
	}
	for stat, want := range map[string]bool{
		"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0": true,
		"9 (a) b) S 1 9 9 0 -1 4194560 0 0":     false,
		"9 (x) S 0 0 0 0 -1 2129984 0":          true,
		"":                                      false, "9 (x": false,
	} {
		if err := os.WriteFile(filepath.Join(proc, "stat"), []byte(stat), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := ofKernel(proc); got != want {
			t.Errorf("%q: %v", stat, got)
		}
	}
}
