package authenticode_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect/pe"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/authenticode"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

// BenchmarkLargeProgram verifies a signed program of 115 MB and digests it, as a
// scan does, in turns with the two bare SHA-256 that this needs, each on a core
// of its own, and with osslsigncode, which digests it once. It reports the
// medians' ratios. CHATVET_BENCH_PE names another program.
func BenchmarkLargeProgram(b *testing.B) {
	path := os.Getenv("CHATVET_BENCH_PE")
	if path == "" {
		path = filepath.Join(npmPackage(b, "@oven/bun-windows-x64@1.4.5"), "bin", "bun.exe")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	ca, err := filepath.Abs("../roots/code-signing-roots.pem")
	if err != nil {
		b.Fatal(err)
	}
	oracle := need(b, "osslsigncode", "Debian package osslsigncode")
	roots.CodeSigning() // parsed once in a scan
	var ours, bare, theirs []time.Duration
	timed := func(to *[]time.Duration, do func()) {
		start := time.Now()
		do()
		*to = append(*to, time.Since(start))
	}
	for b.Loop() {
		timed(&ours, func() { verifyFile(b, path) })
		timed(&bare, func() { twice(content) })
		timed(&theirs, func() {
			_ = exec.Command(oracle, "verify", "-ignore-cdp", "-ignore-crl", "-CAfile", ca, "-TSA-CAfile", ca, "-in", path).Run()
		})
	}
	b.SetBytes(int64(len(content)))
	b.ReportMetric(ratio(ours, bare), "x-bare-digests")
	b.ReportMetric(ratio(ours, theirs), "x-osslsigncode")
}

func verifyFile(b *testing.B, path string) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	p, err := pe.Read(f, info.Size())
	if err != nil {
		b.Fatal(err)
	}
	signed := authenticode.ReadProgram(p, policy(roots.CodeSigning()))
	if _, err := digest.File(context.Background(), f, info.Size(), digest.Request{SHA256: true, Also: signed.Takers()}); err != nil {
		b.Fatal(err)
	}
	if s := signed.Signatures("program.exe", true); s[0].Integrity != inventory.Intact {
		b.Fatalf("%+v", s)
	}
}

// twice is the file's digest and the signature's, side by side in memory.
func twice(content []byte) {
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { sha256.Sum256(content) })
	}
	both.Wait()
}

func ratio(one, other []time.Duration) float64 {
	median := func(all []time.Duration) time.Duration {
		slices.Sort(all)
		return all[len(all)/2]
	}
	return float64(median(one)) / float64(median(other))
}

// BenchmarkSignature is the cost of a signature by itself: its messages, chains
// and time stamps.
func BenchmarkSignature(b *testing.B) {
	content, err := os.ReadFile(filepath.Join(goModule(b, realModule), "test", "brave.exe"))
	if err != nil {
		b.Fatal(err)
	}
	p, err := pe.Read(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		authenticode.ReadProgram(p, policy(roots.CodeSigning()))
	}
}
