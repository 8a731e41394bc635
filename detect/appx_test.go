package detect

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inventory"
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
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, BasicConstraintsValid: true,
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
		{name: "a program changed", change: edit("app/Chat.exe"), want: "broken trusted [block-map-mismatch] mismatch broken-signature"},
		{name: "a script changed behind its first block", change: edit("app/main.js"), want: "broken trusted [block-map-mismatch] mismatch broken-signature"},
		{name: "a picture changed", change: edit("Assets/logo.png"), want: "broken trusted [block-map-mismatch] mismatch broken-signature"},
		{name: "the manifest changed", change: func(f map[string]string) {
			f["AppxManifest.xml"] = strings.Replace(f["AppxManifest.xml"], "1.2.3.0", "1.2.4.0", 1)
		}, want: "broken trusted [block-map-mismatch] mismatch broken-signature"},
		{name: "the block map changed", change: func(f map[string]string) {
			f["AppxBlockMap.xml"] = strings.Replace(f["AppxBlockMap.xml"], "<BlockMap", "<BlockMap ", 1)
		}, want: "broken trusted [digest-mismatch] mismatch broken-signature"},
		{name: "the block map made for other files", change: func(f map[string]string) {
			f["AppxBlockMap.xml"] = signApp(t, map[string]string{"AppxManifest.xml": files["AppxManifest.xml"]}, other, root)["AppxBlockMap.xml"]
		}, want: "broken trusted [digest-mismatch] mismatch broken-signature"},
		{name: "a note added", change: func(f map[string]string) { f["notes.txt"] = "synthetic" }, want: "intact trusted [] official pinned-signer"},
		{name: "a program added", change: func(f map[string]string) { f["app/version.dll"] = f["app/Chat.exe"] }, want: "broken trusted [unsigned-member] mismatch broken-signature"},
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
	if _, noted := layout["notes.txt"]; noted && !slices.ContainsFunc(res.Gaps, func(g inventory.Gap) bool { return strings.HasSuffix(g.Where, "/notes.txt") }) {
		t.Errorf("nothing is said of the file that was added: %+v", res.Gaps)
	}
	if edited := strings.Contains(t.Name(), "a_picture_changed"); edited && !slices.ContainsFunc(res.Gaps, func(g inventory.Gap) bool { return strings.HasSuffix(g.Where, "/Assets/logo.png") }) {
		t.Errorf("the file that was changed is not named: %+v", res.Gaps)
	}
	for _, s := range res.Builds[0].Signatures {
		if s.Format == "appx" {
			return fmt.Sprint(s.Integrity, " ", s.Trust, " ", s.Problems, " ", res.Findings[0].Verdict, " ", res.Findings[0].Reason)
		}
	}
	return "no signature of the package"
}

// TestPinnedStorePackagesOfTheListAreNotForAnybody lays out packages under the
// names of the real list, signed by somebody else: the name alone makes none of
// them the maker's.
func TestPinnedStorePackagesOfTheListAreNotForAnybody(t *testing.T) {
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	root := newAppSigner(t, nil, "Example Root", 1)
	trusted := roots.New([]*x509.Certificate{root.cert}, nil)
	other := newAppSigner(t, root, "Somebody Else", 2)
	tried := 0
	for _, c := range list.Clients {
		for _, pin := range c.Pins {
			subject, family := "", ""
			for _, i := range pin.Signer {
				if i.Kind == signatures.SignerSubject {
					subject = i.Value
				}
			}
			for _, i := range pin.Product {
				if i.Kind == signatures.AppXFamily {
					family = i.Value
				}
			}
			name, id, _ := strings.Cut(family, "_")
			if subject == "" || family == "" {
				continue
			}
			tried++
			if got := signatures.PublisherID(subject); got != id {
				t.Errorf("%s: the family is of publisher %s, the pinned signer's id is %s", c.ID, id, got)
			}
			manifest := `<Package><Identity Name="` + name + `" Publisher="` + subject + `" Version="1.2.3.0" ProcessorArchitecture="x64"/></Package>`
			files := map[string]string{"AppxManifest.xml": manifest, "app.exe": string(fixture.PE{}.Bytes())}
			folder := "Program Files/WindowsApps/" + name + "_1.2.3.0_x64__" + id
			want := "intact trusted [publisher-mismatch] mismatch other-signer"
			if got := appOutcome(t, folder, signApp(t, files, other, root), list, trusted); got != want {
				t.Errorf("%s by somebody else: %s, want %s", c.ID, got, want)
			}
			own := newAppSigner(t, nil, strings.TrimPrefix(subject, "CN="), 3)
			got := appOutcome(t, folder, signApp(t, files, newAppSigner(t, own, strings.TrimPrefix(subject, "CN="), 4), own), list, trusted)
			if want := "intact untrusted [unknown-root] mismatch pinned-name-only"; got != want {
				t.Errorf("%s under a self-made authority: %s, want %s", c.ID, got, want)
			}
		}
	}
	if tried == 0 {
		t.Error("no client of the list is pinned by the publisher of its Store package")
	}
}
