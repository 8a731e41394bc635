package platform

import (
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
	var got []RunningProgram
	for _, p := range running().Programs {
		if strings.HasPrefix(p.Path, below) {
			got = append(got, p)
		}
	}
	want := []RunningProgram{{Path: below + "goes", Deleted: true}, {Path: below + "replaced", Deleted: true}, {Path: below + "stays"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
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
	if diff := cmp.Diff(&Running{Programs: []RunningProgram{{Path: "nowhere/in/this/machine"}}}, runningIn(proc)); diff != "" {
		t.Error(diff)
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
