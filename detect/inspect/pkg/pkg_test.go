package pkg_test

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/pkg"
	"github.com/chatvet/chatvet/detect/inspect/pkg/pkgtest"
)

func example() pkgtest.Package {
	return pkgtest.Package{Files: pkgtest.Example("org.example.pkg", "org.example.chat")}
}

func read(t *testing.T, b []byte) *pkg.File {
	t.Helper()
	f, err := pkg.Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestInstalls(t *testing.T) {
	got, problems := read(t, example().Build()).Installs()
	if len(problems) > 0 {
		t.Error(problems)
	}
	want := pkg.Installs{
		Title: "Example Chat", Product: "org.example.pkg", Version: "2.1",
		Components: []pkg.Component{{
			ID: "org.example.pkg", Version: "2.1", Folder: "app.pkg", Scripts: []string{"postinstall: ./postinstall"}, Payload: true,
			Apps: []pkg.App{{Path: "./Example.app", ID: "org.example.chat", Version: "2.1"}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDigestsOfContents(t *testing.T) {
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA512, crypto.MD5} {
		p := example()
		p.Hash = h
		f := read(t, p.Build())
		if f.Hash != h || !f.Agrees {
			t.Errorf("%v: %v, agrees %v", h, f.Hash, f.Agrees)
		}
	}
}

// take gives a file to the taker of its digests.
func take(t *testing.T, b []byte) (*pkg.Digests, []string) {
	t.Helper()
	d, unlisted, err := read(t, b).Digests()
	if err != nil {
		t.Fatal(err)
	}
	for piece := range slices.Chunk(b, 777) {
		d.Write(piece)
	}
	return d, unlisted
}

// TestEveryByteOfTheFilesCounts changes each byte of the heap.
func TestEveryByteOfTheFilesCounts(t *testing.T) {
	whole := example().Build()
	if d, _ := take(t, whole); !d.Hold() || d.Rest {
		t.Fatal("unchanged")
	}
	first := len(whole)
	for _, m := range read(t, whole).Members {
		first = min(first, int(m.Part.Offset))
	}
	for at := first; at < len(whole); at += 13 {
		b := bytes.Clone(whole)
		b[at] ^= 0x20
		if d, _ := take(t, b); d.Hold() {
			t.Errorf("byte %d changed, and the digests hold", at)
		}
	}
}

func TestUnlistedAndRest(t *testing.T) {
	p := example()
	p.Files[3].Unlisted = true
	if _, unlisted := take(t, p.Build()); !slices.Equal(unlisted, []string{"app.pkg/Payload"}) {
		t.Errorf("%q", unlisted)
	}
	if d, _ := take(t, append(example().Build(), "more"...)); !d.Rest {
		t.Error("bytes behind the archive were not seen")
	}
	p = example()
	p.Ticket = []byte("a synthetic ticket")
	b := p.Build()
	if d, _ := take(t, b); d.Rest || !read(t, b).Ticket {
		t.Error("a ticket behind the archive is not one")
	}
	if read(t, example().Build()).Ticket {
		t.Error("a ticket where there is none")
	}
}

// TestOpenChecks opens nothing that is not what is listed.
func TestOpenChecks(t *testing.T) {
	b := example().Build()
	f := read(t, b)
	b[f.Members[0].Part.Offset+5] ^= 1
	if _, err := f.Open(&f.Members[0]); !errors.Is(err, pkg.ErrDamaged) {
		t.Errorf("%v", err)
	}
	if in, problems := f.Installs(); in.Title != "" || len(problems) != 1 {
		t.Errorf("%+v, %v", in, problems)
	}
}

func TestRefused(t *testing.T) {
	contents := func(old, new string) []byte {
		p := example()
		p.Contents = func(text string) string {
			if !strings.Contains(text, old) {
				t.Fatalf("no %q", old)
			}
			return strings.Replace(text, old, new, 1)
		}
		return p.Build()
	}
	head := func(at int, n uint64) []byte {
		b := example().Build()
		binary.BigEndian.PutUint64(b[at:], n)
		return b
	}
	deep := strings.Repeat(`<file id="1"><name>a</name>`, 100) + strings.Repeat("</file>", 100)
	for name, test := range map[string]struct {
		file []byte
		want error
	}{
		"two checksums":             {contents("<checksum ", `<checksum style="sha1"><offset>0</offset><size>20</size></checksum><checksum `), pkg.ErrDamaged},
		"two tables":                {contents("</toc>", "</toc><toc></toc>"), pkg.ErrDamaged},
		"two files of a name":       {contents("<name>Bom</name>", "<name>Payload</name>"), pkg.ErrDamaged},
		"two names of a file":       {contents("<name>Bom</name>", "<name>Bom</name><name>X</name>"), pkg.ErrDamaged},
		"two places of a file":      {contents("<type>file</type>", "<data><offset>0</offset><length>1</length><size>1</size></data><type>file</type>"), pkg.ErrDamaged},
		"a path as a name":          {contents("<name>Bom</name>", "<name>../../Bom</name>"), pkg.ErrDamaged},
		"negative offset":           {contents("<offset>0</offset>", "<offset>-20</offset>"), pkg.ErrDamaged},
		"offset behind the file":    {contents("<offset>0</offset>", "<offset>9223372036854775807</offset>"), pkg.ErrDamaged},
		"offset that is none":       {contents("<offset>0</offset>", "<offset>0x</offset>"), pkg.ErrDamaged},
		"another digest":            {contents(`style="sha1"`, `style="sha256"`), pkg.ErrDamaged},
		"deep folders":              {contents("</toc>", deep+"</toc>"), pkg.ErrTooLarge},
		"no XML":                    {contents("<xar>", "<xar"), pkg.ErrDamaged},
		"more than XML":             {contents("</xar>", "</xar><xar></xar>"), pkg.ErrDamaged},
		"an entity":                 {contents("<name>Bom</name>", "<name>&bomb;</name>"), pkg.ErrDamaged},
		"packed size of 2^63":       {head(8, 1<<63), pkg.ErrTooLarge},
		"unpacked size of 2^40":     {head(16, 1<<40), pkg.ErrTooLarge},
		"unpacked size that is not": {head(16, 7), pkg.ErrDamaged},
	} {
		if _, err := pkg.Read(bytes.NewReader(test.file), int64(len(test.file))); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// TestBomb reads a table of contents of 8 KB that unpacks to 8 MB and says less.
func TestBomb(t *testing.T) {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	w.Write(bytes.Repeat([]byte(" "), 64<<20))
	w.Close()
	b := []byte("xar!\x00\x1c\x00\x01")
	b = binary.BigEndian.AppendUint64(b, uint64(packed.Len()))
	b = binary.BigEndian.AppendUint64(b, 100)
	b = binary.BigEndian.AppendUint32(b, 1)
	b = append(b, packed.Bytes()...)
	if n := allocated(func() {
		if _, err := pkg.Read(bytes.NewReader(b), int64(len(b))); !errors.Is(err, pkg.ErrTooLarge) {
			t.Error(err)
		}
	}); n > 64<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}

// TestFilesOverEachOther is not digested again and again.
func TestFilesOverEachOther(t *testing.T) {
	p := example()
	p.Contents = func(text string) string {
		var more strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&more, `<file id="x"><data><offset>%d</offset><length>5000</length><size>1</size><archived-checksum style="sha1">00</archived-checksum></data><name>n%d</name></file>`, i, i)
		}
		return strings.Replace(text, "</toc>", more.String()+"</toc>", 1)
	}
	if _, _, err := read(t, p.Build()).Digests(); !errors.Is(err, pkg.ErrDamaged) {
		t.Errorf("%v", err)
	}
}

func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// use reads everything that an inspection reads.
func use(r io.ReaderAt, size int64) error {
	f, err := pkg.Read(r, size)
	if err != nil {
		return err
	}
	if _, _, err := f.Digests(); err != nil {
		return err
	}
	if _, problems := f.Installs(); len(problems) > 0 {
		return problems[0]
	}
	return nil
}

func TestHostile(t *testing.T) {
	whole := example().Build()
	for name, b := range fixture.Hostile(whole, 4, 28, 100, len(whole)-9000, len(whole)/2) {
		err := use(bytes.NewReader(b), int64(len(b)))
		if cut := strings.HasPrefix(name, "cut"); err == nil && (cut || name == "empty" || name == "one byte" || name == "zeros") {
			t.Errorf("%s was read", name)
		}
	}
	if err := use(fixture.Broken{R: bytes.NewReader(whole), Good: 60, Err: io.ErrClosedPipe}, int64(len(whole))); err == nil {
		t.Error("a file that cannot be read was read")
	}
	if err := use(bytes.NewReader(whole[:200]), int64(len(whole))); err == nil {
		t.Error("a file that is shorter than it is said to be was read")
	}
}

// TestBrokenPackages reads 200 packages with bytes of their table of contents
// changed before it is packed, and holds what that takes to 256 MB.
func TestBrokenPackages(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 200 {
		p := example()
		p.Contents = func(text string) string {
			b := []byte(text)
			for range 1 + random.Intn(4) {
				b[random.Intn(len(b))] = "0123456789<>/&- x\x00"[random.Intn(18)]
			}
			return string(b)
		}
		b := p.Build()
		if n := allocated(func() { _ = use(bytes.NewReader(b), int64(len(b))) }); n > 256<<20 {
			t.Errorf("%d bytes allocated", n)
		}
	}
}

func FuzzRead(f *testing.F) {
	whole := example().Build()
	f.Add(whole)
	p := example()
	p.Hash, p.Ticket = crypto.SHA256, []byte("ticket")
	f.Add(p.Build())
	f.Fuzz(func(t *testing.T, b []byte) { _ = use(bytes.NewReader(b), int64(len(b))) })
}

// FuzzContents puts any text where the table of contents is.
func FuzzContents(f *testing.F) {
	p := example()
	p.Contents = func(text string) string { f.Add(text); return text }
	p.Build()
	f.Fuzz(func(t *testing.T, text string) {
		p := example()
		p.Contents = func(string) string { return text }
		b := p.Build()
		_ = use(bytes.NewReader(b), int64(len(b)))
	})
}

// TestAgainstPeers lists packages of our own and the one of relic's tests with
// 7-Zip and libarchive, and unpacks them.
func TestAgainstPeers(t *testing.T) {
	for _, name := range []string{"7z", "bsdtar"} {
		if _, err := exec.LookPath(name); err != nil {
			missing(t, name+" is not installed")
		}
	}
	p := example()
	for name, b := range map[string][]byte{"ours": p.Build(), "relic's": real(t)} {
		path := filepath.Join(t.TempDir(), "x.pkg")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		f := read(t, b)
		for i := range f.Members {
			m := &f.Members[i]
			got, err := f.Open(m)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, peer := range [][]string{{"7z", "e", "-so", path, m.Name}, {"bsdtar", "-xOf", path, m.Name}} {
				want := command(t, peer[0], peer[1:]...)
				if !bytes.Equal(got, want) {
					t.Errorf("%s: %s of %d bytes, %s has %d", name, m.Name, len(got), peer[0], len(want))
				}
			}
		}
		if listed := strings.Count(string(command(t, "bsdtar", "-tvf", path)), "\n-"); listed > len(f.Members) {
			t.Errorf("%s: %d files, bsdtar has %d", name, len(f.Members), listed)
		}
	}
}

func TestRealPackage(t *testing.T) {
	f := read(t, real(t))
	got, problems := f.Installs()
	want := pkg.Installs{
		Title: "dummy", Product: "com.sas.dummy", Version: "1.0",
		Components: []pkg.Component{{
			ID: "com.sas.dummy", Version: "1.0.0", Folder: "com.sas.dummy.pkg", Payload: true,
			Apps: []pkg.App{{Path: "./dummy.app", ID: "com.sas.dummy", Version: "1.0"}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" || len(problems) > 0 {
		t.Error(diff, problems)
	}
	if d, unlisted := take(t, real(t)); !f.Agrees || !d.Hold() || d.Rest || unlisted != nil {
		t.Error("its digests do not hold")
	}
}

// real is the package of relic's own tests, as pkgbuild and productbuild wrote it.
func real(t *testing.T) []byte {
	t.Helper()
	dir := strings.TrimSpace(string(command(t, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/sassoftware/relic/v8")))
	b, err := os.ReadFile(filepath.Join(dir, "functest", "packages", "dummy.pkg"))
	if err != nil {
		missing(t, err.Error())
	}
	return b
}

func command(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %q: %v", name, args, err)
	}
	return out
}

func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
