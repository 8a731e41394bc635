package dumpsys_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/chatvet/chatvet/platform/android/dumpsys"
)

// recorded are the answers of a synthetic phone by command.
func recorded(t *testing.T, version int) map[string]string {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("..", "..", "..", "testdata", "phone", fmt.Sprintf("android-%d.txtar", version)))
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	for _, f := range a.Files {
		answers[f.Name] = string(f.Data)
	}
	return answers
}

func TestAndroid8To15(t *testing.T) {
	const id = "org.telegram.messenger"
	for version := 8; version <= 15; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			answers := recorded(t, version)
			users := []dumpsys.User{{ID: 0, Running: true}, {ID: 10, Profile: true, Running: true}, {ID: 11}}
			if diff := cmp.Diff(users, dumpsys.Users(answers["pm list users"])); diff != "" {
				t.Error(diff)
			}
			folder := "/data/app/org.telegram.messenger-c3ludGhldGlj=="
			if version >= 11 {
				folder = "/data/app/~~Q2hhdHZldA==/org.telegram.messenger-c3ludGhldGlj=="
			}
			all, broken, tooMany := dumpsys.Packages(answers["pm list packages -f -i -U --user 0"])
			if len(all) != 3 || broken != 0 || tooMany {
				t.Fatalf("%d packages, %d broken, too many: %v", len(all), broken, tooMany)
			}
			listed := dumpsys.Listed{ID: id, Path: folder + "/base.apk", Installer: "com.android.vending", UID: "10150"}
			if diff := cmp.Diff(listed, all[1]); diff != "" {
				t.Error(diff)
			}
			if all[2].Installer != "" {
				t.Errorf("no installer came out as %q", all[2].Installer)
			}
			paths := []string{folder + "/base.apk", folder + "/split_config.arm64_v8a.apk"}
			if diff := cmp.Diff(paths, dumpsys.Paths(answers["pm path --user 0 "+id])); diff != "" {
				t.Error(diff)
			}
			want := dumpsys.Package{ID: id, Version: "10.0.1", VersionCode: "1001", Installer: "com.android.vending",
				FirstInstall: "2023-01-02 03:04:05", CertHashes: []string{"c0ffee12"}}
			if version >= 12 {
				want.CertSHA256 = []string{strings.Repeat("ab", 32)}
			}
			got, ok := dumpsys.PackageOf(answers["dumpsys package "+id], id)
			if diff := cmp.Diff(want, got); !ok || diff != "" {
				t.Errorf("found: %v\n%s", ok, diff)
			}
			if _, ok := dumpsys.PackageOf(answers["dumpsys package "+id], "org.telegram"); ok {
				t.Error("another package was found")
			}
			const elsewhere = "org.thoughtcrime.securesms" // only the profile has it
			got, _ = dumpsys.PackageOf(answers["dumpsys package "+elsewhere], elsewhere)
			if got.FirstInstall != "2023-06-07 08:09:10" {
				t.Errorf("what only the profile has was installed at %q", got.FirstInstall)
			}
		})
	}
}

func TestOddLines(t *testing.T) {
	for _, c := range []struct {
		line string
		want dumpsys.Listed
	}{
		{"package:org.example.a", dumpsys.Listed{ID: "org.example.a"}},
		{"package:/a=b/base.apk=org.example.a", dumpsys.Listed{ID: "org.example.a", Path: "/a=b/base.apk"}},
		{"package:/x.apk=org.example.a uid:10001,1010001", dumpsys.Listed{ID: "org.example.a", Path: "/x.apk", UID: "10001,1010001"}},
		{"package:/x.apk=org.example.a  installer=a;reboot", dumpsys.Listed{ID: "org.example.a", Path: "/x.apk"}},
	} {
		all, broken, _ := dumpsys.Packages(c.line + "\r\n")
		if len(all) != 1 || broken != 0 || all[0] != c.want {
			t.Errorf("%q: %+v, %d broken", c.line, all, broken)
		}
	}
	for _, line := range []string{"package:", "package:/x.apk=", "package:/x.apk=a;reboot", "package:/x.apk=$(reboot)", "package:" + strings.Repeat("a", 256)} {
		if all, broken, _ := dumpsys.Packages(line); len(all) != 0 || broken != 1 {
			t.Errorf("%q: %v, %d broken", line, all, broken)
		}
	}
}

func TestBounds(t *testing.T) {
	if all, _, tooMany := dumpsys.Packages(strings.Repeat("package:a.b\n", 20_001)); len(all) != 20_000 || !tooMany {
		t.Errorf("%d packages, too many: %v", len(all), tooMany)
	}
	if n := len(dumpsys.Users(strings.Repeat("UserInfo{1:a:0}\n", 100))); n != 64 {
		t.Errorf("%d users", n)
	}
	if n := len(dumpsys.Paths(strings.Repeat("package:/a\n", 1000))); n != 256 {
		t.Errorf("%d paths", n)
	}
}

func FuzzDumpsys(f *testing.F) {
	for _, seed := range []string{"", "Users:\n\tUserInfo{0:O:w}n}:c13} running", "package:/a=b.apk=c  installer=d uid:1",
		"Packages:\n  Package [a.b] (1):\n    versionName=1\n    signatures=PackageSignatures{1 [2, 3]}\nDomain verification status:\n a.b:\n Signatures: [AA:BB]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		dumpsys.Users(text)
		dumpsys.Paths(text)
		all, _, _ := dumpsys.Packages(text)
		for _, p := range all {
			if !dumpsys.IsPackageID(p.ID) {
				t.Errorf("%q is no id", p.ID)
			}
		}
		dumpsys.PackageOf(text, "a.b")
	})
}
