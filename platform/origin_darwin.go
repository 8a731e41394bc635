package platform

import "io/fs"

// Origin reads the address that a browser noted for the search of macOS.
func (d *DirFS) Origin(name string) (string, error) {
	get := func(attribute string) ([]byte, error) { return d.Attribute(name, attribute) }
	o, err := macOrigin(name, get)
	if err == nil && o.URL == "" {
		err = pathError("origin", name, fs.ErrNotExist)
	}
	return o.URL, err
}
