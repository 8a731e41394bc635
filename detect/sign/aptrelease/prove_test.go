package aptrelease

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inspect/deb"
	"github.com/chatvet/chatvet/detect/inspect/deb/debtest"
	"github.com/chatvet/chatvet/detect/sign/pgp"
)

func sorted(s []string, less func(a, b string) bool) []string {
	slices.SortFunc(s, func(a, b string) int {
		if less(a, b) {
			return -1
		}
		return 1
	})
	return s
}

func TestProve(t *testing.T) {
	e, archive, _ := evidence(t)
	proof, err := Prove(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	hello := digestOf([]byte("hello")).SHA256
	want := Proof{
		Distribution: "debian-12", Known: true, Origin: "Debian", Suite: "oldstable", Codename: "bookworm", Date: "Wed, 01 May 2024 12:00:00 UTC",
		Signers: proof.Signers, Release: digestOf(e.Releases[0].Data).SHA256,
		Package: "example-chat", Version: "1.2-3", Arch: "amd64", Archive: digestOf(archive),
		Files: map[string]string{"usr/bin/example-chat": hello, "usr/bin/hard": hello},
		Modes: map[string]uint32{"usr/bin/example-chat": 0o755, "usr/bin/hard": 0o755},
	}
	if diff := cmp.Diff(want, proof); diff != "" {
		t.Error(diff)
	}
	if len(proof.Signers) != 1 || proof.Signers[0].Fingerprint != pgp.Fingerprint(ours().PrimaryKey) {
		t.Errorf("signers: %+v", proof.Signers)
	}
}

// TestOtherRepository follows the chain of somebody whose key lies on the disk.
// What it says of itself makes it no distribution.
func TestOtherRepository(t *testing.T) {
	for _, origin := range []string{"Debian", "A Maker"} {
		e, _, index := evidence(t)
		text := strings.Replace(releaseText(map[string]Digest{plainEntry: digestOf(index)}), "Origin: Debian", "Origin: "+origin, 1)
		e.Releases[0].Data = []byte(clearsign(t, text, well(theirs())))
		if _, err := Prove(t.Context(), e); !errors.Is(err, ErrNotSigned) {
			t.Errorf("%s, without the key: %v", origin, err)
		}
		e.Others = keyring(t, theirs())
		proof, err := Prove(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		if proof.Known || proof.Distribution != "" || proof.Origin != origin || proof.Files["usr/bin/example-chat"] == "" ||
			len(proof.Signers) != 1 || proof.Signers[0].Fingerprint != pgp.Fingerprint(theirs().PrimaryKey) {
			t.Errorf("%s: %+v", origin, proof)
		}
		setArchive(&e, syntheticDeb(t, "hallo"))
		if _, err := Prove(t.Context(), e); !errors.Is(err, ErrMismatch) {
			t.Errorf("%s, another package: %v", origin, err)
		}
	}
}

// TestBrokenChain breaks each link in turn.
func TestBrokenChain(t *testing.T) {
	tests := []struct {
		name   string
		change func(t *testing.T, e *Evidence)
		want   error
	}{
		{"release text changed", func(t *testing.T, e *Evidence) {
			e.Releases[0].Data = bytes.Replace(e.Releases[0].Data, []byte("oldstable"), []byte("oldstabIe"), 1)
		}, ErrBadSignature},
		{"release signed by somebody else", func(t *testing.T, e *Evidence) { e.Keys = keyring(t, theirs()) }, ErrNotSigned},
		{"release of somebody else", func(t *testing.T, e *Evidence) {
			text := strings.Replace(releaseText(someFiles), "Origin: Debian", "Origin: Other", 1)
			e.Releases[0].Data = []byte(clearsign(t, text, well(ours())))
		}, ErrNotDistribution},
		{"no release", func(t *testing.T, e *Evidence) { e.Releases = nil }, ErrNoRelease},
		{"index changed", func(t *testing.T, e *Evidence) {
			index := read(t, e.Indexes[0])
			setIndex(e, indexName, bytes.Replace(index, []byte("another"), []byte("anothEr"), 1))
		}, ErrMismatch},
		{"index longer", func(t *testing.T, e *Evidence) { setIndex(e, indexName, append(read(t, e.Indexes[0]), '\n')) }, ErrMismatch},
		{"index shorter", func(t *testing.T, e *Evidence) { e.Indexes[0].Size-- }, ErrMismatch},
		{"index too large", func(t *testing.T, e *Evidence) { e.Indexes[0].Size = longestIndex + 1 }, ErrTooLarge},
		{"index not listed", func(t *testing.T, e *Evidence) {
			e.Indexes[0].Name = strings.Replace(indexName, "main", "contrib", 1)
		}, ErrNotListed},
		{"index of another release", func(t *testing.T, e *Evidence) {
			e.Indexes[0].Name = strings.Replace(indexName, "bookworm", "trixie", 1)
		}, ErrNotInIndex},
		{"no index", func(t *testing.T, e *Evidence) { e.Indexes = nil }, ErrNotInIndex},
		{"package with another program", func(t *testing.T, e *Evidence) { setArchive(e, syntheticDeb(t, "hallo")) }, ErrMismatch},
		{"package with a byte more", func(t *testing.T, e *Evidence) { setArchive(e, append(syntheticDeb(t, "hello"), 0)) }, ErrMismatch},
		{"package of another version", func(t *testing.T, e *Evidence) {
			setArchive(e, debtest.Build(t, debtest.Package{Control: "Package: example-chat\nVersion: 1.2-4\nArchitecture: amd64\n"}))
		}, ErrNotInIndex},
		{"package of another architecture", func(t *testing.T, e *Evidence) {
			setArchive(e, debtest.Build(t, debtest.Package{Control: "Package: example-chat\nVersion: 1.2-3\nArchitecture: arm64\n"}))
		}, ErrNotInIndex},
		{"not a package", func(t *testing.T, e *Evidence) { setArchive(e, []byte("MZ")) }, deb.ErrNotDeb},
		{"package shorter than said", func(t *testing.T, e *Evidence) { e.Size++ }, io.ErrUnexpectedEOF},
		{"package too large unpacked", func(t *testing.T, e *Evidence) {
			e.Limits = deb.DefaultLimits
			e.Limits.Data = 1024
		}, deb.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, _, _ := evidence(t)
			tt.change(t, &e)
			proof, err := Prove(t.Context(), e)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			proof.Problems = nil
			if diff := cmp.Diff(Proof{}, proof); diff != "" {
				t.Errorf("an error beside a proof: %s", diff)
			}
		})
	}
}

// TestProblems: what cannot be used stands beside a proof that holds.
func TestProblems(t *testing.T) {
	e, _, _ := evidence(t)
	e.Releases = append([]ReleaseFile{{"other_InRelease", []byte(clearsign(t, releaseText(someFiles), well(theirs())))}}, e.Releases...)
	e.Indexes = append([]IndexFile{{strings.Replace(indexName, "main", "contrib", 1), bytes.NewReader(nil), 0}}, e.Indexes...)
	proof, err := Prove(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if len(proof.Problems) != 2 || !errors.Is(proof.Problems[0].Err, ErrNotSigned) || !errors.Is(proof.Problems[1].Err, ErrNotListed) {
		t.Errorf("problems: %+v", proof.Problems)
	}
}

func TestChangedWhileReading(t *testing.T) {
	e, archive, _ := evidence(t)
	other := syntheticDeb(t, "hallo")
	if len(other) != len(archive) {
		t.Fatal("the two packages must be of one length")
	}
	// The first reading is the one that is digested.
	e.Archive = &turncoat{first: archive, then: other}
	if _, err := Prove(t.Context(), e); !errors.Is(err, ErrChanged) {
		t.Errorf("got %v, want %v", err, ErrChanged)
	}
	e.Archive = &turncoat{first: other, then: archive}
	if proof, err := Prove(t.Context(), e); err == nil {
		t.Errorf("proved %v", proof.Files)
	}
}

// turncoat is one file until it was read to its end, and another after.
type turncoat struct {
	first, then []byte
	seen        bool
}

func (c *turncoat) ReadAt(p []byte, off int64) (int, error) {
	data := c.first
	if c.seen {
		data = c.then
	}
	n, err := bytes.NewReader(data).ReadAt(p, off)
	c.seen = c.seen || off+int64(n) == int64(len(data))
	return n, err
}

// TestIndexForms: an index in every form that apt keeps one in.
func TestIndexForms(t *testing.T) {
	e, _, index := evidence(t)
	gz, xz, zst := debtest.Compress(t, ".gz", index), debtest.Compress(t, ".xz", index), debtest.Compress(t, ".zst", index)
	byHash := "deb.example_debian_dists_bookworm_main_binary-amd64_by-hash_SHA256_"
	tests := []struct {
		name   string
		file   string
		data   []byte
		listed map[string]Digest
	}{
		{"gz, plain listed", indexName + ".gz", gz, map[string]Digest{plainEntry: digestOf(index)}},
		{"xz, only xz listed", indexName + ".xz", xz, map[string]Digest{plainEntry + ".xz": digestOf(xz)}},
		{"zst, plain listed", indexName + ".zst", zst, map[string]Digest{plainEntry: digestOf(index)}},
		{"by-hash plain", byHash + digestOf(index).SHA256, index, map[string]Digest{plainEntry: digestOf(index)}},
		{"by-hash xz", byHash + digestOf(xz).SHA256, xz, map[string]Digest{plainEntry: digestOf(index), plainEntry + ".xz": digestOf(xz)}},
		{"in a folder", "var/lib/apt/lists/" + indexName, index, map[string]Digest{plainEntry: digestOf(index)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e.Releases[0].Data = []byte(clearsign(t, releaseText(tt.listed), well(ours())))
			setIndex(&e, tt.file, tt.data)
			if _, err := Prove(t.Context(), e); err != nil {
				t.Error(err)
			}
			// A byte behind the compressed data is not covered by the plain
			// digest, but it is by that of the file.
			if !strings.Contains(tt.name, "only xz") {
				return
			}
			setIndex(&e, tt.file, append(bytes.Clone(tt.data), 0, 0, 0, 0))
			if _, err := Prove(t.Context(), e); !errors.Is(err, ErrMismatch) {
				t.Errorf("padded: %v", err)
			}
		})
	}
}

func TestEntryName(t *testing.T) {
	release := &Release{Files: map[string]Digest{}}
	tests := []struct {
		index, want string
		ok          bool
	}{
		{"h_debian_dists_bookworm_main_binary-amd64_Packages", "main/binary-amd64/Packages", true},
		{"h_debian_dists_bookworm_non-free%5fx_binary-amd64_Packages.xz", "non-free_x/binary-amd64/Packages.xz", true},
		{"h_debian_dists_bookworm_main_dep11_Components-amd64.yml.gz", "", false},
		{"h_debian_dists_bookworm_main_i18n_Translation-en", "", false},
		{"h_debian_dists_bookworm_main_source_Sources", "", false},
		{"h_debian_dists_bookworm_main_binary-amd64_Packages.diff_Index", "", false},
		{"h_debian_dists_bookworm_main_binary-amd64_Packages.rar", "", false},
		{"h_debian_dists_bookworm-updates_main_binary-amd64_Packages", "", false},
		{"h_debian_dists_bookworm_main_binary-amd64_by-hash_SHA256_00", "", false},
		{"h_debian_dists_bookworm_main%zz_Packages", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		entry, ok := EntryName(release, "lists/h_debian_dists_bookworm_InRelease", "lists/"+tt.index)
		if ok != tt.ok || ok && entry != tt.want {
			t.Errorf("%s: %q, %v", tt.index, entry, ok)
		}
	}
}

func TestFindHostile(t *testing.T) {
	none := Digest{1, strings.Repeat("0", 64)}
	wants := []Want{{Package: "example-chat"}}
	find := func(index string) ([]Listed, error) {
		r := &Release{Files: map[string]Digest{plainEntry: digestOf([]byte(index))}}
		return Find(t.Context(), r, plainEntry, IndexFile{ReaderAt: strings.NewReader(index), Size: int64(len(index))}, wants)
	}
	tests := []struct {
		name, index string
		want        error
		found       int
	}{
		{"empty", "", nil, 0},
		{"one byte", "P", nil, 0},
		{"two versions", paragraph("example-chat", "1", none) + "\n" + paragraph("example-chat", "2", none), nil, 2},
		{"a name in a description", paragraph("trap", "1", none), nil, 0},
		{"no SHA256", "Package: example-chat\nVersion: 1\nSize: 1\nMD5sum: 00\n", ErrWeakDigest, 0},
		{"a size that is none", "Package: example-chat\nVersion: 1\nSize: x\nSHA256: " + none.SHA256 + "\n", ErrMalformed, 0},
		{"two digests", paragraph("example-chat", "1", none) + "SHA256: " + none.SHA256 + "\n", ErrMalformed, 0},
		{"a long paragraph", "Package: example-chat\nX: " + strings.Repeat("x", longestParagraph), ErrTooLarge, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := find(tt.index)
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) || len(found) != tt.found {
				t.Errorf("%d found, %v", len(found), err)
			}
		})
	}
}

func TestProveEndsWithContext(t *testing.T) {
	e, _, _ := evidence(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Prove(ctx, e); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzIndex(f *testing.F) {
	_, _, index := evidence(f)
	f.Add(index, "")
	f.Add(debtest.Compress(f, ".xz", index), ".xz")
	f.Add(debtest.Compress(f, ".gz", index), ".gz")
	f.Fuzz(func(t *testing.T, data []byte, suffix string) {
		r := &Release{Files: map[string]Digest{plainEntry + suffix: digestOf(data)}}
		found, err := Find(t.Context(), r, plainEntry+suffix, IndexFile{ReaderAt: bytes.NewReader(data), Size: int64(len(data))},
			[]Want{{Package: "example-chat"}, {Package: "another", Arch: "amd64"}})
		for _, l := range found {
			if err != nil || len(l.Archive.SHA256) != 64 || l.Archive.Size < 0 {
				t.Fatalf("%+v, %v", l, err)
			}
		}
	})
}

func read(t *testing.T, f IndexFile) []byte {
	t.Helper()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func setIndex(e *Evidence, name string, data []byte) {
	e.Indexes = []IndexFile{{name, bytes.NewReader(data), int64(len(data))}}
}

func setArchive(e *Evidence, data []byte) {
	e.Archive, e.Size = bytes.NewReader(data), int64(len(data))
}

// TestRealChain follows Debian's own chain with this machine's lists.
func TestRealChain(t *testing.T) {
	e := realEvidence(t, "pidgin")
	proof, err := Prove(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range proof.Problems {
		t.Logf("problem: %s: %v", p.Name, p.Err)
	}
	if !strings.HasPrefix(proof.Distribution, "debian-") || proof.Package != "pidgin" || proof.Files["usr/bin/pidgin"] == "" || len(proof.Signers) == 0 {
		t.Errorf("%+v", proof)
	}
	// One byte more, and the same evidence proves nothing.
	data, err := io.ReadAll(io.NewSectionReader(e.Archive, 0, e.Size))
	if err != nil {
		t.Fatal(err)
	}
	setArchive(&e, append(data, 0))
	if _, err := Prove(t.Context(), e); !errors.Is(err, ErrMismatch) {
		t.Errorf("tampered: %v", err)
	}
}

// realEvidence takes apt's lists as they are and downloads a package.
func realEvidence(t testing.TB, name string) (e Evidence) {
	t.Helper()
	const lists = "/var/lib/apt/lists"
	entries, err := os.ReadDir(lists)
	if err != nil {
		skip(t, err.Error())
	}
	for _, entry := range entries {
		full := filepath.Join(lists, entry.Name())
		switch {
		case strings.HasSuffix(full, "InRelease"):
			data, err := os.ReadFile(full)
			if err != nil {
				t.Fatal(err)
			}
			e.Releases = append(e.Releases, ReleaseFile{full, data})
		case strings.Contains(full, "_Packages"):
			e.Indexes = append(e.Indexes, open(t, full))
		}
	}
	if len(e.Releases) == 0 || len(e.Indexes) == 0 {
		skip(t, "apt has no signed lists on this machine")
	}
	cmd := exec.Command("apt-get", "download", name)
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		skip(t, "apt-get download "+name+": "+err.Error()+": "+string(out))
	}
	files, err := filepath.Glob(filepath.Join(cmd.Dir, "*.deb"))
	if err != nil || len(files) != 1 {
		t.Fatalf("downloaded %v, %v", files, err)
	}
	archive := open(t, files[0])
	e.Archive, e.Size = archive, archive.Size
	return e
}

func open(t testing.TB, name string) IndexFile {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return IndexFile{name, f, info.Size()}
}

func BenchmarkProve(b *testing.B) {
	e := realEvidence(b, "pidgin")
	for b.Loop() {
		if _, err := Prove(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFind is one pass over every index, without the package.
func BenchmarkFind(b *testing.B) {
	e := realEvidence(b, "pidgin")
	for b.Loop() {
		if _, _, err := FindAll(b.Context(), nil, e.Releases, e.Indexes, []Want{{Package: "pidgin"}}); err != nil {
			b.Fatal(err)
		}
	}
}
