package apple

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDefinite rewrites elements without a length, by X.690 section 8.1.3.6.
func TestDefinite(t *testing.T) {
	long := bytes.Repeat([]byte{5, 0}, 100)
	for name, c := range map[string]struct{ ber, want []byte }{
		"nothing to do":              {[]byte{0x30, 2, 5, 0}, []byte{0x30, 2, 5, 0}},
		"no length":                  {[]byte{0x30, 0x80, 5, 0, 0, 0}, []byte{0x30, 2, 5, 0}},
		"no length, and empty":       {[]byte{0x30, 0x80, 0, 0}, []byte{0x30, 0}},
		"two of them":                {[]byte{0x30, 0x80, 0x31, 0x80, 5, 0, 0, 0, 0, 0}, []byte{0x30, 4, 0x31, 2, 5, 0}},
		"inside one with a length":   {[]byte{0x30, 6, 0x31, 0x80, 5, 0, 0, 0}, []byte{0x30, 4, 0x31, 2, 5, 0}},
		"a longer form is kept":      {[]byte{0x30, 0x81, 2, 5, 0}, []byte{0x30, 0x81, 2, 5, 0}},
		"a text in pieces":           {[]byte{0x24, 0x80, 4, 1, 'a', 4, 2, 'b', 'c', 0, 0}, []byte{4, 3, 'a', 'b', 'c'}},
		"more than 127 bytes":        {append(append([]byte{0x30, 0x80}, long...), 0, 0), append([]byte{0x30, 0x81, 200}, long...)},
		"what follows is passed":     {[]byte{0x30, 0x80, 0, 0, 1, 2, 3}, []byte{0x30, 0}},
		"empty":                      {nil, nil},
		"one byte":                   {[]byte{0x30}, nil},
		"does not end":               {[]byte{0x30, 0x80, 5, 0}, nil},
		"longer than what there is":  {[]byte{0x30, 5, 5, 0}, nil},
		"length of five bytes":       {[]byte{0x30, 0x85, 0, 0, 0, 0, 2, 5, 0}, nil},
		"length that is cut off":     {[]byte{0x30, 0x82, 1}, nil},
		"tag of several bytes":       {[]byte{0x1f, 0x81, 1, 0}, nil},
		"a text in pieces of others": {[]byte{0x24, 0x80, 5, 0, 0, 0}, nil},
	} {
		got, err := definite(c.ber)
		if (err == nil) != (c.want != nil) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// FuzzDefinite: what was rewritten needs no rewriting, and is not much longer.
func FuzzDefinite(f *testing.F) {
	f.Add([]byte{0x30, 0x80, 0x31, 0x80, 5, 0, 0, 0, 0, 0})
	f.Add([]byte{0x24, 0x80, 4, 1, 'a', 4, 2, 'b', 'c', 0, 0})
	f.Add([]byte{0x30, 6, 0x31, 0x80, 5, 0, 0, 0})
	f.Fuzz(func(t *testing.T, ber []byte) {
		der, err := definite(ber)
		if err != nil {
			return
		}
		again, err := definite(der)
		if err != nil || !bytes.Equal(der, again) {
			t.Fatalf("%x became %x, then %x, %v", ber, der, again, err)
		}
		if len(der) > 4*len(ber)+16 {
			t.Fatalf("%d bytes became %d", len(ber), len(der))
		}
	})
}
