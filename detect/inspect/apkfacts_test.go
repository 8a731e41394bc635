package inspect

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/apk/apktest"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
	"github.com/google/go-cmp/cmp"
)

// signedPackage is a package of a made-up maker, signed with v2.
func signedPackage(key apktest.Key, m apktest.Manifest, files map[string][]byte) []byte {
	unsigned := apktest.Package{Manifest: m, Files: files}.Unsigned()
	return apktest.WithBlock(unsigned, apktest.Scheme(apktest.V2, unsigned, apktest.Signer{Key: key}))
}

func TestAndroidPackage(t *testing.T) {
	key := apktest.NewKey("Example Chat", "Example Chat Ltd")
	b := signedPackage(key, apktest.Manifest{
		Package: "org.example.chat", VersionName: "8.1", Label: "Example Chat", MinSDK: 24, TargetSDK: 34, Debuggable: true,
		Permissions: []string{"android.permission.READ_SMS"}, Services: []string{".Push"}, Receivers: []string{".Boot"},
	}, nil)
	got := inspect(t, "chat.apk", b)
	want := []signatures.Fact{
		{Kind: signatures.FileName, Value: "chat.apk", Place: "chat.apk"},
		{Kind: signatures.APKPackage, Value: "org.example.chat"},
		{Kind: signatures.APKLabel, Value: "Example Chat"},
		{Kind: signatures.APKVersion, Value: "8.1"},
		{Kind: signatures.APKMinSDK, Value: "24"},
		{Kind: signatures.APKTargetSDK, Value: "34"},
		{Kind: signatures.APKDebuggable, Value: "true"},
		{Kind: signatures.APKPermission, Value: "android.permission.READ_SMS"},
		{Kind: signatures.APKService, Value: ".Push"},
		{Kind: signatures.APKReceiver, Value: ".Boot"},
	}
	if diff := cmp.Diff(want, got.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if got.Format != signatures.APK || got.Product != "Example Chat" || got.Version != "8.1" {
		t.Errorf("%s %q %q", got.Format, got.Product, got.Version)
	}
	if len(got.Signatures) != 1 || got.Signatures[0].Integrity != inventory.Intact || got.Signatures[0].Signers[0].Organization != "Example Chat Ltd" {
		t.Errorf("signatures: %+v", got.Signatures)
	}
	if len(got.Gaps) > 0 {
		t.Errorf("gaps: %+v", got.Gaps)
	}
}

// A file that changed meanwhile, or was not read to its end, is not intact.
func TestAndroidPackageThatCannotBeRead(t *testing.T) {
	b := signedPackage(apktest.NewKey("Example Chat", "Example Chat Ltd"), apktest.Manifest{Package: "org.example.chat", MinSDK: 24}, map[string][]byte{"assets/a": bytes.Repeat([]byte("abc"), 1000)})
	whole := bytes.NewReader(b)
	holed := holedReader{whole, 40, 50}
	got := inspector(t, DefaultLimits).File(context.Background(), Source{Name: "chat.apk", ReaderAt: holed, Size: int64(len(b))})
	for _, s := range got.Signatures {
		if s.Integrity == inventory.Intact {
			t.Errorf("%+v", s)
		}
	}
	if len(got.Gaps) == 0 {
		t.Error("no gap")
	}
}

// holedReader fails between two offsets.
type holedReader struct {
	*bytes.Reader
	from, to int64
}

func (h holedReader) ReadAt(p []byte, off int64) (int, error) {
	if off < h.to && off+int64(len(p)) > h.from {
		return fixture.Broken{R: h.Reader, Good: h.from}.ReadAt(p, off)
	}
	return h.Reader.ReadAt(p, off)
}

func TestWhatIsAnAndroidPackage(t *testing.T) {
	key := apktest.NewKey("Example Chat", "Example Chat Ltd")
	packaged := apktest.Package{Manifest: apktest.Manifest{Package: "org.example.chat"}}.Unsigned()
	bundle := fixture.Zip(fixture.Files{"BundleConfig.pb": []byte("x"), "base/manifest/AndroidManifest.xml": []byte("x")})
	for _, test := range []struct {
		name   string
		file   []byte
		format signatures.Format
		gap    string
		inside []signatures.Format
	}{
		{"an app", packaged, signatures.APK, "", nil},
		{"an app behind a program", append([]byte("dex\n035\x00"), moved(packaged, 8)...), signatures.APK, "", nil},
		{"source code", fixture.Zip(fixture.Files{"AndroidManifest.xml": []byte("\ufeff\n<?xml version='1.0'?><manifest/>")}), signatures.Zip, "", nil},
		{"a bundle for a store", bundle, signatures.Zip, gapNotOpened, nil},
		{"an app in parts", fixture.Zip(fixture.Files{
			"manifest.json": []byte("{}"), "base.apk": signedPackage(key, apktest.Manifest{Package: "org.example.chat", MinSDK: 24}, nil),
			"split_config.de.apk": signedPackage(key, apktest.Manifest{Package: "org.example.chat", Split: "config.de", MinSDK: 24}, nil),
		}), signatures.Zip, "", []signatures.Format{signatures.APK, signatures.APK}},
	} {
		got := inspect(t, "a.xapk", test.file)
		if got.Format != test.format {
			t.Errorf("%s is %s, want %s", test.name, got.Format, test.format)
		}
		if told := len(got.Gaps) > 0 && got.Gaps[0].Kind == test.gap; told != (test.gap != "") {
			t.Errorf("%s: gaps %+v", test.name, got.Gaps)
		}
		var inside []signatures.Format
		for _, b := range got.Inside {
			inside = append(inside, b.Format)
			if len(b.Signatures) == 0 || b.Signatures[0].Integrity != inventory.Intact {
				t.Errorf("%s: %s: %+v", test.name, b.Path, b.Signatures)
			}
		}
		if diff := cmp.Diff(test.inside, inside); diff != "" {
			t.Errorf("%s: inside (-want +got):\n%s", test.name, diff)
		}
	}
}

// moved is a zip file whose offsets are those of one that something stands
// before.
func moved(b []byte, by int) []byte {
	b = bytes.Clone(b)
	directory := bytes.Index(b, []byte("PK\x01\x02"))
	for at := directory; at >= 0 && string(b[at:at+4]) == "PK\x01\x02"; {
		b[at+42] += byte(by)
		at += 46 + int(b[at+28]) + int(b[at+30]) + int(b[at+32])
	}
	end := len(b) - 22
	n := int(b[end+16]) | int(b[end+17])<<8 + by
	b[end+16], b[end+17] = byte(n), byte(n>>8)
	return b
}

// The program of a package is searched where a family asks for what is in it.
func TestProgramInsideAnAndroidPackage(t *testing.T) {
	list := signatures.NewList("2026.01.01.1", "2026-01-01", []*signatures.Family{{
		ID: "invented", Kind: signatures.Mod, Platforms: []signatures.Platform{signatures.Android},
		Rules: []signatures.Rule{{Name: "invented", When: signatures.Condition{All: []signatures.Condition{
			{Indicator: &signatures.Indicator{Kind: signatures.APKPackage, Value: "org.example.chat"}},
			{Indicator: &signatures.Indicator{Kind: signatures.Content, Text: "com/example/Plus", Encodings: []signatures.Encoding{signatures.ASCII}}},
		}}}},
	}}, nil)
	in, err := New(list, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	b := apktest.Package{Manifest: apktest.Manifest{Package: "org.example.chat"}, Files: map[string][]byte{
		"classes2.dex": []byte("dex\n035\x00 Lcom/example/Plus;"), "assets/classes.dex": []byte("dex\n035\x00 Lcom/example/Plus;"),
	}}.Unsigned()
	got := in.File(context.Background(), Source{Name: "a.apk", ReaderAt: bytes.NewReader(b), Size: int64(len(b))})
	var places []string
	for _, b := range got.Inside {
		if slices.ContainsFunc(b.Facts, func(f signatures.Fact) bool {
			return f.Kind == signatures.Content && f.Value == "com/example/Plus"
		}) {
			places = append(places, b.Path)
		}
	}
	if diff := cmp.Diff([]string{"a.apk!/classes2.dex"}, places); diff != "" {
		t.Errorf("found in (-want +got):\n%s", diff)
	}
	if got := inspect(t, "a.apk", b); len(got.Inside) > 0 {
		t.Errorf("opened for nothing: %+v", got.Inside)
	}
}
