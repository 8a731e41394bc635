//go:build linux

package main

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/json"
	"hash"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// BenchmarkScanRoot compares a whole scan of an unpacked Debian system with the
// bare cost of the digests that it needs, over the files that it reads, on all
// cores, in the same run. CHATVET_BENCH_ROOT names the system; docs/speed.md
// says how to make one.
//
//	CHATVET_BENCH_ROOT=/tmp/root go test -bench ScanRoot -benchtime 20x ./cmd/chatvet
func BenchmarkScanRoot(b *testing.B) {
	root := os.Getenv("CHATVET_BENCH_ROOT")
	if root == "" {
		b.Skip("CHATVET_BENCH_ROOT names no unpacked system")
	}
	program := build(b)
	out, err := exec.Command(program, "scan", "--root", root, "--json").Output()
	if err != nil {
		b.Fatal(err)
	}
	digests := needed(b, root, out)
	var scan, bare time.Duration
	var peak int64
	for b.Loop() {
		start := time.Now()
		bareDigests(b, digests)
		bare += time.Since(start)

		cmd := exec.Command(program, "scan", "--root", root, "--json")
		start = time.Now()
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		scan += time.Since(start)
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss)
		}
	}
	n := time.Duration(b.N)
	b.ReportMetric(float64(scan-60*time.Millisecond*n)/float64(bare), "x-bare-digests(less-60ms)")
	b.ReportMetric(float64(scan)/float64(bare), "x-bare-digests")
	b.ReportMetric(float64(peak)/1024, "MB-peak")
}

// BenchmarkVersion is the cost of starting chatvet at all, beside that of an
// empty program.
func BenchmarkVersion(b *testing.B) {
	program, empty := build(b), buildEmpty(b)
	var ours, theirs time.Duration
	for b.Loop() {
		ours += run(b, program, "version")
		theirs += run(b, empty)
	}
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/version")
	b.ReportMetric(float64(ours)/float64(theirs), "x-empty-program")
}

func run(b *testing.B, program string, args ...string) time.Duration {
	start := time.Now()
	if err := exec.Command(program, args...).Run(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func build(b *testing.B) string {
	return buildPackage(b, ".")
}

func buildEmpty(b *testing.B) string {
	source := filepath.Join(b.TempDir(), "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	return buildPackage(b, source)
}

func buildPackage(b *testing.B, what string) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "program")
	cmd := exec.Command("go", "build", "-o", program, what)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// job is one digest of one file.
type job struct {
	path string
	make func() hash.Hash
}

// needed are the digests that a scan took: SHA-256 of programs, MD5 of all that
// the packages' records list.
func needed(b *testing.B, root string, result []byte) (jobs []job) {
	var res struct {
		Builds []struct {
			Files []struct{ Path, SHA256, MD5 string }
		}
	}
	if err := json.Unmarshal(result, &res); err != nil {
		b.Fatal(err)
	}
	for _, build := range res.Builds {
		for _, f := range build.Files {
			path := filepath.Join(root, f.Path)
			if f.SHA256 != "" {
				jobs = append(jobs, job{path, sha256.New})
			}
		}
	}
	lists, err := filepath.Glob(filepath.Join(root, "var/lib/dpkg/info/*.md5sums"))
	if err != nil {
		b.Fatal(err)
	}
	for _, list := range lists {
		data, err := os.ReadFile(list)
		if err != nil {
			b.Fatal(err)
		}
		if !wanted(filepath.Base(list)) {
			continue
		}
		for line := range bytes.Lines(data) {
			if _, name, ok := bytes.Cut(bytes.TrimSpace(line), []byte("  ")); ok {
				jobs = append(jobs, job{filepath.Join(root, string(name)), md5.New})
			}
		}
	}
	return jobs
}

// wanted leaves out the records of packages that are no clients: a scan does
// not read those.
func wanted(list string) bool {
	switch list {
	case "pidgin-data.md5sums", "dino-im-common.md5sums", "hexchat-common.md5sums", "libpurple0.md5sums":
		return false
	}
	return true
}

func bareDigests(b *testing.B, jobs []job) {
	queue := make(chan job)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			buffer := make([]byte, 256<<10)
			for j := range queue {
				f, err := os.Open(j.path)
				if err != nil {
					continue // a file that the record lists and that is gone
				}
				io.CopyBuffer(struct{ io.Writer }{j.make()}, struct{ io.Reader }{f}, buffer)
				f.Close()
			}
		})
	}
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	workers.Wait()
}
