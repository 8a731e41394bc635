package detect

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

// TestCollectDisks has the same program on two disks, and twice on one.
func TestCollectDisks(t *testing.T) {
	list := linuxtest.List(signatures.Indicator{Kind: signatures.DebPackage, Value: "signal-desktop"})
	program := string(fixture.ELF{}.Bytes())
	dir := t.TempDir()
	var disks []platform.Root
	for name, files := range map[string]map[string]string{
		"a": {"etc/os-release": "x", "usr/local/bin/signal-desktop": program, "home/ann/.local/bin/signal-desktop": program},
		"b": {"etc/os-release": "x", "usr/local/bin/signal-desktop": program},
	} {
		linuxtest.Write(t, filepath.Join(dir, name), files)
	}
	for _, name := range []string{"b", "a"} {
		root, err := platform.OpenDisk(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		root.Name = "/mnt/" + name // as short as a person's
		disks = append(disks, root)
	}
	var paths, ids []string
	look := func() inventory.Inventory {
		inv, err := CollectDisks(t.Context(), disks, list, Options{})
		if err != nil {
			t.Fatal(err)
		}
		inv.Started, inv.ElapsedMS = "", 0
		return inv
	}
	inv := look()
	for _, b := range inv.Builds {
		paths, ids = append(paths, b.Path), append(ids, b.ID)
		if b.Files[0].Path != b.Path {
			t.Errorf("%s has the file %s", b.Path, b.Files[0].Path)
		}
	}
	if diff := cmp.Diff([]string{"/mnt/a/home/ann/.local/bin/signal-desktop", "/mnt/a/usr/local/bin/signal-desktop", "/mnt/b/usr/local/bin/signal-desktop"}, paths); diff != "" {
		t.Error(diff)
	}
	if len(ids) == 3 {
		if diff := cmp.Diff([]string{ids[0], ids[0] + "-2", ids[0] + "-3"}, ids); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff(inventory.Root{Kind: "disks", OS: "linux", Name: "/mnt/b, /mnt/a"}, inv.Root); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(inv, look()); diff != "" {
		t.Errorf("a second run differs:\n%s", diff)
	}
}
