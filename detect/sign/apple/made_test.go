package apple

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/sassoftware/relic/v8/lib/pkcs7"

	"github.com/chatvet/chatvet/detect/inspect/macho"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
	"github.com/chatvet/chatvet/detect/sign/roots"
)

// authority is a certificate with its key, made for one test run. None of them
// is anybody's: names and teams are invented.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue makes a certificate with a mark, under an issuer, nil for one that signs
// itself.
func issue(t testing.TB, by *authority, name pkix.Name, isCA bool, mark asn1.ObjectIdentifier) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: name, BasicConstraintsValid: true, IsCA: isCA,
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if isCA {
		template.KeyUsage = x509.KeyUsageCertSign
	} else {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
	}
	if mark != nil {
		template.ExtraExtensions = []pkix.Extension{{Id: mark, Critical: true, Value: asn1.NullBytes}}
	}
	if by == nil {
		by = &authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

// hierarchy is a root, an authority below it that may certify for Developer ID,
// and the policy that trusts the root.
type hierarchy struct {
	root, issuer *authority
	policy       cms.Policy
}

func newHierarchy(t testing.TB) *hierarchy {
	t.Helper()
	root := issue(t, nil, pkix.Name{CommonName: "Example Root"}, true, nil)
	set := roots.New([]*x509.Certificate{root.cert}, nil).WithExtensions(roots.AppleExtensions)
	return &hierarchy{
		root, issue(t, root, pkix.Name{CommonName: "Example Issuer"}, true, markDeveloperIDCA),
		cms.Policy{Roots: set, StampRoots: set, Usage: cms.UsageCodeSigning, Now: time.Now()},
	}
}

func (h *hierarchy) team(t testing.TB, team string) *authority {
	t.Helper()
	return issue(t, h.issuer, subject(team), false, markDeveloperID)
}

// made is a program as it shall be made.
type made struct {
	code         int // bytes before the signature
	identifier   string
	team         string
	flags        uint32
	signer       *authority // nil: ad hoc
	chain        []*x509.Certificate
	requirement  []byte // a whole blob
	entitlements string
	info, seal   []byte // of the bundle around it
	cpu          uint32
	change       func(directory []byte) // after the signer had it
}

func be(numbers ...uint32) (b []byte) {
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

func le(numbers ...uint32) (b []byte) {
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

func blob(magic uint32, body []byte) []byte { return append(be(magic, uint32(8+len(body))), body...) }

func super(magic uint32, slots []uint32, blobs ...[]byte) []byte {
	index, at := be(uint32(len(slots))), uint32(12+8*len(slots))
	var body []byte
	for i, b := range blobs {
		index = append(index, be(slots[i], at)...)
		at += uint32(len(b))
		body = append(body, b...)
	}
	return blob(magic, append(index, body...))
}

const signatureRoom = 64 << 10

// head is a Mach-O header of 64 bits with one load command, that of a signature.
func head(cpu uint32, at int) []byte {
	return slices.Concat(
		le(0xfeedfacf, cpu, 3, uint32(macho.Execute), 1, 16, 0, 0),
		le(0x1d, 16, uint32(at), signatureRoom))
}

// build makes and signs a program.
func (m made) build(t testing.TB) []byte {
	t.Helper()
	if m.cpu == 0 {
		m.cpu = 0x01000007
	}
	code := append(head(m.cpu, m.code), bytes.Repeat([]byte("example "), m.code/8)...)[:m.code]
	return append(code, m.sign(t, code)...)
}

func (m made) sign(t testing.TB, code []byte) []byte {
	t.Helper()
	sum := func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }
	special := make([][]byte, 5) // from slot -5 to slot -1
	slots, blobs := []uint32{slotDirectory}, [][]byte{nil}
	for i := range special {
		special[i] = make([]byte, 32)
	}
	add := func(slot uint32, b []byte) {
		special[5-slot] = sum(b)
		slots, blobs = append(slots, slot), append(blobs, b)
	}
	set := super(magicRequirements, nil)
	if m.requirement != nil {
		set = super(magicRequirements, []uint32{3}, m.requirement)
	}
	add(slotRequirements, set)
	if m.entitlements != "" {
		add(slotEntitlements, blob(magicEntitlements, []byte(m.entitlements)))
	}
	if m.info != nil {
		special[5-slotInfo], special[5-slotResources] = sum(m.info), sum(m.seal)
	}
	const fixed = 52
	texts := append([]byte(m.identifier), 0)
	teamAt := uint32(0)
	if m.team != "" {
		teamAt = uint32(fixed + len(texts))
		texts = append(append(texts, m.team...), 0)
	}
	pages := (len(code) + 4095) / 4096
	d := be(0x20200, m.flags, uint32(fixed+len(texts)+5*32), fixed, 5, uint32(pages), uint32(len(code)))
	d = append(d, 32, 2, 0, 12)
	d = slices.Concat(d, be(0, 0, teamAt), texts, slices.Concat(special...))
	for page := range slices.Chunk(code, 4096) {
		d = append(d, sum(page)...)
	}
	directory := blob(magicCodeDirectory, d)
	message := []byte{}
	if m.signer != nil {
		message = m.message(t, directory)
	}
	if m.change != nil {
		m.change(directory)
	}
	blobs[0] = directory
	slots, blobs = append(slots, slotCMS), append(blobs, blob(magicWrapper, message))
	signature := super(magicSuperBlob, slots, blobs...)
	if len(signature) > signatureRoom {
		t.Fatalf("signature of %d bytes", len(signature))
	}
	return append(signature, make([]byte, signatureRoom-len(signature))...)
}

func (m made) message(t testing.TB, directory []byte) []byte {
	t.Helper()
	b := pkcs7.NewBuilder(m.signer.key, append([]*x509.Certificate{m.signer.cert}, m.chain...), crypto.SHA256)
	sum := sha256.Sum256(directory)
	if err := b.SetDetachedContent(pkcs7.OidData, sum[:]); err != nil {
		t.Fatal(err)
	}
	if err := b.AddAuthenticatedAttribute(pkcs7.OidAttributeSigningTime, time.Now().UTC()); err != nil {
		t.Fatal(err)
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

// universal puts programs into one file, each on a page of its own.
func universal(programs ...[]byte) []byte {
	out, at := be(0xcafebabe, uint32(len(programs))), 4096
	for _, p := range programs {
		out = append(out, be(binary.LittleEndian.Uint32(p[4:]), 3, uint32(at), uint32(len(p)), 12)...)
		at += (len(p) + 4095) &^ 4095
	}
	for _, p := range programs {
		out = append(out, make([]byte, (4096-len(out)%4096)%4096)...)
		out = append(out, p...)
	}
	return out
}

// check reads a file as an inspection does, in pieces of an odd size.
func check(t testing.TB, file []byte, around *Bundle, p cms.Policy) (inventory.Signature, Code) {
	t.Helper()
	f, err := macho.Read(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return checkRead(f, file, around, p)
}

func checkRead(f *macho.File, file []byte, around *Bundle, p cms.Policy) (inventory.Signature, Code) {
	prog := ReadProgram(f, around, p)
	takers := prog.Takers()
	for piece := range slices.Chunk(file, 65537) {
		for _, taker := range takers {
			taker.Write(piece)
		}
	}
	s := prog.Signature("program", true)
	return s, prog.Code()
}

func readFile(t testing.TB, file []byte) *macho.File {
	t.Helper()
	f, err := macho.Read(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func readProgram(t testing.TB, file []byte, p cms.Policy) *Program {
	t.Helper()
	return ReadProgram(readFile(t, file), nil, p)
}

func subject(team string) pkix.Name {
	return pkix.Name{CommonName: "Example Chat Ltd", OrganizationalUnit: []string{team}}
}
