package apple

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

// npmFile is a file of a registry package, out of the folder that .ci/corpus
// filled where there is one. Nothing of it is executed.
func npmFile(t testing.TB, name, path string) []byte {
	t.Helper()
	dir := filepath.Join(os.Getenv("CHATVET_CORPUS_CACHE"), "npm", strings.ReplaceAll(name, "/", "-"))
	if _, err := os.Stat(dir); err != nil || os.Getenv("CHATVET_CORPUS_CACHE") == "" {
		dir = t.TempDir()
		cmd := exec.Command("npm", "pack", "--silent", "--ignore-scripts", name)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			missing(t, "npm pack "+name+": "+err.Error())
		}
		if out, err := exec.Command("tar", "-xzf", filepath.Join(dir, strings.TrimSpace(string(out))), "-C", dir).CombinedOutput(); err != nil {
			t.Fatalf("unpacking %s: %v\n%s", name, err, out)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "package", path))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func applePolicy() cms.Policy {
	return cms.Policy{Roots: roots.Apple(), StampRoots: roots.Apple(), Usage: cms.UsageCodeSigning, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// TestRealPrograms checks programs of real makers, as they came and changed.
func TestRealPrograms(t *testing.T) {
	for _, c := range []struct {
		name, path string
		want       told
		flags      []string
	}{
		{"@sentry/cli-darwin@3.8.0", "bin/sentry-cli", told{inventory.Intact, inventory.Trusted, DeveloperID, "97JCY7859U", ""}, []string{"runtime"}},
		{"@expo/ngrok-bin-darwin-x64@2.3.41", "ngrok", told{inventory.Intact, inventory.Trusted, DeveloperID, "TEX8MHRDQ9", ""}, []string{"runtime"}},
		{"fsevents@2.3.3", "fsevents.node", told{inventory.Unsigned, inventory.TrustNotChecked, Unsigned, "", ""}, nil}, // for x86_64; for arm64 by the linker
		{"@esbuild/darwin-arm64@0.25.0", "bin/esbuild", told{inventory.Intact, inventory.AdHoc, AdHoc, "", ""}, []string{"adhoc", "linker-signed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := npmFile(t, c.name, c.path)
			s, code := check(t, file, nil, applePolicy())
			t.Logf("%q %v: %s", code.Identifier, code.Entitlements, code.Requirement)
			got := tell(s, code)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s\n%v", diff, s.Problems)
			}
			if diff := cmp.Diff(c.flags, code.Flags); diff != "" {
				t.Errorf("flags: want -, got +:\n%s", diff)
			}
			if c.want.Team != "" && !strings.Contains(code.Requirement, `certificate leaf[subject.OU] = `) {
				t.Errorf("requirement %q", code.Requirement)
			}
			f := readFile(t, file)
			for _, slice := range f.Slices {
				if slice.Signature.Size == 0 {
					continue
				}
				at := int(slice.Offset + slice.Signature.Offset/2)
				if s, _ := check(t, flip(file, at), nil, applePolicy()); s.Integrity != inventory.Broken {
					t.Errorf("%s: integrity %q with byte %d changed", slice.CPU, s.Integrity, at)
				}
			}
		})
	}
}
