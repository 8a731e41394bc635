package authenticode_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/msi"
	"github.com/chatvet/chatvet/detect/inspect/pe"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/authenticode"
	"github.com/chatvet/chatvet/detect/sign/roots"
	"github.com/google/go-cmp/cmp"
)

// unsignedProgram is a synthetic program of a made-up maker.
func unsignedProgram() []byte {
	return fixture.PE{
		Version:     map[string]string{"ProductName": "Example Chat", "CompanyName": maker},
		FileVersion: [4]uint16{8, 138, 0, 210},
		Strings:     []string{string(bytes.Repeat([]byte("contents "), 2000))},
	}.Bytes()
}

// made is a file that was made to be signed in one way.
type made struct {
	name    string
	content []byte
	want    []outcome
	// apart says why osslsigncode sees it differently; docs/signatures.md has
	// the same list.
	apart string
}

func good(by string) outcome {
	return outcome{inventory.Intact, inventory.Trusted, inventory.TimeValid, by, ""}
}

func with(o outcome, change func(*outcome)) outcome {
	change(&o)
	return o
}

// signedPrograms signs a program in every way that is told apart.
func signedPrograms(t *testing.T, w *world) []made {
	u := unsignedProgram()
	s := func(by *authority, options ...string) []byte {
		return sign(t, u, ".exe", by, []*authority{w.root}, append([]string{"-h", "sha256"}, options...)...)
	}
	official := s(w.maker)
	lost := with(good(maker), func(o *outcome) { o.Integrity = inventory.Broken })
	problem := func(o outcome, problems string) outcome { o.Problems = problems; return o }
	untrusted := func(problems string) outcome {
		return outcome{inventory.Intact, inventory.Untrusted, inventory.TimeValid, maker, problems}
	}

	middle := issue(t, w.root, "Example Authority", "Example Intermediate", ca)
	under := issue(t, middle, maker, maker, codeSigner)
	notCA := issue(t, w.root, "Example Authority", "Example Intermediate", codeSigner)
	underNotCA := issue(t, notCA, maker, maker, codeSigner)
	own := issue(t, nil, "Example Authority", "Example Root", ca) // the root's name, another key
	impostor := issue(t, own, maker, maker, codeSigner)
	alone := issue(t, nil, maker, maker, codeSigner)
	server := issue(t, w.root, maker, maker, func(c *x509.Certificate) {
		c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	})
	ended := issue(t, w.root, maker, maker, expired(codeSigner))
	lifetime := issue(t, w.root, maker, maker, expired(func(c *x509.Certificate) {
		codeSigner(c)
		c.UnknownExtKeyUsage = append(c.UnknownExtKeyUsage, []int{1, 3, 6, 1, 4, 1, 311, 10, 3, 13})
	}))
	otherStamp := issue(t, own, "Example Authority", "Example Stamper", stamper)
	forPrograms := issue(t, w.root, "Example Authority", "Example Program Authority", func(c *x509.Certificate) {
		ca(c)
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
	})
	strayStamp := issue(t, forPrograms, "Example Authority", "Example Stamper", stamper)
	then, later := time.Date(2020, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(2022, 6, 1, 0, 0, 0, 0, time.UTC)
	endedThen := func(by *authority, stamp *authority, at time.Time) []byte { return s(by, stamped(t, stamp, at)...) }
	over := func(problems string) outcome {
		return outcome{inventory.Intact, inventory.Trusted, inventory.TimeExpired, maker, problems}
	}

	sha1 := sign(t, u, ".exe", w.maker, []*authority{w.root}, "-h", "sha1")
	pages := s(w.maker, "-ph")
	return []made{
		{name: "unsigned", content: u, want: []outcome{{Integrity: inventory.Unsigned, Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown}}},
		{name: "signed by the maker", content: official, want: []outcome{good(maker)}},
		{name: "by somebody else", content: s(w.other), want: []outcome{good("Other Operator Co")}},
		{name: "SHA-1", content: sha1, want: []outcome{good(maker)}},
		{name: "SHA-384", content: sign(t, u, ".exe", w.maker, []*authority{w.root}, "-h", "sha384"), want: []outcome{good(maker)}},
		{name: "SHA-512", content: sign(t, u, ".exe", w.maker, []*authority{w.root}, "-h", "sha512"), want: []outcome{good(maker)}},
		{name: "MD5", content: sign(t, u, ".exe", w.maker, []*authority{w.root}, "-h", "md5"),
			want: []outcome{untrusted("weak-digest weak-digest")}, apart: "MD5 is no evidence"},
		{name: "page hashes", content: pages, want: []outcome{good(maker)}},
		{name: "page hashes, tampered", content: flip(pages, -1, u), want: []outcome{problem(lost, "digest-mismatch page-hash-mismatch")}},
		{name: "dual", content: sign(t, sha1, ".exe", w.maker, []*authority{w.root}, "-h", "sha256", "-nest"), want: []outcome{good(maker), good(maker)}},
		{name: "two entries in the table", content: twoEntries(t, sha1, official), want: []outcome{good(maker), good(maker)},
			apart: "osslsigncode finds no signature in a table of two"},
		{name: "under an intermediate", content: sign(t, u, ".exe", under, []*authority{middle, w.root}), want: []outcome{good(maker)}},
		{name: "time stamp", content: s(w.maker, stamped(t, w.stamp, then)...),
			want: []outcome{with(good(maker), func(o *outcome) { o.Time = inventory.TimeStamped })}},
		{name: "expired since, time stamp", content: endedThen(ended, w.stamp, then),
			want: []outcome{with(good(maker), func(o *outcome) { o.Time = inventory.TimeStamped })}},

		{name: "tampered", content: flip(official, -1, u), want: []outcome{problem(lost, "digest-mismatch")}},
		{name: "tampered headers", content: flip(official, 0x90, u), want: []outcome{problem(lost, "digest-mismatch")}},
		{name: "signature tampered", content: flipEnd(official), want: []outcome{problem(lost, "signature-invalid")}},
		{name: "stripped", content: strip(t, official), want: []outcome{{Integrity: inventory.Unsigned, Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown}}},
		{name: "appended", content: append(slices.Clone(official), make([]byte, 64)...), want: []outcome{problem(lost, "appended-data")},
			apart: "osslsigncode finds no signature"},
		{name: "data in the table", content: padTable(official), want: []outcome{problem(good(maker), "data-in-signature")}},

		{name: "expired, no time stamp", content: s(ended), want: []outcome{over("expired")}},
		{name: "expired, stamped too late", content: endedThen(ended, w.stamp, later), want: []outcome{over("outside-validity")}},
		{name: "expired, stamped by an unknown root", content: endedThen(ended, otherStamp, then), want: []outcome{over("timestamp-untrusted expired")}},
		{name: "expired, stamped under an authority for programs", content: sign(t, u, ".exe", ended, []*authority{w.root, forPrograms}, stamped(t, strayStamp, then)...),
			want: []outcome{over("timestamp-untrusted expired")}},
		{name: "expired for its lifetime, stamped", content: endedThen(lifetime, w.stamp, then), want: []outcome{over("lifetime-signing")},
			apart: "osslsigncode does not know this usage"},

		{name: "incomplete chain", content: sign(t, u, ".exe", under, nil), want: []outcome{untrusted("untrusted-root issuer-missing")}},
		{name: "self-made authority, right names", content: sign(t, u, ".exe", impostor, []*authority{own}), want: []outcome{untrusted("unknown-root")}},
		{name: "self-signed", content: sign(t, u, ".exe", alone, nil),
			want: []outcome{{inventory.Intact, inventory.SelfSigned, inventory.TimeValid, maker, "self-signed"}}},
		{name: "issuer is no authority", content: sign(t, u, ".exe", underNotCA, []*authority{notCA, w.root}), want: []outcome{untrusted("invalid-issuer")}},
		{name: "a server's certificate", content: sign(t, u, ".exe", server, []*authority{w.root}),
			want: []outcome{{inventory.Intact, inventory.Untrusted, inventory.TimeExpired, maker, "wrong-usage expired"}}},
	}
}

// TestMadePrograms signs one program in every way that is told apart, and holds
// each against osslsigncode.
func TestMadePrograms(t *testing.T) {
	w := newWorld(t)
	for _, m := range signedPrograms(t, w) {
		t.Run(m.name, func(t *testing.T) {
			all := verifyProgram(t, m.content, policy(w.set))
			if diff := cmp.Diff(m.want, outcomes(all)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			agree(t, m, ours(all), write(t, "program.exe", m.content), w.file)
		})
	}
}

// agree holds an outcome against osslsigncode's.
func agree(t *testing.T, m made, we []side, path, ca string) {
	t.Helper()
	they, said := osslsigncode(t, path, ca)
	t.Logf("%-40s ours %v, osslsigncode %v", m.name, we, they)
	switch same := cmp.Equal(we, they); {
	case !same && m.apart == "":
		t.Errorf("ours %v, osslsigncode %v\n%s", we, they, said)
	case same && m.apart != "":
		t.Errorf("agrees with osslsigncode, but was expected not to: %s", m.apart)
	}
}

// flip changes one byte: of the headers, or of the contents where at is -1.
func flip(program []byte, at int, unsigned []byte) []byte {
	out := slices.Clone(program)
	if at < 0 {
		at = bytes.Index(unsigned, []byte("contents contents"))
	}
	out[at] ^= 0x20
	return out
}

// flipEnd changes the last byte of the signature's value, which ends a table
// without time stamp.
func flipEnd(program []byte) []byte {
	out := slices.Clone(program)
	end := len(bytes.TrimRight(out, "\x00"))
	out[end-1] ^= 1
	return out
}

func table(program []byte) (entry []byte, at int) {
	f, err := pe.Read(bytes.NewReader(program), int64(len(program)))
	if err != nil {
		panic(err)
	}
	return program[f.Certificates.Offset:][:f.Certificates.Size], int(f.SecurityEntryOffset)
}

// setTable replaces the certificate table.
func setTable(program, entries []byte) []byte {
	old, at := table(program)
	out := append(slices.Clone(program[:len(program)-len(old)]), entries...)
	binary.LittleEndian.PutUint32(out[at+4:], uint32(len(entries)))
	return out
}

func twoEntries(t *testing.T, a, b []byte) []byte {
	t.Helper()
	first, _ := table(a)
	second, _ := table(b)
	return setTable(b, slices.Concat(first, second))
}

// padTable makes the one entry longer than the signature in it, as some makers
// do to keep data of their own there.
func padTable(program []byte) []byte {
	entry, _ := table(program)
	entry = append(slices.Clone(entry), "data of one's own, 32 bytes long"...)
	binary.LittleEndian.PutUint32(entry, uint32(len(entry)))
	return setTable(program, entry)
}

func strip(t *testing.T, program []byte) []byte {
	t.Helper()
	out := setTable(program, nil)
	_, at := table(program)
	binary.LittleEndian.PutUint32(out[at:], 0)
	return out
}

// TestATableInsideTheProgramIsNoSignature: the bytes of the table are covered by
// nothing, so a table that reaches over a section would make room for anything.
func TestATableInsideTheProgramIsNoSignature(t *testing.T) {
	w := newWorld(t)
	program := sign(t, unsignedProgram(), ".exe", w.maker, []*authority{w.root})
	f, err := pe.Read(bytes.NewReader(program), int64(len(program)))
	if err != nil {
		t.Fatal(err)
	}
	// The last section grows over the table; its header is covered, so sign
	// again what says so.
	grown := slices.Clone(program)
	last := f.Sections[len(f.Sections)-1]
	header := bytes.Index(grown, append([]byte(last.Name), 0))
	binary.LittleEndian.PutUint32(grown[header+16:], last.Size+4096)
	bare := setTable(grown, nil)
	_, at := table(program)
	binary.LittleEndian.PutUint64(bare[at:], 0)
	signed := sign(t, append(bare, make([]byte, 4096)...), ".exe", w.maker, []*authority{w.root})
	if got := verifyProgram(t, signed, policy(w.set)); got[0].Integrity != inventory.Intact {
		t.Fatalf("the program that this test starts from is not intact: %+v", got)
	}
	g, err := pe.Read(bytes.NewReader(signed), int64(len(signed)))
	if err != nil {
		t.Fatal(err)
	}
	moved := slices.Concat(signed[:g.Certificates.Offset-4096], signed[g.Certificates.Offset:][:g.Certificates.Size])
	binary.LittleEndian.PutUint32(moved[g.SecurityEntryOffset:], uint32(g.Certificates.Offset-4096))
	if got := verifyProgram(t, moved, policy(w.set)); got[0].Integrity != inventory.Broken {
		t.Errorf("a table inside a section: %+v", got)
	}
}

// unsignedInstaller makes a synthetic package with wixl.
func unsignedInstaller(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string][]byte{"example.wxs": []byte(wxs), "ExampleChat.exe": unsignedProgram()} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(need(t, "wixl", "Debian package wixl"), "-o", "a.msi", "example.wxs")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("wixl: %v\n%s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "a.msi"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const wxs = `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
 <Product Name="Example Chat" Id="11111111-2222-3333-4444-555555555555" UpgradeCode="ABCDDCBA-86C7-4D14-AEC0-86416A69ABDE" Language="1033" Codepage="1252" Version="8.138.0" Manufacturer="Example Chat Ltd">
  <Package Id="*" Description="synthetic fixture" Manufacturer="Example Chat Ltd" InstallerVersion="200" Languages="1033" Compressed="yes" SummaryCodepage="1252"/>
  <Media Id="1" Cabinet="a.cab" EmbedCab="yes"/>
  <Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFilesFolder"><Directory Id="INSTALLDIR" Name="Example Chat">
   <Component Id="Main" Guid="ABCDDCBA-83F1-4F22-985B-FDB3C8ABD471"><File Id="exe" Name="ExampleChat.exe" DiskId="1" Source="ExampleChat.exe" KeyPath="yes"/></Component>
  </Directory></Directory></Directory>
  <Feature Id="Complete" Level="1"><ComponentRef Id="Main"/></Feature>
 </Product>
</Wix>`

func verifyInstaller(t testing.TB, content []byte, set *roots.Set) []inventory.Signature {
	t.Helper()
	f, err := msi.Read(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return authenticode.Installer(context.Background(), f, "a.msi", true, policy(set))
}

func TestMadeInstallers(t *testing.T) {
	w := newWorld(t)
	u := unsignedInstaller(t)
	s := func(by *authority, chain []*authority, options ...string) []byte {
		return sign(t, u, ".msi", by, chain, append([]string{"-h", "sha256"}, options...)...)
	}
	chain := []*authority{w.root}
	plain, extended := s(w.maker, chain), s(w.maker, chain, "-add-msi-dse")
	own := issue(t, nil, "Example Authority", "Example Root", ca)
	ended := issue(t, w.root, maker, maker, expired(codeSigner))
	lost := func(problems string) []outcome {
		return []outcome{{inventory.Broken, inventory.Trusted, inventory.TimeValid, maker, problems}}
	}
	for _, m := range []made{
		{name: "unsigned", content: u, want: []outcome{{Integrity: inventory.Unsigned, Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown}}},
		{name: "signed", content: plain, want: []outcome{good(maker)}},
		{name: "signed with the directory", content: extended, want: []outcome{good(maker)}},
		{name: "SHA-1", content: sign(t, u, ".msi", w.maker, chain, "-h", "sha1"), want: []outcome{good(maker)}},
		{name: "dual", content: sign(t, plain, ".msi", w.maker, chain, "-h", "sha256", "-nest"), want: []outcome{good(maker), good(maker)}},
		{name: "expired since, time stamp", content: s(ended, chain, stamped(t, w.stamp, time.Date(2020, 6, 1, 0, 0, 0, 0, time.UTC))...),
			want: []outcome{with(good(maker), func(o *outcome) { o.Time = inventory.TimeStamped })}},
		{name: "expired, no time stamp", content: s(ended, chain), want: []outcome{{inventory.Intact, inventory.Trusted, inventory.TimeExpired, maker, "expired"}}},
		{name: "tampered", content: replace(t, plain, "Example Chat", "Exemple Chat"), want: lost("digest-mismatch")},
		{name: "a stream renamed, directory not covered", content: replace(t, plain, utf16("\x05SummaryInformation"), utf16("\x05SummaryInformatioo")), want: []outcome{good(maker)}},
		{name: "a stream renamed, directory covered", content: replace(t, extended, utf16("\x05SummaryInformation"), utf16("\x05SummaryInformatioo")), want: lost("metadata-mismatch")},
		{name: "appended", content: append(slices.Clone(plain), "PK\x03\x04 as an archive begins"...), want: lost("appended-data"), apart: "osslsigncode passes over what no stream holds"},
		{name: "zeros appended", content: append(slices.Clone(plain), make([]byte, 4096)...), want: []outcome{good(maker)}},
		{name: "incomplete chain", content: s(issue(t, issue(t, w.root, "Example Authority", "Between", ca), maker, maker, codeSigner), nil),
			want: []outcome{{inventory.Intact, inventory.Untrusted, inventory.TimeValid, maker, "untrusted-root issuer-missing"}}},
		{name: "self-made authority, right names", content: s(issue(t, own, maker, maker, codeSigner), []*authority{own}),
			want: []outcome{{inventory.Intact, inventory.Untrusted, inventory.TimeValid, maker, "unknown-root"}}},
	} {
		t.Run(m.name, func(t *testing.T) {
			all := verifyInstaller(t, m.content, w.set)
			if diff := cmp.Diff(m.want, outcomes(all)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			agree(t, m, ours(all), write(t, "a.msi", m.content), w.file)
		})
	}
}

func replace(t *testing.T, content []byte, old, new string) []byte {
	t.Helper()
	if !bytes.Contains(content, []byte(old)) {
		t.Fatalf("%q is not in the file", old)
	}
	return bytes.Replace(content, []byte(old), []byte(new), 1)
}

func utf16(s string) string {
	var out []byte
	for _, c := range []byte(s) {
		out = append(out, c, 0)
	}
	return string(out)
}
