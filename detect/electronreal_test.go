package detect

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// packAndRecord has the npm package @electron/asar pack a folder, leave native
// code beside it, and write the record that a Windows program carries of it, in the
// form of Electron's documentation ("ASAR Integrity", "Windows").
const packAndRecord = `
const asar = require('@electron/asar');
(async () => {
  const [from, to] = process.argv.slice(1);
  await asar.createPackageWithOptions(from, to, {unpack: '*.node'});
  const header = asar.getRawHeader(to).headerString;
  console.log(JSON.stringify([{file: 'resources\\app.asar', alg: 'SHA256', value: require('crypto').createHash('sha256').update(header).digest('hex')}]));
})().catch(e => { console.error(e); process.exit(1); });
`

// needElectron ends a test that cannot be run, in the way that CHATVET_REQUIRE_ALL
// asks.
func needElectron(t *testing.T) (node, modules string) {
	t.Helper()
	node, err := exec.LookPath("node")
	modules = os.Getenv("CHATVET_NODE_MODULES")
	if err == nil && modules != "" {
		return node, modules
	}
	const missing = "no node, or CHATVET_NODE_MODULES does not say where @electron/asar is"
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return "", ""
}

// TestRealArchiveAgainstProgram changes an archive of @electron/asar in each way,
// and compares it with the record in a synthetic program.
func TestRealArchiveAgainstProgram(t *testing.T) {
	node, modules := needElectron(t)
	dir := write(t, map[string]string{
		"app/package.json": `{"name":"synthetic","main":"index.js"}`, "app/index.js": "require('./lib/a.js')",
		"app/lib/a.js": "module.exports = 1", "app/lib/native.node": "native", "resources/x": "",
	})
	archive := filepath.Join(dir, "resources", "app.asar")
	cmd := exec.Command(node, "-e", packAndRecord, filepath.Join(dir, "app"), archive)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	record, err := cmd.Output()
	if err != nil || !json.Valid(record) {
		t.Fatalf("%v: %s", err, record)
	}
	put := func(name, content string) {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(dir, "chat.exe"), string(fixture.PE{AsarIntegrity: strings.TrimSpace(string(record))}.Bytes()))
	original, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []signatures.Kind{signatures.ElectronArchive, signatures.AsarFiles, signatures.ElectronUnpacked}
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"as packed", "", "", []string{"electron.archive recorded resources/app.asar chat.exe"}},
		{"a changed file", "module.exports = 1", "module.exports = 2",
			[]string{"asar.files changed resources/app.asar lib/a.js", "electron.archive recorded resources/app.asar chat.exe"}},
		{"another name in the header", `"index.js":{`, `"Index.js":{`, []string{"electron.archive another resources/app.asar chat.exe"}},
	} {
		put(archive, strings.Replace(string(original), c.old, c.new, 1))
		root, err := platform.OpenPaths(filepath.Join(dir, "chat.exe"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, factsOf(t, root, dir, kinds...)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	put(archive, string(original))
	for content, want := range map[string][]string{"native": nil, "Native": {"electron.unpacked changed app.asar.unpacked/lib/native.node"}} {
		put(archive+".unpacked/lib/native.node", content)
		root, err := platform.OpenPaths(archive)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, factsOf(t, root, filepath.Dir(archive), signatures.ElectronUnpacked)); diff != "" {
			t.Errorf("unpacked %s: %s", content, diff)
		}
	}
}
