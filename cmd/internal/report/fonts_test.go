package report

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"

	"github.com/chatvet/chatvet/cmd/internal/text"
)

// ownScripts are the scripts of the languages that the page carries a font for.
var ownScripts = map[string]*unicode.RangeTable{"bo": unicode.Tibetan, "ug": unicode.Arabic, "my": unicode.Myanmar}

func TestFontsHoldEveryLetterOfTheirCatalogue(t *testing.T) {
	for tag, script := range ownScripts {
		t.Run(tag, func(t *testing.T) {
			tables := woff(t, tag)
			for _, need := range []string{"GSUB", "GPOS", "glyf", "name"} {
				if len(tables[need]) == 0 {
					t.Errorf("no table %s: letters would not join", need)
				}
			}
			has := characters(t, tables["cmap"])
			say := catalogueOf(t, tag)
			letters := 0
			for _, id := range say.IDs() {
				for _, r := range say.Text(id, nil) + say.Plural(id, 1, nil) + say.Plural(id, 2, nil) {
					if !unicode.Is(script, r) {
						continue
					}
					letters++
					if !has[r] {
						t.Errorf("%s: no glyph for %q (%U)", id, r, r)
					}
				}
			}
			if letters < 10_000 {
				t.Errorf("only %d letters were looked at", letters)
			}
		})
	}
}

// woff is every table of a font (W3C WOFF 1.0, sections 3 to 5).
func woff(t *testing.T, tag string) map[string][]byte {
	t.Helper()
	font, err := fontFiles.ReadFile("fonts/" + tag + ".woff")
	if err != nil {
		t.Fatal(err)
	}
	if string(font[:4]) != "wOFF" {
		t.Fatalf("begins with %q", font[:4])
	}
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(font[12:])) {
		entry := font[44+20*i:]
		offset, packed, size := binary.BigEndian.Uint32(entry[4:]), binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		table := font[offset : offset+packed]
		if packed < size {
			inflated, err := zlib.NewReader(bytes.NewReader(table))
			if err != nil {
				t.Fatal(err)
			}
			if table, err = io.ReadAll(inflated); err != nil {
				t.Fatal(err)
			}
		}
		tables[string(entry[:4])] = table
	}
	return tables
}

// characters are those that a cmap table has a glyph for, by its subtables of
// format 4 (OpenType 1.9, cmap).
func characters(t *testing.T, cmap []byte) map[rune]bool {
	t.Helper()
	has := map[rune]bool{}
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		sub := cmap[binary.BigEndian.Uint32(cmap[4+8*i+4:]):]
		if binary.BigEndian.Uint16(sub) != 4 {
			continue
		}
		double := int(binary.BigEndian.Uint16(sub[6:])) // twice the number of segments
		value := func(array, segment int) int {
			return int(binary.BigEndian.Uint16(sub[14+array*double+2*segment+2*min(array, 1):]))
		}
		for segment := range double / 2 {
			first, last, delta, at := value(1, segment), value(0, segment), value(2, segment), value(3, segment)
			for r := first; r <= last && r != 0xFFFF; r++ {
				glyph := r
				if at != 0 {
					glyph = int(binary.BigEndian.Uint16(sub[16+3*double+2*segment+at+2*(r-first):]))
				}
				if at == 0 || glyph != 0 {
					has[rune(r)] = (glyph+delta)&0xFFFF != 0
				}
			}
		}
	}
	if len(has) == 0 {
		t.Fatal("no subtable of format 4")
	}
	return has
}

// Chromium draws every letter of the language with the page's own font, and none
// of another language's page carries one.
func TestPageDrawsWithItsOwnFont(t *testing.T) {
	for _, l := range text.Languages() {
		page := string(pageIn(t, l))
		if got, want := strings.Count(page, "@font-face"), 0; ownScripts[l.Tag] == nil && got != want {
			t.Errorf("%s carries %d fonts", l.Tag, got)
		}
	}
	tab := browser(t)
	for tag := range ownScripts {
		open(t, tab, saved(t, pageIn(t, catalogueOf(t, tag).Language())), sheets()[1])
		told[bool](t, tab, `document.fonts.ready.then(() => true)`, chromedp.EvalAwaitPromise)
		call(t, tab, dom.Enable, dom.EnableParams{})
		call(t, tab, css.Enable, cdp.Empty{})
		root := call(t, tab, dom.GetDocument, dom.GetDocumentParams{})
		sentence := call(t, tab, dom.QuerySelector, dom.QuerySelectorParams{NodeID: root.Root.NodeID, Selector: "main article:not([lang]) .lead"})
		used := call(t, tab, css.GetPlatformFontsForNode, css.GetPlatformFontsForNodeParams{NodeID: sentence.NodeID})
		var fonts []string
		for _, f := range used.Fonts {
			fonts = append(fonts, fmt.Sprintf("%s own=%v glyphs=%v", f.FamilyName, f.IsCustomFont, f.GlyphCount))
		}
		if !slices.ContainsFunc(used.Fonts, func(f *css.PlatformFontUsage) bool { return f.IsCustomFont && f.GlyphCount > 10 }) ||
			slices.ContainsFunc(used.Fonts, func(f *css.PlatformFontUsage) bool {
				return !f.IsCustomFont && strings.Contains(f.FamilyName, scriptName(tag))
			}) {
			t.Errorf("%s is drawn with %q", tag, fonts)
		}
	}
}

// scriptName is the part of a system font's name that tells its script.
func scriptName(tag string) string {
	return map[string]string{"bo": "Tibetan", "ug": "Arabic", "my": "Myanmar"}[tag]
}
