package report

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/cmd/internal/text"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDocumentOrder(t *testing.T) {
	d := New(sampleResult(), sampleList(), english(t))
	var cards, notes []string
	for _, c := range d.Cards {
		cards = append(cards, c.ID)
	}
	for _, c := range d.Notes {
		notes = append(notes, c.ID)
	}
	if diff := cmp.Diff([]string{"f-1", "f-2", "f-3", "f-4", "f-5", "f-9"}, cards); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"f-6", "f-7", "f-8"}, notes); diff != "" {
		t.Error(diff)
	}
	if places := d.Cards[2].Places; len(places) != 2 {
		t.Errorf("one file in two places: %q", places)
	}
}

// Whatever stands in names, versions, paths and facts, nothing of it reaches a
// terminal as a control or direction character, and no card is crowded out.
func TestHostileTextStaysText(t *testing.T) {
	hostile := "\x7f\x1b[2J\u009b31m\r\n\u202egpj\u2028\xff" + strings.Repeat("e\u0301", 5000)
	res := sampleResult()
	for i := range res.Builds {
		b := &res.Builds[i]
		b.Product, b.Version, b.Path = hostile, hostile, hostile
		b.Facts = []signatures.Fact{{Kind: signatures.Kind(hostile), Value: hostile, Place: hostile, At: hostile}}
		b.Files = []inventory.File{{Path: hostile, SHA256: hostile, State: hostile}}
		b.Signatures = []inventory.Signature{{Format: hostile, Integrity: inventory.Integrity(hostile), Problems: []string{hostile},
			Signers: []inventory.Signer{{Subject: hostile, SHA256: hostile}}}}
		b.Collected.Patterns = hostile
	}
	for i := range res.Findings {
		f := &res.Findings[i]
		f.Client, f.Family, f.Resembles, f.Advisories = hostile, hostile, []string{hostile}, []string{hostile}
		f.Reason, f.Strength, f.PeerExposure = hostile, hostile, signatures.MessageID(hostile)
		f.Steps = []signatures.MessageID{signatures.MessageID(hostile)}
		f.Reasons = []judge.Reason{{Code: hostile, Fact: signatures.Fact{Kind: "pe.product", Value: hostile, Place: hostile},
			Source: &signatures.Source{Publisher: hostile, URL: hostile}}}
	}
	res.Gaps = []inventory.Gap{{Where: hostile, What: hostile, Kind: hostile, Reason: hostile}}
	res.Checked.Lookups, res.Root.Name, res.List.Issued = []string{hostile}, hostile, hostile
	for _, format := range Formats() {
		var out bytes.Buffer
		in := Input{Result: res, List: sampleList(), Say: english(t), Profile: term.Profile{Width: 80}, Verbose: true, Facts: true}
		if err := Render(&out, format, in); err != nil {
			t.Fatal(err)
		}
		for _, r := range out.String() {
			if r < ' ' && r != '\n' || 0x7f <= r && r < 0xa0 || 0x202a <= r && r <= 0x202e || r == 0x2028 {
				t.Fatalf("%s: %U went through", format, r)
			}
		}
	}
}

func TestLinesFit(t *testing.T) {
	for _, width := range []int{term.MinWidth, term.DefaultWidth, term.MaxWidth} {
		var out bytes.Buffer
		if err := Render(&out, "text", Input{Result: sampleResult(), List: sampleList(), Say: english(t),
			Profile: term.Profile{Width: width}, Verbose: true, Facts: true}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if w := term.Width(strings.TrimSuffix(line, "\n")); w > width {
				t.Errorf("%d columns where there are %d: %q", w, width, line)
			}
		}
	}
}

func TestColourOnlyAddsToWords(t *testing.T) {
	in := Input{Result: sampleResult(), List: sampleList(), Say: english(t), Profile: term.Profile{Width: 80}}
	var plain, coloured bytes.Buffer
	if err := Render(&plain, "text", in); err != nil {
		t.Fatal(err)
	}
	in.Profile.Colour = true
	if err := Render(&coloured, "text", in); err != nil {
		t.Fatal(err)
	}
	if plain.String() == coloured.String() {
		t.Fatal("no colour at all")
	}
	if diff := cmp.Diff(plain.String(), withoutEscapes(coloured.String())); diff != "" {
		t.Error(diff)
	}
}

func withoutEscapes(s string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, "\x1b[")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

// Every id that a report can ask for has a text: verdicts, levels, reasons,
// kinds of fact, steps, gaps, and everything that the embedded list names.
func TestEveryIDHasAText(t *testing.T) {
	say := english(t)
	var want []string
	for _, v := range Verdicts() {
		for _, part := range []string{"title", "card", "sentence", "meaning", "not-checked", "count"} {
			want = append(want, "verdict."+string(v)+"."+part)
		}
	}
	for _, l := range []judge.Level{judge.Note, judge.Advice, judge.Warning, judge.StrongWarning} {
		want = append(want, "level."+string(l))
	}
	for s := signatures.NoStrength; s <= signatures.Proof; s++ {
		want = append(want, "strength."+s.String(), "explain.strength."+s.String())
	}
	for _, k := range signatures.Kinds() {
		want = append(want, "kind."+string(k))
	}
	for _, code := range constants(t, "../../../detect/judge", "Reason") {
		want = append(want, "reason."+code)
	}
	for _, s := range judge.Steps() {
		want = append(want, string(s))
	}
	for _, code := range constants(t, "../../../detect/inventory", "Problem") {
		want = append(want, "problem."+code)
	}
	for _, l := range detect.Lookups() {
		want = append(want, "lookup."+l.Name())
	}
	gaps := append(constants(t, "../../../platform", "Gap"), constants(t, "../../../detect/inspect", "gap")...)
	gaps = append(gaps, gapLiterals(t, "../../../detect", "../../../platform", "../../../detect/judge", "../../../detect/inspect")...)
	for _, code := range append(gaps, constants(t, "../../../detect/judge", "gap")...) {
		want = append(want, "gap."+code)
	}
	want = append(want, idsOfList(t)...)
	for _, id := range want {
		if !say.Has(id) {
			t.Errorf("no text for %q", id)
		}
	}
}

// constants reads the string constants of a package whose names begin with a
// prefix, as nothing lists them at run time.
func constants(t *testing.T, folder, prefix string) []string {
	t.Helper()
	var values []string
	eachNode(t, folder, func(n ast.Node) {
		spec, ok := n.(*ast.ValueSpec)
		if ok && strings.HasPrefix(spec.Names[0].Name, prefix) && len(spec.Values) > 0 {
			values = append(values, literal(spec.Values[0])...)
		}
	})
	if len(values) == 0 {
		t.Fatalf("no constants %s* in %s", prefix, folder)
	}
	return values
}

// gapLiterals reads the kinds of gap that are written where the gap is made.
func gapLiterals(t *testing.T, folders ...string) []string {
	t.Helper()
	var values []string
	for _, folder := range folders {
		eachNode(t, folder, func(n ast.Node) {
			made, ok := n.(*ast.CompositeLit)
			if !ok {
				return
			}
			if typ, ok := made.Type.(*ast.SelectorExpr); !ok || typ.Sel.Name != "Gap" {
				return
			}
			for _, field := range made.Elts {
				if kv, ok := field.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "Kind" {
					values = append(values, literal(kv.Value)...)
				}
			}
		})
	}
	return values
}

func eachNode(t *testing.T, folder string, visit func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no Go files in %s: %v", folder, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			visit(n)
			return true
		})
	}
}

func literal(e ast.Expr) []string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if value, err := strconv.Unquote(lit.Value); err == nil {
			return []string{value}
		}
	}
	return nil
}

func idsOfList(t *testing.T) []string {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range list.Families {
		ids = append(ids, string(f.About), string(f.PeerExposure), "explain.kind."+string(f.Kind))
		for _, s := range f.Steps {
			ids = append(ids, string(s))
		}
	}
	for _, c := range list.Clients {
		ids = append(ids, string(c.About))
		for _, w := range c.Withdrawn {
			ids = append(ids, string(w.Reason))
		}
		for _, a := range c.Advisories {
			ids = append(ids, string(a.Text), string(a.PeerExposure))
		}
	}
	for _, h := range list.Helplines {
		ids = append(ids, string(h.Helps), string(h.AsksFirst))
	}
	return ids
}

func TestNothingFoundIsNoReassurance(t *testing.T) {
	res := judge.Result{Inventory: inventory.Inventory{Schema: 1, Root: inventory.Root{Kind: "live"}}}
	d := New(res, sampleList(), english(t))
	if len(d.Nothing) != 3 || !strings.Contains(d.Nothing[2], "do not know") {
		t.Errorf("%q", d.Nothing)
	}
	if !strings.Contains(strings.Join(d.Footer, " "), "A result without warnings is not a clean bill of health.") {
		t.Errorf("%q", d.Footer)
	}
}

func TestOfficialWithAdvisoryIsNotPlainlyOfficial(t *testing.T) {
	d := New(sampleResult(), sampleList(), english(t))
	title := d.Cards[5].Title
	if d.Cards[5].Verdict != judge.Official || title == english(t).Text("verdict.official.card", text.Args{"client": "Sample"}) {
		t.Errorf("headed %q", title)
	}
	if !strings.Contains(d.Headline, "note from researchers") {
		t.Errorf("headline %q", d.Headline)
	}
}
