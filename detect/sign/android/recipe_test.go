package android_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/google/go-cmp/cmp"
)

// frameworkRes is where Debian's android-framework-res puts what aapt links
// against.
const frameworkRes = "/usr/share/android-framework-res/framework-res.apk"

// made runs the recipe for packages signed by AOSP's own tools, in a new folder.
// The maker "Example Chat Ltd" and its keys are made up.
func made(t testing.TB) string {
	t.Helper()
	for _, tool := range []string{"apksigner", "zipalign", "aapt", "keytool", "zip", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			needed(t, err.Error())
		}
	}
	if _, err := os.Stat(frameworkRes); err != nil {
		needed(t, "Debian's android-framework-res: "+err.Error())
	}
	recipes := filepath.Join(corpus(t), "..", "recipes")
	folder := t.TempDir()
	for _, name := range []string{"mk_apk.sh", "AndroidManifest.xml"} {
		b, err := os.ReadFile(filepath.Join(recipes, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("bash", "mk_apk.sh")
	cmd.Dir, cmd.Env = folder, append(os.Environ(), "FRAMEWORK_RES="+frameworkRes)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return folder
}

var printedDigest = regexp.MustCompile(`(?m)^Signer #\d+ certificate SHA-256 digest: ([0-9a-f]{64})$`)

// apksigner gives the verdict of AOSP's tool, by the package's own range of
// versions.
func apksigner(t testing.TB, file string) verdict {
	t.Helper()
	out, err := exec.Command("apksigner", "verify", "--print-certs", file).CombinedOutput()
	v := verdict{Verified: err == nil}
	if v.Verified {
		for _, m := range printedDigest.FindAllStringSubmatch(string(out), -1) {
			v.Signers = append(v.Signers, m[1])
		}
		slices.Sort(v.Signers)
	}
	return v
}

func TestAgreesWithApksignerOnMadePackages(t *testing.T) {
	folder := made(t)
	signers := map[string]string{}
	for _, test := range []struct {
		file string
		want bool
	}{
		{"official-v123.apk", true}, {"official-v1.apk", true}, {"official-v4.apk", false}, {"mod-v123.apk", true},
		{"rotated.apk", true}, {"tampered.apk", false}, {"aligned.apk", false},
	} {
		path := filepath.Join(folder, test.file)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all, err := signaturesOf(t, b)
		if err != nil {
			t.Errorf("%s: %v", test.file, err)
			continue
		}
		oracle, got := apksigner(t, path), verdictFrom(all, 1)
		if diff := cmp.Diff(oracle, got); diff != "" || got.Verified != test.want {
			t.Errorf("%s (-apksigner +ours):\n%s%+v", test.file, diff, all)
		}
		signers[test.file] = strings.Join(got.Signers, " ")
	}
	if signers["rotated.apk"] != signers["mod-v123.apk"] || signers["official-v123.apk"] == signers["mod-v123.apk"] {
		t.Errorf("who signed what: %v", signers)
	}
}

// TestRotatedKeepsTheOldKey sees both keys of a package whose key was replaced.
func TestRotatedKeepsTheOldKey(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(made(t), "rotated.apk"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := signaturesOf(t, b)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range all {
		names := []string{}
		for _, x := range append(slices.Clone(s.Signers), s.Lineage...) {
			names = append(names, strings.TrimPrefix(strings.Split(x.Subject, ",")[0], "CN=Example Chat "))
		}
		lines = append(lines, fmt.Sprintf("%s %d-%d %s %s", s.Scheme, s.MinSDK, s.MaxSDK, s.Integrity, strings.Join(names, " ")))
	}
	want := []string{"v3 28-0 intact mod official mod", "v2 24-27 intact official", "v1 21-23 intact official"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// BenchmarkAgainstApksigner verifies the same small packages with both, in one
// run, and prints how many times as long apksigner takes. The time of starting a
// Java machine is a part of what a person waits for, and is told apart by hand:
// docs/android-signatures.md.
func BenchmarkAgainstApksigner(b *testing.B) {
	folder := made(b)
	path := filepath.Join(folder, "official-v123.apk")
	content, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		all, err := signaturesOf(b, content)
		if err != nil || all[0].Integrity != inventory.Intact {
			b.Fatal(err, all)
		}
		ours += time.Since(start)
		start = time.Now()
		if !apksigner(b, path).Verified {
			b.Fatal("apksigner does not verify it")
		}
		theirs += time.Since(start)
	}
	b.ReportMetric(float64(theirs)/float64(ours), "x-faster")
}
