package detect_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

// TestOriginOnADisk has real attributes, as browsers write them, on what each of the
// look-ups finds.
func TestOriginOnADisk(t *testing.T) {
	dir := t.TempDir()
	program := string(fixture.ELF{}.Bytes())
	names := []string{"home/ann/.purple/plugins/x.so", "home/ann/Downloads/setup", "home/ann/.local/bin/signal-desktop"}
	linuxtest.Write(t, dir, map[string]string{"etc/os-release": "x"})
	for _, name := range names {
		linuxtest.Write(t, dir, map[string]string{name: program})
		if err := unix.Setxattr(filepath.Join(dir, name), "user.xdg.origin.url", []byte("https://ann@dl.example.org/x?token=1"), 0); err != nil {
			t.Skip("this file system has no extended attributes:", err)
		}
	}
	inv, err := detect.Collect(t.Context(), linuxtest.Disk(t, dir), embedded(t), detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want, got := map[string]string{}, map[string]string{}
	for _, name := range names {
		want[name] = "https://dl.example.org/x dl.example.org"
	}
	for _, b := range inv.Builds {
		got[b.Path] = b.Origin.FromURL + " " + linuxtest.Value(b.Facts, signatures.OriginHost)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
