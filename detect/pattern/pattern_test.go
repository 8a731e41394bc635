package pattern

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/signatures"
)

// text, wide and masked make patterns as the list does.
func text(s string) signatures.Pattern {
	return signatures.Pattern{Name: s, Encoding: signatures.ASCII, Bytes: []byte(s)}
}

func wide(s string) signatures.Pattern {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return signatures.Pattern{Name: s, Encoding: signatures.UTF16LE, Bytes: b}
}

// masked reads hex digits with "?" for a free nibble.
func masked(digits string) signatures.Pattern {
	p := signatures.Pattern{Name: "hex:" + digits}
	for at := 0; at < len(digits); at += 2 {
		var b, m byte
		for _, digit := range []byte(digits[at : at+2]) {
			b, m = b<<4, m<<4
			if digit != '?' {
				b |= byte(strings.IndexByte("0123456789abcdef", digit))
				m |= 0xf
			}
		}
		p.Bytes, p.Mask = append(p.Bytes, b), append(p.Mask, m)
	}
	return p
}

func TestFindsFirstPlaceOfEachPattern(t *testing.T) {
	for _, test := range []struct {
		name     string
		patterns []signatures.Pattern
		data     string
		want     []Hit
	}{
		{"no patterns", nil, "anything", nil},
		{"no data", []signatures.Pattern{text("skypetools.tom.com")}, "", nil},
		{"at the start", []signatures.Pattern{text("skypetools.tom.com")}, "skypetools.tom.com/", []Hit{{0, 0}}},
		{"at the end", []signatures.Pattern{text("skypetools.tom.com")}, "//skypetools.tom.com", []Hit{{0, 2}}},
		{"one byte short", []signatures.Pattern{text("skypetools.tom.com")}, "skypetools.tom.co", nil},
		{"another case", []signatures.Pattern{text("skypetools.tom.com")}, "SkypeTools.tom.com", nil},
		{"the first of many", []signatures.Pattern{text("tom.com/x")}, "tom.com/ytom.com/xtom.com/x", []Hit{{0, 9}}},
		{"both encodings", []signatures.Pattern{text("tom.com"), wide("tom.com")},
			"..t\x00o\x00m\x00.\x00c\x00o\x00m\x00 tom.com", []Hit{{0, 17}, {1, 2}}},
		{"equal patterns", []signatures.Pattern{text("abcdefgh"), text("other-one"), text("abcdefgh")},
			"_abcdefgh", []Hit{{0, 1}, {2, 1}}},
		{"one inside the other", []signatures.Pattern{text("bcdefghi"), text("abcdefghij"), text("cdef"), text("abcdefgh")},
			"-abcdefghij", []Hit{{0, 2}, {1, 1}, {2, 3}, {3, 1}}},
		{"overlapping", []signatures.Pattern{text("abcabcab"), text("cabcabca")},
			"ababcabcabcab", []Hit{{0, 2}, {1, 4}}},
		{"of one to five bytes", []signatures.Pattern{text("a"), text("bc"), text("def"), text("ghij"), text("klmno")},
			"_klmno_ghij_def_bc_a", []Hit{{0, 19}, {1, 16}, {2, 12}, {3, 7}, {4, 1}}},
		{"free nibbles", []signatures.Pattern{masked("6a7?6c6d6e6f?1")}, "jklmno\x00 jtlmno\xf1", []Hit{{0, 8}}},
		{"free bytes in the middle", []signatures.Pattern{masked("e8????????4883c4")},
			"\xe8\x01\x02\x03\x04\x48\x83\xc4", []Hit{{0, 0}}},
		{"free bytes at both ends", []signatures.Pattern{masked("????6162636465????")},
			"\x01abcde\x02\x03__abcde__", []Hit{{0, 8}}},
		{"no fixed byte", []signatures.Pattern{masked("????????")}, "1234", []Hit{{0, 0}}},
		{"no fixed byte and too little data", []signatures.Pattern{masked("????????")}, "123", nil},
		{"half bytes only", []signatures.Pattern{masked("?16?")}, "\x01\x11\x71\x6f", []Hit{{0, 2}}},
		{"a mask that frees nothing is no mask",
			[]signatures.Pattern{{Bytes: []byte("abcdefgh"), Mask: bytes.Repeat([]byte{0xff}, 8)}}, "abcdefgh", []Hit{{0, 0}}},
		{"bits of the bytes under the mask do not count",
			[]signatures.Pattern{{Bytes: []byte("abXdefgh"), Mask: []byte("\xff\xff\x00\xff\xff\xff\xff\xff")}}, "abcdefgh", []Hit{{0, 0}}},
		{"zeros", []signatures.Pattern{{Bytes: make([]byte, 12)}}, "\x01" + strings.Repeat("\x00", 40), []Hit{{0, 1}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, piece := range []int{1, 2, 3, 7, 64, 1000} {
				if diff := cmp.Diff(test.want, search(t, test.patterns, []byte(test.data), cutEvery(piece))); diff != "" {
					t.Errorf("in pieces of %d bytes (-want +got):\n%s", piece, diff)
				}
			}
		})
	}
}

func TestNewNamesTheBadPattern(t *testing.T) {
	for _, test := range []struct {
		name string
		bad  signatures.Pattern
		want string
	}{
		{"empty", signatures.Pattern{Name: "nothing"}, `pattern 1 ("nothing"): it is empty`},
		{"short mask", signatures.Pattern{Name: "hex:00", Bytes: []byte("abcd"), Mask: []byte{0xff}},
			`pattern 1 ("hex:00"): its mask has 1 bytes for a pattern of 4`},
		{"empty mask", signatures.Pattern{Name: "hex:00", Bytes: []byte("abcd"), Mask: []byte{}},
			`pattern 1 ("hex:00"): its mask has 0 bytes for a pattern of 4`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := New([]signatures.Pattern{text("good.example"), test.bad})
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewKeepsNothingOfItsArguments(t *testing.T) {
	patterns := []signatures.Pattern{text("abcdefgh"), masked("61??636465666768")}
	s, err := New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range patterns {
		clear(p.Bytes)
		clear(p.Mask)
	}
	c := s.Cursor()
	piece := []byte("--abcd")
	c.Write(piece)
	clear(piece)
	c.Write([]byte("efgh"))
	if diff := cmp.Diff([]Hit{{0, 2}, {1, 2}}, c.Hits()); diff != "" {
		t.Errorf("hits (-want +got):\n%s", diff)
	}
}

func TestHitsSoFar(t *testing.T) {
	s, err := New([]signatures.Pattern{text("later.example"), text("first.example")})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Cursor()
	c.Write([]byte("...first.exam"))
	if diff := cmp.Diff([]Hit(nil), c.Hits()); diff != "" {
		t.Errorf("before the end of a pattern (-want +got):\n%s", diff)
	}
	c.Write([]byte("ple"))
	early := c.Hits()
	c.Write([]byte("later.example"))
	if diff := cmp.Diff([]Hit{{1, 3}}, early); diff != "" {
		t.Errorf("after one pattern (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Hit{{0, 16}, {1, 3}}, c.Hits()); diff != "" {
		t.Errorf("after both (-want +got):\n%s", diff)
	}
}

func TestCursorsOfOneSearcherAreApart(t *testing.T) {
	s, err := New([]signatures.Pattern{text("abcdefgh")})
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.Cursor(), s.Cursor()
	a.Write([]byte("abcd"))
	b.Write([]byte("efgh"))
	a.Write([]byte("efgh"))
	if diff := cmp.Diff([]Hit{{0, 0}}, a.Hits()); diff != "" {
		t.Errorf("the one with the pattern (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Hit(nil), b.Hits()); diff != "" {
		t.Errorf("the other (-want +got):\n%s", diff)
	}
}

// TestAgreesWithNaiveSearch plants patterns of a large list in noise, at piece
// borders too, and compares with one bytes.Index for each pattern.
func TestAgreesWithNaiveSearch(t *testing.T) {
	for _, shape := range []struct {
		name              string
		patterns          int
		shortest, longest int
	}{
		{"as in the list", 600, 8, 31},
		{"ten times as many", 6000, 8, 31},
		{"some of four bytes", 600, 4, 40},
		{"long ones only", 100, 40, 100},
		{"longer than a piece", 50, 900, 3000},
	} {
		t.Run(shape.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(shape.patterns)))
			patterns := manyPatterns(random, shape.patterns, shape.shortest, shape.longest)
			data := make([]byte, 1<<18)
			for i := range data {
				data[i] = "abcdeghilmnorst./\x00"[random.IntN(18)]
			}
			for range 200 {
				copy(data[random.IntN(len(data)):], patterns[random.IntN(len(patterns))].Bytes)
			}
			want := naive(patterns, data)
			if len(want) == 0 {
				t.Fatal("nothing to find: the test says nothing")
			}
			for _, piece := range []int{500, 4096, len(data)} {
				if diff := cmp.Diff(want, search(t, patterns, data, cutEvery(piece))); diff != "" {
					t.Errorf("in pieces of %d bytes (-want +got):\n%s", piece, diff)
				}
			}
		})
	}
}

// manyPatterns makes synthetic host names and paths, each in both encodings.
// They are random syllables with an end as indicators often have it: if one of
// them exists, it is by chance and means nothing.
func manyPatterns(random *rand.Rand, count, shortest, longest int) []signatures.Pattern {
	const consonants, vowels = "bcdfghjklmnpqrstvwxyz", "aeiou"
	ends := []string{".example", ".test", ".invalid", "/upload", "/index.php", ".exe", ".xyz", ".com", ".net"}
	var patterns []signatures.Pattern
	for len(patterns) < count {
		var name []byte
		for length := shortest + random.IntN(longest-shortest+1); len(name) < length; {
			name = append(name, consonants[random.IntN(21)], vowels[random.IntN(5)])
			if random.IntN(5) == 0 {
				name = append(name, ".-/_"[random.IntN(4)])
			}
		}
		name = name[:min(len(name), longest)]
		s := string(name)
		if end := ends[random.IntN(len(ends))]; len(end) < len(name) {
			s = string(name[:len(name)-len(end)]) + end
		}
		patterns = append(patterns, text(s), wide(s))
	}
	return patterns[:count]
}

// naive is the searcher to agree with.
func naive(patterns []signatures.Pattern, data []byte) []Hit {
	var hits []Hit
	for i, p := range patterns {
		at := -1
		if p.Mask == nil {
			at = bytes.Index(data, p.Bytes)
		} else {
			at = indexMasked(data, p.Bytes, p.Mask)
		}
		if at >= 0 {
			hits = append(hits, Hit{i, int64(at)})
		}
	}
	return hits
}

func indexMasked(data, pattern, mask []byte) int {
	for at := range len(data) - len(pattern) + 1 {
		same := true
		for i := range pattern {
			same = same && (data[at+i]^pattern[i])&mask[i] == 0
		}
		if same {
			return at
		}
	}
	return -1
}

// search runs data through a new searcher in the pieces that cut says.
func search(t testing.TB, patterns []signatures.Pattern, data []byte, cut func(left int) int) []Hit {
	t.Helper()
	s, err := New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Cursor()
	for len(data) > 0 {
		n := min(cut(len(data)), len(data))
		// A piece of its own: its buffer is overwritten as soon as it is taken.
		piece := slices.Clone(data[:n])
		c.Write(piece)
		clear(piece)
		data = data[n:]
	}
	return c.Hits()
}

func cutEvery(n int) func(int) int { return func(int) int { return n } }
