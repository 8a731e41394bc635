package selftest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
	"github.com/chatvet/chatvet/detect/sign/roots"
	"github.com/chatvet/chatvet/signatures"
)

// Examples that name the organisation that signed a program, or the team that
// signed a bundle, are made into files that are signed under an authority of this
// test, with that name in the certificate, and scanned by somebody who trusts the
// authority. Nothing of the firms' own is used.

// signedExample is an example whose signer is one fact.
type signedExample struct {
	family *signatures.Family
	signatures.Example
	signer string
	hit    bool
}

func signedExamples(t *testing.T, list *signatures.List, kind signatures.Kind) []signedExample {
	t.Helper()
	var all []signedExample
	add := func(f *signatures.Family, ex signatures.Example, hit bool) {
		i := slices.IndexFunc(ex.Facts, func(f signatures.Fact) bool { return f.Kind == kind })
		if i >= 0 {
			signer := ex.Facts[i].Value
			ex.Facts = slices.Delete(slices.Clone(ex.Facts), i, i+1)
			all = append(all, signedExample{f, ex, signer, hit})
		}
	}
	for _, f := range list.Families {
		for _, ex := range f.Tests.Hit {
			add(f, ex, true)
		}
		for _, ex := range f.Tests.Miss {
			add(f, ex, false)
		}
	}
	if len(all) == 0 {
		t.Fatalf("the list has no example with %s", kind)
	}
	return all
}

func embedded(t *testing.T) *signatures.List {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestSignedPrograms also tries each hit without a signature and under an
// authority that nobody trusts: the name alone decides nothing.
func TestSignedPrograms(t *testing.T) {
	need(t, "osslsigncode", "Debian package osslsigncode")
	r := &runner{ctx: t.Context(), list: embedded(t)}
	trusted, stranger := newAuthority(t), newAuthority(t)
	opt := detect.Options{CodeSigningRoots: roots.New([]*x509.Certificate{trusted.cert}, nil)}
	for _, ex := range signedExamples(t, r.list, signatures.SignerOrganization) {
		t.Run(ex.family.ID+"/"+ex.Name, func(t *testing.T) {
			plain, err := fixture.FromExample(ex.Example, system(ex.family))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				how   string
				files fixture.Files
				hit   bool
			}{
				{"signed", trusted.sign(t, plain, ex.signer), ex.hit},
				{"signed under an authority that nobody trusts", stranger.sign(t, plain, ex.signer), false},
				{"unsigned", plain, false},
			} {
				builds, err := r.scan(c.files, opt)
				if err != nil {
					t.Fatal(err)
				}
				if problem := r.verdict(ex.family, builds, c.hit); problem != "" {
					t.Errorf("%s: %s", c.how, problem)
				}
			}
		})
	}
}

// TestSignedBundles does the same with bundles for Apple's systems. A bundle id of
// a mod's own counts where the bundle is signed by another team than the maker's.
func TestSignedBundles(t *testing.T) {
	r := &runner{ctx: t.Context(), list: embedded(t)}
	h := bundletest.NewHierarchy(t)
	for _, ex := range signedExamples(t, r.list, signatures.TeamID) {
		t.Run(ex.family.ID+"/"+ex.Name, func(t *testing.T) {
			files := fixture.Files{}
			for name, content := range signedBundle(t, h, ex) {
				files[path.Join("Example.app", "Contents", name)] = []byte(content)
			}
			builds, err := r.scan(files, detect.Options{AppleRoots: h.Roots})
			if err != nil {
				t.Fatal(err)
			}
			if len(builds) != 1 || len(builds[0].Signatures) != 1 || builds[0].Signatures[0].Signers[0].TeamID != ex.signer {
				t.Fatalf("the bundle is not seen as signed by team %s: %+v", ex.signer, builds)
			}
			if problem := r.verdict(ex.family, builds, ex.hit); problem != "" {
				t.Error(problem)
			}
		})
	}
}

// signedBundle is what lies in the Contents of a bundle that shows an example.
func signedBundle(t *testing.T, h *bundletest.Hierarchy, ex signedExample) map[string]string {
	t.Helper()
	var id string
	for _, f := range ex.Facts {
		if f.Kind != signatures.BundleID {
			t.Fatalf("no bundle can be made here that shows %s", f.Kind)
		}
		id = f.Value
	}
	disk := bundletest.NewDisk()
	bundletest.Bundle{
		ID: id, Name: "Example", Version: "1.0", Executable: "Example",
		Program: bundletest.Program{Code: 4096, Team: ex.signer, Signer: h.Team(t, ex.signer), Chain: h.Chain()},
	}.Build(t, "Example.app", disk)
	inside := map[string]string{}
	for name, content := range disk.Files {
		inside[strings.TrimPrefix(name, "Example.app/Contents/")] = content
	}
	return inside
}

// authority is a root with its key, made for one run.
type authority struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := certificate("Example Root", 1)
	template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
	return &authority{issue(t, template, template, key, key), key}
}

func certificate(name string, serial int64) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{Organization: []string{name}, CommonName: name},
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0), BasicConstraintsValid: true,
	}
}

func issue(t *testing.T, template, by *x509.Certificate, of, with *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, by, &of.PublicKey, with)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// sign signs the programs for Windows among files for an organisation.
func (a *authority) sign(t *testing.T, files fixture.Files, organization string) fixture.Files {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := certificate(organization, 2)
	template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
	signer := issue(t, template, a.cert, key, a.key)
	dir := t.TempDir()
	put := func(name string, content []byte) string {
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return at
	}
	block := func(kind string, content []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
	}
	certs := put("cert.pem", block("CERTIFICATE", signer.Raw))
	keys := put("key.pem", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)))
	chain := put("chain.pem", block("CERTIFICATE", a.cert.Raw))
	signed, programs := fixture.Files{}, 0
	for name, content := range files {
		signed[name] = content
		if !strings.HasPrefix(string(content), "MZ") {
			continue
		}
		programs++
		in, out := put("in.exe", content), filepath.Join(dir, "out.exe")
		cmd := exec.CommandContext(t.Context(), "osslsigncode", "sign", "-certs", certs, "-key", keys, "-ac", chain, "-h", "sha256", "-in", in, "-out", out)
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("osslsigncode: %v\n%s", err, said)
		}
		if signed[name], err = os.ReadFile(out); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(out); err != nil {
			t.Fatal(err)
		}
	}
	if programs != 1 {
		t.Fatalf("%d programs for Windows among the files, want 1", programs)
	}
	return signed
}

func need(t *testing.T, tool, from string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		if os.Getenv("CHATVET_REQUIRE_ALL") == "1" {
			t.Fatalf("%s is not here (%s), and CHATVET_REQUIRE_ALL is set", tool, from)
		}
		t.Skipf("%s is not here (%s)", tool, from)
	}
}
