package cli

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/apk/apktest"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform/android/adb/adbdtest"
)

// Nobody can sign as a real maker, so these phones are judged by an invented list:
// one client, whose maker's key is made by the test.
const inventedID = "org.example.invented"

func inventedList(t *testing.T, maker apktest.Key) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "clients"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`id: invented
name: Invented
maker: An Invented Maker
homepage: https://example.org
about: client.signal.about
claims:
  - {kind: apk.package, value: %[1]s, source: 1}
pins:
  - channel: play
    platform: android
    by: maker
    signer:
      - {kind: apk.cert_sha256, value: %[2]x, source: 1}
    product:
      - {kind: apk.package, value: %[1]s, source: 1}
sources:
  - {n: 1, publisher: An Invented Maker, title: An Invented Page, date: 2020-01-01, url: "https://example.org/key"}
`, inventedID, sha256.Sum256(maker.Certificate))
	if err := os.WriteFile(filepath.Join(dir, "clients", "invented.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// phoneWith is a phone of Android 14 with one client: a base.apk and its splits.
func phoneWith(base []byte, splits ...[]byte) *adbdtest.Phone {
	const folder = "/data/app/~~c3ludGhldGlj==/org.example.invented-c3ludGhldGlj==/"
	files := map[string][]byte{folder + "base.apk": base}
	paths := "package:" + folder + "base.apk\n"
	for i, s := range splits {
		name := fmt.Sprintf("%ssplit_config.part%d.apk", folder, i)
		files[name] = s
		paths += "package:" + name + "\n"
	}
	answers := map[string]string{
		"getprop ro.build.version.sdk": "34\n",
		"pm list users":                "Users:\n\tUserInfo{0:Owner:c13} running\n",
		"pm list packages -f -i -U --user 0": "package:" + folder + "base.apk=" + inventedID +
			"  installer=com.android.vending uid:10150\n",
		"pm path --user 0 " + inventedID: paths,
		"dumpsys package " + inventedID: "Packages:\n  Package [" + inventedID + "] (1a2b3c):\n    versionName=1.0\n" +
			"    installerPackageName=com.android.vending\n",
	}
	return &adbdtest.Phone{Model: "Synthetic", Files: files, Run: func(command string) adbdtest.Answer {
		return adbdtest.Answer{Stdout: answers[command]}
	}}
}

func signedAPK(m apktest.Manifest, scheme uint32, signers ...apktest.Signer) []byte {
	m.MinSDK, m.TargetSDK, m.VersionName = max(28, m.MinSDK), max(34, m.MinSDK), "1.0"
	unsigned := apktest.Package{Manifest: m}.Unsigned()
	return apktest.WithBlock(unsigned, apktest.Scheme(scheme, unsigned, signers...))
}

// TestPhoneVerdicts: what is on the phone decides, all of it, and only what was read.
func TestPhoneVerdicts(t *testing.T) {
	server := adbdtest.StartServer(t)
	maker, other := apktest.NewKey("Maker", "An Invented Maker"), apktest.NewKey("Other", "Somebody Else")
	debug := apktest.NewKey("Android Debug", "Android")
	list := inventedList(t, maker)
	app, part := apktest.Manifest{Package: inventedID}, apktest.Manifest{Package: inventedID, Split: "config.part"}
	later := apktest.Manifest{Package: inventedID, Split: "config.part", MinSDK: 40}
	elsewhere := apktest.Manifest{Package: "org.example.elsewhere", Split: "config.part"}
	by := func(m apktest.Manifest, k apktest.Key) []byte {
		return signedAPK(m, apktest.V2, apktest.Signer{Key: k})
	}
	rotated := func(k apktest.Key, from apktest.Key) []byte {
		return signedAPK(app, apktest.V3, apktest.Signer{Key: k, From: 28, To: 1<<31 - 1, Lineage: []apktest.Key{from}})
	}
	changed := by(part, maker)
	changed[len(changed)/3] ^= 1
	tooLarge := phoneWith(by(app, maker), by(part, maker))
	tooLarge.Sizes = map[string]int64{}
	for path := range tooLarge.Files {
		if strings.Contains(path, "split") {
			tooLarge.Sizes[path] = 600 << 20
		}
	}
	gone := phoneWith(by(app, maker), by(part, maker))
	for path := range gone.Files {
		if strings.Contains(path, "split") {
			delete(gone.Files, path)
		}
	}
	for _, c := range []struct {
		name    string
		phone   *adbdtest.Phone
		verdict judge.Verdict
		reason  string
		gaps    []string
	}{
		{"the maker's", phoneWith(by(app, maker)), judge.Official, "", nil},
		{"the maker's, in parts", phoneWith(by(app, maker), by(part, maker), by(part, maker)), judge.Official, "", nil},
		{"another key", phoneWith(by(app, other)), judge.Mismatch, judge.ReasonOtherSigner, nil},
		{"a part by another key", phoneWith(by(app, maker), by(part, other)), judge.Mismatch, judge.ReasonOtherSigner, nil},
		{"a part of another app by another key", phoneWith(by(app, maker), by(elsewhere, other)), judge.Mismatch, judge.ReasonOtherSigner, nil},
		{"a part that was changed", phoneWith(by(app, maker), changed), judge.Mismatch, judge.ReasonBrokenSignature, nil},
		{"a part without signature", phoneWith(by(app, maker), apktest.Package{Manifest: part}.Unsigned()), judge.Unverified, judge.ReasonUnsigned, nil},
		{"a part for later versions of Android by another key", phoneWith(by(app, maker), by(later, other)), judge.Unverified, "", nil},
		{"a debug key", phoneWith(by(app, debug)), judge.Mismatch, judge.ReasonPublicTestKey, nil},
		{"a key that the maker's vouches for", phoneWith(rotated(other, maker)), judge.Unverified, judge.ReasonRotatedKey, nil},
		{"a key that somebody else's vouches for", phoneWith(rotated(other, debug)), judge.Mismatch, judge.ReasonOtherSigner, nil},
		{"the maker's, that somebody else's key vouches for", phoneWith(rotated(maker, other)), judge.Official, "", nil},
		{"a part that is too large", tooLarge, judge.Unverified, judge.ReasonUnreadable, []string{"too-large"}},
		{"a part that is not there", gone, judge.Unverified, judge.ReasonUnreadable, []string{"unreadable"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			serial := server.Connect(t, c.phone)
			res := runPhone(t, server, "--json", "--signatures", list, "--serial", serial).result(t)
			if len(res.Findings) != 1 {
				t.Fatalf("%d findings, gaps %v", len(res.Findings), res.Gaps)
			}
			f := res.Findings[0]
			if f.Verdict != c.verdict || c.reason != "" && f.Reason != c.reason {
				t.Errorf("%s (%s), want %s (%s): %+v", f.Verdict, f.Reason, c.verdict, c.reason, f.Reasons)
			}
			if got := gapKinds(res); !slices.Equal(got, c.gaps) {
				t.Errorf("gaps %v, want %v", got, c.gaps)
			}
		})
	}
}

// TestContainersOfApps: what a person downloads for a phone is often an app in
// parts. Each part is asked for its own signature there too.
func TestContainersOfApps(t *testing.T) {
	maker, other := apktest.NewKey("Maker", "An Invented Maker"), apktest.NewKey("Other", "Somebody Else")
	list := inventedList(t, maker)
	by := func(split string, k apktest.Key) []byte {
		return signedAPK(apktest.Manifest{Package: inventedID, Split: split}, apktest.V2, apktest.Signer{Key: k})
	}
	for _, c := range []struct {
		name     string
		files    fixture.Files
		verdicts []judge.Verdict
		gap      string
	}{
		{"app.apks", fixture.Files{"toc.pb": []byte("x"), "splits/base-master.apk": by("", maker), "splits/base-de.apk": by("config.de", maker)}, []judge.Verdict{judge.Official}, ""},
		{"app.apkm", fixture.Files{"info.json": []byte("{}"), "base.apk": by("", maker), "split_config.de.apk": by("config.de", maker)}, []judge.Verdict{judge.Official}, ""},
		{"app.xapk", fixture.Files{"manifest.json": []byte("{}"), inventedID + ".apk": by("", maker), "config.de.apk": by("config.de", other)}, []judge.Verdict{judge.Mismatch}, ""},
		{"app.aab", fixture.Files{"BundleConfig.pb": []byte("x"), "base/manifest/AndroidManifest.xml": []byte("x")}, nil, "not-opened"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), c.name)
			if err := os.WriteFile(file, fixture.Zip(c.files), 0o644); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			p := &program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, env: func(string) string { return "" }, unconfined: true}
			code := p.run(t.Context(), []string{"inspect", "--json", "--signatures", list, file})
			res := phoneRun{code, stdout.String(), stderr.String()}.result(t)
			var verdicts []judge.Verdict
			for _, f := range res.Findings {
				verdicts = append(verdicts, f.Verdict)
			}
			if !slices.Equal(verdicts, c.verdicts) {
				t.Errorf("%v, want %v: %+v", verdicts, c.verdicts, res.Findings)
			}
			if c.gap != "" && !slices.Contains(gapKinds(res), c.gap) {
				t.Errorf("gaps %v", res.Gaps)
			}
		})
	}
}

// TestLookAlikeOnAPhone: an app whose id differs from a client's by what a reader
// may miss is pulled too, and told as that.
func TestLookAlikeOnAPhone(t *testing.T) {
	server := adbdtest.StartServer(t)
	const likeIt = "org.example.lnvented"
	maker, other := apktest.NewKey("Maker", "An Invented Maker"), apktest.NewKey("Other", "Somebody Else")
	phone := phoneWith(signedAPK(apktest.Manifest{Package: likeIt}, apktest.V2, apktest.Signer{Key: other}))
	run := phone.Run
	phone.Run = func(command string) adbdtest.Answer {
		a := run(strings.ReplaceAll(command, likeIt, inventedID))
		a.Stdout = strings.ReplaceAll(a.Stdout, "="+inventedID, "="+likeIt)
		a.Stdout = strings.ReplaceAll(a.Stdout, "["+inventedID, "["+likeIt)
		return a
	}
	serial := server.Connect(t, phone)
	res := runPhone(t, server, "--json", "--signatures", inventedList(t, maker), "--serial", serial).result(t)
	if len(res.Findings) != 1 || len(res.Gaps) != 0 {
		t.Fatalf("%d findings, gaps %v", len(res.Findings), res.Gaps)
	}
	f := res.Findings[0]
	if told := slices.ContainsFunc(f.Reasons, func(r judge.Reason) bool { return r.Code == judge.ReasonLookAlike }); f.Verdict != judge.Unverified || !told {
		t.Errorf("%s: %+v", f.Verdict, f.Reasons)
	}
}
