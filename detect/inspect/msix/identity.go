package msix

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/xml"
	"fmt"
	"unicode/utf16"
)

// Identity is what a manifest says that a package is.
type Identity struct {
	Name        string
	Publisher   string // a distinguished name; the signer's has to be the same
	Version     string
	Arch        string
	DisplayName string // may be the name of a resource, "ms-resource:..."
}

func readIdentity(manifest []byte) (Identity, error) {
	var m struct {
		Identity struct {
			Name                  string `xml:",attr"`
			Publisher             string `xml:",attr"`
			Version               string `xml:",attr"`
			ProcessorArchitecture string `xml:",attr"`
		}
		DisplayName string `xml:"Properties>DisplayName"`
	}
	if err := xml.Unmarshal(manifest, &m); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	i := m.Identity
	if i.Name == "" || i.Publisher == "" {
		return Identity{}, fmt.Errorf("%w: it names no package or no publisher", ErrDamaged)
	}
	return Identity{i.Name, i.Publisher, i.Version, i.ProcessorArchitecture, m.DisplayName}, nil
}

// publisherLetters are those of Crockford's base 32, in lower case.
var publisherLetters = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Family is the package family name: the name, and 65 bits of the publisher's
// digest, the last of which is 0 ("Package identity overview" of the Windows
// documentation).
func (i Identity) Family() string {
	if i.Name == "" || i.Publisher == "" {
		return ""
	}
	var raw []byte
	for _, u := range utf16.Encode([]rune(i.Publisher)) {
		raw = append(raw, byte(u), byte(u>>8))
	}
	sum := sha256.Sum256(raw)
	return i.Name + "_" + publisherLetters.EncodeToString(sum[:8])
}
