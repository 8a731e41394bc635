package platform

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes files below a folder; a value that starts with "->" is a link, a
// name that ends in "/" a folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, contents := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		target, link := strings.CutPrefix(contents, "->")
		switch {
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(at, 0o755)
		case link:
			err = os.Symlink(target, at)
		default:
			err = os.WriteFile(at, []byte(contents), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func openDir(t *testing.T, dir string) *DirFS {
	t.Helper()
	fsys, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return fsys
}

func read(t *testing.T, fsys FS, name string) (string, error) {
	t.Helper()
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	return string(data), nil
}

func TestDirFSStaysInside(t *testing.T) {
	outside := tree(t, map[string]string{"secret": "outside"})
	dir := tree(t, map[string]string{
		"etc/passwd":      "the root's own",
		"data/real/file":  "contents",
		"absolute":        "->/etc/passwd",
		"climbing":        "->../../../../../../etc/passwd",
		"out":             "->" + outside + "/secret",
		"folder":          "->/data/real",
		"folder2":         "->folder",
		"deep/a/b/up":     "->../../../data",
		"loop":            "->loop",
		"ping":            "->pong",
		"pong":            "->ping",
		"dangling":        "->nothing",
		"data/real/inner": "->../../folder2/file",
	})
	fsys := openDir(t, dir)
	for name, want := range map[string]string{
		"etc/passwd":                    "the root's own",
		"absolute":                      "the root's own",
		"climbing":                      "the root's own",
		"../../etc/passwd":              "the root's own",
		"folder/file":                   "contents",
		"folder2/file":                  "contents",
		"deep/a/b/up/real/file":         "contents",
		"folder2/inner":                 "contents",
		"/etc//./passwd":                "the root's own",
		"folder/../real/../../absolute": "the root's own",
	} {
		if got, err := read(t, fsys, name); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]error{
		"out": fs.ErrNotExist, "loop": ErrLoop, "ping/x": ErrLoop, "dangling": fs.ErrNotExist,
		"etc": ErrNotRegular, "folder": ErrNotRegular, ".": ErrNotRegular, "no/such": fs.ErrNotExist,
	} {
		_, err := read(t, fsys, name)
		var pe *fs.PathError
		if !errors.Is(err, want) || !errors.As(err, &pe) {
			t.Errorf("%s: error %v, want %v", name, err, want)
		} else if strings.Contains(err.Error(), dir) {
			t.Errorf("%s: the error names the host's path: %v", name, err)
		}
	}
	if info, err := fsys.Lstat("folder2"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("Lstat follows the link at the end: %v, %v", info, err)
	}
	if info, err := fsys.Lstat("folder2/file"); err != nil || !info.Mode().IsRegular() {
		t.Errorf("Lstat does not follow folders: %v, %v", info, err)
	}
}

func TestDirFSOpensNoChatData(t *testing.T) {
	fsys := openDir(t, tree(t, map[string]string{"home/ann/.purple/accounts.xml": "private", "innocent": "->home/ann/.purple"}))
	for _, name := range []string{"home/ann/.purple/accounts.xml", "innocent/accounts.xml"} {
		if _, err := fsys.Open(name); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: error %v, want %v", name, err, ErrPrivate)
		}
	}
	for _, name := range []string{"home/ann/.purple", "innocent"} {
		if _, err := fsys.ReadDir(name); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: error %v, want %v", name, err, ErrPrivate)
		}
	}
}

func TestDirFSReadDir(t *testing.T) {
	fsys := openDir(t, tree(t, map[string]string{"d/b": "", "d/a": "", "d/c/": "", "d/l": "->a", "link": "->/d"}))
	for _, name := range []string{"d", "link", "/d/"} {
		entries, err := fsys.ReadDir(name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Type().String()[:1]+e.Name())
		}
		if diff := cmp.Diff([]string{"-a", "-b", "dc", "Ll"}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := fsys.ReadDir("d/a"); err == nil {
		t.Error("a file was listed")
	}
	if _, err := fsys.ReadDir("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
}

// A file that becomes a link between look and open must not be followed out.
func TestDirFSSwapped(t *testing.T) {
	outside := tree(t, map[string]string{"secret": "outside"})
	dir := tree(t, map[string]string{"d/file": "inside"})
	fsys := openDir(t, dir)
	if _, err := fsys.Resolve("d/file"); err != nil { // d is known from now on
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "d"), filepath.Join(dir, "was-d")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "d")); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, fsys, "d/secret"); err == nil {
		t.Errorf("read %q from outside of the root", got)
	}
}

func TestOpenDisk(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"os-release":       {map[string]string{"etc/os-release": ""}, "linux"},
		"linked release":   {map[string]string{"etc/os-release": "->/usr/lib/os-release", "usr/lib/os-release": ""}, "linux"},
		"dpkg only":        {map[string]string{"var/lib/dpkg/": ""}, "linux"},
		"windows":          {map[string]string{"WINDOWS/system32/": ""}, "windows"},
		"macos":            {map[string]string{"System/Library/CoreServices/": ""}, "darwin"},
		"macos, data":      {map[string]string{"private/var/db/dslocal/": ""}, "darwin"},
		"half a windows":   {map[string]string{"Windows/notes.txt": ""}, ""},
		"dangling release": {map[string]string{"etc/os-release": "->gone"}, ""},
		"empty":            {nil, ""},
	} {
		dir := tree(t, c.files)
		root, err := OpenDisk(dir)
		var none *NotSystemError
		switch {
		case c.want == "":
			if !errors.As(err, &none) || !strings.Contains(err.Error(), filepath.Base(dir)) || !strings.Contains(none.Hint(), "chatvet scan ") {
				t.Errorf("%s: error %v", name, err)
			}
		case err != nil || root.OS != c.want || root.Kind != Disk || root.Name != dir:
			t.Errorf("%s: %+v, %v; want %s", name, root, err, c.want)
		}
	}
	if _, err := OpenDisk(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such folder: error %v", err)
	}
	if _, err := OpenDisk(filepath.Join(tree(t, map[string]string{"f": ""}), "f")); err == nil {
		t.Error("a file was opened as a disk")
	}
}

func TestOpenPaths(t *testing.T) {
	dir := tree(t, map[string]string{"with space/བོད་ཡིག.exe": "tibetan", "link": "->with space", "dangling": "->gone"})
	t.Chdir(dir)
	root, err := OpenPaths("with space/བོད་ཡིག.exe", "./link/../with space/", dir+"/link", ".")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, root.FS, root.Paths[0]); err != nil || got != "tibetan" {
		t.Errorf("%q: %q, %v", root.Paths[0], got, err)
	}
	for _, name := range root.Paths[1:3] {
		entries, err := root.FS.ReadDir(name)
		if err != nil || len(entries) != 1 {
			t.Errorf("%q: %v, %v", name, entries, err)
		}
	}
	if root.Kind != Paths || root.OS != "" {
		t.Errorf("root %+v", root)
	}
	for _, missing := range []string{"no such", "dangling", ""} {
		_, err := OpenPaths("link", missing, "another")
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) {
			t.Errorf("%q: error %v", missing, err)
		}
	}
	if _, err := OpenPaths(); err == nil {
		t.Error("no path at all was accepted")
	}
}

func TestOpenLive(t *testing.T) {
	root, err := OpenLive()
	if err != nil {
		t.Fatal(err)
	}
	if root.Kind != Live || root.OS == "" {
		t.Errorf("root %+v", root)
	}
	entries, err := root.FS.ReadDir(".")
	if err != nil || len(entries) == 0 {
		t.Errorf("nothing in the root: %v", err)
	}
}
