package windows

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// unicodeLink has its path in a language that no code page of ASCII has.
func unicodeLink(target string) []byte {
	out := link("?", 0)[:linkHeader]
	le := binary.LittleEndian
	var wide []byte
	for _, u := range utf16.Encode([]rune(target + "\x00\x00")) {
		wide = le.AppendUint16(wide, u)
	}
	info := make([]byte, 0x28)
	le.PutUint32(info, uint32(len(info)+len(wide)))
	le.PutUint32(info[4:], 0x24)
	le.PutUint32(info[8:], localBasePath)
	le.PutUint32(info[16:], 0x24)
	le.PutUint32(info[24:], 0x25)
	le.PutUint32(info[0x1c:], 0x28)
	le.PutUint32(info[0x20:], uint32(0x28+len(wide)-2))
	return append(append(out, info...), wide...)
}

// environmentLink names its path with variables, behind a string.
func environmentLink(target string) []byte {
	out := link("", 0)[:linkHeader]
	le := binary.LittleEndian
	le.PutUint32(out[20:], hasName|isUnicode)
	out = append(out, 1, 0, 'x', 0)
	block := make([]byte, 0x314)
	le.PutUint32(block, 0x314)
	le.PutUint32(block[4:], environment)
	copy(block[8:], target)
	for i, u := range utf16.Encode([]rune(target)) {
		le.PutUint16(block[8+260+2*i:], u)
	}
	return append(out, block...)
}

func TestLinkTarget(t *testing.T) {
	for want, data := range map[string][]byte{
		`C:\a\b.exe`:           link(`C:\a\b.exe`, 0),
		`C:\ids\b.exe`:         link(`C:\ids\b.exe`, hasIDList),
		`C:\聊天\b.exe`:          unicodeLink(`C:\聊天\b.exe`),
		`%ProgramFiles%\b.exe`: environmentLink(`%ProgramFiles%\b.exe`),
	} {
		if got, err := linkTarget(bytes.NewReader(data)); got != want || err != nil {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	if _, err := linkTarget(bytes.NewReader(link("", 0)[:linkHeader])); err == nil {
		t.Error("a link that was cut behind its header passes")
	}
	bare := link("", 0)[:linkHeader]
	binary.LittleEndian.PutUint32(bare[20:], 0)
	if _, err := linkTarget(bytes.NewReader(bare)); !errors.Is(err, errNoTarget) {
		t.Errorf("a link to no file: %v", err)
	}
	if _, err := linkTarget(iotest.ErrReader(errors.New("disk"))); err == nil {
		t.Error("an error of the disk is swallowed")
	}
}

// hostile are the ways in which a small file can be wrong; each must end in an
// error or a result, never in a panic.
func hostile(good []byte) [][]byte {
	all := [][]byte{nil, {good[0]}, append(slices.Clone(good), good...), make([]byte, 1<<12)}
	for i := range good {
		all = append(all, good[:i])
		for _, b := range []byte{0, 0x7f, 0xff} {
			lying := slices.Clone(good)
			lying[i] = b
			all = append(all, lying)
		}
	}
	return all
}

func TestHostileLinks(t *testing.T) {
	for _, good := range [][]byte{link(`C:\a.exe`, hasIDList), unicodeLink(`C:\a`), environmentLink(`%x%\a`), withArguments(link(`C:\a.exe`, 0), "--a b")} {
		for _, data := range hostile(good) {
			for _, r := range []*bytes.Reader{bytes.NewReader(data)} {
				if got, err := linkTarget(iotest.OneByteReader(r)); err == nil && got == "" {
					t.Errorf("no target and no error: %x", data)
				}
			}
		}
	}
}

func TestManifest(t *testing.T) {
	m, err := parseManifest(strings.NewReader(manifestText))
	want := manifest{name: "Example.Chat", publisher: "CN=Example Chat Ltd", version: "1.2.3.4", arch: "arm64", displayName: "Example Chat"}
	if diff := cmp.Diff(want, m, cmp.AllowUnexported(manifest{})); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for name, text := range map[string]string{
		"nothing":            "",
		"no identity":        "<Package/>",
		"an identity inside": `<Package><x><Identity Name="a" Publisher="b"/></x></Package>`,
		"not closed":         `<Package><Identity Name="a" Publisher="b">`,
		"deep":               strings.Repeat("<a>", 10_000),
		"many":               "<a>" + strings.Repeat("<b/>", maxElements) + `</a>`,
		"large":              "<a>" + strings.Repeat("x", maxManifest) + `</a>`,
		"entities":           `<!DOCTYPE a [<!ENTITY x "y">]><Package><Identity Name="&x;" Publisher="b"/></Package>`,
		"a name without end": `<Package><Identity Name="` + strings.Repeat("x", 10_000) + `" Publisher="b"/></Package>`,
	} {
		if m, err := parseManifest(strings.NewReader(text)); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	for _, data := range hostile([]byte(manifestText)) {
		parseManifest(iotest.OneByteReader(bytes.NewReader(data)))
	}
	for text, want := range map[string]string{"ms-resource:AppName": "", strings.Repeat("x", 300): "", " Chat\n": "Chat"} {
		m, err := parseManifest(strings.NewReader(strings.Replace(manifestText, "<DisplayName>Example Chat<", "<DisplayName>"+text+"<", 1)))
		if err != nil || m.displayName != want {
			t.Errorf("%.20s: %q, %v", text, m.displayName, err)
		}
	}
}

func FuzzLink(f *testing.F) {
	f.Add(link(`C:\a.exe`, hasIDList))
	f.Add(unicodeLink(`C:\聊天\a.exe`))
	f.Add(environmentLink(`%x%\a.exe`))
	f.Fuzz(func(t *testing.T, data []byte) {
		target, err := linkTarget(bytes.NewReader(data))
		if err == nil && (target == "" || len(target) > 2*maxLink) {
			t.Errorf("%d bytes of target", len(target))
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(manifestText))
	f.Add([]byte(`<Package><Identity Name="a" Publisher="b"/></Package>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(bytes.NewReader(data))
		if err == nil && (m.name == "" || m.publisher == "" || len(m.displayName) > maxIdentities) {
			t.Errorf("%+v", m)
		}
	})
}
