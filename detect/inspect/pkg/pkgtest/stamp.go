package pkgtest

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/sassoftware/relic/v8/lib/pkcs7"
	"github.com/sassoftware/relic/v8/lib/pkcs9"
	"github.com/sassoftware/relic/v8/lib/x509tools"
)

// Stamper makes an authority for time stamps.
func (h *Hierarchy) Stamper(t testing.TB) *Signer {
	t.Helper()
	return h.Team(t, "STAMPER001", nil)
}

// Stamped is a message as Message makes it, with a time stamp of RFC 3161 on it.
func (s *Signer) Stamped(t testing.TB, content []byte, by *Signer, at time.Time) []byte {
	t.Helper()
	signed := s.sign(t, content)
	info := &signed.Content.SignerInfos[0]
	if err := pkcs9.AddStampToSignedData(info, *by.token(t, info.EncryptedDigest, at)); err != nil {
		t.Fatal(err)
	}
	return marshal(t, signed)
}

// token is a time stamp of a signature's value.
func (s *Signer) token(t testing.TB, value []byte, at time.Time) *pkcs7.ContentInfoSignedData {
	t.Helper()
	algorithm, _ := x509tools.PkixDigestAlgorithm(crypto.SHA256)
	sum := crypto.SHA256.New()
	sum.Write(value)
	info, err := asn1.Marshal(pkcs9.TSTInfo{
		Version: 1, Policy: asn1.ObjectIdentifier{1, 2, 3}, SerialNumber: big.NewInt(1),
		MessageImprint: pkcs9.MessageImprint{HashAlgorithm: algorithm, HashedMessage: sum.Sum(nil)},
		GenTime:        asn1.RawValue{Tag: asn1.TagGeneralizedTime, Bytes: []byte(at.UTC().Format("20060102150405Z"))},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := pkcs7.NewBuilder(s.Key, append([]*x509.Certificate{s.Certificate}, s.Chain...), crypto.SHA256)
	if err := b.SetContent(pkcs9.OidTSTInfo, info); err != nil {
		t.Fatal(err)
	}
	if err := b.AddAuthenticatedAttribute(pkcs7.OidAttributeSigningTime, at.UTC()); err != nil {
		t.Fatal(err)
	}
	token, err := b.Sign()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
