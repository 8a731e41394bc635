// Package ipatest makes app files for iPhones, for tests. Every name and
// certificate in them is invented, and no program in them runs.
package ipatest

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sassoftware/relic/v8/lib/pkcs7"

	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
)

// App is an app as it shall be made.
type App struct {
	ID, Name string
	Team     string
	Signer   *bundletest.Authority // nil: ad hoc
	Chain    []*x509.Certificate
	// Files lie in the app's folder and are sealed; More lie in the zip file, by
	// their whole name, and are not.
	Files, More map[string]string
	// Change changes the files before they are packed.
	Change func(files map[string]string)
}

// Folder is where an app of the name "App" lies.
const Folder = "Payload/App.app/"

const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<plist version="1.0"><dict>`

// rules are those that codesign writes for an app without a folder Contents.
const rules = `<key>^.*</key><true/>` +
	`<key>^(.*/)?\.DS_Store$</key><dict><key>omit</key><true/><key>weight</key><real>2000</real></dict>` +
	`<key>^.*\.lproj/</key><dict><key>optional</key><true/><key>weight</key><real>1000</real></dict>` +
	`<key>^Info\.plist$</key><dict><key>omit</key><true/><key>weight</key><real>20</real></dict>` +
	`<key>^PkgInfo$</key><dict><key>omit</key><true/><key>weight</key><real>20</real></dict>`

// Build makes the zip file.
func (a App) Build(t testing.TB) []byte {
	t.Helper()
	info := head + fmt.Sprintf(`<key>CFBundleIdentifier</key><string>%s</string><key>CFBundleName</key><string>%s</string>`+
		`<key>CFBundleExecutable</key><string>App</string><key>CFBundleShortVersionString</key><string>1.2.3</string>`, a.ID, a.Name) + "</dict></plist>"
	seal := a.seal()
	p := bundletest.Program{Code: 9000, CPU: bundletest.ARM, Identifier: a.ID, Team: a.Team, Signer: a.Signer, Chain: a.Chain, Info: []byte(info), Seal: []byte(seal)}
	if a.Signer == nil {
		p.Flags = 2
	}
	files := map[string]string{Folder + "Info.plist": info, Folder + "App": string(p.Build(t)), Folder + "_CodeSignature/CodeResources": seal}
	for name, text := range a.Files {
		files[Folder+name] = text
	}
	maps.Copy(files, a.More)
	if a.Change != nil {
		a.Change(files)
	}
	return pack(t, files)
}

func (a App) seal() string {
	var files strings.Builder
	for _, name := range slices.Sorted(maps.Keys(a.Files)) {
		if name == "PkgInfo" {
			continue
		}
		sum1, sum2 := sha1.Sum([]byte(a.Files[name])), sha256.Sum256([]byte(a.Files[name]))
		optional := ""
		if strings.Contains(name, ".lproj/") {
			optional = "<key>optional</key><true/>"
		}
		fmt.Fprintf(&files, "<key>%s</key><dict><key>hash</key>%s<key>hash2</key>%s%s</dict>", name, data(sum1[:]), data(sum2[:]), optional)
	}
	return head + "<key>files</key><dict/><key>files2</key><dict>" + files.String() + "</dict><key>rules</key><dict/><key>rules2</key><dict>" + rules + "</dict></dict></plist>"
}

func data(b []byte) string { return "<data>" + base64.StdEncoding.EncodeToString(b) + "</data>" }

func pack(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Profile is a signed profile with the given keys, in XML.
func Profile(t testing.TB, signer *bundletest.Authority, chain []*x509.Certificate, keys string) string {
	t.Helper()
	b := pkcs7.NewBuilder(signer.Key, append([]*x509.Certificate{signer.Cert}, chain...), crypto.SHA256)
	if err := b.SetContentData([]byte(head + keys + "</dict></plist>")); err != nil {
		t.Fatal(err)
	}
	signed, err := b.Sign()
	if err != nil {
		t.Fatal(err)
	}
	der, err := signed.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return string(der)
}
