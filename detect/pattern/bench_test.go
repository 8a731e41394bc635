package pattern

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chatvet/chatvet/signatures"
)

// The benchmarks print ratios, which hold from machine to machine better than
// times do. Both sides of a ratio are measured in turns in the same run, over
// the same data, on one core. docs/speed.md explains them.

const (
	benchBytes = 64 << 20
	benchPiece = 256 << 10
)

// BenchmarkSearch measures the digest with the search beside it, and the search
// alone, against the digest alone.
func BenchmarkSearch(b *testing.B) {
	data := programs(b)
	for _, count := range []int{600, 6000, 20000} {
		s := newBench(b, count, 8, 31)
		b.Run(fmt.Sprintf("sha256+%d", count), func(b *testing.B) {
			compare(b, "x-sha256", func() { digest(data, s) }, func() { digest(data, nil) })
		})
		b.Run(fmt.Sprintf("%d", count), func(b *testing.B) {
			compare(b, "x-sha256", func() { pass(data, s) }, func() { digest(data, nil) })
		})
	}
	large, small := newBench(b, 6000, 8, 31), newBench(b, 600, 8, 31)
	b.Run("6000-against-600", func(b *testing.B) {
		compare(b, "x-600", func() { pass(data, large) }, func() { pass(data, small) })
	})
}

// BenchmarkShortPatterns shows what short patterns in the list cost.
func BenchmarkShortPatterns(b *testing.B) {
	data := programs(b)
	for shortest := 7; shortest >= 3; shortest-- {
		s := newBench(b, 600, 8, 31, manyPatterns(rand.New(rand.NewPCG(3, 3)), 1, shortest, shortest)...)
		b.Run(fmt.Sprintf("one-of-%d-bytes", shortest), func(b *testing.B) {
			compare(b, "x-sha256", func() { pass(data, s) }, func() { digest(data, nil) })
		})
	}
}

// BenchmarkHardData searches data of the kind that stops the filter most often:
// texts in UTF-16, and (as an attacker would make it) the patterns themselves
// with their last byte changed.
func BenchmarkHardData(b *testing.B) {
	for _, count := range []int{600, 20000} {
		random := rand.New(rand.NewPCG(1, 1))
		patterns := manyPatterns(random, count, 8, 31)
		s := newBench(b, count, 8, 31)
		var broken, utf16 []byte
		for len(broken) < benchBytes/4 {
			p := bytes.Clone(patterns[random.IntN(count)].Bytes)
			p[len(p)-1] ^= 0x80
			broken = append(broken, p...)
		}
		for len(utf16) < benchBytes/4 {
			utf16 = append(utf16, "etaoinshrdlu cmfwyp."[random.IntN(20)], 0)
		}
		b.Run(fmt.Sprintf("broken-patterns-%d", count), func(b *testing.B) {
			compare(b, "x-sha256", func() { pass(broken, s) }, func() { digest(broken, nil) })
		})
		b.Run(fmt.Sprintf("utf16-text-%d", count), func(b *testing.B) {
			compare(b, "x-sha256", func() { pass(utf16, s) }, func() { digest(utf16, nil) })
		})
	}
}

// BenchmarkPeers measures other ways to do the same against the digest.
func BenchmarkPeers(b *testing.B) {
	data := programs(b)
	patterns := manyPatterns(rand.New(rand.NewPCG(1, 1)), 600, 8, 31)
	s := newBench(b, 600, 8, 31)
	peer := newAutomaton(patterns)
	b.Run("this-package", func(b *testing.B) {
		compare(b, "x-sha256", func() { pass(data, s) }, func() { digest(data, nil) })
	})
	b.Run("dense-automaton", func(b *testing.B) {
		compare(b, "x-sha256", func() { peer.search(data) }, func() { digest(data, nil) })
	})
	b.Run("bytes.Index-each", func(b *testing.B) {
		part := data[:benchBytes/8]
		compare(b, "x-sha256", func() { naive(patterns, part) }, func() { digest(part, nil) })
	})
}

// BenchmarkNew shows how long it takes to build a searcher, and its memory.
func BenchmarkNew(b *testing.B) {
	for _, count := range []int{600, 6000, 20000} {
		patterns := manyPatterns(rand.New(rand.NewPCG(1, 1)), count, 8, 31)
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := New(patterns); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestBenchedSearchersAgree keeps the benchmarks honest: the peers find what
// this package finds in real programs.
func TestBenchedSearchersAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a few megabytes of programs")
	}
	patterns := append(manyPatterns(rand.New(rand.NewPCG(1, 1)), 100, 8, 31),
		text("GOROOT"), text("/usr/lib"), text("runtime error"), text("invalid argument"), wide("PATH"))
	data := append(programs(t)[:4<<20:4<<20], "runtime error"...)
	want := naive(patterns, data)
	if got := search(t, patterns, data, cutEvery(benchPiece)); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("this package finds %v, bytes.Index %v", got, want)
	}
	if got := newAutomaton(patterns).search(data); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the automaton finds %v, bytes.Index %v", got, want)
	}
}

func newBench(tb testing.TB, count, shortest, longest int, more ...signatures.Pattern) Searcher {
	s, err := New(append(manyPatterns(rand.New(rand.NewPCG(1, 1)), count, shortest, longest), more...))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// digest takes the SHA-256 of data piece by piece, with the search beside it if
// there is one.
func digest(data []byte, s Searcher) {
	h := sha256.New()
	var c Cursor
	if s != nil {
		c = s.Cursor()
	}
	for len(data) > 0 {
		piece := data[:min(len(data), benchPiece)]
		h.Write(piece)
		if c != nil {
			c.Write(piece)
		}
		data = data[len(piece):]
	}
	h.Sum(nil)
}

func pass(data []byte, s Searcher) {
	c := s.Cursor()
	for len(data) > 0 {
		piece := data[:min(len(data), benchPiece)]
		c.Write(piece)
		data = data[len(piece):]
	}
}

// compare runs both in turns and reports the median time of the one in times of
// the other's.
func compare(b *testing.B, unit string, one, other func()) {
	one()
	var ones, others []time.Duration
	for b.Loop() {
		start := time.Now()
		one()
		middle := time.Now()
		other()
		ones, others = append(ones, middle.Sub(start)), append(others, time.Since(middle))
	}
	b.ReportMetric(float64(median(ones))/float64(median(others)), unit)
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// programs returns 64 MB of real programs of this machine: those of the Go
// distribution and the libraries of the system, in the order of their names.
// CHATVET_BENCH names another folder to take them from.
func programs(tb testing.TB) []byte {
	folders := []string{"/usr/local/go/pkg/tool", "/usr/local/go/bin", "/usr/lib/go", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/bin"}
	if own := os.Getenv("CHATVET_BENCH"); own != "" {
		folders = []string{own}
	}
	var data []byte
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || len(data) >= benchBytes {
				return nil
			}
			if info, err := d.Info(); err != nil || !info.Mode().IsRegular() || info.Size() < 1<<20 || info.Size() > benchBytes {
				return nil
			}
			b, err := os.ReadFile(path)
			if err == nil && (bytes.HasPrefix(b, []byte("\x7fELF")) || bytes.HasPrefix(b, []byte("MZ"))) {
				data = append(data, b...)
			}
			return nil
		})
	}
	if len(data) < benchBytes {
		tb.Skipf("found %d bytes of programs, want %d; set CHATVET_BENCH to a folder with more", len(data), benchBytes)
	}
	return data[:benchBytes]
}
