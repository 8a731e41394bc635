package selftest

import (
	"slices"
	"testing"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/platform/windows/winreg/hivetest"
	"github.com/chatvet/chatvet/signatures"
)

// TestInstalledPrograms makes a disk of Windows for each example that names what
// a program is called in the list of installed programs, with a hive that says so
// and a made program in its folder.
func TestInstalledPrograms(t *testing.T) {
	r := &runner{ctx: t.Context(), list: embedded(t)}
	tried := 0
	for _, f := range r.list.Families {
		try := func(ex signatures.Example, hit bool) {
			i := slices.IndexFunc(ex.Facts, func(f signatures.Fact) bool { return f.Kind == signatures.UninstallName })
			if i < 0 {
				return
			}
			tried++
			if len(ex.Facts) > 1 {
				t.Fatalf("%s, %s: no disk can be made here that shows more than a name", f.ID, ex.Name)
			}
			builds := r.installed(t, ex.Facts[i].Value)
			shown := slices.ContainsFunc(builds, func(b inventory.Build) bool {
				return slices.ContainsFunc(b.Facts, func(f signatures.Fact) bool { return f.Kind == ex.Facts[i].Kind && f.Value == ex.Facts[i].Value })
			})
			if !shown {
				t.Errorf("%s, %s: the name is not found on the disk: %+v", f.ID, ex.Name, builds)
			}
			if problem := r.verdict(f, builds, hit); problem != "" {
				t.Errorf("%s, %s: %s", f.ID, ex.Name, problem)
			}
		}
		for _, ex := range f.Tests.Hit {
			try(ex, true)
		}
		for _, ex := range f.Tests.Miss {
			try(ex, false)
		}
	}
	if tried == 0 {
		t.Fatalf("the list has no example with %s", signatures.UninstallName)
	}
}

// installed collects from a synthetic disk on which a program is installed.
func (r *runner) installed(t *testing.T, name string) []inventory.Build {
	t.Helper()
	hive := &hivetest.Key{}
	hive.Add("Microsoft", "Windows", "CurrentVersion", "Uninstall", "Example").
		Set("DisplayName", hivetest.Text(name)).Set("InstallLocation", hivetest.Text(`C:\Program Files\Example`))
	disk := hosttest.NewFS()
	for name, content := range map[string][]byte{
		"Windows/System32/config/SOFTWARE":      hive.Bytes(),
		"Program Files/Example/Example.exe":     fixture.PE{}.Bytes(),
		"Program Files/Example/uninstaller.exe": fixture.PE{}.Bytes(),
	} {
		if err := disk.Add(name, 0o644, content); err != nil {
			t.Fatal(err)
		}
	}
	root := platform.Root{Kind: platform.Disk, OS: "windows", Name: "example", FS: platform.FoldCase(disk)}
	inv, err := detect.Collect(r.ctx, root, r.list, detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return inv.Builds
}
