package inspect

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/signatures"
)

const planted = "one.example.net" // of testList

// app is a file system as an AppImage has it, with a pattern in its program.
func app() map[string]string {
	return map[string]string{
		"AppRun":                     "-> usr/bin/client",
		"org.example.client.desktop": "-> usr/share/applications/org.example.client.desktop",
		"usr/share/applications/org.example.client.desktop": "[Desktop Entry]\nName=Client\nX-AppImage-Version=1.2.3\n[Desktop Action new]\nName=New\n",
		"usr/bin/client":       string(fixture.ELF{Strings: []string{planted}}.Bytes()),
		"usr/share/doc/readme": planted,
	}
}

// says is what a result says, a line for each thing.
func says(r Result) []string {
	got := []string{string(r.Format) + " " + r.Product + " " + r.Version + " " + r.Arch}
	for _, f := range r.Facts {
		got = append(got, string(f.Kind)+"="+f.Value)
	}
	for _, b := range r.Inside {
		line := "inside " + string(b.Format) + " " + b.Path
		for _, f := range b.Facts {
			if f.Kind == signatures.Content {
				line += " " + f.Value
			}
		}
		got = append(got, line)
	}
	for _, g := range r.Gaps {
		got = append(got, "gap "+g.Kind+" "+g.Where)
	}
	return got
}

func TestAppImage(t *testing.T) {
	one := bytes.Clone(fixture.AppImage{}.Bytes())
	one[10] = 1
	lzo := fixture.SquashFS(app())
	lzo[20] = 3
	cut := fixture.SquashFS(app())
	cut = cut[:len(cut)-40]
	head := []string{"appimage   x64", "file.name=a.AppImage", "elf.build_id=01020304"}
	for name, c := range map[string]struct {
		file []byte
		want []string
	}{
		"whole": {fixture.AppImage{Update: "zsync|https://example.org/x", Contents: fixture.SquashFS(app())}.Bytes(), []string{
			"appimage Client 1.2.3 x64", "file.name=a.AppImage", "elf.build_id=01020304", "appimage.update=zsync|https://example.org/x",
			"desktop.id=org.example.client.desktop", "display.name=Client", "inside elf a.AppImage!/usr/bin/client " + planted}},
		"type 1":         {one, append(head[:3:3], "gap not-opened a.AppImage")},
		"in lzo":         {fixture.AppImage{Contents: lzo}.Bytes(), append(head[:3:3], "gap not-opened a.AppImage")},
		"cut off":        {fixture.AppImage{Contents: cut}.Bytes(), append(head[:3:3], "gap corrupt a.AppImage")},
		"nothing inside": {fixture.AppImage{}.Bytes(), append(head[:3:3], "gap corrupt a.AppImage")},
	} {
		if diff := cmp.Diff(c.want, says(inspect(t, "a.AppImage", c.file))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSnapImage(t *testing.T) {
	label := "name: client\nversion: '7'\ntitle: The Client\narchitectures: [amd64]\n"
	inside := "inside elf a.snap!/bin/client " + planted
	for name, c := range map[string]struct {
		label string
		want  []string
	}{
		"a snap":          {label, []string{"squashfs client 7 amd64", "file.name=a.snap", "snap.name=client", "display.name=The Client", inside}},
		"a damaged label": {"name: [", []string{"squashfs   ", "file.name=a.snap", inside, "gap corrupt a.snap"}},
		"no label":        {"", []string{"squashfs   ", "file.name=a.snap", inside}},
	} {
		files := map[string]string{"bin/client": string(fixture.ELF{Strings: []string{planted}}.Bytes())}
		if c.label != "" {
			files["meta/snap.yaml"] = c.label
		}
		if diff := cmp.Diff(c.want, says(inspect(t, "a.snap", fixture.SquashFS(files)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestRealContents has mksquashfs of Debian's squashfs-tools write what is behind
// the program.
func TestRealContents(t *testing.T) {
	if _, err := exec.LookPath("mksquashfs"); err != nil {
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	for name, text := range app() {
		at := filepath.Join(dir, "app", name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			if err := os.Symlink(target, at); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(at, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	want := says(inspect(t, "a.AppImage", fixture.AppImage{Contents: fixture.SquashFS(app())}.Bytes()))
	for _, comp := range []string{"gzip", "xz", "zstd"} {
		to := filepath.Join(dir, comp)
		if out, err := exec.Command("mksquashfs", filepath.Join(dir, "app"), to, "-quiet", "-no-progress", "-comp", comp).CombinedOutput(); err != nil {
			t.Fatalf("mksquashfs: %v\n%s", err, out)
		}
		image, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, says(inspect(t, "a.AppImage", fixture.AppImage{Contents: image}.Bytes()))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", comp, diff)
		}
	}
}
