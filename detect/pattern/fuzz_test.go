package pattern

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/signatures"
)

// FuzzSearch compares the searcher with the naive search: patterns are cut out
// of a text and of the data itself (so that they overlap, contain each other
// and occur), some are masked, and the data comes in pieces of random length.
func FuzzSearch(f *testing.F) {
	f.Add([]byte("skypetools.tom.com skypetools1.tom.com tom.com/agent/newkeyfile.php"), []byte("tom.com"), uint64(1), 8, 31)
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaaaaabaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), []byte("aaaab"), uint64(2), 1, 9)
	f.Add([]byte("s\x00k\x00y\x00p\x00e\x00s\x00k\x00y\x00p\x00e\x00s\x00k\x00y\x00"), []byte("s\x00k\x00y\x00p\x00e\x00"), uint64(3), 4, 12)
	f.Add([]byte("ababababababcabababababababcababababababababcab"), []byte("abcab"), uint64(4), 3, 5)
	f.Add(make([]byte, 300), make([]byte, 20), uint64(5), 6, 7)
	f.Add([]byte("x"), []byte{}, uint64(6), 1, 1)
	f.Fuzz(func(t *testing.T, data, text []byte, seed uint64, shortest, longest int) {
		if len(data) > 1<<14 || len(text) > 1<<12 || len(data)+len(text) == 0 {
			t.Skip()
		}
		random := rand.New(rand.NewPCG(seed, 0))
		shortest = 1 + abs(shortest)%40
		longest = shortest + abs(longest)%60
		patterns := cutPatterns(random, data, text, shortest, longest)
		if len(patterns) == 0 {
			t.Skip()
		}
		most := 1 + random.IntN(300)
		got := search(t, patterns, data, func(int) int { return random.IntN(most + 1) })
		if diff := cmp.Diff(naive(patterns, data), got); diff != "" {
			t.Errorf("%d patterns (-naive +got):\n%s", len(patterns), diff)
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

func cutPatterns(random *rand.Rand, data, text []byte, shortest, longest int) []signatures.Pattern {
	var patterns []signatures.Pattern
	for range 1 + random.IntN(40) {
		from := data
		if random.IntN(3) == 0 || len(data) == 0 {
			from = text
		}
		length := shortest + random.IntN(longest-shortest+1)
		if length > len(from) {
			continue
		}
		at := random.IntN(len(from) - length + 1)
		p := signatures.Pattern{Bytes: append([]byte(nil), from[at:at+length]...)}
		if random.IntN(4) == 0 {
			p.Bytes[random.IntN(length)] ^= byte(1 << random.IntN(8))
		}
		if random.IntN(3) == 0 {
			p.Mask = make([]byte, length)
			free := 1 + random.IntN(20)
			for i := range p.Mask {
				p.Mask[i] = 0xff
				if random.IntN(free) == 0 {
					p.Mask[i] = []byte{0xf0, 0x0f, 0x00}[random.IntN(3)]
				}
			}
		}
		patterns = append(patterns, p)
	}
	return patterns
}
