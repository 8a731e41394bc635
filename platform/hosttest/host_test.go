package hosttest

import (
	"errors"
	"io"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
)

const archive = `
kind: live
os: linux
-- a/file --
text
-- a/bare [chomp] --
text
-- a/tool [mode=755] --
-- a/locked [mode=000] --
secret
-- "a/caf\xe9 [x]" --
-- a/empty/ --
-- a/link [link=/a/file] --
-- a/pipe [fifo] --
-- a/huge [size=10000000000] --
-- a/got [origin=https://example.org/x] --
-- a/noted [xattr=quarantine:0081;;Mail; xattr=kMDItemWhereFroms:<plist><array/></plist>] --
-- shut/ [mode=000] --
-- shut/file --
-- net/ [mount=nfs] --
-- net/file --
`

func TestParse(t *testing.T) {
	root, err := Parse([]byte(archive))
	if err != nil {
		t.Fatal(err)
	}
	if root.Kind != platform.Live || root.OS != "linux" {
		t.Errorf("root %+v", root)
	}
	entries, err := root.FS.ReadDir("a")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		info, _ := e.Info()
		got = append(got, info.Mode().String()+" "+e.Name())
	}
	if diff := cmp.Diff([]string{
		"-rw-r--r-- bare", "-rw-r--r-- caf\xe9 [x]", "drwxr-xr-x empty", "-rw-r--r-- file", "-rw-r--r-- got",
		"-rw-r--r-- huge", "Lrwxrwxrwx link", "---------- locked", "-rw-r--r-- noted", "prw-r--r-- pipe", "-rwxr-xr-x tool",
	}, got); diff != "" {
		t.Error(diff)
	}
	if o, err := platform.MacOriginOf(root.FS, "a/noted"); err != nil || o != (platform.MacOrigin{Quarantined: true, Agent: "Mail"}) {
		t.Errorf("a/noted: %+v, %v", o, err)
	}
	for name, want := range map[string]string{"a/file": "text\n", "a/bare": "text", "a/link": "text\n", "a/tool": ""} {
		f, err := root.FS.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(io.NewSectionReader(f, 0, 100))
		if err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	for name, want := range map[string]error{
		"a/locked": fs.ErrPermission, "shut/file": fs.ErrPermission, "a/pipe": platform.ErrNotRegular, "a": platform.ErrNotRegular,
		"net/file": platform.ErrNotLocal, "net": platform.ErrNotLocal, "none": fs.ErrNotExist,
	} {
		if _, err := root.FS.Open(name); !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", name, err, want)
		}
	}
	if got, err := platform.OriginOf(root.FS, "a/got"); err != nil || got != "https://example.org/x" {
		t.Errorf("origin %q, %v", got, err)
	}
	f, err := root.FS.Open("a/huge")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.ReadAt(make([]byte, 10), 9_999_999_995); n != 5 || err != io.EOF {
		t.Errorf("read %d, %v at the end", n, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, archive := range []string{
		"-- a --\n-- a --\n",
		"-- /a --\n",
		"-- ../a --\n",
		"-- a/../b --\n",
		"-- a --\n-- a/b --\n",
		"-- a [size=x] --\n",
		"-- a [mode=9] --\n",
		"-- a [nonsense] --\n",
		"kind: nonsense\n-- a --\n",
		"kind: paths\npath: none\n-- a --\n",
	} {
		if _, err := Parse([]byte(archive)); err == nil {
			t.Errorf("%q was accepted", archive)
		}
	}
}

func TestAllHostsLoad(t *testing.T) {
	for _, name := range Names(t) {
		Load(t, name)
	}
}
