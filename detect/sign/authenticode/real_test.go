package authenticode_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/roots"
	"github.com/google/go-cmp/cmp"
)

// packages hold Windows programs of real makers. Nothing of them is executed.
var packages = []string{
	"innosetup@6.4.1", "@vscode/vsce-sign-win32-x64@2.0.6", "@electron/windows-sign@1.2.2",
	"electron-winstaller@5.4.4", "node-notifier@10.0.1",
}

const realModule = "github.com/saferwall/pe@v1.6.5"

// npmPackage fetches a package and unpacks it, but runs nothing of it.
func npmPackage(t testing.TB, name string) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(need(t, "npm", "Debian package npm"), "pack", "--silent", "--ignore-scripts", name)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		missing(t, "npm pack "+name+": "+err.Error())
	}
	tgz := strings.TrimSpace(string(out))
	if out, err := exec.Command("tar", "-xzf", filepath.Join(dir, tgz), "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("unpacking %s: %v\n%s", tgz, err, out)
	}
	return filepath.Join(dir, "package")
}

// goModule fetches a Go module and returns where it lies.
func goModule(t testing.TB, name string) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", name)
	cmd.Dir = t.TempDir() // away from our own go.mod
	out, err := cmd.Output()
	var module struct{ Dir, Error string }
	if json.Unmarshal(out, &module) != nil || module.Dir == "" {
		why := "the Go module " + name + " cannot be had: " + module.Error
		if err != nil {
			why += " " + err.Error()
		}
		missing(t, why)
	}
	return module.Dir
}

// programs finds the Windows programs below a folder.
func programs(t testing.TB, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".exe", ".dll", ".sys":
			if d.Name() != "_setup.dll" { // for 16-bit Windows
				found = append(found, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

// TestRealProgramsAsOsslsigncodeSeesThem holds every program of the corpus
// against osslsigncode, signature by signature, with the same roots.
func TestRealProgramsAsOsslsigncodeSeesThem(t *testing.T) {
	ca, err := filepath.Abs("../roots/code-signing-roots.pem")
	if err != nil {
		t.Fatal(err)
	}
	dirs := map[string]string{"saferwall/pe": filepath.Join(goModule(t, realModule), "test")}
	for _, p := range packages {
		dirs[p] = npmPackage(t, p)
	}
	signed, unsigned := 0, 0
	for source, dir := range dirs {
		for _, path := range programs(t, dir) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := source + " " + filepath.Base(path)
			all := verifyProgram(t, content, policy(roots.CodeSigning()))
			we := ours(all)
			they, said := osslsigncode(t, path, ca)
			t.Logf("%-50s ours %v, osslsigncode %v", name, we, they)
			if diff := cmp.Diff(they, we); diff != "" {
				t.Errorf("%s (-osslsigncode +ours):\n%s%+v\n%s", name, diff, all, said)
			}
			if len(we) > 0 {
				signed++
			} else {
				unsigned++
			}
		}
	}
	if signed < 30 || unsigned < 10 {
		t.Errorf("%d signed and %d unsigned programs; the corpus has more", signed, unsigned)
	}
}

// outcome is the part of a signature that does not depend on its file's name.
type outcome struct {
	Integrity    inventory.Integrity
	Trust        inventory.Trust
	Time         inventory.SigningTime
	Organization string
	Problems     string
}

func outcomes(all []inventory.Signature) []outcome {
	var out []outcome
	for _, s := range all {
		o := outcome{Integrity: s.Integrity, Trust: s.Trust, Time: s.Time, Problems: strings.Join(s.Problems, " ")}
		if len(s.Signers) > 0 {
			o.Organization = s.Signers[0].Organization
		}
		out = append(out, o)
	}
	return out
}

// TestRealProgramsAreToldApart writes down what becomes of programs that are
// signed in different ways.
func TestRealProgramsAreToldApart(t *testing.T) {
	dir := filepath.Join(goModule(t, realModule), "test")
	const microsoft, putty = "Microsoft Corporation", "Simon Tatham"
	stamped := func(by string) outcome {
		return outcome{inventory.Intact, inventory.Trusted, inventory.TimeStamped, by, ""}
	}
	retired := outcome{inventory.Intact, inventory.Untrusted, inventory.TimeExpired, microsoft, "timestamp-untrusted untrusted-root retired-root expired"}
	old := outcome{inventory.Intact, inventory.Trusted, inventory.TimeExpired, putty, "timestamp-untrusted expired"}
	changed := outcome{inventory.Broken, inventory.Trusted, inventory.TimeExpired, putty, "digest-mismatch timestamp-untrusted expired"}
	none := outcome{Integrity: inventory.Unsigned, Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown}
	want := map[string][]outcome{
		"brave.exe":               {stamped("Brave Software, Inc.")},
		"kernel32.dll":            {stamped(microsoft)}, // with page hashes
		"mfc140u.dll":             {retired, stamped(microsoft)},
		"WdfCoInstaller01011.dll": {retired, stamped(microsoft)},
		"putty.exe":               {old, old}, // stamped under Thawte's time-stamping root, retired
		"putty_modified.exe":      {changed, changed},
		"KernelBase.dll":          {{inventory.Intact, inventory.Untrusted, inventory.TimeExpired, microsoft, "untrusted-root issuer-missing expired"}},
		"amdi2c.sys":              {none},
	}
	got := map[string][]outcome{}
	for name := range want {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got[name] = outcomes(verifyProgram(t, content, policy(roots.CodeSigning())))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
