package androidqf_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/platform/androidqf"
	"github.com/chatvet/chatvet/platform/hosttest"
	"github.com/chatvet/chatvet/signatures"
)

// acquisition is a synthetic one. The messages in it are nobody's business.
func acquisition() map[string]string {
	return map[string]string{
		"packages.json": `[
 {"name": "org.thoughtcrime.securesms", "installer": "null", "files": [
  {"path": "/data/app/x==/split_a.apk", "local_name": "s_split.apk"},
  {"path": "/data/app/x==/base.apk", "local_name": "s.apk"},
  {"path": "/data/app/x==/split_b.apk", "local_name": ""}]},
 {"package_name": "com.whatsapp", "installer": "com.android.vending", "files": [{"path": "/data/app/y/base.apk", "local_name": "../../../../etc/passwd"}]},
 {"name": "a;reboot"}, {"name": "org.example.other"}
]`,
		"dumpsys.txt":      "Packages:\n  Package [com.viber.voip] (1):\n    versionName=3\n",
		"getprop.txt":      "[ro.build.id]: [x]\n[ro.build.version.sdk]: [29]\n",
		"apks/s.apk":       "main",
		"apks/s_split.apk": "part",
		"apks/x.txt":       "no app",
		"sms.json":         "messages",
		"backup.ab":        "messages",
	}
}

func onDisk(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func zipped(t testing.TB, files map[string]string, more ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	names := append([]string{}, more...)
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, files[name])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(onDisk(t, map[string]string{"a.zip": b.String()}), "a.zip")
}

// find opens and searches an acquisition.
func find(t testing.TB, name string) (found, gaps []string, root platform.Root) {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	o, err := androidqf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	sink := &hosttest.Sink{}
	if err := (androidqf.Lookup{}).Find(t.Context(), o.Root, list, sink); err != nil {
		t.Fatal(err)
	}
	for _, c := range sink.Candidates {
		line := c.Path
		for _, f := range c.Files {
			line += " +" + f.Path
		}
		if c.Recorded {
			line += " recorded"
		}
		found = append(found, line)
	}
	for _, g := range sink.Gaps {
		gaps = append(gaps, g.Kind+" "+g.Where)
	}
	return found, gaps, o.Root
}

func TestAcquisition(t *testing.T) {
	for name, path := range map[string]string{"folder": onDisk(t, acquisition()), "zip": zipped(t, acquisition())} {
		t.Run(name, func(t *testing.T) {
			found, gaps, root := find(t, path)
			if diff := cmp.Diff([]string{"apks/s.apk +apks/s.apk +apks/s_split.apk", "com.whatsapp recorded", "com.viber.voip recorded"}, found); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"not-in-copy org.thoughtcrime.securesms", "not-in-copy com.whatsapp", "not-in-copy com.viber.voip"}, gaps); diff != "" {
				t.Error(diff)
			}
			for _, name := range []string{"sms.json", "backup.ab", "apks/../sms.json", "apks/x.txt", "../x"} {
				if _, err := root.FS.Open(name); !errors.Is(err, platform.ErrPrivate) {
					t.Errorf("%s was opened: %v", name, err)
				}
			}
			file, err := root.FS.Open("apks/s.apk")
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if b, err := io.ReadAll(io.NewSectionReader(file, 0, 100)); string(b) != "main" || err != nil {
				t.Errorf("%q, %v", b, err)
			}
			if o, err := androidqf.Open(path); err != nil || o.SDK != 29 {
				t.Errorf("version %d, %v", o.SDK, err)
			}
		})
	}
}

// TestUnnamedCopies: several versions of AndroidQF write no local_name. Their copies
// are known by the names that the tool gave them.
func TestUnnamedCopies(t *testing.T) {
	const list = `[
 {"name": "com.whatsapp", "files": [
  {"path": "/data/app/~~a==/com.whatsapp-b==/split_x.apk", "local_name": ""},
  {"path": "/data/app/~~a==/com.whatsapp-b==/base.apk", "local_name": ""}]},
 {"name": "org.telegram.messenger", "files": [
  {"path": "/data/app/org.telegram.messenger-c==/base.apk"},
  {"path": "/data/app/org.telegram.messenger-c==/split_y.apk", "error": "it failed"}]},
 {"name": "com.viber.voip", "files": [{"path": "/system/app/Viber/Viber.apk"}]},
 {"name": "org.thoughtcrime.securesms", "files": [{"path": "/data/app/org.thoughtcrime.securesms-d==/base.apk"}]}
]`
	found, gaps, _ := find(t, onDisk(t, map[string]string{
		"packages.json":                             list,
		"apks/com.whatsapp_com.whatsapp-b.apk":      "part",
		"apks/com.whatsapp_com.whatsapp-b_1.apk":    "main",
		"apks/org.telegram.messenger_base.apk":      "main",
		"apks/com.viber.voip.apk":                   "main",
		"apks/org.thoughtcrime.securesms_other.apk": "another",
	}))
	if diff := cmp.Diff([]string{
		"apks/com.whatsapp_com.whatsapp-b_1.apk +apks/com.whatsapp_com.whatsapp-b_1.apk +apks/com.whatsapp_com.whatsapp-b.apk",
		"apks/org.telegram.messenger_base.apk +apks/org.telegram.messenger_base.apk",
		"apks/com.viber.voip.apk +apks/com.viber.voip.apk",
		"org.thoughtcrime.securesms recorded",
	}, found); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"not-in-copy org.telegram.messenger", "not-in-copy org.thoughtcrime.securesms"}, gaps); diff != "" {
		t.Error(diff)
	}
}

// TestOfMVT: MVT writes a list of its own.
func TestOfMVT(t *testing.T) {
	found, gaps, _ := find(t, onDisk(t, map[string]string{
		"apks.json": `[{"package_name": "com.whatsapp", "system": false, "files": [
  {"path": "/data/app/y==/base.apk", "local_name": "", "local_path": "/home/x/out/apks/com.whatsapp_base.apk"}]}]`,
		"apks/com.whatsapp_base.apk": "main",
	}))
	if diff := cmp.Diff([]string{"apks/com.whatsapp_base.apk +apks/com.whatsapp_base.apk"}, found); diff != "" {
		t.Error(diff)
	}
	if len(gaps) != 0 {
		t.Errorf("gaps: %q", gaps)
	}
}

// TestWithoutList: where nothing says which file is which app, each is looked at.
func TestWithoutList(t *testing.T) {
	found, _, _ := find(t, onDisk(t, map[string]string{"apks/b.apk": "x", "apks/a.apk": "x"}))
	if diff := cmp.Diff([]string{"apks/a.apk", "apks/b.apk"}, found); diff != "" {
		t.Error(diff)
	}
}

func TestDumpAlone(t *testing.T) {
	dir := onDisk(t, map[string]string{"whole.txt": "Package [com.viber.voip] (1):\nDUMP OF SERVICE package:\n  Package [com.whatsapp] (1):\nDUMP OF SERVICE x:\n  Package [com.viber.voip] (1):\n"})
	found, _, _ := find(t, filepath.Join(dir, "whole.txt"))
	if diff := cmp.Diff([]string{"com.whatsapp recorded"}, found); diff != "" {
		t.Error(diff)
	}
}

func TestBroken(t *testing.T) {
	for name, c := range map[string]struct {
		change func(map[string]string)
		gap    string
	}{
		"list empty":   {func(m map[string]string) { m["packages.json"] = "" }, "corrupt packages.json"},
		"list cut":     {func(m map[string]string) { m["packages.json"] = m["packages.json"][:200] }, "corrupt packages.json"},
		"list is none": {func(m map[string]string) { m["packages.json"] = `{"name": "x"}` }, "corrupt packages.json"},
		"long line":    {func(m map[string]string) { m["dumpsys.txt"] = strings.Repeat("x", 2<<20) }, "corrupt dumpsys.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			files := acquisition()
			c.change(files)
			if _, gaps, _ := find(t, onDisk(t, files)); !slices.Contains(gaps, c.gap) {
				t.Errorf("gaps: %q", gaps)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := onDisk(t, map[string]string{"locked.zip.age": "age-encryption.org/v1\n-> x", "empty/x": "", "none.zip": "PK\x05\x06" + strings.Repeat("\x00", 18), "cut.zip": "PK\x03\x04"})
	var none *androidqf.NotAcquisitionError
	if _, err := androidqf.Open(filepath.Join(dir, "locked.zip.age")); !errors.As(err, &none) || !none.Encrypted {
		t.Error(err)
	}
	for _, name := range []string{"empty", "none.zip"} {
		if _, err := androidqf.Open(filepath.Join(dir, name)); !errors.As(err, &none) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"cut.zip", "gone"} {
		if _, err := androidqf.Open(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s was opened", name)
		}
	}
	o, err := androidqf.Open(zipped(t, acquisition(), "apks/s.apk"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Root.FS.Open("apks/s.apk"); err == nil {
		t.Error("one of two files of the same name was opened")
	}
}

// TestHostile: a broken zip file is refused, or what is left of it is told with its
// gaps.
func TestHostile(t *testing.T) {
	whole, err := os.ReadFile(zipped(t, acquisition()))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for how, broken := range fixture.Hostile(whole, 30, 64, len(whole)/2, len(whole)-22, len(whole)) {
		name := filepath.Join(dir, "x")
		if err := os.WriteFile(name, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := androidqf.Open(name); err != nil {
			continue
		}
		if found, gaps, _ := find(t, name); len(found) == 0 && len(gaps) == 0 {
			t.Errorf("%s: nothing was said", how)
		}
	}
}

// TestLyingSize: an entry that is longer than the directory says is not taken for
// whole.
func TestLyingSize(t *testing.T) {
	whole, err := os.ReadFile(zipped(t, map[string]string{"apks/s.apk": "twelve bytes", "packages.json": "[]"}))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(whole, []byte("PK\x01\x02")) // the directory's entry of apks/s.apk, the first
	for _, size := range []byte{0, 1, 0xff} {
		lying := bytes.Clone(whole)
		lying[at+24] = size
		name := filepath.Join(onDisk(t, map[string]string{"x.zip": string(lying)}), "x.zip")
		o, err := androidqf.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Root.FS.Open("apks/s.apk"); err == nil {
			t.Errorf("a size of %d was believed", size)
		}
	}
}

func FuzzAcquisition(f *testing.F) {
	whole, err := os.ReadFile(zipped(f, acquisition()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("Packages:\n  Package [com.whatsapp] (1):\n"))
	list, err := signatures.Embedded()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		name := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(name, in, 0o600); err != nil {
			t.Fatal(err)
		}
		o, err := androidqf.Open(name)
		if err != nil {
			return
		}
		sink := &hosttest.Sink{}
		if err := (androidqf.Lookup{}).Find(t.Context(), o.Root, list, sink); err != nil {
			t.Fatal(err)
		}
		for _, c := range sink.Candidates {
			for _, file := range c.Files {
				if file, err := o.Root.FS.Open(file.Path); err == nil {
					file.Close()
				}
			}
		}
	})
}
