package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
)

// writeApp is a command that writes an invented app for a Mac that claims an
// id and is signed by nobody: app FOLDER ID NAME.
func writeApp(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 3 {
			ts.Fatalf("usage: app FOLDER ID NAME")
		}
		nobody := bundletest.Program{Code: 9000, Flags: 2}
		tool := nobody
		tool.Identifier = args[1] + ".tool"
		disk := bundletest.NewDisk()
		bundletest.Bundle{
			ID: args[1], Name: args[2], Version: "1.2.3", Executable: args[2], Program: nobody,
			Files:    map[string]string{"Resources/words.txt": "synthetic", "Resources/en.lproj/x.txt": "synthetic"},
			Programs: map[string]bundletest.Program{"MacOS/tool": tool},
		}.Build(t, args[0], disk)
		for name, content := range disk.Files {
			path := filepath.Join(ts.MkAbs("."), filepath.FromSlash(name))
			ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
			ts.Check(os.WriteFile(path, []byte(content), 0o644))
		}
	}
}
