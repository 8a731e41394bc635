package apple

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/digest"
)

// BenchmarkPages reads a program of 100 MB with the digests of its pages beside
// its SHA-256, and reports how much longer that takes than two SHA-256, which
// are what it needs.
func BenchmarkPages(b *testing.B) {
	const size = 100 << 20
	code := append(head(0x01000007, size), make([]byte, size-48)...)
	d := &codeDirectory{hash: crypto.SHA256, size: 32, limit: size, page: 4096, pages: make([]byte, size/4096*32)}
	var needed, taken time.Duration
	for b.Loop() {
		start := time.Now()
		sha256.Sum256(code)
		sha256.Sum256(code)
		middle := time.Now()
		if _, err := digest.File(context.Background(), bytes.NewReader(code), size, digest.Request{SHA256: true, Also: []digest.Taker{newPageDigests(d, 0)}}); err != nil {
			b.Fatal(err)
		}
		needed += middle.Sub(start)
		taken += time.Since(middle)
	}
	b.ReportMetric(float64(taken)/float64(needed), "x-digests")
}
