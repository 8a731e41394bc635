package signatures

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func content(text string, encodings ...Encoding) Condition {
	return Condition{Indicator: &Indicator{Kind: Content, Text: text, Encodings: encodings, Source: 1}}
}

func TestPatterns(t *testing.T) {
	windows := &Family{ID: "windows", Platforms: []Platform{Windows}, Rules: []Rule{{
		When: Condition{All: []Condition{
			content("töm", UTF16LE, ASCII),
			content("a"+"\U0001F511", UTF16LE),
			{Indicator: &Indicator{Kind: Content, Hex: "4d5a??9?", Source: 1}},
		}},
		Hints: []Indicator{{Kind: Content, Text: "hint", Encodings: []Encoding{ASCII}, Source: 1}},
	}}}
	again := &Family{ID: "again", Platforms: []Platform{Windows, Android}, Rules: []Rule{{When: content("hint", ASCII)}}}
	android := &Family{ID: "android", Platforms: []Platform{Android}, Rules: []Rule{{When: Condition{None: []Condition{content("droid", ASCII)}}}}}
	list := NewList("", "", []*Family{windows, again, android}, nil)

	got := list.Patterns(PE)
	want := []Pattern{
		{Name: "a\U0001F511", Encoding: UTF16LE, Bytes: []byte{'a', 0, 0x3d, 0xd8, 0x11, 0xdd}},
		{Name: "hex:4d5a??9?", Bytes: []byte{0x4d, 0x5a, 0, 0x90}, Mask: []byte{0xff, 0xff, 0, 0xf0}},
		{Name: "hint", Encoding: ASCII, Bytes: []byte("hint")},
		{Name: "töm", Encoding: ASCII, Bytes: []byte("t\xc3\xb6m")},
		{Name: "töm", Encoding: UTF16LE, Bytes: []byte("t\x00\xf6\x00m\x00")},
	}
	if diff := cmp.Diff(want, got.Patterns); diff != "" {
		t.Errorf("patterns for pe (-want +got):\n%s", diff)
	}
	if got.ID == "" {
		t.Error("the set has no id")
	}
	apk := list.Patterns(APK)
	if len(apk.Patterns) != 2 || apk.ID == got.ID {
		t.Errorf("patterns for apk: %v", apk)
	}
	if empty := list.Patterns(ELF); empty.ID != "" || len(empty.Patterns) != 0 {
		t.Errorf("patterns for elf: %v", empty)
	}
}

// The id stands for what is searched, not for the list that it came from.
func TestPatternSetIDFollowsThePatterns(t *testing.T) {
	id := func(order ...string) string {
		var fs []*Family
		for i, text := range order {
			fs = append(fs, &Family{ID: string(rune('a' + i)), Platforms: []Platform{Linux}, Rules: []Rule{{When: content(text, ASCII)}}})
		}
		return NewList("", "", fs, nil).Patterns(ELF).ID
	}
	if id("one", "two") != id("two", "one", "two") {
		t.Error("the same patterns have two ids")
	}
	if id("one", "two") == id("one", "twq") || id("ab", "c") == id("a", "bc") {
		t.Error("different patterns have the same id")
	}
}

func TestDigests(t *testing.T) {
	list := NewList("", "", []*Family{
		{ID: "a", Platforms: []Platform{Windows}, Digests: []DigestSet{{Kind: FileMD5, Values: []string{"00"}}}},
		{ID: "b", Platforms: []Platform{Android}, Rules: []Rule{{When: Condition{Indicator: &Indicator{Kind: FileSHA1, Value: "00"}}}}},
	}, []*Client{{ID: "c", Claims: []Indicator{{Kind: FileMD5, Value: "00"}}}})
	for format, want := range map[Format][]Kind{
		PE:  {FileSHA256, FileMD5},
		APK: {FileSHA256, FileSHA1},
		Zip: {FileSHA256, FileSHA1, FileMD5},
		ELF: {FileSHA256},
	} {
		if diff := cmp.Diff(want, list.Digests(format)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}
