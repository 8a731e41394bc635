package inspect

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// testList is an invented family for Windows and Linux that a few contents and a
// file beside the program tell.
func testList() *signatures.List {
	both := []signatures.Encoding{signatures.ASCII, signatures.UTF16LE}
	leaf := func(i signatures.Indicator) signatures.Condition { return signatures.Condition{Indicator: &i} }
	return signatures.NewList("2026.01.01.1", "2026-01-01", []*signatures.Family{{
		ID: "invented", Kind: signatures.Mod, Platforms: []signatures.Platform{signatures.Windows, signatures.Linux},
		Rules: []signatures.Rule{{Name: "invented", When: signatures.Condition{All: []signatures.Condition{
			leaf(signatures.Indicator{Kind: signatures.Content, Text: "one.example.net", Encodings: both}),
			leaf(signatures.Indicator{Kind: signatures.SiblingName, Value: "Watcher.exe"}),
		}}}},
	}}, nil)
}

func inspector(t *testing.T, limits Limits) *Inspector {
	t.Helper()
	in, err := New(testList(), limits)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func inspect(t *testing.T, name string, b []byte) Result {
	t.Helper()
	return inspector(t, DefaultLimits).File(context.Background(), Source{Name: name, ReaderAt: bytes.NewReader(b), Size: int64(len(b))})
}

func windowsProgram() fixture.PE {
	return fixture.PE{
		Version:     map[string]string{"ProductName": "Example Chat", "CompanyName": "Example Chat Ltd", "FileVersion": "5, 1, 4, 10", "ProductVersion": "5.1 beta"},
		FileVersion: [4]uint16{5, 1, 4, 10}, ProductVersion: [4]uint16{5, 1, 0, 0},
		WideStrings: []string{"one.example.net"},
	}
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

var sortFacts = cmpopts.SortSlices(func(a, b signatures.Fact) bool {
	return a.Place+string(a.Kind)+a.Value+a.At < b.Place+string(b.Kind)+b.Value+b.At
})

func TestWindowsProgram(t *testing.T) {
	const place = "Downloads/chat.exe"
	b := windowsProgram().Bytes()
	at := bytes.Index(b, []byte("o\x00n\x00e\x00.\x00"))
	got := inspect(t, place, b)
	fact := func(k signatures.Kind, v string) signatures.Fact {
		return signatures.Fact{Kind: k, Value: v, Place: place}
	}
	want := Result{
		Format: signatures.PE, Product: "Example Chat", Version: "5.1", Arch: "x64",
		Facts: []signatures.Fact{
			fact(signatures.FileName, "chat.exe"), fact(signatures.PEProduct, "Example Chat"), fact(signatures.PECompany, "Example Chat Ltd"),
			fact(signatures.PEVersion, "5.1.4.10"), fact(signatures.PEProductVersion, "5.1"), fact(signatures.PEProductVersion, "5.1.0.0"),
			{Kind: signatures.Content, Value: "one.example.net", Place: place, At: "0x" + strconv.FormatInt(int64(at), 16) + " utf-16le"},
		},
		Signatures: []inventory.Signature{{Format: "authenticode", Scope: place, By: "chatvet", Integrity: inventory.Unsigned, Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown, Signers: []inventory.Signer{}, Problems: []string{}}},
		File:       inventory.File{Path: place, Size: int64(len(b)), SHA256: sum(b)},
		Collected:  inventory.Collected{List: "2026.01.01.1", Digests: []string{"sha256"}, Patterns: testList().Patterns(signatures.PE).ID},
	}
	if diff := cmp.Diff(want, got, sortFacts, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Result{}, "Read")); diff != "" {
		t.Error(diff)
	}
	if got.Read < int64(len(b)) {
		t.Errorf("%d bytes read of %d", got.Read, len(b))
	}
}

func TestSignatureBlock(t *testing.T) {
	p := windowsProgram()
	p.Certificate = []byte("no signature, but where one would be")
	whole := p.Bytes()
	for _, c := range []struct {
		name string
		b    []byte
		want inventory.Integrity
		gap  string
	}{
		{"no signature", whole, inventory.UnreadableSignature, gapCorrupt},
		{"cut off", whole[:len(whole)-8], inventory.UnreadableSignature, gapCorrupt},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := inspect(t, "a.exe", c.b)
			if len(got.Signatures) != 1 || got.Signatures[0].Integrity != c.want || got.Signatures[0].Trust != inventory.TrustNotChecked {
				t.Errorf("%+v", got.Signatures)
			}
			wantGaps(t, got, c.gap)
		})
	}
}

// wantGaps compares the kinds of the gaps, each once.
func wantGaps(t *testing.T, r Result, want ...string) {
	t.Helper()
	var got []string
	for _, g := range r.Gaps {
		got = append(got, g.Kind)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Compact(got), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("gaps: %s\n%+v", diff, r.Gaps)
	}
}

func TestProductOfAWindowsProgram(t *testing.T) {
	for _, c := range []struct {
		texts   map[string]string
		product string
	}{
		{map[string]string{"ProductName": "Chat", "FileDescription": "A chat program"}, "Chat"},
		{map[string]string{"ProductName": "Microsoft® Windows® Operating System", "FileDescription": "Phone Link"}, "Phone Link"},
		{map[string]string{"ProductName": "Microsoft® Windows® Operating System"}, "Microsoft® Windows® Operating System"},
		{map[string]string{"FileDescription": "A chat program", "InternalName": "chat"}, "A chat program"},
		{map[string]string{"InternalName": "chat"}, "chat"},
		{map[string]string{"OriginalFilename": "chat.exe"}, "chat.exe"},
		{nil, ""},
	} {
		if got := inspect(t, "a.exe", fixture.PE{Version: c.texts}.Bytes()); got.Product != c.product {
			t.Errorf("%v: %q, want %q", c.texts, got.Product, c.product)
		}
	}
}

func TestLeadingVersion(t *testing.T) {
	for text, want := range map[string]string{
		"5.1.4.10": "5.1.4.10", "5, 1, 4, 10": "5.1.4.10", "6.3.9600.16384 (winblue_rtm.130821-1623)": "6.3.9600.16384",
		"11.00.18362.1": "11.0.18362.1", "7.3.4 SHA: b59f": "7.3.4", "5.0.0+cf258a": "5.0.0", "1.2.3.4.5": "1.2.3.4",
		"Release 0.73": "", "7": "", "": "", ".1.2": "", "5.": "", "5.x": "", "99999999999999999999.1": "",
	} {
		if got := leadingVersion(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLinuxProgram(t *testing.T) {
	got := inspect(t, "usr/bin/chat", fixture.ELF{BuildID: []byte{1, 2}, Soname: "libchat.so.1", Strings: []string{"one.example.net"}}.Bytes())
	kinds := map[signatures.Kind]string{}
	for _, f := range got.Facts {
		kinds[f.Kind] = f.Value
	}
	want := map[signatures.Kind]string{
		signatures.FileName: "chat", signatures.ELFBuildID: "0102", signatures.ELFSoname: "libchat.so.1", signatures.Content: "one.example.net",
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	if got.Format != signatures.ELF || got.Arch != "x64" {
		t.Errorf("format %s, arch %s", got.Format, got.Arch)
	}
	wantGaps(t, got)
}

func TestDebianPackage(t *testing.T) {
	program := fixture.ELF{Strings: []string{"one.example.net"}}.Bytes()
	b := fixture.Deb{
		Control: map[string]string{"Package": "example-chat", "Version": "1.2-3", "Source": "example-src (1.2)"},
		Files:   fixture.Files{"usr/bin/chat": program, "usr/share/doc/chat/README": []byte("read me")},
	}.Bytes()
	got := inspect(t, "chat.deb", b)
	if got.Format != signatures.Deb || got.Product != "example-chat" || got.Version != "1.2-3" || got.Arch != "amd64" {
		t.Errorf("%s %s %s %s", got.Format, got.Product, got.Version, got.Arch)
	}
	for _, want := range []signatures.Fact{
		{Kind: signatures.DebPackage, Value: "example-chat"}, {Kind: signatures.DebSource, Value: "example-src"},
		{Kind: signatures.FileName, Value: "chat.deb", Place: "chat.deb"},
	} {
		if !slices.Contains(got.Facts, want) {
			t.Errorf("no %+v in %+v", want, got.Facts)
		}
	}
	if len(got.Inside) != 1 || got.Inside[0].Path != "chat.deb!/usr/bin/chat" || got.Inside[0].Files[0].SHA256 != sum(program) {
		t.Errorf("inside: %+v", got.Inside)
	}
	wantGaps(t, got)
}

func TestInsideAnArchive(t *testing.T) {
	program := windowsProgram().Bytes()
	files := fixture.Files{
		"app/chat.exe": program, "app/Watcher.exe": []byte("not a program"), "other/tool.exe": fixture.PE{}.Bytes(),
		"app/run.sh": fixture.Script("one.example.net"), "notes.docx": fixture.Zip(fixture.Files{"word.xml": []byte("text")}),
	}
	for name, b := range map[string][]byte{"a.zip": fixture.Zip(files), "a.tar": fixture.Tar(files), "a.tgz": fixture.Gzip(fixture.Tar(files))} {
		t.Run(name, func(t *testing.T) {
			got := inspect(t, name, b)
			var places []string
			for _, in := range got.Inside {
				places = append(places, in.Path)
				if in.ID == "" || in.Collected.List == "" {
					t.Errorf("%s: id %q, collected %+v", in.Path, in.ID, in.Collected)
				}
			}
			if diff := cmp.Diff([]string{name + "!/app/chat.exe", name + "!/app/run.sh", name + "!/other/tool.exe"}, places); diff != "" {
				t.Fatal(diff)
			}
			beside := signatures.Fact{Kind: signatures.SiblingName, Value: "Watcher.exe"}
			if !slices.Contains(got.Inside[0].Facts, beside) || slices.Contains(got.Inside[2].Facts, beside) {
				t.Errorf("the file beside one program is told wrongly: %+v", got.Inside)
			}
			if got.Inside[0].Product != "Example Chat" || got.Inside[0].Files[0].SHA256 != sum(program) {
				t.Errorf("%+v", got.Inside[0])
			}
			wantGaps(t, got)
		})
	}
}

func TestContainersInContainers(t *testing.T) {
	program := windowsProgram().Bytes()
	nest := func(n int) []byte {
		b := program
		for range n {
			b = fixture.Zip(fixture.Files{"in": b})
		}
		return b
	}
	depth := func(r Result) (n int) {
		for in := r.Inside; len(in) > 0; in = in[0].Inside {
			n++
		}
		return n
	}
	got := inspect(t, "a.zip", nest(3))
	if depth(got) != 3 {
		t.Errorf("depth %d, want 3", depth(got))
	}
	wantGaps(t, got)
	got = inspect(t, "a.zip", nest(4))
	wantGaps(t, got, gapTooDeep)
}

func TestLimitsBecomeGaps(t *testing.T) {
	program := windowsProgram().Bytes()
	many := fixture.Files{}
	for i := range 20 {
		many[strconv.Itoa(i)] = fixture.ELF{BuildID: []byte{byte(i)}}.Bytes()
	}
	bomb := append(slices.Clone(program), make([]byte, 8<<20)...)
	limits := Limits{FileSize: 4 << 20, Depth: 2, Members: 10, Expansion: 1 << 20}
	for _, c := range []struct {
		name string
		b    []byte
		gap  string
	}{
		{"too large", bomb, gapTooLarge},
		{"too many members", fixture.Zip(many), gapTooMany},
		{"bomb", fixture.Zip(fixture.Files{"bomb.exe": bomb}), gapTooLarge},
		{"the last member, met when nothing may be unpacked any more", fixture.Zip(fixture.Files{
			"a.exe": append(slices.Clone(program), make([]byte, 1<<20-100-len(program))...), "last": make([]byte, 200),
		}), gapTooLarge},
		{"bomb in a tar", fixture.Gzip(fixture.Tar(fixture.Files{"bomb.exe": bomb})), gapTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := inspector(t, limits).File(context.Background(), Source{Name: "a", ReaderAt: bytes.NewReader(c.b), Size: int64(len(c.b))})
			wantGaps(t, r, c.gap)
		})
	}
}

func TestTooLargeKeepsWhatTheHeadersSay(t *testing.T) {
	b := windowsProgram().Bytes()
	r := inspector(t, Limits{FileSize: 10}).File(context.Background(), Source{Name: "a.exe", ReaderAt: bytes.NewReader(b), Size: int64(len(b))})
	if r.Product != "Example Chat" || r.File.State != gapTooLarge || r.File.SHA256 != "" || len(r.Collected.Digests) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestFileThatCannotBeReadToItsEnd(t *testing.T) {
	b := append(windowsProgram().Bytes(), make([]byte, 1<<20)...)
	for _, c := range []struct {
		name  string
		err   error
		good  int64
		state string
	}{
		{"became shorter", nil, 1 << 19, gapChanged},
		{"became empty", nil, 0, gapChanged},
		{"bad sector", errors.New("input/output error"), 1 << 19, gapUnreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := inspector(t, DefaultLimits).File(context.Background(), Source{Name: "a.exe", Size: int64(len(b)),
				ReaderAt: fixture.Broken{R: bytes.NewReader(b), Good: c.good, Err: c.err}})
			if r.File.State != c.state || r.File.SHA256 != "" {
				t.Errorf("%+v", r.File)
			}
			wantGaps(t, r, c.state)
			if c.good > 0 && (r.Product != "Example Chat" || !slices.ContainsFunc(r.Facts, func(f signatures.Fact) bool { return f.Kind == signatures.PEProduct })) {
				t.Errorf("what was read is lost: %+v", r)
			}
		})
	}
}

func TestDamagedMemberIsSearchedButHasNoDigest(t *testing.T) {
	b := fixture.Zip(fixture.Files{"chat.exe": windowsProgram().Bytes()})
	at := bytes.Index(b, []byte("PK\x01\x02"))
	b[at+16] ^= 0xff // the checksum
	r := inspect(t, "a.zip", b)
	if len(r.Inside) != 1 {
		t.Fatalf("inside: %+v, gaps %+v", r.Inside, r.Gaps)
	}
	in := r.Inside[0]
	if in.Files[0].State != stateIncomplete || in.Files[0].SHA256 != "" {
		t.Errorf("%+v", in.Files[0])
	}
	if !slices.ContainsFunc(in.Facts, func(f signatures.Fact) bool { return f.Kind == signatures.Content }) {
		t.Errorf("not searched: %+v", in.Facts)
	}
	wantGaps(t, r, gapCorrupt)
}

func TestMembersThatCannotBeOpenedAreCounted(t *testing.T) {
	for _, c := range []struct {
		name string
		at   int // in the entry of the central directory
		bits byte
		gap  string
	}{
		{"encrypted", 8, 0x01, gapEncrypted},
		{"unknown compression", 10, 0x60, gapNotOpened},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := fixture.Zip(fixture.Files{"a": []byte("a"), "chat.exe": windowsProgram().Bytes()})
			entry := bytes.Index(b, []byte("PK\x01\x02")) // of "a", the first
			b[entry+c.at] |= c.bits
			r := inspect(t, "a.zip", b)
			wantGaps(t, r, c.gap)
			if len(r.Inside) != 1 || r.Inside[0].Product != "Example Chat" {
				t.Errorf("the other member is lost: %+v", r.Inside)
			}
		})
	}
}

func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, b := range map[string][]byte{"a.exe": windowsProgram().Bytes(), "a.zip": fixture.Zip(fixture.Files{"a": windowsProgram().Bytes()})} {
		r := inspector(t, DefaultLimits).File(ctx, Source{Name: name, ReaderAt: bytes.NewReader(b), Size: int64(len(b))})
		if r.File.State != stateIncomplete || r.File.SHA256 != "" {
			t.Errorf("%s: %+v", name, r.File)
		}
		wantGaps(t, r, gapStopped)
	}
}

func TestUnknownFormat(t *testing.T) {
	b := []byte("a letter")
	r := inspect(t, "letter.txt", b)
	if r.Format != signatures.Unknown || r.File.SHA256 != "" || len(r.Facts) > 0 || len(r.Gaps) > 0 {
		t.Errorf("%+v", r)
	}
	in := inspector(t, DefaultLimits)
	r = in.File(context.Background(), Source{Name: "letter.txt", ReaderAt: bytes.NewReader(b), Size: int64(len(b)), Thorough: true})
	if r.File.SHA256 != sum(b) || len(r.Facts) != 1 {
		t.Errorf("named by a person: %+v", r)
	}
	r = in.File(context.Background(), Source{Name: "letter.txt", ReaderAt: bytes.NewReader(b), Size: int64(len(b)), MD5: true})
	if want := md5.Sum(b); r.File.MD5 != hex.EncodeToString(want[:]) || !slices.Contains(r.Collected.Digests, "md5") {
		t.Errorf("with a record: %+v", r)
	}
	r = inspect(t, "empty", nil)
	if r.File.State != "" || len(r.Gaps) > 0 {
		t.Errorf("an empty file: %+v", r)
	}
}

func TestTheBeginningOfAPackageIsAGap(t *testing.T) {
	r := inspect(t, "a.rpm", []byte("\xed\xab\xee\xdb\x03\x00"))
	if r.Format != signatures.RPM || r.File.SHA256 == "" {
		t.Errorf("%+v", r)
	}
	wantGaps(t, r, gapCorrupt)
}

func TestOneHostileFileCannotFillTheReport(t *testing.T) {
	files := fixture.Files{}
	cut := fixture.PE{Version: map[string]string{"ProductName": "x"}, Certificate: make([]byte, 16)}.Bytes()
	for i := range 2 * maxGaps {
		files[strconv.Itoa(i)] = cut[:len(cut)-8]
	}
	if r := inspect(t, "a.zip", fixture.Zip(files)); len(r.Gaps) != maxGaps+1 {
		t.Errorf("%d gaps", len(r.Gaps))
	}
}

func TestMemberNames(t *testing.T) {
	for raw, want := range map[string]string{
		"a/b.exe": "a/b.exe", `a\b.exe`: "a/b.exe", "../../etc/x": "etc/x", "/abs": "abs", "./x": "x",
		"a\x00b": `a\x00b`, "a\x1b[31mb": `a\x1b[31mb`, "\xff\xfe": `\xff\xfe`, "gpj\u202eexe": `gpj\u{202e}exe`, "བོད.exe": "བོད.exe", "": "",
	} {
		if got := memberName(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

// TestSameFileSameResult runs files beside each other.
func TestSameFileSameResult(t *testing.T) {
	b := fixture.Zip(fixture.Files{"a.exe": windowsProgram().Bytes(), "b": fixture.ELF{}.Bytes(), "c.deb": fixture.Deb{Files: fixture.Files{"usr/bin/x": fixture.ELF{}.Bytes()}}.Bytes()})
	in := inspector(t, DefaultLimits)
	results := make(chan Result)
	for range 4 {
		go func() {
			results <- in.File(context.Background(), Source{Name: "a.zip", ReaderAt: bytes.NewReader(b), Size: int64(len(b))})
		}()
	}
	first := <-results
	for range 3 {
		if diff := cmp.Diff(first, <-results); diff != "" {
			t.Error(diff)
		}
	}
}

// TestEveryReaderIsInTheList looks at the folders below this one: each reader
// package has to be imported here.
func TestEveryReaderIsInTheList(t *testing.T) {
	imported := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			imported[filepath.Base(strings.Trim(i.Path.Value, `"`))] = true
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if sources, _ := filepath.Glob(filepath.Join(e.Name(), "*.go")); e.IsDir() && len(sources) > 0 && !imported[e.Name()] {
			t.Errorf("nothing uses the reader in %s", e.Name())
		}
	}
}

func TestHostile(t *testing.T) {
	in := inspector(t, Limits{FileSize: 1 << 20, Depth: 2, Members: 20, Expansion: 1 << 20})
	for name, whole := range map[string][]byte{
		"a.exe": windowsProgram().Bytes(), "a": fixture.ELF{Soname: "x"}.Bytes(), "a.zip": fixture.Zip(fixture.Files{"x": fixture.ELF{}.Bytes()}),
		"a.deb": fixture.Deb{Files: fixture.Files{"x": fixture.ELF{}.Bytes()}}.Bytes(), "a.tgz": fixture.Gzip(fixture.Tar(fixture.Files{"x": fixture.ELF{}.Bytes()})),
	} {
		for what, b := range fixture.Hostile(whole, 4, 64, 128, 512, len(whole)/2) {
			for _, size := range []int64{int64(len(b)), int64(len(b)) + 100, 1 << 40, 0} {
				holds(t, name+" "+what, in, bytes.NewReader(b), size)
			}
		}
	}
}

// holds checks what is true of every result.
func holds(t *testing.T, name string, in *Inspector, r io.ReaderAt, size int64) {
	t.Helper()
	got := in.File(context.Background(), Source{Name: "x", ReaderAt: r, Size: size, Thorough: true})
	if (got.File.State == "") != (got.File.SHA256 != "") {
		t.Errorf("%s: state %q with digest %q", name, got.File.State, got.File.SHA256)
	}
	if got.File.State != "" && len(got.Gaps) == 0 {
		t.Errorf("%s: state %q without a gap", name, got.File.State)
	}
}

func FuzzFile(f *testing.F) {
	f.Add(windowsProgram().Bytes())
	f.Add(fixture.ELF{Soname: "x"}.Bytes())
	f.Add(fixture.Zip(fixture.Files{"x": fixture.ELF{}.Bytes()}))
	f.Add(fixture.Deb{Files: fixture.Files{"x": fixture.ELF{}.Bytes()}}.Bytes())
	f.Add(fixture.Tar(fixture.Files{"x": fixture.Script("y")}))
	in, err := New(testList(), Limits{FileSize: 1 << 20, Depth: 2, Members: 20, Expansion: 1 << 20})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) { holds(t, "fuzzed", in, bytes.NewReader(b), int64(len(b))) })
}
