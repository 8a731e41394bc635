package detect_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
)

// said collects from a root, and is what the embedded list says of it: a line for
// each finding, and one for each gap.
func said(t *testing.T, root platform.Root) (lines []string) {
	t.Helper()
	list := embedded(t)
	inv, err := detect.Collect(t.Context(), root, list, detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	res := judge.Judge(inv, list, judge.Policy{})
	for _, f := range res.Findings {
		at := slices.IndexFunc(res.Builds, func(b inventory.Build) bool { return b.ID == f.Build })
		lines = append(lines, res.Builds[at].Path+": "+f.Client+" "+string(f.Verdict)+" "+string(f.Level)+" "+f.Reason)
	}
	for _, g := range res.Gaps {
		lines = append(lines, g.Where+": gap "+g.Kind)
	}
	slices.Sort(lines)
	return lines
}

// TestPlugIns has Pidgin's plug-ins where it loads them. The marks of the published
// case are in synthetic files; the rest of it is not.
func TestPlugIns(t *testing.T) {
	library := string(fixture.ELF{Soname: "x.so"}.Bytes())
	published := []string{"ScreenShareOTR", "jabberplugins.net"}
	ofWindows := string(fixture.PE{Strings: published}.Bytes())
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"that no package has": {
			map[string]string{"etc/os-release": "x", "home/ann/.purple/plugins/x.so": library, "home/ann/.purple/plugins/y.pl": "print 1;", "usr/lib/pidgin/z.so": library},
			[]string{
				"home/ann/.purple/plugins/x.so: pidgin unverified advice plug-in-added",
				"home/ann/.purple/plugins/y.pl: pidgin unverified advice plug-in-added",
				"usr/lib/pidgin/z.so: pidgin unverified advice plug-in-added",
			},
		},
		"that a package has": {
			map[string]string{"etc/os-release": "x", "usr/lib/pidgin/z.so": library, "var/lib/dpkg/status": "", "var/lib/dpkg/info/x.list": "/usr/lib/pidgin/z.so\n"}, nil,
		},
		"that a package may have": {
			map[string]string{"etc/os-release": "x", "usr/lib64/pidgin/z.so": library, "var/lib/rpm/Packages": "x"},
			[]string{"var/lib/rpm/Packages: gap not-opened", "var/lib/rpm/Packages: gap unreadable"},
		},
		"the published one, of a person on Windows": {
			map[string]string{"Windows/System32/x": "", "Users/Ann/AppData/Roaming/.purple/plugins/Pidgin-ScreenShare.dll": ofWindows},
			[]string{"Users/Ann/AppData/Roaming/.purple/plugins/Pidgin-ScreenShare.dll: pidgin harmful strong-warning family-strong"},
		},
		"the published one, beside Pidgin on Windows": {
			map[string]string{
				"Windows/System32/x": "", "Users/Ann/x": "", "Program Files (x86)/Pidgin/pidgin.exe": string(fixture.PE{}.Bytes()),
				"Program Files (x86)/Pidgin/plugins/pidgin-screenshare.dll": ofWindows,
			},
			[]string{"Program Files (x86)/Pidgin/pidgin.exe: pidgin harmful strong-warning family-strong"},
		},
		"the published one, under Wine": {
			map[string]string{"etc/os-release": "x", "home/ann/.purple/plugins/pidgin-screenshare.dll": ofWindows},
			[]string{"home/ann/.purple/plugins/pidgin-screenshare.dll: pidgin harmful strong-warning family-strong"},
		},
		"the published name alone": {
			map[string]string{"Windows/System32/x": "", "Users/Ann/AppData/Roaming/.purple/plugins/pidgin-screenshare.dll": string(fixture.PE{}.Bytes())},
			[]string{"Users/Ann/AppData/Roaming/.purple/plugins/pidgin-screenshare.dll: pidgin unverified advice plug-in-added"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			linuxtest.Write(t, dir, c.files)
			root, err := platform.OpenDisk(dir)
			if err != nil {
				t.Fatal(err)
			}
			got := slices.DeleteFunc(said(t, root), func(line string) bool { return line == "Windows/System32/config/SOFTWARE: gap missing" })
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRunningPrograms has programs that run from where nobody installs any.
func TestRunningPrograms(t *testing.T) {
	dir := t.TempDir()
	marked := string(fixture.PE{Strings: []string{"ScreenShareOTR", "jabberplugins.net"}}.Bytes())
	linuxtest.Write(t, dir, map[string]string{
		"etc/os-release": "x", "srv/pidgin-screenshare.dll": marked, "srv/pidgin": string(fixture.ELF{}.Bytes()), "usr/bin/pidgin": string(fixture.ELF{}.Bytes()),
	})
	root := linuxtest.Disk(t, dir)
	root.Kind = platform.Live
	root.Running = &platform.Running{Programs: []platform.RunningProgram{{Path: "srv/pidgin-screenshare.dll"}, {Path: "srv/pidgin"}, {Path: "usr/bin/pidgin"}}}
	want := []string{
		"srv/pidgin-screenshare.dll: gap unrecorded",
		"srv/pidgin-screenshare.dll: pidgin harmful strong-warning family-strong",
		"srv/pidgin: gap unrecorded",
	}
	if diff := cmp.Diff(want, said(t, root)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
