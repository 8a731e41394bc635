package detect

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

// TestAppImageOnADisk finds AppImages where people keep them, and a program in a
// hidden folder that a desktop entry hands tg: links to.
func TestAppImageOnADisk(t *testing.T) {
	image := string(fixture.AppImage{Contents: fixture.SquashFS(map[string]string{
		"signal-desktop.desktop": "[Desktop Entry]\nName=Signal\n", "signal-desktop": string(fixture.ELF{}.Bytes()),
	})}.Bytes())
	dir := t.TempDir()
	linuxtest.Write(t, dir, map[string]string{
		"etc/os-release":                     "x",
		"home/ann/Applications/Any.AppImage": image, "home/ann/Downloads/any.appimage": image, "opt/Any.AppImage": image, "home/ann/.local/bin/any.AppImage": image,
		"home/ann/.cache/bin/tool":                           string(fixture.ELF{}.Bytes()),
		"home/ann/.local/share/applications/handler.desktop": "[Desktop Entry]\nName=X\nExec=/home/ann/.cache/bin/tool %u\nMimeType=x-scheme-handler/tg;\n",
	})
	list := linuxtest.List(signatures.Indicator{Kind: signatures.DesktopID, Value: "signal-desktop.desktop"})
	inv, err := Collect(t.Context(), linuxtest.Disk(t, dir), list, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range inv.Builds {
		line := filepath.ToSlash(b.Path) + " " + string(b.Format) + " " + b.Product
		for _, in := range b.Inside {
			line += " holds " + in.Path[len(b.Path):]
		}
		got = append(got, line)
	}
	holds := " appimage Signal holds !/signal-desktop"
	want := []string{
		"home/ann/.cache/bin/tool elf ",
		"home/ann/.local/bin/any.AppImage" + holds, "home/ann/Applications/Any.AppImage" + holds,
		"home/ann/Downloads/any.appimage" + holds, "opt/Any.AppImage" + holds,
	}
	if diff := cmp.Diff(want, got); diff != "" || len(inv.Gaps) > 0 {
		t.Errorf("gaps %v (-want +got):\n%s", inv.Gaps, diff)
	}
}
