package detect_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/platform"
)

// TestSplitsAreOneApp: parts of an app that lie in one folder are one build, parts
// of another app or in another folder are not.
func TestSplitsAreOneApp(t *testing.T) {
	const id, other = "org.thoughtcrime.securesms", "com.whatsapp"
	dir := t.TempDir()
	for name, apk := range map[string]fixture.APK{
		"a/base.apk":       {Package: id, Version: "1.0"},
		"a/config.de.apk":  {Package: id, Split: "config.de"},
		"a/config.arm.apk": {Package: id, Split: "config.arm"},
		"a/other.apk":      {Package: other, Split: "config.de"},
		"b/config.de.apk":  {Package: id, Split: "config.de"},
		"c/one.apk":        {Package: id, Version: "1.0"},
		"c/two.apk":        {Package: id, Version: "1.1"},
		"c/config.de.apk":  {Package: id, Split: "config.de"},
	} {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, apk.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err := platform.OpenPaths(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, b := range collect(t, root).Builds {
		folder, name := filepath.Split(filepath.FromSlash(b.Path))
		got[filepath.Base(folder)+"/"+name] = len(b.Files)
		if len(b.Signatures) != len(b.Files) {
			t.Errorf("%s: %d signatures of %d files", b.Path, len(b.Signatures), len(b.Files))
		}
	}
	want := map[string]int{"a/base.apk": 3, "a/other.apk": 1, "b/config.de.apk": 1, "c/one.apk": 1, "c/two.apk": 1, "c/config.de.apk": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
