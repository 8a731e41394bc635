package inspect

import (
	"bytes"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/signatures"
)

// TestWhatOnlyBeginsLikeAProgramIsAGap: a file whose headers are destroyed is of no
// known format, and must not pass for one that nobody has to look at.
func TestWhatOnlyBeginsLikeAProgramIsAGap(t *testing.T) {
	document := bytes.Clone(append([]byte(compoundMagic), make([]byte, 2040)...))
	document[30] = 9 // sectors of 512 bytes, the directory in the first
	copy(document[512:], "R\x00o\x00o\x00t\x00 \x00E\x00n\x00t\x00r\x00y\x00")
	for _, c := range []struct {
		name, file string
		content    []byte
		gap        bool
	}{
		{"a program whose headers are elsewhere", "a.exe", append([]byte("MZ"), make([]byte, 500)...), true},
		{"two bytes of a program", "a.dll", []byte("MZ"), true},
		{"a compound file without a directory", "a.bin", append([]byte(compoundMagic), make([]byte, 500)...), true},
		{"the first bytes of a compound file", "a.bin", []byte(compoundMagic), true},
		{"a document", "a.doc", document, false},
		{"a document that is called an installer", "a.MSI", document, true},
		{"a text that is called an app package", "dir/a.msixbundle", []byte("text"), true},
		{"a text", "a.txt", []byte("text"), false},
		{"an empty file", "a.msi", nil, false},
	} {
		in, err := New(signatures.NewList("test", "2026-01-01", nil, nil), DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		got := in.File(t.Context(), Source{Name: c.file, ReaderAt: bytes.NewReader(c.content), Size: int64(len(c.content))})
		told := len(got.Gaps) == 1 && got.Gaps[0].Kind == gapCorrupt && got.Gaps[0].Where == c.file && strings.HasPrefix(got.Gaps[0].Reason, "it ")
		if told != c.gap || !c.gap && len(got.Gaps) > 0 {
			t.Errorf("%s: gaps %+v", c.name, got.Gaps)
		}
	}
}
