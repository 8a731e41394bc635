package inspect

import (
	"bytes"
	"context"
	"crypto"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/inspect/dmg/dmgtest"
	"github.com/chatvet/chatvet/detect/inspect/pkg/pkgtest"
	"github.com/chatvet/chatvet/signatures"
)

const largeInstaller = 100 << 20

// BenchmarkLargeImage inspects a signed image of 100 MB: the digests that the
// list asks for, those of its pages, and its checksum.
func BenchmarkLargeImage(b *testing.B) {
	plain := bytes.Repeat([]byte("synthetic data! "), largeInstaller/16)
	image := dmgtest.Sign(dmgtest.Build(dmgtest.Partition{Chunks: []dmgtest.Chunk{{Method: dmgtest.Stored, Plain: plain}}}), dmgtest.Signing{Identifier: "synthetic"})
	benchmarkInstaller(b, "large.dmg", image, crypto.SHA256, crypto.SHA256)
}

// BenchmarkLargeMacPackage does the same with a package of one large file.
func BenchmarkLargeMacPackage(b *testing.B) {
	files := append(pkgtest.Example("org.example.pkg", "org.example.chat"), pkgtest.File{Name: "large", Content: bytes.Repeat([]byte("synthetic data! "), largeInstaller/16), Plain: true})
	benchmarkInstaller(b, "large.pkg", pkgtest.Package{Files: files}.Build(), crypto.SHA256, crypto.SHA1)
}

// benchmarkInstaller inspects a file in turns with the bare digests that it needs,
// each on a core of its own at the same time, and compares the medians.
func benchmarkInstaller(b *testing.B, name string, file []byte, needs ...crypto.Hash) {
	b.Helper()
	list := signatures.NewList("2026.01.01.1", "2026-01-01", nil, nil)
	in, err := New(list, DefaultLimits)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	var bare, ours []time.Duration
	for b.Loop() {
		start := time.Now()
		var all sync.WaitGroup
		for _, h := range needs {
			all.Go(func() {
				sum := h.New()
				sum.Write(file)
				sum.Sum(nil)
			})
		}
		all.Wait()
		bare = append(bare, time.Since(start))
		start = time.Now()
		r := in.File(context.Background(), Source{Name: name, ReaderAt: readerOnly{bytes.NewReader(file)}, Size: int64(len(file)), SHA256: true})
		ours = append(ours, time.Since(start))
		if len(r.Signatures) != 1 {
			b.Fatal("no signature")
		}
	}
	b.ReportMetric(float64(median(ours))/float64(median(bare)), "x-bare-digests")
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// readerOnly hides what else a reader can do.
type readerOnly struct{ io.ReaderAt }
