package asar

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/asar/asartest"
)

// small is a synthetic app of one long file, one short one, and what lies beside
// the archive.
var small = asartest.Files{
	"index.js":          {Body: `require("./app/main.js")`},
	"app/main.js":       {Body: strings.Repeat("long ", 2000)},
	"app/empty.txt":     {},
	"app/native.node":   {Body: "native", Unpacked: true},
	"app/link.js":       {Link: "index.js"},
	"app/unrecorded.js": {Body: "unrecorded", Bare: true},
}

func read(t *testing.T, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRead(t *testing.T) {
	b := small.Bytes()
	f := read(t, b)
	length := binary.LittleEndian.Uint32(b[12:])
	sum := sha256.Sum256(b[16 : 16+length])
	if want := hex.EncodeToString(sum[:]); f.HeaderSHA256 != want {
		t.Errorf("header %s, want %s", f.HeaderSHA256, want)
	}
	bodies := map[string]string{}
	for _, e := range f.Entries {
		switch {
		case e.Link != "":
			bodies[e.Name] = "-> " + e.Link
		case e.Unpacked:
			bodies[e.Name] = "unpacked"
		default:
			bodies[e.Name] = string(b[e.Offset : e.Offset+e.Size])
		}
	}
	want := map[string]string{
		"index.js": `require("./app/main.js")`, "app/main.js": strings.Repeat("long ", 2000), "app/empty.txt": "",
		"app/native.node": "unpacked", "app/link.js": "-> index.js", "app/unrecorded.js": "unrecorded",
	}
	if diff := cmp.Diff(want, bodies); diff != "" {
		t.Error(diff)
	}
}

func TestVerify(t *testing.T) {
	good := small.Bytes()
	at := func(text string) int { return bytes.LastIndex(good, []byte(text)) }
	for _, c := range []struct {
		name   string
		change func(b []byte)
		want   Check
	}{
		{"as written", func([]byte) {}, Check{Files: 3, Bare: 1}},
		{"a short file", func(b []byte) { b[at("require(")] ^= 1 }, Check{Files: 3, Bare: 1, Broken: []string{"index.js"}}},
		{"the last block of a long file", func(b []byte) { b[at("long ")] ^= 1 }, Check{Files: 3, Bare: 1, Broken: []string{"app/main.js"}}},
		{"a file without a record", func(b []byte) { b[at("unrecorded")] ^= 1 }, Check{Files: 3, Bare: 1}},
	} {
		b := bytes.Clone(good)
		c.change(b)
		got, err := read(t, b).Verify(context.Background(), bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// A record whose digest of the whole was put right and whose blocks were not,
// and the other way round, are both changed.
func TestVerifyWholeAndBlocks(t *testing.T) {
	const body, other = "some text", "another one"
	digest := func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }
	for _, c := range []struct {
		name, whole, block string
		want               int
	}{
		{"both right", body, body, 0}, {"whole wrong", other, body, 1}, {"block wrong", body, other, 1},
	} {
		b := asartest.Pack(fmt.Sprintf(`{"files":{"a":{"size":%d,"offset":"0","integrity":{"algorithm":"SHA256","hash":%q,"blockSize":4194304,"blocks":[%q]}}}}`,
			len(body), digest(c.whole), digest(c.block)), body)
		got, err := read(t, b).Verify(context.Background(), bytes.NewReader(b), int64(len(b)))
		if err != nil || len(got.Broken) != c.want {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

func TestRefused(t *testing.T) {
	deep := strings.Repeat(`{"files":{"a":`, maxDepth+1) + `{"size":0,"offset":"0"}` + strings.Repeat(`}}`, maxDepth+1)
	twoGiB := asartest.Pack(`{"files":{}}`, "")
	for i, n := range []uint32{4, 2<<30 + 8, 2<<30 + 4, 2 << 30} {
		binary.LittleEndian.PutUint32(twoGiB[4*i:], n)
	}
	for _, c := range []struct {
		name string
		b    []byte
		size int64
		want error
	}{
		{"a header of 2 GiB", twoGiB, 4 << 30, ErrTooMany},
		{"a header of 2 GiB in a small file", twoGiB, int64(len(twoGiB)), ErrNotASAR},
		{"folders in folders", asartest.Pack(deep, ""), 0, ErrTooMany},
		{"values in values", asartest.Pack(`{"files":{},"x":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+`}`, ""), 0, ErrTooMany},
		{"a path that is too long", asartest.Pack(`{"files":{"`+strings.Repeat("a", maxPath+1)+`":{"size":0,"offset":"0"}}}`, ""), 0, ErrTooMany},
		{"no files", asartest.Pack(`{"name":"x"}`, ""), 0, ErrNotASAR},
		{"a list", asartest.Pack(`{"files":[]}`, ""), 0, ErrNotASAR},
		{"more text", asartest.Pack(`{"files":{}} {}`, ""), 0, ErrNotASAR},
		{"a size that is none", asartest.Pack(`{"files":{"a":{"size":"x","offset":"0"}}}`, ""), 0, ErrNotASAR},
		{"text that ends early", asartest.Pack(`{"files":{"a":`, ""), 0, ErrNotASAR},
	} {
		if c.size == 0 {
			c.size = int64(len(c.b))
		}
		if _, err := Read(bytes.NewReader(c.b), c.size); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// Ten million entries come to an end at the bound, and so do 200,000 below a
// path that each of them repeats.
func TestManyEntries(t *testing.T) {
	for name, entries := range map[string]string{
		"many":       strings.Repeat(`"a":{"size":0,"offset":"0"},`, maxEntries+1),
		"long paths": `"` + strings.Repeat("d", maxPath-10) + `":{"files":{` + strings.Repeat(`"a":{"size":0,"offset":"0"},`, maxEntries-1) + `"a":{"size":0,"offset":"0"}}},`,
	} {
		b := asartest.Pack(`{"files":{`+entries+`"z":{"size":0,"offset":"0"}}}`, "")
		if _, err := Read(bytes.NewReader(b), int64(len(b))); !errors.Is(err, ErrTooMany) {
			t.Errorf("%s: %v, want %v", name, err, ErrTooMany)
		}
	}
}

// Entries that lie outside the archive are told of and left out.
func TestOutside(t *testing.T) {
	for _, entry := range []string{
		`{"size":5,"offset":"0"}`, `{"size":1,"offset":"-1"}`, `{"size":1,"offset":"9223372036854775807"}`,
		`{"size":9223372036854775807,"offset":"1"}`, `{"size":-1,"offset":"0"}`, `{"offset":"0"}`, `{"size":1}`,
	} {
		f := read(t, asartest.Pack(`{"files":{"a":`+entry+`}}`, "four"))
		if len(f.Entries) != 0 || len(f.Problems) != 1 {
			t.Errorf("%s: %v, %v", entry, f.Entries, f.Problems)
		}
	}
}

// Files that overlap many times are not digested for ever.
func TestOverlap(t *testing.T) {
	body := strings.Repeat("x", 1000)
	var entries []string
	for i := range 100 {
		entries = append(entries, fmt.Sprintf(`"%d":{"size":1000,"offset":"0","integrity":{"algorithm":"SHA256","hash":"00"}}`, i))
	}
	b := asartest.Pack(`{"files":{`+strings.Join(entries, ",")+`}}`, body)
	if _, err := read(t, b).Verify(context.Background(), bytes.NewReader(b), int64(len(b))); !errors.Is(err, ErrTooMany) {
		t.Errorf("%v, want %v", err, ErrTooMany)
	}
}

func TestVerifyStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b := small.Bytes()
	if _, err := read(t, b).Verify(ctx, bytes.NewReader(b), int64(len(b))); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}

func TestWalk(t *testing.T) {
	b := small.Bytes()
	got := map[string]string{}
	err := Walk(context.Background(), bytes.NewReader(b), int64(len(b)), limits(), func(m archive.Member, r io.Reader) error {
		body, err := io.ReadAll(r)
		got[m.Name] = string(body)
		return err
	})
	want := map[string]string{
		"index.js": `require("./app/main.js")`, "app/main.js": strings.Repeat("long ", 2000), "app/empty.txt": "", "app/unrecorded.js": "unrecorded",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	few := limits()
	few.Members = 2
	err = Walk(context.Background(), bytes.NewReader(b), int64(len(b)), few, func(archive.Member, io.Reader) error { return nil })
	if !errors.Is(err, archive.ErrTooManyMembers) {
		t.Errorf("%v, want %v", err, archive.ErrTooManyMembers)
	}
}

func limits() archive.Limits { return archive.Limits{Members: 100, Budget: archive.NewBudget(1 << 20)} }

func TestHostile(t *testing.T) {
	for name, b := range fixture.Hostile(small.Bytes(), 4, 8, 12, 16, 200, len(small.Bytes())-10) {
		survives(t, name, b)
	}
}

// survives reads a file in every way that a reader or a size may lie. Whatever
// is found lies inside what there is.
func survives(t *testing.T, name string, b []byte) {
	t.Helper()
	Is(b[:min(len(b), 32)])
	for _, r := range []io.ReaderAt{bytes.NewReader(b), fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2), Err: errors.New("bad sector")}} {
		for _, size := range []int64{int64(len(b)), int64(len(b)) + 1000, 1 << 40, 3, 0} {
			f, err := Read(r, size)
			if (f == nil) == (err == nil) {
				t.Fatalf("%s: %v with %v", name, f, err)
			}
			if err != nil {
				continue
			}
			for _, e := range f.Entries {
				if e.Link == "" && !e.Unpacked && (e.Offset < 0 || e.Size < 0 || e.Offset+e.Size > size) {
					t.Errorf("%s: %q at %d, %d bytes", name, e.Name, e.Offset, e.Size)
				}
			}
			if size <= int64(len(b)) {
				_, _ = f.Verify(context.Background(), r, size)
			}
			total := int64(0)
			_ = Walk(context.Background(), r, size, limits(), func(_ archive.Member, body io.Reader) error {
				n, _ := io.Copy(io.Discard, body)
				total += n
				return nil
			})
			if total > 1<<20 {
				t.Errorf("%s: %d bytes came through a limit of %d", name, total, 1<<20)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(small.Bytes())
	f.Add(asartest.Pack(`{"files":{"a":{"size":4,"offset":"0","executable":true}}}`, "four"))
	f.Add(asartest.Pack(`{"files":{"a":{"files":{"b":{"link":"../c"}}}}}`, ""))
	f.Fuzz(func(t *testing.T, b []byte) { survives(t, "fuzzed", b) })
}

func BenchmarkVerify(b *testing.B) {
	files := asartest.Files{}
	for i := range 1000 {
		files[fmt.Sprintf("node_modules/part%d/index.js", i)] = asartest.Entry{Body: strings.Repeat("x", 20_000)}
	}
	whole := files.Bytes()
	b.SetBytes(int64(len(whole)))
	for b.Loop() {
		f, err := Read(bytes.NewReader(whole), int64(len(whole)))
		if err == nil {
			_, err = f.Verify(context.Background(), bytes.NewReader(whole), int64(len(whole)))
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
