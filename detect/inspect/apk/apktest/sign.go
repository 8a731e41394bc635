package apktest

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"time"
)

// Key is a key with its certificate, made for tests.
type Key struct {
	key *ecdsa.PrivateKey
	// Certificate is in DER.
	Certificate []byte
}

// NewKey makes a key for a name.
func NewKey(name, organization string) Key {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return certified(key, big.NewInt(time.Now().UnixNano()), name, organization)
}

// FixedKey makes the same key with the same certificate for the same texts.
// Anybody can make it too.
func FixedKey(seed, name, organization string) Key {
	sum := sha256.Sum256([]byte(seed))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:])
	must(err)
	return certified(key, big.NewInt(1), name, organization)
}

func certified(key *ecdsa.PrivateKey, serial *big.Int, name, organization string) Key {
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{organization}},
		NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(4e9, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), steady{key})
	must(err)
	return Key{key, der}
}

func (k Key) sign(data []byte) []byte {
	sum := sha256.Sum256(data)
	signature, err := steady{k.key}.Sign(nil, sum[:], crypto.SHA256)
	must(err)
	return signature
}

// steady signs without chance (RFC 6979): the same data, the same signature.
type steady struct{ *ecdsa.PrivateKey }

// Sign signs a digest; it takes no random bytes.
func (s steady) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.PrivateKey.Sign(nil, digest, opts)
}

func (k Key) spki() []byte {
	der, err := x509.MarshalPKIXPublicKey(k.key.Public())
	must(err)
	return der
}

// Ids of parts of the signing block and of ECDSA with SHA-256.
const (
	V2  = 0x7109871a
	V3  = 0xf05368c0
	V31 = 0x1b93ad61

	ecdsaSHA256 = 0x0201
)

// Signer is one signer of a scheme.
type Signer struct {
	Key
	From, To uint32 // versions of Android, for V3 and V31
	// Names is the certificate that it names instead of its own.
	Names []byte
	// Attributes are signed too, by id.
	Attributes map[uint32][]byte
	// Lineage are the keys before it, the oldest first.
	Lineage []Key
}

// Part is a part of a signing block.
type Part struct {
	ID    uint32
	Value []byte
}

// Scheme is the part of a scheme with its signers, over an unsigned package.
func Scheme(id uint32, unsigned []byte, signers ...Signer) Part {
	var list []byte
	for _, s := range signers {
		list = append(list, value(s.bytes(id != V2, contentDigest(unsigned)))...)
	}
	return Part{id, value(list)}
}

func (s Signer) bytes(ranged bool, digest []byte) []byte {
	names := s.Names
	if names == nil {
		names = s.Certificate
	}
	signed := value(value(words(nil, ecdsaSHA256), value(digest)))
	signed = append(signed, value(value(names))...)
	if ranged {
		signed = words(signed, s.From, s.To)
	}
	var attributes []byte
	for id, v := range s.Attributes {
		attributes = append(attributes, value(words(nil, id), v)...)
	}
	if len(s.Lineage) > 0 {
		attributes = append(attributes, value(words(nil, 0x3ba06f8c), s.proof())...)
	}
	signed = append(signed, value(attributes)...)
	out := value(signed)
	if ranged {
		out = words(out, s.From, s.To)
	}
	out = append(out, value(value(words(nil, ecdsaSHA256), value(s.sign(signed))))...)
	return append(out, value(s.spki())...)
}

// proof is the proof of rotation from the keys before up to the signer's.
func (s Signer) proof() []byte {
	proof := words(nil, 1)
	var last *Key
	for _, k := range append(append([]Key{}, s.Lineage...), s.Key) {
		signed := value(k.Certificate)
		signature := []byte{}
		if last == nil {
			signed = words(signed, 0)
		} else {
			signed = words(signed, ecdsaSHA256)
			signature = last.sign(signed)
		}
		node := words(value(signed), 0, ecdsaSHA256)
		proof = append(proof, value(node, value(signature))...)
		last = &k
	}
	return proof
}

// value writes parts with their length before them.
func value(parts ...[]byte) []byte {
	all := bytes.Join(parts, nil)
	return append(words(nil, uint32(len(all))), all...)
}

// contentDigest is the digest of an unsigned package, which is its own contents:
// written apart from the code under test, over bytes in memory.
func contentDigest(unsigned []byte) []byte {
	end := len(unsigned) - 22
	directory := int(binary.LittleEndian.Uint32(unsigned[end+16:]))
	count, sums := uint32(0), []byte(nil)
	for _, section := range [][]byte{unsigned[:directory], unsigned[directory:end], unsigned[end:]} {
		for len(section) > 0 {
			n := min(len(section), 1<<20)
			sum := sha256.Sum256(append(words([]byte{0xa5}, uint32(n)), section[:n]...))
			sums, section, count = append(sums, sum[:]...), section[n:], count+1
		}
	}
	sum := sha256.Sum256(append(words([]byte{0x5a}, count), sums...))
	return sum[:]
}

// WithBlock puts a signing block with these parts into an unsigned package.
func WithBlock(unsigned []byte, parts ...Part) []byte {
	var pairs []byte
	for _, p := range parts {
		pairs = binary.LittleEndian.AppendUint64(pairs, uint64(4+len(p.Value)))
		pairs = append(words(pairs, p.ID), p.Value...)
	}
	size := uint64(len(pairs) + 24)
	block := binary.LittleEndian.AppendUint64(nil, size)
	block = binary.LittleEndian.AppendUint64(append(block, pairs...), size)
	block = append(block, "APK Sig Block 42"...)
	end := len(unsigned) - 22
	directory := int(binary.LittleEndian.Uint32(unsigned[end+16:]))
	out := append([]byte{}, unsigned[:directory]...)
	out = append(append(out, block...), unsigned[directory:]...)
	binary.LittleEndian.PutUint32(out[len(out)-6:], uint32(directory+len(block)))
	return out
}

// SignJAR signs a package in the oldest way (v1). With extra come main
// attributes of the signature file.
func SignJAR(unsigned []byte, k Key, extra string) []byte {
	z, err := zip.NewReader(bytes.NewReader(unsigned), int64(len(unsigned)))
	must(err)
	manifest := "Manifest-Version: 1.0\r\n\r\n"
	entries := ""
	for _, f := range z.File {
		r, err := f.Open()
		must(err)
		b, err := io.ReadAll(r)
		must(err)
		sum := sha256.Sum256(b)
		entry := fmt.Sprintf("Name: %s\r\nSHA-256-Digest: %s\r\n\r\n", f.Name, base64.StdEncoding.EncodeToString(sum[:]))
		manifest += entry
		sum = sha256.Sum256([]byte(entry))
		entries += fmt.Sprintf("Name: %s\r\nSHA-256-Digest: %s\r\n\r\n", f.Name, base64.StdEncoding.EncodeToString(sum[:]))
	}
	sum := sha256.Sum256([]byte(manifest))
	file := fmt.Sprintf("Signature-Version: 1.0\r\nSHA-256-Digest-Manifest: %s\r\n%s\r\n%s", base64.StdEncoding.EncodeToString(sum[:]), extra, entries)
	return Add(unsigned, map[string][]byte{
		"META-INF/MANIFEST.MF": []byte(manifest), "META-INF/CERT.SF": []byte(file), "META-INF/CERT.EC": k.detached([]byte(file)),
	}, nil)
}

// detached is a signed message without its content and without attributes (PKCS
// #7, RFC 2315, sections 7 and 9).
func (k Key) detached(content []byte) []byte {
	c, err := x509.ParseCertificate(k.Certificate)
	must(err)
	type algorithm struct{ ID asn1.ObjectIdentifier }
	type issuer struct {
		Name   asn1.RawValue
		Serial *big.Int
	}
	type signerInfo struct {
		Version   int
		Issuer    issuer
		Digest    algorithm
		Signature algorithm
		Value     []byte
	}
	type signedData struct {
		Version      int
		Digests      []algorithm `asn1:"set"`
		Content      struct{ Type asn1.ObjectIdentifier }
		Certificates asn1.RawValue
		Signers      []signerInfo `asn1:"set"`
	}
	sha256ID := algorithm{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}
	data := signedData{
		Version: 1, Digests: []algorithm{sha256ID},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: k.Certificate},
		Signers: []signerInfo{{
			Version: 1, Issuer: issuer{asn1.RawValue{FullBytes: c.RawIssuer}, c.SerialNumber}, Digest: sha256ID,
			Signature: algorithm{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, Value: k.sign(content),
		}},
	}
	data.Content.Type = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	der, err := asn1.Marshal(struct {
		Type asn1.ObjectIdentifier
		Data signedData `asn1:"explicit,tag:0"`
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, data})
	must(err)
	return der
}

// Add appends files to a package, changing their headers as change says.
func Add(unsigned []byte, files map[string][]byte, change func(*zip.FileHeader)) []byte {
	z, err := zip.NewReader(bytes.NewReader(unsigned), int64(len(unsigned)))
	must(err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		must(w.Copy(f))
	}
	for _, name := range sortedNames(files) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		if change != nil {
			change(h)
		}
		body, err := w.CreateHeader(h)
		must(err)
		_, err = body.Write(files[name])
		must(err)
	}
	must(w.Close())
	return out.Bytes()
}
