// Package hosttest makes fake machines for tests out of readable text: a txtar
// archive goes in, a platform.Root in memory comes out. The machines of the
// whole project lie in testdata/hosts; every one of them is synthetic.
//
// The archive's comment describes the root, one "key: value" a line: kind (live,
// disk or paths), os, and path (once for each name of a paths root); other
// lines are remarks. Each file of the archive is a file of the machine. Its
// name may be a quoted Go string, ends in "/" for an empty folder, and may be
// followed by settings in brackets:
//
//	-- usr/bin/pidgin [mode=755] --
//	-- bin [link=usr/bin] --
//	-- "home/ann/caf\xe9.exe" --
//
//	mode=OCTAL   permissions; the reader is the owner, so 000 refuses it
//	link=TARGET  a symbolic link
//	fifo         a named pipe; socket and device likewise
//	size=N       a file of N zero bytes, which takes no memory
//	chomp        without the newline that txtar ends every file with
//	origin=URL   where the file was downloaded from
//	xattr=NAME:VALUE  an extended attribute of macOS, without spaces, by its last part
//	mount=TYPE   a folder on a file system that a scan leaves out
package hosttest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/chatvet/chatvet/platform"
)

// Load reads the machine testdata/hosts/NAME.txtar.
func Load(t testing.TB, name string) platform.Root {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(Folder(t), name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := Parse(data)
	if err != nil {
		t.Fatalf("host %s: %v", name, err)
	}
	return root
}

// Names lists the machines in testdata/hosts.
func Names(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Folder(t), "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no hosts in %s: %v", Folder(t), err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".txtar")
	}
	return files
}

// Folder returns the host path of testdata/hosts.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "testdata", "hosts")
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("not inside the module")
		}
		dir = parent
	}
}

// Parse makes a machine of a txtar archive.
func Parse(archive []byte) (platform.Root, error) {
	a := txtar.Parse(archive)
	fsys := NewFS()
	for _, f := range a.Files {
		if err := fsys.addEntry(f.Name, f.Data); err != nil {
			return platform.Root{}, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return describe(a.Comment, fsys)
}

func describe(comment []byte, fsys *FS) (platform.Root, error) {
	root := platform.Root{Kind: platform.Disk, OS: "linux", FS: fsys}
	for line := range strings.Lines(string(comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "kind":
			root.Kind = platform.RootKind(value)
		case "os":
			root.OS = value
		case "path":
			root.Paths = append(root.Paths, value)
		}
	}
	switch root.Kind {
	case platform.Live, platform.Disk:
	case platform.Paths:
		root.OS = ""
	default:
		return root, fmt.Errorf("unknown kind of root %q", root.Kind)
	}
	for _, p := range root.Paths {
		if _, err := fsys.Resolve(p); err != nil {
			return root, fmt.Errorf("path %s: %w", p, err)
		}
	}
	return root, nil
}
