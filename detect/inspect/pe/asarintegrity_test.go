package pe

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
)

// TestAsarIntegrity reads the resource of an Electron program in the forms that
// "ASAR Integrity" of Electron's documentation and @electron/packager 18.2 have.
func TestAsarIntegrity(t *testing.T) {
	sum := strings.Repeat("5a", 32)
	app := []AsarRecord{{"resources/app.asar", sum}}
	for _, c := range []struct {
		name, text string
		want       []AsarRecord
		problem    bool
	}{
		{"none", "", nil, false},
		{"the documented form", `[{"file":"resources\\app.asar","alg":"sha256","value":"` + sum + `"}]`, app, false},
		{"digits in upper case", `[{"file":"resources\\app.asar","alg":"SHA256","value":"` + strings.ToUpper(sum) + `"}]`, app, false},
		{"the form of packager 18.2", `{"resources\\app.asar":{"algorithm":"SHA256","hash":"` + sum + `"}}`, app, false},
		{"another algorithm", `[{"file":"resources\\app.asar","alg":"MD5","value":"` + sum + `"}]`, nil, true},
		{"no digest", `[{"file":"resources\\app.asar","alg":"sha256","value":"zz"}]`, nil, true},
		{"no JSON", `{`, nil, true},
		{"other JSON", `[1, [2]]`, nil, true},
		{"longer than any real one", `[` + strings.Repeat(" ", maxAsarText) + `]`, nil, true},
		{"deep", strings.Repeat("[", 60_000), nil, true},
	} {
		b := fixture.PE{AsarIntegrity: c.text, Languages: []uint16{0x0409, 0x0407}}.Bytes()
		f, err := Read(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, f.Archives); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if (len(f.Problems) > 0) != (c.problem) {
			t.Errorf("%s: problems %v", c.name, f.Problems)
		}
		if len(f.Versions) != 2 {
			t.Errorf("%s: %d version resources, want 2", c.name, len(f.Versions))
		}
	}
}

// TestManyAsarRecords names more archives than any app has.
func TestManyAsarRecords(t *testing.T) {
	var records []string
	for i := range 400 {
		records = append(records, `{"file":"`+strings.Repeat("a", 1+i%20)+`","alg":"SHA256","value":"`+strings.Repeat("0123456789abcdef"[i%16:i%16+1], 64)+`"}`)
	}
	text := "[" + strings.Join(records, ",") + "]"
	b := fixture.PE{AsarIntegrity: text}.Bytes()
	f, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Archives) != maxAsarRecords {
		t.Errorf("%d archives, want the first %d", len(f.Archives), maxAsarRecords)
	}
}
