package platform

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

const maxOrigin = 4096

// Origin reads the extended attribute user.xdg.origin.url, which browsers write
// (freedesktop.org, Guidelines for extended attributes).
func (d *DirFS) Origin(name string) (string, error) {
	real, err := d.Resolve(name)
	if err != nil {
		return "", err
	}
	info, err := d.Lstat(real)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", pathError("origin", name, ErrNotRegular)
	}
	buf := make([]byte, maxOrigin)
	n, err := unix.Lgetxattr(d.hostPath(real), "user.xdg.origin.url", buf)
	if errors.Is(err, unix.ENODATA) || errors.Is(err, unix.ENOTSUP) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return "", pathError("origin", name, err)
	}
	return string(buf[:n]), nil
}
