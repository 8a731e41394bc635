package platform

import "io/fs"

// Attribute implements Attributes: Windows shows none of a Mac's.
func (d *DirFS) Attribute(name, attr string) ([]byte, error) {
	if _, err := d.attributed(name); err != nil {
		return nil, err
	}
	return nil, pathError("attribute", name, fs.ErrNotExist)
}
