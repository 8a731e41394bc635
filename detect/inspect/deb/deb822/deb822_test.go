package deb822

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestParagraphs(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	tests := []struct {
		name, text string
		limit      int
		want       []string
		err        error
	}{
		{"empty", "", 100, nil, io.EOF},
		{"blank lines only", "\n \n\t\n", 100, nil, io.EOF},
		{"two", "A: 1\n b\n\n\nB: 2\n", 100, []string{"A: 1\n b\n", "B: 2\n"}, io.EOF},
		{"no last line end", "A: 1\n\nB: 2", 100, []string{"A: 1\n", "B: 2"}, io.EOF},
		{"longer than the buffer", "A: " + long + "\n\nB: 2\n", 200_000, []string{"A: " + long + "\n", "B: 2\n"}, io.EOF},
		{"longer than the limit", "A: 1\n\nB: " + long + "\n", 200, []string{"A: 1\n"}, ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(iotest.HalfReader(strings.NewReader(tt.text)), tt.limit)
			var have []string
			for {
				p, err := r.Next()
				if err != nil {
					if !errors.Is(err, tt.err) {
						t.Errorf("got %v, want %v", err, tt.err)
					}
					break
				}
				have = append(have, string(p))
			}
			if diff := cmp.Diff(tt.want, have); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, text string
		want       Fields
	}{
		{"folded", "Name:  v \nDescription: one\n two\n .\n\tthree\n", Fields{"name": "v", "description": "one\n two\n .\n\tthree"}},
		{"table", "SHA256:\n a 1 b\n", Fields{"sha256": "\n a 1 b"}},
		{"colon in the value", "Homepage: https://example.org", Fields{"homepage": "https://example.org"}},
		{"twice, in other case", "Name: a\nNAME: b\n", nil},
		{"starts with a continuation", " a\n", nil},
		{"no colon", "Name\n", nil},
		{"blank in the name", "Na me: a\n", nil},
		{"no name", ": a\n", nil},
		{"comment", "# Name: a\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			have, err := Parse([]byte(tt.text))
			if diff := cmp.Diff(tt.want, have); diff != "" || (err != nil) != (tt.want == nil) {
				t.Error(diff, err)
			}
		})
	}
}

func FuzzParagraphs(f *testing.F) {
	f.Add("Package: a\nVersion: 1\n\nPackage: b\n x\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := NewReader(strings.NewReader(text), 1000)
		for {
			p, err := r.Next()
			if err != nil {
				return
			}
			if len(p) > 1000 {
				t.Fatalf("%d bytes", len(p))
			}
			Parse(p)
		}
	})
}
