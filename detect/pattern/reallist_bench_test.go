package pattern

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/chatvet/chatvet/signatures"
)

// BenchmarkSearchEmbedded searches for the patterns that the list has for Windows
// programs, and for ten times as many: these, and nine times as many texts of the
// same lengths, in the same encodings.
func BenchmarkSearchEmbedded(b *testing.B) {
	list, err := signatures.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	data := programs(b)
	listed := list.Patterns(signatures.PE).Patterns
	searcher := func(times int) Searcher {
		s, err := New(timesAsMany(listed, times))
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	one, ten := searcher(1), searcher(10)
	b.Run("x1", func(b *testing.B) {
		compare(b, "x-sha256", func() { pass(data, one) }, func() { digest(data, nil) })
		b.ReportMetric(float64(len(listed)), "patterns")
	})
	b.Run("x10-against-x1", func(b *testing.B) {
		compare(b, "x-list", func() { pass(data, ten) }, func() { pass(data, one) })
	})
}

// timesAsMany adds patterns like the given ones, of other letters.
func timesAsMany(listed []signatures.Pattern, times int) []signatures.Pattern {
	random := rand.New(rand.NewPCG(7, 7))
	all := listed[:len(listed):len(listed)]
	for range times - 1 {
		for _, p := range listed {
			p.Bytes = bytes.Clone(p.Bytes)
			for i, c := range p.Bytes {
				if c != 0 {
					p.Bytes[i] = 'a' + byte(random.IntN(26))
				}
			}
			if p.Mask != nil {
				random.Shuffle(len(p.Bytes), func(i, j int) { p.Bytes[i], p.Bytes[j] = p.Bytes[j], p.Bytes[i] })
				for i := range p.Bytes {
					p.Bytes[i] &= p.Mask[i]
				}
			}
			all = append(all, p)
		}
	}
	return all
}
