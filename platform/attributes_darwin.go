package platform

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Attribute implements Attributes.
func (d *DirFS) Attribute(name, attr string) ([]byte, error) {
	real, err := d.attributed(name)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, MaxAttribute)
	n, err := unix.Lgetxattr(d.hostPath(real), attr, buf)
	if errors.Is(err, unix.ENOATTR) || errors.Is(err, unix.ENOTSUP) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, pathError("attribute", name, err)
	}
	return buf[:n], nil
}
