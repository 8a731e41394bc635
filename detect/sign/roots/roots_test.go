package roots

import (
	"bytes"
	"testing"
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
