package apple

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
)

// FuzzSignature puts any bytes where a program's signature is. No outcome of it
// is trusted, since nobody has a key of Apple's.
func FuzzSignature(f *testing.F) {
	m := made{Code: 4096, Identifier: "example.chat", Flags: flagAdHoc, Requirement: blob(magicRequirement, be(1, opAppleGenericAnchor))}
	whole := m.Build(f)
	f.Add(bytes.TrimRight(whole[4096:], "\x00"))
	signer := issue(f, nil, subject("EXAMPLE001"), false, markDeveloperID)
	m.Signer = signer
	f.Add(bytes.TrimRight(m.Build(f)[4096:], "\x00"))
	f.Add(be(magicSuperBlob, 0xffffffff, 0xffffffff))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file := append(bytes.Clone(whole[:4096]), raw...)
		binary.LittleEndian.PutUint32(file[44:], uint32(len(raw)))
		s, code := check(t, file, nil, applePolicy())
		if s.Trust == inventory.Trusted {
			t.Fatalf("trusted: %+v, %+v", s, code)
		}
	})
}

// FuzzRequirement reads and writes requirements.
func FuzzRequirement(f *testing.F) {
	f.Add(be(opAnd, opIdentifier, 4, 0x41424344, opAppleGenericAnchor))
	f.Add(be(opNot, opCertField, 0, 4, 0x41424344, matchEqual, 1, 0x41000000))
	f.Add(be(opCertFieldDate, 0, 1, 0x2a000000, matchBefore, 0, 1))
	f.Add(be(opOr, flagGenericSkip|77, 0, opTrue))
	f.Fuzz(func(t *testing.T, raw []byte) {
		term, err := readRequirement(blob(magicRequirement, append(be(1), raw...)))
		if err != nil {
			return
		}
		if text := term.String(); text == "" || len(text) > 128+64*len(raw) {
			t.Fatalf("%d bytes of text for %d", len(text), len(raw))
		}
	})
}
