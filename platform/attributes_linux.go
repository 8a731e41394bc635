package platform

import (
	"errors"
	"io/fs"
)

// macPrefixes stand before the names of a Mac's attributes on Linux: the drivers
// of its own file systems (hfsplus, apfs) write "osx.", FUSE, network disks and
// copies "user.".
var macPrefixes = []string{"osx.", "user."}

// Attribute implements Attributes.
func (d *DirFS) Attribute(name, attr string) ([]byte, error) {
	real, err := d.attributed(name)
	if err != nil {
		return nil, err
	}
	for _, prefix := range macPrefixes {
		value, err := attribute(d.hostPath(real), prefix+attr)
		if err == nil {
			return []byte(value), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, pathError("attribute", name, err)
		}
	}
	return nil, pathError("attribute", name, fs.ErrNotExist)
}
