package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/ipa/ipatest"
	"github.com/chatvet/chatvet/platform/ios/iostest"
)

// writeAPK makes an inert package signed by a test key: apk FILE PACKAGE VERSION.
func writeAPK(ts *testscript.TestScript, neg bool, args []string) {
	name := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	ts.Check(os.WriteFile(name, fixture.APK{Package: args[1], Label: "Synthetic", Version: args[2]}.Bytes(), 0o644))
}

// writeIPA makes an app for iPhones with one more program in it, signed by nobody:
// ipa FILE ID NAME.
func writeIPA(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		app := ipatest.App{ID: args[1], Name: args[2], Files: map[string]string{"words.txt": "synthetic", "Frameworks/Synthetic.dylib": string(fixture.MachO{}.Bytes())}}
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), app.Build(t), 0o644))
	}
}

// writeZip packs the files of a folder: zip FILE FOLDER.
func writeZip(ts *testscript.TestScript, neg bool, args []string) {
	files := fixture.Files{}
	dir := ts.MkAbs(args[1])
	ts.Check(filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), fixture.Zip(files), 0o644))
}

// writeManifest makes the list of files of a backup: manifest FILE, then for each
// row its id, domain and path.
func writeManifest(ts *testscript.TestScript, neg bool, args []string) {
	var rows []iostest.Row
	for rest := args[1:]; len(rest) >= 3; rest = rest[3:] {
		rows = append(rows, iostest.Row{FileID: rest[0], Domain: rest[1], Path: rest[2]})
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), iostest.ManifestDB(rows...), 0o644))
}
