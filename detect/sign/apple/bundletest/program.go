package bundletest

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/sassoftware/relic/v8/lib/pkcs7"
)

// Magic numbers and slots of a signature (cs_blobs.h).
const (
	magicRequirement   = 0xfade0c00
	magicRequirements  = 0xfade0c01
	magicCodeDirectory = 0xfade0c02
	magicSuperBlob     = 0xfade0cc0
	magicEntitlements  = 0xfade7171
	magicWrapper       = 0xfade0b01

	slotDirectory    = 0
	slotInfo         = 1
	slotRequirements = 2
	slotResources    = 3
	slotEntitlements = 5
	slotAlternate    = 0x1000
	slotCMS          = 0x10000
)

// Processors.
const (
	Intel = 0x01000007
	ARM   = 0x0100000c
)

// SignatureRoom is how many bytes a signature takes.
const SignatureRoom = 64 << 10

// Program is a program as it shall be made.
type Program struct {
	Code         int // bytes before the signature
	Identifier   string
	Team         string
	Flags        uint32
	Signer       *Authority // nil: ad hoc
	Chain        []*x509.Certificate
	Requirement  []byte // a whole blob
	Entitlements string
	Info, Seal   []byte // of the bundle around it
	CPU          uint32
	Change       func(directory []byte) // after the signer had it
	// Second is another code directory in the signature, of which its signer
	// knows nothing.
	Second *Program
	// Hashes is a signed attribute that lists the code directories.
	Hashes func(directory []byte) (asn1.ObjectIdentifier, any)
}

// BE is numbers of 32 bits in big endian.
func BE(numbers ...uint32) (b []byte) {
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// LE is numbers of 32 bits in little endian.
func LE(numbers ...uint32) (b []byte) {
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

// Blob is a blob with its head.
func Blob(magic uint32, body []byte) []byte {
	return append(BE(magic, uint32(8+len(body))), body...)
}

// Super is a super blob.
func Super(magic uint32, slots []uint32, blobs ...[]byte) []byte {
	index, at := BE(uint32(len(slots))), uint32(12+8*len(slots))
	var body []byte
	for i, b := range blobs {
		index = append(index, BE(slots[i], at)...)
		at += uint32(len(b))
		body = append(body, b...)
	}
	return Blob(magic, append(index, body...))
}

// Head is a Mach-O header of 64 bits with one load command, that of a signature.
func Head(cpu uint32, at int) []byte {
	return slices.Concat(
		LE(0xfeedfacf, cpu, 3, 2, 1, 16, 0, 0),
		LE(0x1d, 16, uint32(at), SignatureRoom))
}

// Bare is a program without a signature.
func Bare(cpu uint32, size int) []byte {
	return append(LE(0xfeedfacf, cpu, 3, 2, 0, 0, 0, 0), make([]byte, size)...)
}

// Build makes and signs a program.
func (m Program) Build(t testing.TB) []byte {
	t.Helper()
	code := m.code()
	return append(code, m.sign(t, code)...)
}

// CodeHash names the program by its code directory.
func (m Program) CodeHash() []byte {
	sum := sha256.Sum256(m.directory(m.code()))
	return sum[:20]
}

func (m Program) cpu() uint32 {
	if m.CPU == 0 {
		return Intel
	}
	return m.CPU
}

func (m Program) code() []byte {
	return append(Head(m.cpu(), m.Code), bytes.Repeat([]byte("example "), m.Code/8)...)[:m.Code]
}

func (m Program) requirements() []byte {
	if m.Requirement == nil {
		return Super(magicRequirements, nil)
	}
	return Super(magicRequirements, []uint32{3}, m.Requirement)
}

func (m Program) entitlements() []byte { return Blob(magicEntitlements, []byte(m.Entitlements)) }

// directory lists the digests of a program's pages and of what belongs to it.
func (m Program) directory(code []byte) []byte {
	sum := func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }
	special := make([][]byte, 5) // from slot -5 to slot -1
	for i := range special {
		special[i] = make([]byte, 32)
	}
	special[5-slotRequirements] = sum(m.requirements())
	if m.Entitlements != "" {
		special[5-slotEntitlements] = sum(m.entitlements())
	}
	if m.Info != nil {
		special[5-slotInfo], special[5-slotResources] = sum(m.Info), sum(m.Seal)
	}
	const fixed = 52
	texts := append([]byte(m.Identifier), 0)
	teamAt := uint32(0)
	if m.Team != "" {
		teamAt = uint32(fixed + len(texts))
		texts = append(append(texts, m.Team...), 0)
	}
	pages := (len(code) + 4095) / 4096
	d := BE(0x20200, m.Flags, uint32(fixed+len(texts)+5*32), fixed, 5, uint32(pages), uint32(len(code)))
	d = append(d, 32, 2, 0, 12)
	d = slices.Concat(d, BE(0, 0, teamAt), texts, slices.Concat(special...))
	for page := range slices.Chunk(code, 4096) {
		d = append(d, sum(page)...)
	}
	return Blob(magicCodeDirectory, d)
}

func (m Program) sign(t testing.TB, code []byte) []byte {
	t.Helper()
	directory := m.directory(code)
	message := []byte{}
	if m.Signer != nil {
		message = m.message(t, directory)
	}
	if m.Change != nil {
		m.Change(directory)
	}
	slots, blobs := []uint32{slotDirectory, slotRequirements}, [][]byte{directory, m.requirements()}
	if m.Entitlements != "" {
		slots, blobs = append(slots, slotEntitlements), append(blobs, m.entitlements())
	}
	if m.Second != nil {
		slots, blobs = append(slots, slotAlternate), append(blobs, m.Second.directory(code))
	}
	slots, blobs = append(slots, slotCMS), append(blobs, Blob(magicWrapper, message))
	signature := Super(magicSuperBlob, slots, blobs...)
	if len(signature) > SignatureRoom {
		t.Fatalf("signature of %d bytes", len(signature))
	}
	return append(signature, make([]byte, SignatureRoom-len(signature))...)
}

func (m Program) message(t testing.TB, directory []byte) []byte {
	t.Helper()
	b := pkcs7.NewBuilder(m.Signer.Key, append([]*x509.Certificate{m.Signer.Cert}, m.Chain...), crypto.SHA256)
	sum := sha256.Sum256(directory)
	if err := b.SetDetachedContent(pkcs7.OidData, sum[:]); err != nil {
		t.Fatal(err)
	}
	if err := b.AddAuthenticatedAttribute(pkcs7.OidAttributeSigningTime, time.Now().UTC()); err != nil {
		t.Fatal(err)
	}
	if m.Hashes != nil {
		id, value := m.Hashes(directory)
		if err := b.AddAuthenticatedAttribute(id, value); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := b.Sign()
	if err != nil {
		t.Fatal(err)
	}
	der, err := signed.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// Universal puts programs into one file, each on a page of its own.
func Universal(programs ...[]byte) []byte {
	out, at := BE(0xcafebabe, uint32(len(programs))), 4096
	for _, p := range programs {
		out = append(out, BE(binary.LittleEndian.Uint32(p[4:]), 3, uint32(at), uint32(len(p)), 12)...)
		at += (len(p) + 4095) &^ 4095
	}
	for _, p := range programs {
		out = append(out, make([]byte, (4096-len(out)%4096)%4096)...)
		out = append(out, p...)
	}
	return out
}
