package cli

import (
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/chatvet/chatvet/detect/inspect/dmg/dmgtest"
	"github.com/chatvet/chatvet/detect/inspect/pkg/pkgtest"
)

// writeMacInstaller writes a synthetic disk image or installer package for macOS
// that names a bundle id: macfile image|package ID FILE. Neither is signed by
// anybody.
func writeMacInstaller(ts *testscript.TestScript, neg bool, args []string) {
	var b []byte
	switch args[0] {
	case "image":
		b = dmgtest.Build(dmgtest.Partition{Name: "disk image (Apple_HFS : 1)", Chunks: []dmgtest.Chunk{{Method: dmgtest.Zlib, Plain: dmgtest.Volume("Example Chat")}}})
		if args[1] != "-" {
			b = dmgtest.Sign(b, dmgtest.Signing{Identifier: args[1]})
		}
	case "package":
		b = pkgtest.Package{Files: pkgtest.Example("org.example.pkg", args[1])}.Build()
	default:
		ts.Fatalf("no installer of kind %s", args[0])
	}
	path := ts.MkAbs(args[2])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, b, 0o644))
}
