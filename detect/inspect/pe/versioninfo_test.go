package pe

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func text(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// raw is a block as a careless tool may write it: every number given.
func raw(length, valueLength, kind int, key string, rest ...[]byte) []byte {
	var b []byte
	for _, n := range []int{length, valueLength, kind} {
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
	}
	b = append(append(b, text(key)...), 0, 0)
	for _, r := range rest {
		b = append(b, r...)
	}
	if length < 0 {
		binary.LittleEndian.PutUint16(b, uint16(len(b)))
	}
	return b
}

// TestVersionQuirks holds what real files get wrong and must still be read.
func TestVersionQuirks(t *testing.T) {
	pad := []byte{0, 0}
	table := func(strings ...[]byte) []byte {
		info := raw(-1, 0, 1, "StringFileInfo", raw(-1, 0, 1, "040904B0", strings...))
		// The root's key ends on a multiple of four with two bytes of padding.
		return raw(-1, 0, 0, "VS_VERSION_INFO", pad, info)
	}
	name := func(value ...[]byte) []byte { return raw(-1, 0, 1, "ProductName", append([][]byte{pad}, value...)...) }
	for _, c := range []struct {
		what string
		b    []byte
		want []String
	}{
		{"no NUL behind the value", table(name(text("Chat"))), []String{{"ProductName", "Chat"}}},
		{"many NULs behind the value", table(name(text("Chat\x00\x00\x00"))), []String{{"ProductName", "Chat"}}},
		{"blanks around the value", table(name(text("  Chat \x00"))), []String{{"ProductName", "Chat"}}},
		{"an empty value", table(raw(-1, 0, 1, "ProductName")), []String{{"ProductName", ""}}},
		{"a length of the value that is a lie", table(raw(-1, 0xffff, 1, "ProductName", pad, text("Chat\x00"))), []String{{"ProductName", "Chat"}}},
		{"a length beyond the end", table(raw(0xffff, 5, 1, "ProductName", pad, text("Chat\x00"))), []String{{"ProductName", "Chat"}}},
		{"no padding between strings", table(raw(-1, 4, 1, "ProductName", pad, text("abc")), raw(-1, 4, 1, "CompanyName", pad, text("def\x00"))),
			[]String{{"ProductName", "abc"}, {"CompanyName", "def"}}},
		{"a block of length nothing", table(make([]byte, 64)), nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			info, ok := parseVersion(c.b)
			if !ok || len(info.Tables) != 1 {
				t.Fatalf("ok %v, %+v", ok, info)
			}
			if diff := cmp.Diff(c.want, info.Tables[0].Strings); diff != "" {
				t.Error(diff)
			}
			if info.Tables[0].Language != 0x0409 || info.Tables[0].CodePage != 0x04b0 {
				t.Errorf("language %#x, code page %#x", info.Tables[0].Language, info.Tables[0].CodePage)
			}
		})
	}
}
