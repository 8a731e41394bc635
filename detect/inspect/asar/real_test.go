package asar

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pack writes an archive with the npm package @electron/asar 3.4.1, which
// CHATVET_NODE_MODULES has to hold, and says what that package itself makes of
// its header.
const pack = `
const asar = require('@electron/asar');
(async () => {
  const [from, to] = process.argv.slice(1);
  await asar.createPackageWithOptions(from, to, {unpack: '*.node'});
  const raw = asar.getRawHeader(to);
  console.log(JSON.stringify({
    header: require('crypto').createHash('sha256').update(raw.headerString).digest('hex'),
    files: asar.listPackage(to),
  }));
})().catch(e => { console.error(e); process.exit(1); });
`

// need ends a test that cannot be run, in the way that CHATVET_REQUIRE_ALL asks.
func need(t *testing.T, missing string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(missing)
	}
	t.Skip(missing)
}

func TestRealPackage(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		need(t, "no node")
	}
	modules := os.Getenv("CHATVET_NODE_MODULES")
	if modules == "" {
		need(t, "CHATVET_NODE_MODULES does not say where @electron/asar is")
	}
	dir := t.TempDir()
	from, to := filepath.Join(dir, "app"), filepath.Join(dir, "app.asar")
	long := strings.Repeat("0123456789abcdef", 5<<20/16) // more than one block of 4 MiB
	for name, body := range map[string]string{
		"package.json": `{"name":"synthetic","main":"index.js"}`, "index.js": "require('./lib/a.js')",
		"lib/a.js": "module.exports = 1", "lib/empty.js": "", "lib/long.bin": long, "lib/native.node": "native",
		"lib/block.bin": strings.Repeat("b", 4<<20),
	} {
		name = filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(node, "-e", pack, from, to)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	var said struct {
		Header string
		Files  []string
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	f := read(t, b)
	if f.HeaderSHA256 != said.Header {
		t.Errorf("header %s, the package says %s", f.HeaderSHA256, said.Header)
	}
	named := map[string]bool{}
	for _, e := range f.Entries {
		named["/"+e.Name] = true
	}
	for _, name := range said.Files {
		if name != "/lib" && !named[name] {
			t.Errorf("%s is missing", name)
		}
	}
	verifies(t, b, nil)
	changes(t, b)
	unpackedIsRecorded(t, f, to)
}

// changes changes the archive in each way and looks for the file that shows it.
func changes(t *testing.T, b []byte) {
	at := bytes.LastIndex(b, []byte("module.exports"))
	changed := bytes.Clone(b)
	changed[at] = 'M'
	verifies(t, changed, []string{"lib/a.js"})

	at = bytes.LastIndex(b, []byte("89abcdef"))
	changed = bytes.Clone(b)
	changed[at] = '_'
	verifies(t, changed, []string{"lib/long.bin"})

	// A new name in the header leaves every file as it was recorded, and gives the
	// header another digest.
	changed = bytes.Replace(b, []byte(`"index.js":{`), []byte(`"Index.js":{`), 1)
	verifies(t, changed, nil)
	if read(t, changed).HeaderSHA256 == read(t, b).HeaderSHA256 {
		t.Error("a changed header has the digest of the old one")
	}
}

func verifies(t *testing.T, b []byte, want []string) {
	t.Helper()
	check, err := read(t, b).Verify(context.Background(), bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, check.Broken); diff != "" {
		t.Error(diff)
	}
	if check.Files != 6 || check.Bare != 0 {
		t.Errorf("%d files with a record and %d without, want 6 and none", check.Files, check.Bare)
	}
}

func unpackedIsRecorded(t *testing.T, f *File, archive string) {
	for _, e := range f.Entries {
		if !e.Unpacked {
			continue
		}
		body, err := os.ReadFile(filepath.Join(archive+".unpacked", e.Name))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		if got := hex.EncodeToString(sum[:]); got != e.SHA256 || e.Size != int64(len(body)) {
			t.Errorf("%s: recorded %s and %d bytes, is %s and %d", e.Name, e.SHA256, e.Size, got, len(body))
		}
		return
	}
	t.Error("nothing was left unpacked")
}
