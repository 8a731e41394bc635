package authenticode_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect/sign/roots"
)

// authority is a certificate with its key, made for one test run. None of them
// is anybody's: the names are examples.
type authority struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

var serials = time.Now().UnixNano()

// issue makes a certificate under an issuer, nil for one that signs itself.
func issue(t testing.TB, issuer *authority, organization, name string, change func(*x509.Certificate)) *authority {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	serials++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serials),
		Subject:      pkix.Name{Country: []string{"XX"}, Organization: []string{organization}, CommonName: name},
		NotBefore:    time.Now().AddDate(-10, 0, 0), NotAfter: time.Now().AddDate(10, 0, 0),
		BasicConstraintsValid: true,
	}
	change(template)
	by := &authority{template, key}
	if issuer != nil {
		by = issuer
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

func ca(c *x509.Certificate) {
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
}

func codeSigner(c *x509.Certificate) {
	c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
}

func stamper(c *x509.Certificate) {
	c.KeyUsage = x509.KeyUsageDigitalSignature
	c.ExtraExtensions = []pkix.Extension{{ // extended key usage, critical, timeStamping (RFC 3161, 2.3)
		Id: []int{2, 5, 29, 37}, Critical: true, Value: []byte("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x08"),
	}}
}

// expired makes a certificate of 2020 that ended long before this test.
func expired(change func(*x509.Certificate)) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		change(c)
		c.NotBefore, c.NotAfter = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	}
}

// files writes certificate and key where osslsigncode finds them.
func (a *authority) files(t testing.TB) (cert, key string) {
	t.Helper()
	return write(t, "cert.pem", certificatePEM(a)), write(t, "key.pem",
		pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(a.key)}))
}

func certificatePEM(all ...*authority) []byte {
	var out bytes.Buffer
	for _, a := range all {
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	}
	return out.Bytes()
}

// world is the authorities of a test.
type world struct {
	root, maker, other, stamp *authority
	set                       *roots.Set
	file                      string // the root, for osslsigncode
}

const maker = "Example Chat Ltd"

func newWorld(t testing.TB) *world {
	t.Helper()
	needNewOsslsigncode(t)
	w := &world{}
	w.root = issue(t, nil, "Example Authority", "Example Root", ca)
	w.maker = issue(t, w.root, maker, maker, codeSigner)
	w.other = issue(t, w.root, "Other Operator Co", "Other Operator Co", codeSigner)
	w.stamp = issue(t, w.root, "Example Authority", "Example Stamper", stamper)
	w.set = roots.New([]*x509.Certificate{w.root.cert}, nil)
	w.file = write(t, "root.pem", certificatePEM(w.root))
	return w
}

// sign signs a file with osslsigncode. Chain are certificates to put beside the
// signer's.
func sign(t testing.TB, content []byte, ext string, by *authority, chain []*authority, options ...string) []byte {
	t.Helper()
	cert, key := by.files(t)
	args := []string{"sign", "-certs", cert, "-key", key}
	if len(chain) > 0 {
		args = append(args, "-ac", write(t, "chain.pem", certificatePEM(chain...)))
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"+ext), filepath.Join(dir, "out"+ext)
	if err := os.WriteFile(in, content, 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, options...)
	args = append(args, "-in", in, "-out", out)
	if said, err := exec.Command(need(t, "osslsigncode", "Debian package osslsigncode"), args...).CombinedOutput(); err != nil {
		t.Fatalf("osslsigncode %q: %v\n%s", args, err, said)
	}
	signed, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// stamped are the options for a time stamp made on the spot, without a server.
func stamped(t testing.TB, by *authority, at time.Time) []string {
	t.Helper()
	cert, key := by.files(t)
	return []string{"-TSA-certs", cert, "-TSA-key", key, "-TSA-time", big.NewInt(at.Unix()).String()}
}
