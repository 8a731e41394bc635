package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

// The embedded list must be what the YAML says: run `go generate ./signatures`
// after a change to the data.
func TestCompiledListIsUpToDate(t *testing.T) {
	var log bytes.Buffer
	want, err := compile(os.DirFS("../data"), &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	got, err := os.ReadFile("../compiled.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("signatures/compiled.bin is not made from signatures/data: run `go generate ./signatures`")
	}
}

func TestCompileIsDeterministic(t *testing.T) {
	first, err := compile(os.DirFS("../data"), new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	second, err := compile(os.DirFS("../data"), new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("compiling twice gives different bytes")
	}
}

func TestCompileRefusesWhatTheCheckRefuses(t *testing.T) {
	data := os.DirFS("testdata/refused")
	var log bytes.Buffer
	if _, err := compile(data, &log); err == nil {
		t.Error("data with errors was compiled")
	}
	if !bytes.Contains(log.Bytes(), []byte("families/synthetic.yaml:1:1: SIG005")) {
		t.Errorf("the log does not name the mistake:\n%s", log.String())
	}
}

// What programs load is what the YAML says, but for the lines.
func TestDecodingGivesTheData(t *testing.T) {
	compiled, err := compile(os.DirFS("../data"), new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	got, err := signatures.Decode(compiled)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := source.Load(os.DirFS("../data"))
	if got.Version != want.Version || got.Issued != want.Issued {
		t.Errorf("edition is %s of %s, the data says %s of %s", got.Version, got.Issued, want.Version, want.Issued)
	}
	ignoreLines := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Line" }, cmp.Ignore())
	if diff := cmp.Diff(want.Families, got.Families, ignoreLines, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("families (-data +decoded):\n%s", diff)
	}
	if diff := cmp.Diff(want.Clients, got.Clients, ignoreLines, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("clients (-data +decoded):\n%s", diff)
	}
	if diff := cmp.Diff(want.Helplines, got.Helplines); diff != "" || len(got.Helplines) == 0 {
		t.Errorf("%d helplines (-data +decoded):\n%s", len(got.Helplines), diff)
	}
}

// chatvet must not find its own patterns in its own program (DESIGN, invariant G).
func TestCompiledListHidesThePatterns(t *testing.T) {
	compiled, err := compile(os.DirFS("../data"), new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	list, _ := source.Load(os.DirFS("../data"))
	patterns := list.Patterns(signatures.PE).Patterns
	if len(patterns) == 0 {
		t.Fatal("the data has no patterns for Windows programs")
	}
	for _, p := range patterns {
		if len(p.Bytes) >= 8 && bytes.Contains(compiled, p.Bytes) {
			t.Errorf("pattern %q is readable in the compiled list", p.Name)
		}
	}
}
