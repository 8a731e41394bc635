package android_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/google/go-cmp/cmp"
)

// realPackages are apps of a real maker in npm packages, with the digest of the
// certificate that the newest Android takes. Both keys are public ones.
var realPackages = []struct {
	npm, file, signer string
}{
	{"appium-uiautomator2-server@10.6.6", "apks/appium-uiautomator2-server-v10.6.6.apk", "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc"},
	{"io.appium.settings@8.0.10", "apks/settings_apk-debug.apk", ""},
	{"android-apidemos@5.0.0", "apks/ApiDemos-debug.apk", ""},
}

// npmPackage fetches a package and unpacks it, but runs nothing of it.
func npmPackage(t testing.TB, name string) string {
	t.Helper()
	npm, err := exec.LookPath("npm")
	if err != nil {
		needed(t, err.Error())
	}
	dir := t.TempDir()
	cmd := exec.Command(npm, "pack", "--silent", "--ignore-scripts", name)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		needed(t, "npm pack "+name+": "+err.Error())
	}
	if out, err := exec.Command("tar", "-xzf", filepath.Join(dir, strings.TrimSpace(string(out))), "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("unpacking %s: %v\n%s", name, err, out)
	}
	return filepath.Join(dir, "package")
}

func TestRealPackages(t *testing.T) {
	for _, real := range realPackages {
		b, err := os.ReadFile(filepath.Join(npmPackage(t, real.npm), real.file))
		if err != nil {
			t.Fatal(err)
		}
		all, err := signaturesOf(t, b)
		if err != nil || len(all) == 0 {
			t.Errorf("%s: %v, %+v", real.npm, err, all)
			continue
		}
		newest := all[0]
		if diff := cmp.Diff([]string{inventory.ProblemPublicTestKey}, newest.Problems); diff != "" || newest.Integrity != inventory.Intact || len(newest.Signers) != 1 {
			t.Errorf("%s: %+v", real.npm, newest)
		} else if real.signer != "" && newest.Signers[0].SHA256 != real.signer {
			t.Errorf("%s is signed by %s", real.npm, newest.Signers[0].SHA256)
		}
		// A byte of the contents, in the middle of the file.
		b[len(b)/2] ^= 1
		if all, err := signaturesOf(t, b); err == nil && all[0].Integrity == inventory.Intact {
			t.Errorf("%s: a change in it is not seen", real.npm)
		}
	}
}
