package msix

import (
	"encoding/xml"
	"fmt"

	"github.com/chatvet/chatvet/signatures"
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

// Family is the package family name.
func (i Identity) Family() string {
	if i.Name == "" || i.Publisher == "" {
		return ""
	}
	return signatures.PackageFamily(i.Name, i.Publisher)
}
