package inspect

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/inspect/apk/apktest"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// BenchmarkLargePackage inspects a package of 100 MB with a signature of v2,
// against the digests that it needs (the file's own that the list asks for, and
// that of its contents) taken over the same bytes on two cores, in turns in the
// same run, and prints the ratio of the medians: with nothing to search for, and
// with the list that chatvet ships, which has the packed bytes searched too.
func BenchmarkLargePackage(b *testing.B) {
	noise := make([]byte, 100<<20)
	_, _ = rand.NewChaCha8([32]byte{2}).Read(noise)
	file := signedPackage(apktest.NewKey("Example Chat", "Example Chat Ltd"), apktest.Manifest{Package: "org.example.chat", MinSDK: 24}, map[string][]byte{"assets/noise": noise})
	shipped, err := signatures.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	for _, list := range []struct {
		name string
		list *signatures.List
	}{{"bare", testList()}, {"shipped-list", shipped}} {
		b.Run(list.name, func(b *testing.B) {
			in, err := New(list.list, DefaultLimits)
			if err != nil {
				b.Fatal(err)
			}
			var ours, digests []time.Duration
			for b.Loop() {
				start := time.Now()
				got := in.File(context.Background(), Source{Name: "a.apk", ReaderAt: bytes.NewReader(file), Size: int64(len(file))})
				middle := time.Now()
				if len(got.Signatures) != 1 || got.Signatures[0].Integrity != inventory.Intact {
					b.Fatalf("%+v", got.Signatures)
				}
				bare(file, got.Collected.Digests)
				ours, digests = append(ours, middle.Sub(start)), append(digests, time.Since(middle))
			}
			slices.Sort(ours)
			slices.Sort(digests)
			b.ReportMetric(float64(ours[len(ours)/2])/float64(digests[len(digests)/2]), "x-digests")
		})
	}
}

// bare takes the digests that were asked for, and one more SHA-256 for the
// contents, on two cores: the dearest, MD5, on one and the others on the other.
func bare(file []byte, digests []string) {
	var one, other []func()
	for _, d := range append(slices.Clone(digests), "contents") {
		switch d {
		case "md5":
			one = append(one, func() { md5.Sum(file) })
		case "sha1":
			other = append(other, func() { sha1.Sum(file) })
		default:
			other = append(other, func() { sha256.Sum256(file) })
		}
	}
	if len(one) == 0 {
		one, other = other[:1], other[1:]
	}
	var both sync.WaitGroup
	for _, hand := range [][]func(){one, other} {
		both.Go(func() {
			for _, take := range hand {
				take()
			}
		})
	}
	both.Wait()
}
