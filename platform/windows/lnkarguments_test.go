package windows

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/signatures"
)

// withArguments adds a name and a command line to a link, as [MS-SHLLINK] section
// 2.4 lays them out.
func withArguments(link []byte, line string) []byte {
	out := slices.Clone(link)
	le := binary.LittleEndian
	le.PutUint32(out[20:], le.Uint32(out[20:])|hasName|hasArguments|isUnicode)
	for _, text := range []string{"a name", line} {
		units := utf16.Encode([]rune(text))
		out = le.AppendUint16(out, uint16(len(units)))
		for _, u := range units {
			out = le.AppendUint16(out, u)
		}
	}
	return out
}

func TestLinkArguments(t *testing.T) {
	for _, c := range []struct {
		data []byte
		want []string
	}{
		{link(`C:\a.exe`, hasIDList), nil},
		{withArguments(link(`C:\a.exe`, hasIDList), ""), nil},
		{withArguments(link(`C:\a.exe`, 0), `--require "C:\A folder\x.js" 聊`), []string{"--require", `C:\A folder\x.js`, "聊"}},
		{withArguments(link(`C:\a.exe`, 0), `--a "not closed b`), []string{"--a", "not closed b"}},
	} {
		if diff := cmp.Diff(c.want, linkArguments(bytes.NewReader(c.data))); diff != "" {
			t.Error(diff)
		}
		for n := range c.data {
			linkArguments(bytes.NewReader(c.data[:n]))
		}
	}
}

// TestStartOptions finds a link that makes a client load something else, and says
// nothing of one that does not.
func TestStartOptions(t *testing.T) {
	sys, _, _ := registry()
	root := disk(t, `
-- Tools/One/ExampleChat.exe --
-- Tools/Two/ExampleChat.exe --
`)
	inner := hosttest.NewFS()
	copyInto(t, inner, root.FS, ".")
	for name, data := range map[string][]byte{
		"users/ann/Desktop/one.lnk": withArguments(link(`C:\Tools\One\ExampleChat.exe`, 0), `--require C:\x.js`),
		"users/ann/Desktop/two.lnk": withArguments(link(`C:\Tools\Two\ExampleChat.exe`, 0), `--start-minimized`),
	} {
		if err := inner.Add(name, 0o644, data); err != nil {
			t.Fatal(err)
		}
	}
	root.FS = platform.FoldCase(inner)
	got := map[string][]signatures.Fact{}
	for _, c := range find(t, Lookup{sys}, root).Candidates {
		for _, f := range c.Facts {
			if f.Kind == signatures.StartOption {
				got[c.Path] = append(got[c.Path], f)
			}
		}
	}
	want := map[string][]signatures.Fact{"Tools/One/ExampleChat.exe": {
		{Kind: signatures.StartOption, Value: platform.Display(`--require C:\x.js`), Place: "Users/ann/Desktop/one.lnk"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
