package windows

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/chatvet/chatvet/signatures"
)

const (
	manifestName  = "AppxManifest.xml"
	maxManifest   = 4 << 20
	maxElements   = 100_000
	maxXMLDepth   = 64
	maxIdentities = 256 // bytes of one attribute
)

// manifest is what a package says of itself (Microsoft, "Package manifest schema
// reference": Identity, Properties).
type manifest struct {
	name, publisher, version, arch string
	displayName                    string // "" where it stands in another file
}

var errNoIdentity = errors.New("the package manifest names no package")

// parseManifest reads a manifest. It goes through the XML token by token, so that
// what is nested or repeated without end costs no memory.
func parseManifest(r io.Reader) (manifest, error) {
	var m manifest
	dec := xml.NewDecoder(io.LimitReader(r, maxManifest))
	var open []string
	for range maxElements {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return m.checked()
		}
		if err != nil {
			return m, fmt.Errorf("reading package manifest: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if open = append(open, t.Name.Local); len(open) > maxXMLDepth {
				return m, errors.New("reading package manifest: nested too deeply")
			}
			if len(open) == 2 && t.Name.Local == "Identity" && m.name == "" {
				m.identity(t.Attr)
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) == 3 && open[1] == "Properties" && open[2] == "DisplayName" && len(t) <= maxIdentities {
				m.displayName += string(t)
			}
		}
	}
	return m, errors.New("reading package manifest: too many elements")
}

func (m *manifest) identity(attributes []xml.Attr) {
	for _, a := range attributes {
		if len(a.Value) > 8*maxIdentities {
			continue
		}
		switch a.Name.Local {
		case "Name":
			m.name = a.Value
		case "Publisher":
			m.publisher = a.Value
		case "Version":
			m.version = a.Value
		case "ProcessorArchitecture":
			m.arch = strings.ToLower(a.Value)
		}
	}
}

func (m manifest) checked() (manifest, error) {
	if m.name == "" || m.publisher == "" {
		return m, errNoIdentity
	}
	m.displayName = strings.TrimSpace(m.displayName)
	if strings.HasPrefix(strings.ToLower(m.displayName), "ms-resource:") || len(m.displayName) > maxIdentities {
		m.displayName = ""
	}
	return m, nil
}

// family is the package family name: the name and a digest of the publisher.
func (m manifest) family() string { return signatures.PackageFamily(m.name, m.publisher) }

// fullName is the name of one version of a package, as the system writes it:
// name, version, architecture, resource and publisher id.
type fullName struct{ name, version, arch, publisherID string }

func parseFullName(s string) (fullName, bool) {
	parts := strings.Split(s, "_")
	if len(parts) != 5 || parts[0] == "" || len(parts[4]) != 13 {
		return fullName{}, false
	}
	return fullName{parts[0], parts[1], strings.ToLower(parts[2]), parts[4]}, true
}

func (f fullName) family() string { return f.name + "_" + f.publisherID }
