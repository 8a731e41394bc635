package apple

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"testing"

	"github.com/sassoftware/relic/v8/lib/x509tools"

	"github.com/chatvet/chatvet/detect/inventory"
)

// TestDirectories signs a program with two code directories, and with attributes
// that list them: all have to be listed, and to say the same.
func TestDirectories(t *testing.T) {
	h := newHierarchy(t)
	m := made{Code: 9000, Identifier: "example.chat", Team: "EXAMPLE001", Signer: h.Team(t, "EXAMPLE001"), Chain: []*x509.Certificate{h.Issuer.Cert}}
	same, other := m, m
	other.Identifier = "example.evil"
	list := func(of ...made) func([]byte) (asn1.ObjectIdentifier, any) {
		return func([]byte) (asn1.ObjectIdentifier, any) {
			text := `<plist version="1.0"><dict><key>cdhashes</key><array>`
			for _, d := range of {
				text += "<data>" + base64.StdEncoding.EncodeToString(d.CodeHash()) + "</data>"
			}
			return attributeHashes, []byte(text + "</array></dict></plist>")
		}
	}
	full := func(directory []byte) (asn1.ObjectIdentifier, any) {
		sum := sha256.Sum256(directory)
		return attributeHashesV2, struct {
			ID  asn1.ObjectIdentifier
			Sum []byte
		}{x509tools.HashOids[crypto.SHA256], sum[:]}
	}
	wrong := func([]byte) (asn1.ObjectIdentifier, any) { return full([]byte("another")) }
	for name, c := range map[string]struct {
		second *made
		hashes func([]byte) (asn1.ObjectIdentifier, any)
		want   inventory.Integrity
	}{
		"one, not listed":             {nil, nil, inventory.Intact},
		"one, listed":                 {nil, list(m), inventory.Intact},
		"one, listed in full":         {nil, full, inventory.Intact},
		"one, another listed":         {nil, list(other), inventory.Broken},
		"one, another listed in full": {nil, wrong, inventory.Broken},
		"one, none listed":            {nil, list(), inventory.Broken},
		"one, a list that cannot be read": {nil, func([]byte) (asn1.ObjectIdentifier, any) {
			return attributeHashes, []byte("no list")
		}, inventory.Broken},
		"two that agree, listed":         {&same, list(m), inventory.Intact},
		"two that agree, not listed":     {&same, nil, inventory.Broken},
		"two that differ, both listed":   {&other, list(m, other), inventory.Broken},
		"two that differ, one is listed": {&other, list(m), inventory.Broken},
	} {
		t.Run(name, func(t *testing.T) {
			p := m
			p.Second, p.Hashes = c.second, c.hashes
			s, _ := check(t, p.Build(t), nil, h.Policy)
			if s.Integrity != c.want {
				t.Errorf("%s %v, want %s", s.Integrity, s.Problems, c.want)
			}
			if c.want == inventory.Broken && (len(s.Problems) == 0 || s.Problems[0] != inventory.ProblemDirectories) {
				t.Errorf("problems %v", s.Problems)
			}
		})
	}
}
