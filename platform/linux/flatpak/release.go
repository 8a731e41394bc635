package flatpak

import (
	"bytes"
	"encoding/xml"
)

// maxTokens bounds the way to the first release.
const maxTokens = 100_000

// firstRelease returns the version of the first <release> in AppStream data, where
// the newest stands first (AppStream 1.0, section 2.1.17); empty where there is
// none or the text ends in nonsense before it.
func firstRelease(data []byte) string {
	d := xml.NewDecoder(bytes.NewReader(data))
	for range maxTokens {
		token, err := d.RawToken()
		if err != nil {
			return ""
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "release" {
			continue
		}
		for _, a := range start.Attr {
			if a.Name.Local == "version" {
				return a.Value
			}
		}
	}
	return ""
}
