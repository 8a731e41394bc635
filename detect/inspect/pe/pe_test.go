package pe_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/pe"
	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, b []byte) *pe.File {
	t.Helper()
	f, err := pe.Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func example() fixture.PE {
	return fixture.PE{
		Version: map[string]string{
			"ProductName": "Example Chat", "CompanyName": "Example Chat Ltd", "LegalCopyright": "© Ünïcode 例 ",
		},
		FileVersion: [4]uint16{5, 1, 4, 10}, ProductVersion: [4]uint16{5, 1, 0, 0},
		Strings: []string{"one.example"},
	}
}

func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		machine uint16
		want    pe.Machine
		name    string
		plus    bool
	}{
		{fixture.X86, pe.X86, "x86", false},
		{fixture.X64, pe.X64, "x64", true},
		{fixture.ARM64, pe.ARM64, "arm64", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := example()
			p.Machine = c.machine
			b := p.Bytes()
			f := read(t, b)
			if f.Machine != c.want || f.Machine.String() != c.name || f.PE32Plus != c.plus || f.Timestamp != 1 || f.DLL {
				t.Errorf("machine %v, PE32+ %v, time %d, DLL %v", f.Machine, f.PE32Plus, f.Timestamp, f.DLL)
			}
			var names []string
			for _, s := range f.Sections {
				names = append(names, s.Name)
			}
			if diff := cmp.Diff([]string{".text", ".rdata", ".rsrc"}, names); diff != "" {
				t.Error(diff)
			}
			if len(f.Problems) > 0 {
				t.Errorf("problems: %q", f.Problems)
			}
		})
	}
}

func TestVersionInEveryLanguage(t *testing.T) {
	p := example()
	p.Languages = []uint16{0x0409, 0x0804}
	strings := []pe.String{
		{Name: "Comments", Value: fixture.Notice}, {Name: "CompanyName", Value: "Example Chat Ltd"},
		{Name: "LegalCopyright", Value: "© Ünïcode 例"}, {Name: "ProductName", Value: "Example Chat"},
	}
	want := []pe.VersionInfo{
		{Language: 0x0409, Fixed: true, FileVersion: [4]uint16{5, 1, 4, 10}, ProductVersion: [4]uint16{5, 1, 0, 0}, Tables: []pe.StringTable{{Language: 0x0409, CodePage: 0x04b0, Strings: strings}}},
		{Language: 0x0804, Fixed: true, FileVersion: [4]uint16{5, 1, 4, 10}, ProductVersion: [4]uint16{5, 1, 0, 0}, Tables: []pe.StringTable{{Language: 0x0804, CodePage: 0x04b0, Strings: strings}}},
	}
	if diff := cmp.Diff(want, read(t, p.Bytes()).Versions); diff != "" {
		t.Error(diff)
	}
}

func TestNoVersionResource(t *testing.T) {
	f := read(t, fixture.PE{Bare: true}.Bytes())
	if len(f.Versions) != 0 || len(f.Problems) != 0 {
		t.Errorf("versions %v, problems %q", f.Versions, f.Problems)
	}
}

func TestCertificateTable(t *testing.T) {
	p := example()
	p.Certificate = []byte("no certificate, but its bytes")
	b := p.Bytes()
	f := read(t, b)
	want := []pe.Certificate{{Revision: 0x0200, Type: 2, Raw: p.Certificate}}
	if diff := cmp.Diff(want, f.Certificates.Entries); diff != "" {
		t.Error(diff)
	}
	if f.Certificates.Damaged || f.Certificates.Offset+f.Certificates.Size != int64(len(b)) {
		t.Errorf("table %d+%d in %d bytes, damaged %v", f.Certificates.Offset, f.Certificates.Size, len(b), f.Certificates.Damaged)
	}
	if f.Overlay.Size != 0 {
		t.Errorf("the certificate table counts as overlay: %+v", f.Overlay)
	}
	// The two places that a digest leaves out hold what they should.
	if at := binary.LittleEndian.Uint32(b[f.SecurityEntryOffset:]); int64(at) != f.Certificates.Offset {
		t.Errorf("the security entry holds %#x", at)
	}
	if sum := binary.LittleEndian.Uint32(b[f.ChecksumOffset:]); sum == 0 {
		t.Error("no checksum at its place")
	}
}

func TestCertificateTableDamaged(t *testing.T) {
	p := example()
	p.Certificate = []byte("12345678")
	whole := p.Bytes()
	at := read(t, whole)
	for _, c := range []struct {
		name string
		do   func([]byte) []byte
	}{
		{"cut off", func(b []byte) []byte { return b[:len(b)-4] }},
		{"entry too long", func(b []byte) []byte { binary.LittleEndian.PutUint32(b[at.Certificates.Offset:], 1000); return b }},
		{"entry too short", func(b []byte) []byte { binary.LittleEndian.PutUint32(b[at.Certificates.Offset:], 4); return b }},
		{"in the headers", func(b []byte) []byte { binary.LittleEndian.PutUint32(b[at.SecurityEntryOffset:], 8); return b }},
		{"huge", func(b []byte) []byte {
			binary.LittleEndian.PutUint32(b[at.SecurityEntryOffset+4:], 0xffffffff)
			return b
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read(t, c.do(bytes.Clone(whole)))
			if !f.Certificates.Damaged || len(f.Problems) == 0 {
				t.Errorf("%+v, problems %q", f.Certificates, f.Problems)
			}
		})
	}
}

func TestOverlayAndInstallers(t *testing.T) {
	for _, c := range []struct {
		name    string
		overlay string
		want    pe.Installer
	}{
		{"none", "", ""},
		{"plain", "appended", ""},
		{"nsis", "\x00\x00\x00\x00\xef\xbe\xad\xdeNullsoftInst\x00\x00\x00\x00", pe.NSIS},
		{"7z", "7z\xbc\xaf\x27\x1c\x00\x04", pe.SevenZipSFX},
		{"7z with configuration", ";!@Install@!UTF-8!\nTitle=\"x\"\n;!@InstallEnd@!7z\xbc\xaf\x27\x1c", pe.SevenZipSFX},
		{"advanced installer", strings.Repeat("x", 40000) + "ADVINSTSFX\x00\x00", pe.AdvancedInstaller},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := example()
			p.Overlay = []byte(c.overlay)
			f := read(t, p.Bytes())
			if f.Installer != c.want {
				t.Errorf("installer %q, want %q", f.Installer, c.want)
			}
			if f.Overlay.Size != int64(len(c.overlay)) {
				t.Errorf("overlay of %d bytes, want %d", f.Overlay.Size, len(c.overlay))
			}
		})
	}
}

func TestInstallersByTheirHeaders(t *testing.T) {
	burn := example().Bytes()
	copy(burn[bytes.Index(burn, []byte(".rdata")):], ".wixburn")
	old := example().Bytes()
	copy(old[0x30:], "Inno")
	for want, b := range map[pe.Installer][]byte{pe.WiXBurn: burn, pe.InnoSetup: old} {
		if f := read(t, b); f.Installer != want {
			t.Errorf("installer %q, want %q", f.Installer, want)
		}
	}
}

func TestNotPE(t *testing.T) {
	whole := example().Bytes()
	other := bytes.Clone(whole)
	other[0x80+24] = 7 // magic of the optional header
	for name, b := range map[string][]byte{
		"text": []byte("MZ is how this text begins, and it goes on for more than sixty-four bytes, then ends"),
		"elf":  fixture.ELF{}.Bytes(), "no optional header": other, "cut before the section table": whole[:0x80+24+240],
	} {
		if _, err := pe.Read(bytes.NewReader(b), int64(len(b))); !errors.Is(err, pe.ErrNotPE) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHostile holds what must be true of any bytes: an answer, ErrNotPE or a
// result, whose parts lie inside the file.
func TestHostile(t *testing.T) {
	p := example()
	p.Certificate, p.Overlay = []byte("certificate"), []byte("overlay")
	whole := p.Bytes()
	f := read(t, whole)
	cuts := []int{2, 60, 64, 0x80, 0x80 + 4, 0x80 + 24, int(f.ChecksumOffset), int(f.SecurityEntryOffset), 0x80 + 24 + 240, int(f.HeadersSize), int(f.Overlay.Offset), int(f.Certificates.Offset)}
	for _, s := range f.Sections {
		cuts = append(cuts, int(s.Offset), int(s.Offset)+16, int(s.Offset)+100)
	}
	for name, b := range fixture.Hostile(whole, cuts...) {
		for _, size := range []int64{int64(len(b)), int64(len(b)) + 1000, 1 << 40, -1} {
			survives(t, name, bytes.NewReader(b), size)
		}
		survives(t, name+", short", fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2)}, int64(len(b)))
		survives(t, name+", failing", fixture.Broken{R: bytes.NewReader(b), Good: int64(len(b) / 2), Err: errors.New("bad sector")}, int64(len(b)))
	}
}

// TestScrambledResources turns bytes of the resource section at random.
func TestScrambledResources(t *testing.T) {
	whole := example().Bytes()
	f := read(t, whole)
	rsrc := f.Sections[2]
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		b := bytes.Clone(whole)
		for range 1 + random.IntN(6) {
			b[rsrc.Offset+random.Uint32N(rsrc.Size)] = byte(random.Uint32())
		}
		survives(t, "scrambled", bytes.NewReader(b), int64(len(b)))
	}
}

func survives(t *testing.T, name string, r io.ReaderAt, size int64) {
	t.Helper()
	f, err := pe.Read(r, size)
	if err != nil {
		if f != nil || !errors.Is(err, pe.ErrNotPE) {
			t.Errorf("%s: result %v with error %v", name, f, err)
		}
		return
	}
	if f.Overlay.Offset < 0 || f.Overlay.Offset+f.Overlay.Size > size {
		t.Errorf("%s: overlay %+v in %d bytes", name, f.Overlay, size)
	}
	for _, c := range f.Certificates.Entries {
		if int64(len(c.Raw)) > size {
			t.Errorf("%s: a certificate of %d bytes in %d", name, len(c.Raw), size)
		}
	}
}

func FuzzRead(f *testing.F) {
	p := example()
	p.Languages = []uint16{0x0409, 0}
	p.Certificate = []byte("certificate")
	f.Add(p.Bytes())
	p.Machine = fixture.X86
	f.Add(p.Bytes())
	f.Add(fixture.PE{Bare: true, Overlay: []byte("\xef\xbe\xad\xdeNullsoftInst")}.Bytes())
	f.Add(fixture.PE{AsarIntegrity: `[{"file":"resources\\app.asar","alg":"SHA256","value":"00"}]`}.Bytes())
	f.Add([]byte("MZ"))
	f.Fuzz(func(t *testing.T, b []byte) { survives(t, "fuzzed", bytes.NewReader(b), int64(len(b))) })
}
