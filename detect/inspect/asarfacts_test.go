package inspect

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/asar/asartest"
	"github.com/chatvet/chatvet/signatures"
)

// electronApp is a synthetic app with a program packed into it.
func electronApp() []byte {
	return asartest.Files{
		"package.json":  {Body: `{"name":"example","main":"index.js"}`},
		"index.js":      {Body: "// one.example.net"},
		"bin/tool.node": {Body: string(fixture.PE{}.Bytes())},
	}.Bytes()
}

func headerSum(b []byte) string { return sum(b[16 : 16+binary.LittleEndian.Uint32(b[12:])]) }

func TestElectronArchive(t *testing.T) {
	b := electronApp()
	r := inspect(t, "resources/app.asar", b)
	if r.Format != signatures.ASAR || len(r.Gaps) > 0 {
		t.Errorf("format %s, gaps %v", r.Format, r.Gaps)
	}
	want := []signatures.Fact{
		{Kind: signatures.FileName, Value: "app.asar", Place: "resources/app.asar"},
		{Kind: signatures.AsarHeader, Value: headerSum(b), Place: "resources/app.asar"},
		{Kind: signatures.AsarFiles, Value: "intact", Place: "resources/app.asar"},
		{Kind: signatures.Content, Value: "one.example.net", Place: "resources/app.asar"},
	}
	for i := range r.Facts {
		if r.Facts[i].Kind == signatures.Content {
			r.Facts[i].At = ""
		}
	}
	if diff := cmp.Diff(want, r.Facts, sortFacts); diff != "" {
		t.Error(diff)
	}
	if len(r.Inside) != 1 || r.Inside[0].Path != "resources/app.asar!/bin/tool.node" || r.Inside[0].Format != signatures.PE {
		t.Errorf("inside: %+v", r.Inside)
	}
}

func TestChangedElectronArchive(t *testing.T) {
	b := electronApp()
	at := bytes.Index(b, []byte("// one.example.net"))
	b[at] = '_'
	var got []signatures.Fact
	for _, f := range inspect(t, "app.asar", b).Facts {
		if f.Kind == signatures.AsarFiles {
			got = append(got, f)
		}
	}
	want := []signatures.Fact{{Kind: signatures.AsarFiles, Value: "changed", Place: "app.asar", At: "index.js"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHostileElectronArchive(t *testing.T) {
	wantGaps(t, inspect(t, "app.asar", asartest.Pack(`{"files":{"a":{"size":9,"offset":"0"}}}`, "four")), "corrupt")
	r := inspect(t, "app.asar", asartest.Pack(`{"files":{}`, ""))
	if wantGaps(t, r, "corrupt"); len(r.Gaps) != 1 {
		t.Errorf("what is told once, told again: %+v", r.Gaps)
	}
}
