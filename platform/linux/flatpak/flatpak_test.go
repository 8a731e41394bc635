package flatpak

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/linux/linuxtest"
	"github.com/chatvet/chatvet/signatures"
)

const id = "org.signal.Signal"

func list() *signatures.List {
	return linuxtest.List(signatures.Indicator{Kind: signatures.FlatpakID, Value: id})
}

// TestReal installs an app with flatpak itself, from a repository that flatpak
// made, and compares what is found with what flatpak says.
func TestReal(t *testing.T) {
	dir := t.TempDir()
	env := []string{"HOME=" + dir + "/home", "FLATPAK_USER_DIR=" + dir + "/root/var/lib/flatpak", "FLATPAK_SYSTEM_DIR=" + dir + "/none"}
	linuxtest.Write(t, dir, map[string]string{
		"home/x":                "",
		"app/metadata":          "[Application]\nname=" + id + "\nruntime=org.example.Platform/x86_64/1\ncommand=signal-desktop\n",
		"app/files/bin/another": "#!/bin/sh\n", "app/files/bin/signal-desktop": "#!/bin/sh\n",
		"app/files/share/metainfo/" + id + ".metainfo.xml": `<component><releases><release version="7.1"/><release version="7.0"/></releases></component>`,
		"app/export/x": "",
	})
	linuxtest.Tool(t, dir, env, "flatpak", "build-export", "--disable-sandbox", "--arch=x86_64", "repo", "app", "stable")
	linuxtest.Tool(t, dir, env, "flatpak", "remote-add", "--user", "--no-gpg-verify", "a-remote", "file://"+dir+"/repo")
	linuxtest.Tool(t, dir, env, "flatpak", "install", "--user", "-y", "--noninteractive", "--no-deps", "--no-related", "a-remote", id)
	said := strings.Fields(linuxtest.Tool(t, dir, env, "flatpak", "info", "--user", "--show-origin", "--show-commit", id))

	sink := linuxtest.Find(t, Lookup{}, linuxtest.Disk(t, dir+"/root"), list())
	if len(sink.Candidates) != 1 || len(sink.Gaps) > 0 {
		t.Fatalf("candidates %v, gaps %v", sink.Candidates, sink.Gaps)
	}
	c := sink.Candidates[0]
	origin, _, _ := strings.Cut(linuxtest.Value(c.Facts, signatures.PackageOrigin), " ")
	if diff := cmp.Diff(said, []string{origin, linuxtest.Value(c.Facts, signatures.FlatpakCommit)}); diff != "" {
		t.Errorf("flatpak info (-want +got):\n%s", diff)
	}
	if c.Version != "7.1" || c.Arch != "x86_64" || !strings.HasSuffix(c.Path, "/files/bin/signal-desktop") || len(c.Files) != 2 {
		t.Errorf("candidate %+v", c)
	}
}

const commit = "c04334c5f732d666e5381c69a526447eb593329785a02932513ff8b412bd5b7a"

// host is a machine with one app, synthetic; deploy holds the zero bytes of the
// record as "|".
func host(t *testing.T, more string, deploy string) platform.Root {
	branch := systemDir + "/app/" + id + "/x86_64/stable/"
	return linuxtest.Host(t, "-- "+branch+"active [link="+commit+"] --\n-- "+branch+commit+"/files/bin/x [mode=755] --\nx\n"+
		"-- "+branch+commit+"/deploy --\n"+strings.ReplaceAll(deploy, "|", "\x00")+"\n"+more)
}

func TestOrigin(t *testing.T) {
	config := "-- " + systemDir + "/repo/config --\n[remote \"flathub\"]\nurl=https://ann:secret@dl.example.org/repo/?token=1\n"
	metadata := "-- " + systemDir + "/app/" + id + "/x86_64/stable/" + commit + "/metadata --\n[Application]\ncommand=x\n"
	for name, c := range map[string]struct{ more, deploy, want string }{
		"remote with its address":     {config + metadata, "flathub|" + commit + "|", "flathub (https://dl.example.org/repo/)"},
		"remote that was taken away":  {config + metadata, "gone|" + commit + "|", "gone"},
		"record of another commit":    {config + metadata, "flathub|" + strings.Repeat("0", 64) + "|", ""},
		"record that ends in between": {config + metadata, "flathub|" + commit, ""},
		"no record":                   {config + metadata, "", ""},
	} {
		sink := linuxtest.Find(t, Lookup{}, host(t, c.more, c.deploy), list())
		if len(sink.Candidates) != 1 {
			t.Errorf("%s: %v", name, sink.Candidates)
			continue
		}
		if got := linuxtest.Value(sink.Candidates[0].Facts, signatures.PackageOrigin); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if (c.want == "") != (len(sink.Gaps) > 0) {
			t.Errorf("%s: gaps %v", name, sink.Gaps)
		}
	}
}

func TestLinksThatLeadElsewhere(t *testing.T) {
	for _, target := range []string{"/home/ann/.config/Signal", "..", "/etc", "active"} {
		root := linuxtest.Host(t, "-- home/ann/.config/Signal/config.json --\nx\n-- etc/bin/x [mode=755] --\nx\n-- "+
			systemDir+"/app/"+id+"/x86_64/stable/active [link="+target+"] --\n-- "+systemDir+"/app/not.wanted/x --\n")
		sink := linuxtest.Find(t, Lookup{}, root, list())
		if len(sink.Candidates) > 0 || len(sink.Gaps) != 2 { // the link and the missing settings
			t.Errorf("%s: candidates %v, gaps %v", target, sink.Candidates, sink.Gaps)
		}
		if sink.Packages != 1 {
			t.Errorf("%d other apps, want 1", sink.Packages)
		}
	}
}

func TestInstallationOfOnePerson(t *testing.T) {
	dir := "home/ann/" + userDir + "/app/" + id + "/x86_64/stable/"
	root := linuxtest.Host(t, "-- "+dir+"active [link="+commit+"] --\n-- "+dir+commit+"/files/lib/a.so --\nx\n-- "+dir+commit+"/files/lib/a.txt --\nx\n")
	sink := linuxtest.Find(t, Lookup{}, root, list())
	if len(sink.Candidates) != 1 || sink.Candidates[0].Path != dir+commit+"/files/lib/a.so" || len(sink.Candidates[0].Files) != 1 {
		t.Errorf("candidates %+v", sink.Candidates)
	}
}

func TestFirstRelease(t *testing.T) {
	for in, want := range map[string]string{
		``:                                     "",
		`<c><releases/></c>`:                   "",
		`<c><release date="x" version="2"/>`:   "2",
		`<c><release/><release version="1"/>`:  "1",
		`<c>&&<release version="1"/>`:          "",
		`<!DOCTYPE c><c><release version='3'>`: "3",
	} {
		if got := firstRelease([]byte(in)); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte("flathub\x00" + commit + "\x00"))
	f.Add([]byte(`<component><releases><release version="7.1"/>`))
	f.Fuzz(func(t *testing.T, in []byte) {
		firstRelease(in)
		if _, commit, err := parseDeploy(in); err == nil && !isCommit(commit) {
			t.Errorf("commit %q", commit)
		}
	})
}
