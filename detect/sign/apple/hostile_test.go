package apple

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"runtime"
	"slices"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/macho"
	"github.com/chatvet/chatvet/detect/inventory"
)

// allocated is how much a call asked for, in bytes.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestLyingCounts reads signatures of about a hundred bytes whose counts ask for
// gigabytes: each is refused for next to nothing.
func TestLyingCounts(t *testing.T) {
	directory := func(specials, pages, limit uint32) []byte {
		d := be(0x20100, 0, 52, 44, specials, pages, limit)
		d = append(d, 32, 2, 0, 12)
		return blob(magicCodeDirectory, append(d, make([]byte, 50)...))
	}
	parts := super(magicSuperBlob, []uint32{0}, directory(0, 0, 0))
	parts[8] = 0x40
	for name, raw := range map[string][]byte{
		"parts":                    parts,
		"pages":                    super(magicSuperBlob, []uint32{0}, directory(0, 0x3fffffff, 0xffffffff)),
		"special slots":            super(magicSuperBlob, []uint32{0}, directory(0x3fffffff, 0, 0)),
		"length of the whole":      append(be(magicSuperBlob, 0xffffffff, 1), make([]byte, 94)...),
		"part that has no end":     append(be(magicSuperBlob, 106, 1, 0, 20, magicCodeDirectory, 0xffffffff), make([]byte, 78)...),
		"part that is itself":      append(be(magicSuperBlob, 106, 1, 0, 0), make([]byte, 86)...),
		"count that wraps at 2^32": append(be(magicSuperBlob, 106, 0x20000000), make([]byte, 94)...),
	} {
		t.Run(name, func(t *testing.T) {
			file := append(head(0x01000007, 4096), make([]byte, 4096-48)...)
			file = append(file, raw...)
			binary.LittleEndian.PutUint32(file[44:], uint32(len(raw)))
			var s inventory.Signature
			n := allocated(func() { s, _ = check(t, file, nil, applePolicy()) })
			if s.Integrity != inventory.UnreadableSignature {
				t.Errorf("integrity %q", s.Integrity)
			}
			if n > 1<<20 {
				t.Errorf("%d bytes allocated", n)
			}
		})
	}
}

// TestHostile breaks a signed program in every way of the harness: nothing of
// what comes out may be called intact but what is still as it was signed.
func TestHostile(t *testing.T) {
	h := newHierarchy(t)
	m := made{Code: 5000, Identifier: "example.chat", Team: "EXAMPLE001", Signer: h.Team(t, "EXAMPLE001"), Chain: []*x509.Certificate{h.Issuer.Cert},
		Requirement: blob(magicRequirement, be(1, opAppleGenericAnchor))}
	whole := m.Build(t)
	for name, file := range fixture.Hostile(whole, 28, 32, 48, m.Code, m.Code+8, m.Code+12, m.Code+60, m.Code+300, len(whole)-signatureRoom/2) {
		f, err := macho.Read(bytes.NewReader(file), int64(len(file)))
		if err != nil || bytes.Equal(file, whole) {
			continue
		}
		s, code := checkRead(f, file, nil, h.Policy)
		if s.Integrity == inventory.Intact && s.Trust == inventory.Trusted {
			t.Errorf("%s: intact by %s", name, code.Team)
		}
	}
}

// TestEveryByteOfASignature changes each byte of it. One of the code directory or
// the requirements is always noticed. Of the rest, which says where things lie and
// holds certificates, whatever still passes says the same as before.
func TestEveryByteOfASignature(t *testing.T) {
	h := newHierarchy(t)
	m := made{Code: 5000, Identifier: "example.chat", Team: "EXAMPLE001", Signer: h.Team(t, "EXAMPLE001"), Chain: []*x509.Certificate{h.Issuer.Cert},
		Requirement: blob(magicRequirement, be(1, opAppleGenericAnchor))}
	whole := m.Build(t)
	signature := whole[m.Code:]
	before, beforeCode := check(t, whole, nil, h.Policy)
	blobs, _, err := readSuperBlob(signature, magicSuperBlob)
	if err != nil {
		t.Fatal(err)
	}
	covered := map[int]bool{}
	for _, slot := range []uint32{slotDirectory, slotRequirements} {
		for i := range blobs[slot] {
			covered[bytes.Index(signature, blobs[slot])+i] = true
		}
	}
	noticed := 0
	for at := range len(bytes.TrimRight(signature, "\x00")) {
		s, code := check(t, flip(whole, m.Code+at), nil, h.Policy)
		if s.Integrity != inventory.Intact || s.Trust != inventory.Trusted {
			noticed++
			continue
		}
		if covered[at] {
			t.Errorf("byte %d is signed, and its change was not noticed", at)
		}
		if s.Signers[0] != before.Signers[0] || code.Identifier != beforeCode.Identifier || code.Requirement != beforeCode.Requirement || !slices.Equal(code.Flags, beforeCode.Flags) {
			t.Errorf("byte %d changed what it says: %+v", at, s)
		}
	}
	if noticed < len(covered) {
		t.Errorf("%d changes were noticed, %d bytes are signed", noticed, len(covered))
	}
}

// TestSignatureOfManySlices bounds what is read for all slices together.
func TestSignatureOfManySlices(t *testing.T) {
	m := made{Code: 5000, Identifier: "example.chat", Flags: flagAdHoc}
	file := m.Build(t)
	f := readFile(t, file)
	if s := readSlice(f, &f.Slices[0], nil, applePolicy(), signatureRoom-1); s.Integrity != inventory.UnreadableSignature {
		t.Errorf("integrity %q with less room than the signature takes", s.Integrity)
	}
	if s := readSlice(f, &f.Slices[0], nil, applePolicy(), signatureRoom); s.Integrity != inventory.Intact {
		t.Errorf("integrity %q with room enough", s.Integrity)
	}
}

// TestDeepRequirement stops where negations are piled up.
func TestDeepRequirement(t *testing.T) {
	nots := bytes.Repeat(be(opNot), 10_000)
	if _, err := readRequirement(blob(magicRequirement, slices.Concat(be(1), nots, be(opTrue)))); err == nil {
		t.Error("read")
	}
}

// TestDeepMessage stops where elements without a length are piled up.
func TestDeepMessage(t *testing.T) {
	if _, err := definite(bytes.Repeat([]byte{0x30, 0x80}, 1<<20)); err == nil {
		t.Error("read")
	}
}

func TestRequirementNotation(t *testing.T) {
	text := func(s string) []byte {
		return append(be(uint32(len(s))), append([]byte(s), make([]byte, (4-len(s)%4)%4)...)...)
	}
	for want, expression := range map[string][]byte{
		"anchor apple": be(opAppleAnchor),
		`identifier "example.chat" and anchor apple generic`:             slices.Concat(be(opAnd, opIdentifier), text("example.chat"), be(opAppleGenericAnchor)),
		"(always or never) and ! notarized":                              be(opAnd, opOr, opTrue, opFalse, opNot, opNotarized),
		"always and never or notarized":                                  be(opOr, opAnd, opTrue, opFalse, opNotarized),
		`certificate leaf[subject.OU] = "1EXAMPLE"`:                      slices.Concat(be(opCertField, 0), text("subject.OU"), be(matchEqual), text("1EXAMPLE")),
		"certificate 1[field.1.2.840.113635.100.6.2.6] /* exists */":     slices.Concat(be(opCertGeneric, 1), text("\x2a\x86\x48\x86\xf7\x63\x64\x06\x02\x06"), be(matchExists)),
		`certificate root = H"0102030405060708090a0b0c0d0e0f1011121314"`: slices.Concat(be(opAnchorHash, 0xffffffff), text("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14")),
		`certificate leaf[timestamp.1.2] < timestamp "20010101000001Z"`:  slices.Concat(be(opCertFieldDate, 0), text("\x2a"), be(matchBefore, 0, 1)),
		`identifier "a\"b\\c"`:                                           slices.Concat(be(opIdentifier), text(`a"b\c`)),
		"identifier 0x0a":                                                slices.Concat(be(opIdentifier), text("\n")),
	} {
		term, err := readRequirement(blob(magicRequirement, append(be(1), expression...)))
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if got := term.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
