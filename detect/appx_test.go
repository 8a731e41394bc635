package detect

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"html"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/detect/sign/roots"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// appSigner is a certificate with its key, made for one test run: nobody's.
type appSigner struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

func newAppSigner(t *testing.T, by *appSigner, name string, serial int64) *appSigner {
	t.Helper()
	return newAppPublisher(t, by, "CN="+name, serial)
}

// appAttributes are the names of attributes in the publisher of a manifest.
var appAttributes = map[string]asn1.ObjectIdentifier{
	"CN": {2, 5, 4, 3}, "SERIALNUMBER": {2, 5, 4, 5}, "C": {2, 5, 4, 6}, "L": {2, 5, 4, 7}, "S": {2, 5, 4, 8}, "O": {2, 5, 4, 10},
	"OID.2.5.4.15": {2, 5, 4, 15}, "OID.1.3.6.1.4.1.311.60.2.1.2": {1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 2}, "OID.1.3.6.1.4.1.311.60.2.1.3": {1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 3},
}

// appSubject encodes a publisher as a manifest has it: what is last there is
// first in a certificate.
func appSubject(t *testing.T, publisher string) []byte {
	t.Helper()
	var name pkix.RDNSequence
	for _, m := range regexp.MustCompile(`([A-Z0-9.]+)=("[^"]*"|[^,]*)`).FindAllStringSubmatch(publisher, -1) {
		id, known := appAttributes[m[1]]
		if !known {
			t.Fatalf("publisher %s: what is %s?", publisher, m[1])
		}
		name = append(name, pkix.RelativeDistinguishedNameSET{{Type: id, Value: strings.Trim(m[2], `"`)}})
	}
	slices.Reverse(name)
	der, err := asn1.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// newAppPublisher makes a certificate whose subject is a manifest's publisher.
func newAppPublisher(t *testing.T, by *appSigner, publisher string, serial int64) *appSigner {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial), RawSubject: appSubject(t, publisher), BasicConstraintsValid: true,
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	issuer := &appSigner{c, key}
	if by == nil {
		c.IsCA, c.KeyUsage, c.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
	} else {
		issuer = by
	}
	der, err := x509.CreateCertificate(rand.Reader, c, issuer.cert, &key.PublicKey, issuer.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &appSigner{cert, key}
}

const (
	appPublisher = "CN=24680000-0000-0000-0000-000000000000" // synthetic
	appVersion   = "1.2.3.0"
)

// signApp packs synthetic files as an MSIX, has osslsigncode sign it, and returns
// the files as Windows unpacks them.
func signApp(t *testing.T, files map[string]string, by, root *appSigner) map[string]string {
	t.Helper()
	tool, err := exec.LookPath("osslsigncode")
	if err != nil && os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal("osslsigncode is not installed")
	} else if err != nil {
		t.Skip("osslsigncode is not installed")
	}
	var blocks strings.Builder
	blocks.WriteString(`<BlockMap xmlns="http://schemas.microsoft.com/appx/2010/blockmap" HashMethod="http://www.w3.org/2001/04/xmlenc#sha256">`)
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	add := func(name, content string) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		add(name, content)
		fmt.Fprintf(&blocks, `<File Name="%s" Size="%d">`, strings.ReplaceAll(name, "/", `\`), len(content))
		for rest := content; len(rest) > 0; rest = rest[min(len(rest), 64<<10):] {
			sum := sha256.Sum256([]byte(rest[:min(len(rest), 64<<10)]))
			fmt.Fprintf(&blocks, `<Block Hash="%s"/>`, base64.StdEncoding.EncodeToString(sum[:]))
		}
		blocks.WriteString(`</File>`)
	}
	blocks.WriteString(`</BlockMap>`)
	add("AppxBlockMap.xml", blocks.String())
	add("[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="exe" ContentType="application/x-msdownload"/><Override PartName="/AppxBlockMap.xml" ContentType="application/vnd.ms-appx.blockmap+xml"/></Types>`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	out := filepath.Join(dir, "out.appx")
	args := []string{"sign", "-h", "sha256", "-in", file("in.appx", packed.Bytes()), "-out", out,
		"-certs", file("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: by.cert.Raw})),
		"-key", file("key.pem", pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(by.key)})),
		"-ac", file("root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.cert.Raw}))}
	if said, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Fatalf("osslsigncode: %v\n%s", err, said)
	}
	signed, err := zip.OpenReader(out)
	if err != nil {
		t.Fatal(err)
	}
	defer signed.Close()
	unpacked := map[string]string{}
	for _, f := range signed.File {
		body, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name != "[Content_Types].xml" {
			unpacked[f.Name] = string(content)
		}
	}
	return unpacked
}

// appList pins one invented client by its package family and its publisher.
func appList(t *testing.T, family string, always bool) *signatures.List {
	t.Helper()
	product := []signatures.Indicator{{Kind: signatures.AppXFamily, Value: family, Source: 1}}
	pin := signatures.Pin{
		Channel: "microsoft-store", Platform: signatures.Windows, By: signatures.ByMaker, Product: product,
		Signer: []signatures.Indicator{{Kind: signatures.SignerSubject, Value: appPublisher, Source: 1}},
	}
	if always {
		pin.AlwaysSigned = &signatures.AlwaysSigned{Source: 1}
	}
	return signatures.NewList("1", "2026-01-01", nil, []*signatures.Client{{
		ID: "example", Name: "Example Chat", Maker: "Example", Claims: product, Pins: []signatures.Pin{pin},
		Sources: []signatures.Source{{N: 1, Publisher: "Invented", Title: "Invented"}},
	}})
}

func TestInstalledStorePackage(t *testing.T) {
	root := newAppSigner(t, nil, "Example Root", 1)
	maker := newAppSigner(t, root, strings.TrimPrefix(appPublisher, "CN="), 2)
	other := newAppSigner(t, root, "Somebody Else", 3)
	ownRoot := newAppSigner(t, nil, "Example Root", 4)
	impostor := newAppSigner(t, ownRoot, strings.TrimPrefix(appPublisher, "CN="), 5)
	trusted := roots.New([]*x509.Certificate{root.cert}, nil)

	files := map[string]string{
		"AppxManifest.xml": `<Package><Identity Name="Example.Chat" Publisher="` + appPublisher + `" Version="` + appVersion + `" ProcessorArchitecture="x64"/><Properties><DisplayName>Example Chat</DisplayName></Properties></Package>`,
		"app/Chat.exe":     string(fixture.PE{Version: map[string]string{"ProductName": "Example Chat"}}.Bytes()),
		"app/main.js":      strings.Repeat("// synthetic\n", 10_000), // more than a block
		"Assets/logo.png":  "synthetic",
	}
	official := signApp(t, files, maker, root)
	family := signatures.PackageFamily("Example.Chat", appPublisher)
	folder := "Program Files/WindowsApps/Example.Chat_" + appVersion + "_x64__" + signatures.PublisherID(appPublisher)

	for _, c := range []struct {
		name   string
		from   map[string]string
		change func(map[string]string)
		always bool
		want   string // integrity, trust, problems, verdict, reason
	}{
		{name: "as signed", want: "intact trusted [] official pinned-signer"},
		{name: "a program changed", change: edit("app/Chat.exe"), want: "broken trusted [block-map-mismatch] mismatch broken-signature; app/Chat.exe changed"},
		{name: "a script changed behind its first block", change: edit("app/main.js"), want: "broken trusted [block-map-mismatch] mismatch broken-signature; app/main.js changed"},
		{name: "a picture changed", change: edit("Assets/logo.png"), want: "broken trusted [block-map-mismatch] mismatch broken-signature; Assets/logo.png changed"},
		{name: "the manifest changed", change: func(f map[string]string) {
			f["AppxManifest.xml"] = strings.Replace(f["AppxManifest.xml"], "1.2.3.0", "1.2.4.0", 1)
		}, want: "broken trusted [block-map-mismatch] mismatch broken-signature; AppxManifest.xml changed"},
		{name: "the block map changed", change: func(f map[string]string) {
			f["AppxBlockMap.xml"] = strings.Replace(f["AppxBlockMap.xml"], "<BlockMap", "<BlockMap ", 1)
		}, want: "broken trusted [digest-mismatch] mismatch broken-signature"},
		{name: "the block map made for other files", change: func(f map[string]string) {
			f["AppxBlockMap.xml"] = signApp(t, map[string]string{"AppxManifest.xml": files["AppxManifest.xml"]}, other, root)["AppxBlockMap.xml"]
		}, want: "broken trusted [digest-mismatch] mismatch broken-signature; Assets/logo.png added, and not a program; app/Chat.exe added; app/main.js added"},
		{name: "a note added", change: func(f map[string]string) { f["notes.txt"] = "synthetic" }, want: "intact trusted [] official pinned-signer; notes.txt added, and not a program"},
		{name: "a program added", change: func(f map[string]string) { f["app/version.dll"] = f["app/Chat.exe"] }, want: "broken trusted [unsigned-member] mismatch broken-signature; app/version.dll added"},
		{name: "a second program whose name differs only in case", change: func(f map[string]string) { f["app/chat.EXE"] = "another" }, want: "broken trusted [unsigned-member] mismatch broken-signature; app/chat.EXE added"},
		{name: "a second folder whose name differs only in case", change: func(f map[string]string) { f["APP/Chat.exe"] = "another" }, want: "broken trusted [unsigned-member] mismatch broken-signature; app/Chat.exe added; app/main.js added"},
		{name: "a program gone", change: func(f map[string]string) { delete(f, "app/main.js") }, want: "not-checked trusted [signature-not-checked] unverified signature-not-checked"},
		{name: "the block map gone", change: func(f map[string]string) { delete(f, "AppxBlockMap.xml") }, want: "not-checked not-checked [signature-not-checked] unverified signature-not-checked"},
		{name: "signature damaged", change: func(f map[string]string) { f["AppxSignature.p7x"] = "PKCX" }, want: "unreadable not-checked [signature-damaged] unverified unreadable"},
		{name: "signature gone", change: func(f map[string]string) { delete(f, "AppxSignature.p7x") }, want: "unsigned not-checked [] unverified unsigned"},
		{name: "signature gone, of what is always signed", always: true, change: func(f map[string]string) { delete(f, "AppxSignature.p7x") }, want: "unsigned not-checked [] mismatch unsigned-but-maker-signs"},
		{name: "by somebody else", from: signApp(t, files, other, root), want: "intact trusted [publisher-mismatch] mismatch other-signer"},
		{name: "self-made authority, right names", from: signApp(t, files, impostor, ownRoot), want: "intact untrusted [unknown-root] mismatch pinned-name-only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			layout := map[string]string{}
			if c.from == nil {
				c.from = official
			}
			for name, content := range c.from {
				layout[name] = content
			}
			if c.change != nil {
				c.change(layout)
			}
			list := appList(t, family, c.always)
			got := appOutcome(t, folder, layout, list, trusted)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// edit changes the last byte of a file, and not its size.
func edit(name string) func(map[string]string) {
	return func(f map[string]string) {
		content := []byte(f[name])
		content[len(content)-1] ^= 1
		f[name] = string(content)
	}
}

func appOutcome(t *testing.T, folder string, layout map[string]string, list *signatures.List, trusted *roots.Set) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range layout {
		name = filepath.Join(dir, filepath.FromSlash(folder), filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fsys, err := platform.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCollector(t.Context(), platform.Root{Kind: platform.Disk, OS: "windows", FS: platform.FoldCase(fsys)}, list, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.codeSigning = trusted
	c.find(Lookups())
	c.read()
	res := judge.Judge(c.inventory(), list, judge.Policy{})
	if len(res.Findings) != 1 || len(res.Builds) != 1 {
		t.Fatalf("findings %+v, builds %+v, gaps %+v", res.Findings, res.Builds, res.Gaps)
	}
	said := "no signature of the package"
	for _, s := range res.Builds[0].Signatures {
		if s.Format == "appx" {
			said = fmt.Sprint(s.Integrity, " ", s.Trust, " ", s.Problems, " ", res.Findings[0].Verdict, " ", res.Findings[0].Reason)
		}
	}
	for _, f := range res.Builds[0].Facts {
		if f.Kind == signatures.AppXDiffers {
			said += "; " + strings.TrimPrefix(f.Place, folder+"/") + " " + f.Value
		}
	}
	return said
}

// appPublishers are the published publishers of families that are pinned by an
// organisation (shared/intel/clients); the id in the family is computed from it.
var appPublishers = map[string]string{
	"Microsoft.SkypeApp_kzf8qxf38zg5c":         "CN=Skype Software Sarl, O=Microsoft Corporation, L=Luxembourg, S=Luxembourg, C=LU",
	"MSTeams_8wekyb3d8bbwe":                    "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US",
	"MicrosoftTeams_8wekyb3d8bbwe":             "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US",
	"TelegramFZ-LLC.Windows_3epzvh0nk91te":     "CN=Telegram FZ-LLC, O=Telegram FZ-LLC, L=Dubai, C=AE, SERIALNUMBER=94349, OID.2.5.4.15=Private Organization, OID.1.3.6.1.4.1.311.60.2.1.2=Dubai, OID.1.3.6.1.4.1.311.60.2.1.3=AE",
	"com.tinyspeck.slackdesktop_8yrtsj140pw4g": `CN="Slack Technologies, LLC", O="Slack Technologies, LLC", L=San Francisco, S=California, C=US`,
}

// publisherOf is who a pinned family is of.
func publisherOf(pin *signatures.Pin, family string) string {
	for _, i := range pin.Signer {
		if i.Kind == signatures.SignerSubject {
			return i.Value
		}
	}
	return appPublishers[family]
}

// TestPinnedStorePackagesOfTheList lays out packages under the names of the real
// list, each signed in several ways: the name alone makes none of them the maker's.
// All of it is synthetic.
func TestPinnedStorePackagesOfTheList(t *testing.T) {
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	root := newAppSigner(t, nil, "Example Root", 1)
	own := newAppSigner(t, nil, "Example Root", 2)
	trusted := roots.New([]*x509.Certificate{root.cert}, nil)
	other := newAppSigner(t, root, "Somebody Else", 3)
	tried := 0
	for _, c := range list.Clients {
		for _, pin := range c.Pins {
			i := slices.IndexFunc(pin.Product, func(i signatures.Indicator) bool { return i.Kind == signatures.AppXFamily })
			if i < 0 {
				continue
			}
			tried++
			family := pin.Product[i].Value
			name, id, _ := strings.Cut(family, "_")
			publisher := publisherOf(&pin, family)
			if got := signatures.PublisherID(publisher); got != id {
				t.Errorf("%s: the family is of publisher %s, that of %q is %s", c.ID, id, publisher, got)
				continue
			}
			manifest := `<Package><Identity Name="` + name + `" Publisher="` + html.EscapeString(publisher) + `" Version="1.2.3.0" ProcessorArchitecture="x64"/></Package>`
			files := map[string]string{"AppxManifest.xml": manifest, "app.exe": string(fixture.PE{}.Bytes())}
			folder := "Program Files/WindowsApps/" + name + "_1.2.3.0_x64__" + id
			unsigned := signApp(t, files, other, root)
			delete(unsigned, "AppxSignature.p7x")
			genuine := "official pinned-signer"
			if c.Ended != nil {
				genuine = "unsupported client-ended"
			}
			for _, by := range []struct {
				name   string
				layout map[string]string
				want   string
			}{
				{"somebody else", signApp(t, files, other, root), "intact trusted [publisher-mismatch] mismatch other-signer"},
				{"a self-made authority", signApp(t, files, newAppPublisher(t, own, publisher, 4), own), "intact untrusted [unknown-root] mismatch pinned-name-only"},
				{"nobody", unsigned, "unsigned not-checked [] mismatch unsigned-but-maker-signs"},
				{"who is pinned", signApp(t, files, newAppPublisher(t, root, publisher, 5), root), "intact trusted [] " + genuine},
			} {
				if got := appOutcome(t, folder, by.layout, list, trusted); got != by.want {
					t.Errorf("%s, signed by %s: %s, want %s", family, by.name, got, by.want)
				}
			}
		}
	}
	if tried < len(appPublishers) {
		t.Errorf("%d packages of the list are pinned, and the publishers of %d are known here", tried, len(appPublishers))
	}
}
