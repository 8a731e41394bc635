package platform

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/chatvet/chatvet/platform/origin"
	"github.com/chatvet/chatvet/platform/origin/origintest"
)

func TestDirFSOpensNoPipesSocketsDevices(t *testing.T) {
	dir := tree(t, map[string]string{"to-pipe": "->pipe"})
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // a socket's path may not be long
	socket, err := net.Listen("unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	fsys := openDir(t, dir)
	for _, name := range []string{"pipe", "to-pipe", "socket"} {
		if _, err := fsys.Open(name); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s: error %v, want %v", name, err, ErrNotRegular)
		}
	}
}

// The look before the open can be overtaken: then opening itself must neither
// wait for a pipe nor hand out what was put there.
func TestDirFSReplacedWhileOpened(t *testing.T) {
	for name, put := range map[string]func(at string) error{
		"pipe": func(at string) error { return syscall.Mkfifo(at, 0o644) },
		"file": func(at string) error { return os.WriteFile(at, nil, 0o644) },
		"link": func(at string) error { return os.Symlink("other", at) },
	} {
		dir := tree(t, map[string]string{"file": "x", "other": "y"})
		fsys := openDir(t, dir)
		looks := 0
		f, err := fsys.openChecked("file", func(mode fs.FileMode) bool {
			if looks++; looks > 1 {
				return mode.IsRegular()
			}
			// Renamed, not removed, so that the inode is not used again.
			at := filepath.Join(dir, "file")
			if err := os.Rename(at, at+".old"); err != nil {
				t.Fatal(err)
			}
			if err := put(at); err != nil {
				t.Fatal(err)
			}
			return true
		}, ErrNotRegular)
		if err == nil {
			f.Close()
			t.Errorf("a %s in the file's place was opened", name)
		}
	}
}

func TestDirFSRawNames(t *testing.T) {
	dir := tree(t, map[string]string{"caf\xe9/line\nbreak": "contents"})
	fsys := openDir(t, dir)
	if got, err := read(t, fsys, "caf\xe9/line\nbreak"); err != nil || got != "contents" {
		t.Errorf("%q, %v", got, err)
	}
	root, err := OpenPaths(dir + "/caf\xe9/line\nbreak")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, root.FS, root.Paths[0]); err != nil || got != "contents" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDirFSLeavesOutOtherFileSystems(t *testing.T) {
	fsys := openDir(t, tree(t, map[string]string{"a/file": "x", "net/file": "x", "to-net": "->net/file"}))
	host := func(name string) string { return filepath.Join(fsys.base, name) }
	all := []mount{
		{id: 1, parent: 0, point: "/"},
		{id: 2, parent: 1, point: host("net"), kind: "nfs4", class: remoteMount},
	}
	fsys.mounts = newMountTable(all)
	for _, name := range []string{"net", "net/file", "to-net"} {
		_, openErr := fsys.Open(name)
		_, listErr := fsys.ReadDir(name)
		for _, err := range []error{openErr, listErr} {
			if !errors.Is(err, ErrNotLocal) || !strings.Contains(err.Error(), "nfs4") {
				t.Errorf("%s: error %v, want %v", name, err, ErrNotLocal)
			}
		}
	}
	if _, err := read(t, fsys, "a/file"); err != nil {
		t.Error(err)
	}
	fsys.accept("net/file")
	if _, err := read(t, fsys, "net/file"); err != nil {
		t.Errorf("a person named it, and: %v", err)
	}
	all[1].class = pseudoMount
	fsys.mounts, fsys.accepted = newMountTable(all), map[int]bool{}
	fsys.accept("net/file")
	if _, err := read(t, fsys, "net/file"); !errors.Is(err, ErrNotLocal) {
		t.Errorf("a pseudo file system: error %v", err)
	}
}

func TestLiveLeavesOutProc(t *testing.T) {
	root, err := OpenLive()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := root.FS.Open("proc/self/status"); !errors.Is(err, ErrNotLocal) {
		t.Errorf("error %v, want %v", err, ErrNotLocal)
	}
}

func TestOrigin(t *testing.T) {
	dir := tree(t, map[string]string{"with": "x", "without": "x", "link": "->with", "marked": "x", "copied": "x"})
	if err := unix.Setxattr(filepath.Join(dir, "with"), "user.xdg.origin.url", []byte("https://example.org/x"), 0); err != nil {
		t.Skip("this file system has no extended attributes:", err)
	}
	fsys := openDir(t, dir)
	for _, name := range []string{"with", "link"} {
		if got, err := OriginOf(fsys, name); err != nil || got != "https://example.org/x" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	mark := "[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.org/z\r\n"
	if err := unix.Setxattr(filepath.Join(dir, "marked"), "user.Zone.Identifier", []byte(mark), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "copied:Zone.Identifier"), []byte(mark), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"marked", "copied"} {
		if got, err := OriginOf(fsys, name); err != nil || got != "https://example.org/z" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := OriginOf(fsys, "without"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
}

// A Mac's attributes are shown on Linux under names of their own, on files and on
// folders, and are asked for in a disk that knows no upper and lower case.
func TestMacAttributes(t *testing.T) {
	dir := tree(t, map[string]string{"Chat.app/Contents/Info.plist": "x", "Chat.dmg": "x", "plain": "x", "copied.dmg": "x", "pipe/": "", ".purple/x": "x"})
	at := filepath.Join(dir, "Chat.app")
	if err := unix.Setxattr(at, "user.com.apple.quarantine", []byte("0083;6553f100;Safari;"), 0); err != nil {
		t.Skip("this file system has no extended attributes:", err)
	}
	froms := origintest.WhereFroms("https://dl.example.org/Chat.dmg")
	for name, attributes := range map[string]map[string]string{
		"Chat.dmg":  {"user." + origin.WhereFromsAttribute: string(froms)},
		"plain":     {"user.com.apple.quarantine": "not one"},
		".purple/x": {"user.com.apple.quarantine": "0083;6553f100;Safari;"},
	} {
		for attribute, value := range attributes {
			if err := unix.Setxattr(filepath.Join(dir, name), attribute, []byte(value), 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	double := origintest.Double(map[string][]byte{origin.WhereFromsAttribute: froms, origin.QuarantineAttribute: []byte("0081;;Mail;")})
	if err := os.WriteFile(filepath.Join(dir, "._copied.dmg"), double, 0o644); err != nil {
		t.Fatal(err)
	}
	fsys := FoldCase(openDir(t, dir))
	for name, want := range map[string]MacOrigin{
		"CHAT.app":   {Quarantined: true, Agent: "Safari"},
		"Chat.dmg":   {URL: "https://dl.example.org/Chat.dmg"},
		"copied.dmg": {URL: "https://dl.example.org/Chat.dmg", Quarantined: true, Agent: "Mail"},
	} {
		if got, err := MacOriginOf(fsys, name); got != want || err != nil {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
		if from, err := OriginOf(fsys, name); from != want.URL || (err == nil) != (want.URL != "") {
			t.Errorf("%s: from %q, %v", name, from, err)
		}
	}
	if got, err := MacOriginOf(fsys, "plain"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a damaged note: %+v, %v", got, err)
	}
	if got, err := MacOriginOf(fsys, "pipe"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no note: %+v, %v", got, err)
	}
	if got, err := MacOriginOf(fsys, ".purple/x"); !errors.Is(err, ErrPrivate) {
		t.Errorf("chat data: %+v, %v", got, err)
	}
}

func TestDirFSPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root is refused nothing; testdata/hosts/unreadable-dirs covers this")
	}
	dir := tree(t, map[string]string{"d/file": "x", "f": "x"})
	os.Chmod(filepath.Join(dir, "d"), 0)
	os.Chmod(filepath.Join(dir, "f"), 0)
	defer os.Chmod(filepath.Join(dir, "d"), 0o755)
	fsys := openDir(t, dir)
	for _, name := range []string{"d/file", "f"} {
		if _, err := fsys.Open(name); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
