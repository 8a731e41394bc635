package roots

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryRootOfTheFilesCanBeRead(t *testing.T) {
	for _, file := range []struct {
		name       string
		text       []byte
		unreadable int
	}{
		// EC-ACC has a negative serial number, which Go does not read.
		{"code-signing-roots.pem", codeSigning, 1},
		{"legacy-code-signing-roots.pem", legacy, 0},
		{"apple-root-ca.pem", apple, 0},
	} {
		blocks := bytes.Count(file.text, []byte("-----BEGIN CERTIFICATE-----"))
		if got := len(certificates(file.text)); got != blocks-file.unreadable {
			t.Errorf("%s: %d of %d certificates were read, want all but %d", file.name, got, blocks, file.unreadable)
		}
	}
}

func TestARootInBothListsIsNotRetired(t *testing.T) {
	retired := certificates(legacy)
	both := 0
	for _, c := range certificates(codeSigning) {
		root, ok := CodeSigning().Find(c)
		if !ok || root.Retired {
			t.Errorf("%s: found %t, retired %t", c.Subject, ok, root.Retired)
		}
	}
	for _, c := range retired {
		if root, ok := CodeSigning().Find(c); !ok {
			t.Errorf("%s is missing", c.Subject)
		} else if !root.Retired {
			both++
		}
	}
	if both == 0 || both == len(retired) {
		t.Errorf("%d of %d certificates of the older list are in the newer one too; some are, some are not", both, len(retired))
	}
}

// TestMicrosoftsOwnRoots names the roots of Microsoft's own signatures by their
// digests. Store packages stand under the one of 2011 (Microsoft MarketPlace PCA
// 2011), as Microsoft's programs do, and their time stamps under that of 2010 or
// 2014; both files hold these, and being trusted wins.
func TestMicrosoftsOwnRoots(t *testing.T) {
	retired := map[string]bool{
		"df545bf919a2439c36983b54cdfc903dfa4f37d3996d8d84b4c31eec6f3c163e": false, // 2010
		"847df6a78497943f27fc72eb93f9a637320a02b561d0a91b09e87a7807ed7c61": false, // 2011
		"65af95f4be86847344634282f941b2e605063ef0c8542f014ca088d182109e4f": false, // Time Stamp 2014
		"caca93b9d23d2b6fa76e8b8471931e0df3ec6f63af3cdbb936c41954a1872326": false, // ECC Product 2018
		"885de64c340e3ea70658f01e1145f957fcda27aabeea1ab9faa9fdb0102d4077": true,  // of 2001, expired in 2021
		"f38406e540d7a9d90cb4a9479299640ffb6df9e224ecc7a01c0d9558d8dad77d": true,  // of 1997, expired in 2020
		"6b6c1e01f590f5afc5fcf85cd0b9396884048659fc2c6d1170d68b045216c3fd": true,  // Thawte Timestamping CA
	}
	got := map[string]bool{}
	for _, named := range CodeSigning().bySubject {
		for _, r := range named {
			sum := fmt.Sprintf("%x", sha256.Sum256(r.Raw))
			if _, asked := retired[sum]; asked {
				got[sum] = r.Retired
			}
		}
	}
	if diff := cmp.Diff(retired, got); diff != "" {
		t.Errorf("retired or not (-want +got):\n%s", diff)
	}
}

func TestAnUnknownCertificateIsNoRoot(t *testing.T) {
	known := certificates(legacy)
	set := New(known[:1], nil)
	if _, ok := set.Find(known[1]); ok {
		t.Error("found a root that is not in the set")
	}
	if _, ok := (*Set)(nil).Find(known[1]); ok {
		t.Error("found a root in no set")
	}
}
