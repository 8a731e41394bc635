//go:build linux

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkManyPackages is a whole scan, as a process of its own, of a synthetic
// system with 200,000 packages of dpkg.
func BenchmarkManyPackages(b *testing.B) {
	root := b.TempDir()
	records := filepath.Join(root, "var/lib/dpkg")
	if err := os.MkdirAll(records, 0o755); err != nil {
		b.Fatal(err)
	}
	file, err := os.Create(filepath.Join(records, "status"))
	if err != nil {
		b.Fatal(err)
	}
	// Not in memory: a child's peak counts its parent's as it was started.
	status := bufio.NewWriter(file)
	for i := range 200_000 {
		fmt.Fprintf(status, `Package: package-%06d
Status: install ok installed
Priority: optional
Section: libs
Maintainer: Synthetic Maintainers <nobody@example.org>
Architecture: amd64
Version: 1:2.3.4-5+deb12u%[1]d
Depends: libc6 (>= 2.34), libglib2.0-0 (>= 2.66.0), libgtk-3-0 (>= 3.24.0), libstdc++6 (>= 11)
Description: a synthetic package
 that has a description of some length, as most packages have, which goes
 over several lines and says nothing that matters here at all.

`, i)
	}
	if err := errors.Join(status.Flush(), file.Close()); err != nil {
		b.Fatal(err)
	}
	program := build(b)
	var took time.Duration
	var peak int64
	for b.Loop() {
		cmd := exec.Command(program, "scan", "--root", root, "--json")
		start := time.Now()
		out, err := cmd.Output()
		took += time.Since(start)
		if err != nil || !bytes.Contains(out, []byte(`"packages": 200000`)) {
			b.Fatal("not all packages were looked at: ", err)
		}
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss)
		}
	}
	b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "ms/scan")
	b.ReportMetric(float64(peak)/1024, "MB-peak")
}
