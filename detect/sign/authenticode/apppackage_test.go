package authenticode_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect"
	"github.com/chatvet/chatvet/detect/inspect/msix"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/authenticode"
	"github.com/chatvet/chatvet/detect/sign/roots"
	"github.com/chatvet/chatvet/signatures"
	"github.com/google/go-cmp/cmp"
)

const appManifest = `<?xml version="1.0" encoding="utf-8"?>
<!-- synthetic fixture -->
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10">
 <Identity Name="Example.Chat" Publisher="CN=Example Chat Ltd, O=Example Chat Ltd, C=XX" Version="8.138.0.0" ProcessorArchitecture="x64"/>
 <Properties><DisplayName>Example Chat</DisplayName><PublisherDisplayName>Example Chat Ltd</PublisherDisplayName></Properties>
</Package>`

const contentTypes = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="exe" ContentType="application/x-msdownload"/><Default Extension="xml" ContentType="application/vnd.ms-appx.manifest+xml"/><Override PartName="/AppxBlockMap.xml" ContentType="application/vnd.ms-appx.blockmap+xml"/></Types>`

type appFile struct {
	name    string
	content []byte
}

// unsignedApp is a synthetic package. Listed are the files of its block map,
// which are those in it unless a test wants them to differ.
func unsignedApp(files, listed []appFile) []byte {
	var blocks strings.Builder
	blocks.WriteString(`<?xml version="1.0" encoding="UTF-8"?><BlockMap xmlns="http://schemas.microsoft.com/appx/2010/blockmap" HashMethod="http://www.w3.org/2001/04/xmlenc#sha256">`)
	for _, f := range listed {
		fmt.Fprintf(&blocks, `<File Name="%s" Size="%d" LfhSize="%d">`, strings.ReplaceAll(f.name, "/", `\`), len(f.content), 30+len(f.name))
		for rest := f.content; len(rest) > 0; rest = rest[min(len(rest), 64<<10):] {
			sum := sha256.Sum256(rest[:min(len(rest), 64<<10)])
			fmt.Fprintf(&blocks, `<Block Hash="%s"/>`, base64.StdEncoding.EncodeToString(sum[:]))
		}
		blocks.WriteString(`</File>`)
	}
	blocks.WriteString(`</BlockMap>`)
	files = append(files, appFile{"AppxBlockMap.xml", []byte(blocks.String())}, appFile{"[Content_Types].xml", []byte(contentTypes)})
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		method := zip.Store
		if f.name == "[Content_Types].xml" {
			method = zip.Deflate // osslsigncode writes it anew, and deflates it whatever it was
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: method})
		if err != nil {
			panic(err)
		}
		if _, err := w.Write(f.content); err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func appFiles() []appFile {
	return []appFile{
		{"AppxManifest.xml", []byte(appManifest)},
		{"VFS/ExampleChat.exe", unsignedProgram()},
		{"VFS/large.bin", bytes.Repeat([]byte("large "), 30000)},
	}
}

func verifyApp(t testing.TB, content []byte, set *roots.Set) []inventory.Signature {
	t.Helper()
	r := bytes.NewReader(content)
	p, err := msix.Read(r, int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	signed := authenticode.ReadAppPackage(p, policy(set))
	_, err = digest.File(context.Background(), r, int64(len(content)), digest.Request{Also: signed.Takers()})
	signed.CheckBlocks(context.Background(), func(int64) error { return nil })
	return signed.Signatures("a.msix", err == nil)
}

func TestMadeAppPackages(t *testing.T) {
	w := newWorld(t)
	files := appFiles()
	u := unsignedApp(files, files)
	s := func(content []byte, by *authority, chain []*authority, options ...string) []byte {
		return sign(t, content, ".appx", by, chain, append([]string{"-h", "sha256"}, options...)...)
	}
	chain := []*authority{w.root}
	official := s(u, w.maker, chain)
	own := issue(t, nil, "Example Authority", "Example Root", ca)
	ended := issue(t, w.root, maker, maker, expired(codeSigner))
	lost := func(problems string) []outcome {
		return []outcome{{inventory.Broken, inventory.Trusted, inventory.TimeValid, maker, problems}}
	}
	changed := appFiles()
	changed[1].content = append([]byte{}, changed[1].content...)
	changed[1].content[500] ^= 1
	for _, m := range []made{
		{name: "unsigned", content: u, want: []outcome{{Integrity: inventory.Unsigned, Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown}}},
		{name: "signed", content: official, want: []outcome{good(maker)}},
		{name: "by somebody else", content: s(u, w.other, chain), want: []outcome{with(good("Other Operator Co"), func(o *outcome) { o.Problems = "publisher-mismatch" })}},
		{name: "expired since, time stamp", content: s(u, ended, chain, stamped(t, w.stamp, time.Date(2020, 6, 1, 0, 0, 0, 0, time.UTC))...),
			want: []outcome{with(good(maker), func(o *outcome) { o.Time = inventory.TimeStamped })}},
		{name: "expired, no time stamp", content: s(u, ended, chain), want: []outcome{{inventory.Intact, inventory.Trusted, inventory.TimeExpired, maker, "expired"}}},
		{name: "self-made authority, right names", content: s(u, issue(t, own, maker, maker, codeSigner), []*authority{own}),
			want: []outcome{{inventory.Intact, inventory.Untrusted, inventory.TimeValid, maker, "unknown-root"}}},
		{name: "contents tampered", content: replace(t, official, "contents contents", "contents Contents"), want: lost("digest-mismatch block-map-mismatch")},
		{name: "signed over a wrong block map", content: s(unsignedApp(changed, files), w.maker, chain), want: lost("block-map-mismatch"),
			apart: "osslsigncode does not unpack the files"},
		{name: "signed over a file that is not listed", content: s(unsignedApp(files, files[:2]), w.maker, chain), want: lost("unsigned-member"),
			apart: "osslsigncode does not unpack the files"},
		{name: "signed over a file that is not there", content: s(unsignedApp(files[:2], files), w.maker, chain), want: lost("block-map-mismatch"),
			apart: "osslsigncode does not unpack the files"},
	} {
		t.Run(m.name, func(t *testing.T) {
			all := verifyApp(t, m.content, w.set)
			if diff := cmp.Diff(m.want, outcomes(all)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			agree(t, m, ours(all), write(t, "a.appx", m.content), w.file)
		})
	}
}

// TestAFileBehindTheSignatureBreaksIt: what follows the signature was not there
// when it was made.
func TestAFileBehindTheSignatureBreaksIt(t *testing.T) {
	w := newWorld(t)
	official := sign(t, unsignedApp(appFiles(), appFiles()), ".appx", w.maker, []*authority{w.root}, "-h", "sha256")
	old, err := zip.NewReader(bytes.NewReader(official), int64(len(official)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range old.File {
		if err := z.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	extra, err := z.Create("VFS/extra.dll")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := extra.Write([]byte("extra")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	got := outcomes(verifyApp(t, out.Bytes(), w.set))
	want := []outcome{{inventory.Broken, inventory.Trusted, inventory.TimeValid, maker, "appended-data"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestComparingWithTheBlockMapCounts: the files of a package are unpacked twice,
// for the block map and to be looked at, and both count for what one file may
// unpack to.
func TestComparingWithTheBlockMapCounts(t *testing.T) {
	w := newWorld(t)
	files := appFiles()
	content := sign(t, unsignedApp(files, files), ".appx", w.maker, []*authority{w.root}, "-h", "sha256")
	var size int64
	for _, f := range files {
		size += int64(len(f.content))
	}
	for _, c := range []struct {
		name      string
		expansion int64
		integrity inventory.Integrity
		enough    bool
	}{
		{"enough for both", 3 * size, inventory.Intact, true},
		{"enough for the block map only", size + 10, inventory.Intact, false},
		{"not enough for the block map", size - 10, inventory.IntegrityNotChecked, false},
	} {
		limits := inspect.DefaultLimits
		limits.Expansion = c.expansion
		in, err := inspect.New(signatures.NewList("test", "2026-01-01", nil, nil), limits)
		if err != nil {
			t.Fatal(err)
		}
		got := in.File(context.Background(), inspect.Source{Name: "a.msix", ReaderAt: bytes.NewReader(content), Size: int64(len(content)), Thorough: true})
		if len(got.Signatures) == 0 || got.Signatures[0].Integrity != c.integrity {
			t.Errorf("%s: %+v", c.name, got.Signatures)
		}
		if enough := len(got.Gaps) == 0; enough != c.enough {
			t.Errorf("%s: gaps %+v", c.name, got.Gaps)
		}
	}
}

// TestARealAppPackage reads the package of relic's tests, which its own authors
// signed with a test certificate.
func TestARealAppPackage(t *testing.T) {
	needNewOsslsigncode(t)
	path := filepath.Join(goModule(t, "github.com/sassoftware/relic/v7@v7.6.2"), "functest/packages/App1_1.0.3.0_x64.appx")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := filepath.Abs("../roots/code-signing-roots.pem")
	if err != nil {
		t.Fatal(err)
	}
	all := verifyApp(t, content, roots.CodeSigning())
	they, said := osslsigncode(t, path, ca)
	if diff := cmp.Diff(they, ours(all)); diff != "" {
		t.Errorf("(-osslsigncode +ours):\n%s%+v\n%s", diff, all, said)
	}
	t.Logf("%+v", outcomes(all))
}
