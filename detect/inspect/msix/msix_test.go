package msix

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/google/go-cmp/cmp"
)

const manifest = `<?xml version="1.0" encoding="utf-8"?><!-- synthetic fixture -->
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10"><Identity Name="Example.Chat" Publisher="CN=Example Chat Ltd" Version="1.2.3.0" ProcessorArchitecture="arm64"/><Properties><DisplayName>Example Chat</DisplayName></Properties></Package>`

type member struct{ name, content string }

// pack makes a package of members in their order. A block map that lists the
// given ones is added where there are some.
func pack(members []member, listed ...member) []byte {
	if len(listed) > 0 {
		var m strings.Builder
		m.WriteString(`<BlockMap HashMethod="http://www.w3.org/2001/04/xmlenc#sha256">`)
		for _, f := range listed {
			sum := sha256.Sum256([]byte(f.content))
			fmt.Fprintf(&m, `<File Name="%s" Size="%d"><Block Hash="%s"/></File>`, f.name, len(f.content), base64.StdEncoding.EncodeToString(sum[:]))
		}
		m.WriteString(`</BlockMap>`)
		members = append(members, member{blockMapName, m.String()})
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range members {
		w, err := z.Create(f.name)
		if err == nil {
			_, err = io.WriteString(w, f.content)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func read(t *testing.T, b []byte) *Package {
	t.Helper()
	p, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFamily(t *testing.T) {
	for _, c := range []struct{ name, publisher, want string }{
		// As every Windows shows them for Microsoft's own packages.
		{"Microsoft.WindowsCalculator", "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US", "Microsoft.WindowsCalculator_8wekyb3d8bbwe"},
		{"Microsoft.Windows.ShellExperienceHost", "CN=Microsoft Windows, O=Microsoft Corporation, L=Redmond, S=Washington, C=US", "Microsoft.Windows.ShellExperienceHost_cw5n1h2txyewy"},
		{"", "CN=Somebody", ""},
	} {
		if got := (Identity{Name: c.name, Publisher: c.publisher}).Family(); got != c.want {
			t.Errorf("%q by %q: %q, want %q", c.name, c.publisher, got, c.want)
		}
	}
}

func TestRead(t *testing.T) {
	identity := Identity{Name: "Example.Chat", Publisher: "CN=Example Chat Ltd", Version: "1.2.3.0", Arch: "arm64", DisplayName: "Example Chat"}
	p := read(t, pack([]member{{manifestName, manifest}}))
	if diff := cmp.Diff(identity, p.Identity); diff != "" || p.Bundle || p.Signature != nil {
		t.Errorf("%s, bundle %t, signature %q", diff, p.Bundle, p.Signature)
	}
	bundle := read(t, pack([]member{{bundleManifestName, manifest}, {signatureName, "PKCXder"}}))
	if !bundle.Bundle || bundle.Name != identity.Name || string(bundle.Signature) != "der" {
		t.Errorf("bundle %t, %q, signature %q", bundle.Bundle, bundle.Name, bundle.Signature)
	}
	if odd := read(t, pack([]member{{manifestName, manifest}, {signatureName, "der"}})); odd.Signature == nil || len(odd.Problems) == 0 {
		t.Errorf("a signature that does not begin as one: %q, %q", odd.Signature, odd.Problems)
	}
	for name, b := range map[string][]byte{
		"another zip": pack([]member{{"readme.txt", "text"}}), "a deeper manifest": pack([]member{{"x/" + manifestName, manifest}}), "nothing": nil,
	} {
		if Is(bytes.NewReader(b), int64(len(b))) {
			t.Errorf("%s passes for an app package", name)
		}
	}
}

// upTo lets n bytes be unpacked.
func upTo(n int64) func(int64) error { return within(&n) }

func TestCheckBlocks(t *testing.T) {
	m, a := member{manifestName, manifest}, member{"My%20App/a.exe", "program"}
	listed := []member{{manifestName, manifest}, {`My App\a.exe`, "program"}}
	for _, c := range []struct {
		name string
		b    []byte
		want error
	}{
		{"as listed", pack([]member{m, a}, listed...), nil},
		{"another content", pack([]member{m, {a.name, "Program"}}, listed...), ErrMismatch},
		{"another size", pack([]member{m, {a.name, "programs"}}, listed...), ErrMismatch},
		{"not there", pack([]member{m}, listed...), ErrMismatch},
		{"not listed", pack([]member{m, a, {"b.exe", "x"}}, listed...), ErrUnlisted},
		{"there twice", pack([]member{m, a, a}, listed...), ErrUnlisted},
		{"there twice in other letters", pack([]member{m, a, {strings.ToUpper(a.name), a.content}}, listed...), ErrUnlisted},
		{"listed twice", pack([]member{m, a}, append(listed, listed[0])...), ErrMismatch},
		{"no block map", pack([]member{m, a}), ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := read(t, c.b).CheckBlocks(context.Background(), upTo(1<<20)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	p := read(t, pack([]member{m, a}, listed...))
	if err := p.CheckBlocks(context.Background(), upTo(10)); !errors.Is(err, ErrTooMuch) {
		t.Errorf("over the budget: %v", err)
	}
}

// TestADirectoryWithTwoReadingsIsRefused: a second end record in the comment
// would show one reader other members than the other.
func TestADirectoryWithTwoReadingsIsRefused(t *testing.T) {
	one, two := pack([]member{{manifestName, manifest}}), pack([]member{{manifestName, manifest}, {"b.exe", "x"}})
	inner := two[len(two)-endRecord:]
	both := append(bytes.Clone(one), inner...)
	both[len(one)-2] = byte(len(inner)) // the comment of the first end record is the second
	if p, err := Read(bytes.NewReader(both), int64(len(both))); err == nil {
		t.Errorf("read as %+v", p.Identity)
	}
}

func TestHostile(t *testing.T) {
	good := seed()
	directory := bytes.Index(good, []byte("PK\x01\x02"))
	for name, b := range fixture.Hostile(good, 30, directory, directory+46, len(good)-endRecord) {
		survives(name, bytes.NewReader(b), int64(len(b)))
		survives(name, fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2), Err: errors.New("bad sector")}, int64(len(b)))
		survives(name, bytes.NewReader(b), 1<<40)
	}
	for at := directory; at < len(good); at++ {
		b := bytes.Clone(good)
		b[at] = 0xff
		survives("directory", bytes.NewReader(b), int64(len(b)))
	}
}

func seed() []byte {
	m := member{manifestName, manifest}
	return pack([]member{m, {contentTypesName, "<Types/>"}, {signatureName, "PKCX\x30\x00"}}, m)
}

// survives does everything that can be done with a package.
func survives(_ string, r io.ReaderAt, size int64) {
	Is(r, size)
	p, err := Read(r, size)
	if err != nil {
		return
	}
	_ = p.Family()
	_ = p.CheckBlocks(context.Background(), upTo(1<<20))
	_, _ = p.Unsigned()
	_, _ = p.Digests(sha256.New)
}

func FuzzRead(f *testing.F) {
	f.Add(seed())
	m := member{manifestName, manifest}
	f.Add(pack([]member{m, {signatureName, "PKCX\x30\x00"}}))
	f.Fuzz(func(t *testing.T, b []byte) { survives("fuzzed", bytes.NewReader(b), int64(len(b))) })
}
