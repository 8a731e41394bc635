package detect

import (
	"archive/zip"
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/asar/asartest"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/detect/sign/roots"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// signProgram has osslsigncode sign a synthetic program.
func signProgram(t *testing.T, program []byte, by, root *appSigner) string {
	t.Helper()
	tool, err := exec.LookPath("osslsigncode")
	if err != nil && os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
		t.Fatal("osslsigncode is not installed")
	} else if err != nil {
		t.Skip("osslsigncode is not installed")
	}
	certificate := func(s *appSigner) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert.Raw}))
	}
	dir := write(t, map[string]string{
		"in.exe": string(program), "cert.pem": certificate(by), "root.pem": certificate(root),
		"key.pem": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(by.key)})),
	})
	cmd := exec.Command(tool, "sign", "-h", "sha256", "-certs", "cert.pem", "-key", "key.pem", "-ac", "root.pem", "-in", "in.exe", "-out", "out.exe")
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("osslsigncode: %v\n%s", err, said)
	}
	signed, err := os.ReadFile(filepath.Join(dir, "out.exe"))
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// exampleMaker is an invented client that is pinned to an invented signer.
func exampleMaker() *signatures.List {
	product := []signatures.Indicator{{Kind: signatures.PEProduct, Value: "Example Chat", Source: 1}}
	return signatures.NewList("1", "2026-01-01", nil, []*signatures.Client{{
		ID: "example", Name: "Example Chat", Maker: "Example", Claims: product,
		Pins: []signatures.Pin{{Channel: "website", Platform: signatures.Windows, By: signatures.ByMaker, Product: product,
			Signer: []signatures.Indicator{{Kind: signatures.SignerSubject, Value: "CN=Example Chat Ltd", Source: 1}}}},
		Sources: []signatures.Source{{N: 1, Publisher: "Invented", Title: "Invented"}},
	}})
}

// restless gives one file another time whenever somebody asks.
type restless struct {
	platform.FS
	name  string
	asked *int
}

func (r restless) Open(name string) (platform.File, error) {
	f, err := r.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, r.name) {
		return f, err
	}
	return restlessFile{f, r.asked}, nil
}

type restlessFile struct {
	platform.File
	asked *int
}

func (f restlessFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	*f.asked++
	return later{info, *f.asked}, err
}

type later struct {
	fs.FileInfo
	seconds int
}

func (l later) ModTime() time.Time {
	return l.FileInfo.ModTime().Add(time.Duration(l.seconds) * time.Second)
}

// TestArchiveOfASignedProgram follows a program that a made-up maker signed, and
// the archive that it asks for, to what a person is told: as an installed program
// with its files, and as a file that was named.
func TestArchiveOfASignedProgram(t *testing.T) {
	root := newAppSigner(t, nil, "Example Root", 1)
	maker := newAppSigner(t, root, "Example Chat Ltd", 2)
	trusted := roots.New([]*x509.Certificate{root.cert}, nil)
	app := string(asartest.Texts(map[string]string{"index.js": "// synthetic", "package.json": "{}"}).Bytes())
	program := fixture.PE{Version: map[string]string{"ProductName": "Example Chat"},
		AsarIntegrity: `[{"file":"resources\\app.asar","alg":"SHA256","value":"` + header(t, app) + `"}]`}.Bytes()
	signed := signProgram(t, program, maker, root)
	const official = "official pinned-signer note"
	const differs = "mismatch archive-differs strong-warning"
	for _, c := range []struct {
		name, program, archive, want string
		restless                     bool
	}{
		{name: "as the maker built it", program: signed, archive: app, want: official},
		{name: "a changed file", program: signed, archive: strings.Replace(app, "// synthetic", "// Synthetic", 1), want: differs},
		{name: "a changed header", program: signed, archive: strings.Replace(app, `"index.js":{`, `"Index.js":{`, 1), want: differs},
		{name: "another archive", program: signed, archive: string(asartest.Texts(map[string]string{"index.js": "// another"}).Bytes()), want: differs},
		{name: "an archive that changes", program: signed, archive: app, restless: true, want: "unverified changed-while-reading note"},
		{name: "another archive that changes", program: signed, archive: strings.Replace(app, `"index.js":{`, `"Index.js":{`, 1), restless: true, want: "unverified changed-while-reading note"},
		{name: "no archive any more", program: signed, archive: "MZ", want: "unverified unreadable note"},
		{name: "an archive cut off", program: signed, archive: app[:40], want: "unverified unreadable note"},
		{name: "a program that nobody signed", program: string(program), archive: strings.Replace(app, "// synthetic", "// Synthetic", 1), want: "unverified changed-beside-program advice"},
	} {
		dir := write(t, map[string]string{"app/chat.exe": c.program, "app/resources/app.asar": c.archive})
		installed, err := platform.OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		named, err := platform.OpenPaths(filepath.Join(dir, "app", "chat.exe"))
		if err != nil {
			t.Fatal(err)
		}
		for _, root := range []platform.Root{{Kind: platform.Disk, OS: "windows", FS: platform.FoldCase(installed)}, named} {
			if c.restless {
				root.FS = restless{root.FS, "app.asar", new(int)}
			}
			if got := judgedProgram(t, root, trusted); got != c.want {
				t.Errorf("%s, %s: %s, want %s", c.name, root.Kind, got, c.want)
			}
		}
	}
}

// judgedProgram is what a person is told of the example's program.
func judgedProgram(t *testing.T, root platform.Root, trusted *roots.Set) string {
	t.Helper()
	list := exampleMaker()
	c, err := newCollector(t.Context(), root, list, Options{CodeSigningRoots: trusted})
	if err != nil {
		t.Fatal(err)
	}
	if root.Kind == platform.Paths {
		c.find(Lookups())
	} else {
		c.candidates = []platform.Candidate{{Lookup: "uninstall", Path: "app/chat.exe", Format: signatures.Package, Product: "Example Chat",
			Files: []platform.CandidateFile{{Path: "app/chat.exe", Program: true}, {Path: "app/resources/app.asar", Program: true}}}}
	}
	c.read()
	res := judge.Judge(c.inventory(), list, judge.Policy{})
	if len(res.Findings) != 1 {
		t.Fatalf("findings %+v, gaps %+v", res.Findings, res.Gaps)
	}
	f := res.Findings[0]
	return fmt.Sprint(f.Verdict, " ", f.Reason, " ", f.Level)
}

// TestLibrariesBesideASignedProgram puts libraries beside a program in a folder
// that a person named.
func TestLibrariesBesideASignedProgram(t *testing.T) {
	root := newAppSigner(t, nil, "Example Root", 1)
	maker := newAppSigner(t, root, "Example Chat Ltd", 2)
	other := newAppSigner(t, root, "Somebody Else", 3)
	trusted := roots.New([]*x509.Certificate{root.cert}, nil)
	program := signProgram(t, fixture.PE{Version: map[string]string{"ProductName": "Example Chat"}}.Bytes(), maker, root)
	library := fixture.PE{Version: map[string]string{"ProductName": "Example Library"}}.Bytes()
	const official, beside = "official pinned-signer note", "unverified changed-beside-program advice"
	for _, c := range []struct{ name, library, content, want string }{
		{"none", "readme.txt", "x", official},
		{"one that makers ship unsigned", "ffmpeg.dll", string(library), official},
		{"a part of Windows that nobody signed", "VERSION.dll", string(library), beside},
		{"a part of Windows that somebody else signed", "version.dll", signProgram(t, library, other, root), beside},
		{"one that the maker signed", "version.dll", signProgram(t, library, maker, root), official},
		{"one in a folder below", "sub/version.dll", string(library), official},
	} {
		dir := write(t, map[string]string{"app/chat.exe": program, "app/" + c.library: c.content})
		named, err := platform.OpenPaths(filepath.Join(dir, "app"))
		if err != nil {
			t.Fatal(err)
		}
		if got := judgedProgram(t, named, trusted); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestArchiveInAContainer packs a signed program and an archive, and follows what
// is in the container to the verdict.
func TestArchiveInAContainer(t *testing.T) {
	root := newAppSigner(t, nil, "Example Root", 1)
	maker := newAppSigner(t, root, "Example Chat Ltd", 2)
	trusted := roots.New([]*x509.Certificate{root.cert}, nil)
	app := string(asartest.Texts(map[string]string{"index.js": "// synthetic", "package.json": "{}"}).Bytes())
	program := signProgram(t, fixture.PE{Version: map[string]string{"ProductName": "Example Chat"},
		AsarIntegrity: `[{"file":"resources\\app.asar","alg":"SHA256","value":"` + header(t, app) + `"}]`}.Bytes(), maker, root)
	const differs = "mismatch archive-differs strong-warning"
	for _, c := range []struct{ name, archive, want string }{
		{"as the maker built it", app, "official pinned-signer note"},
		{"a changed file", strings.Replace(app, "// synthetic", "// Synthetic", 1), differs},
		{"a changed header", strings.Replace(app, `"index.js":{`, `"Index.js":{`, 1), differs},
		{"a header that cannot be read", strings.Replace(app, `"index.js":{`, `"index.js":[`, 1), "unverified unreadable note"},
	} {
		var packed bytes.Buffer
		z := zip.NewWriter(&packed)
		for _, member := range []struct{ name, content string }{{"chat/chat.exe", program}, {"chat/resources/app.asar", c.archive}} {
			w, err := z.Create(member.name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, member.content); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		named, err := platform.OpenPaths(filepath.Join(write(t, map[string]string{"chat.zip": packed.String()}), "chat.zip"))
		if err != nil {
			t.Fatal(err)
		}
		if got := judgedProgram(t, named, trusted); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
