package platform

import (
	"errors"
	"io/fs"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/chatvet/chatvet/platform/origin"
)

// Origin reads the extended attribute user.xdg.origin.url, which browsers write
// (freedesktop.org, Guidelines for extended attributes), or else the mark of the
// web, which ntfs-3g shows as an attribute. What a Mac noted, OriginOf asks for.
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
	from, err := attribute(d.hostPath(real), "user.xdg.origin.url")
	if errors.Is(err, fs.ErrNotExist) {
		var mark string
		if mark, err = attribute(d.hostPath(real), "user.Zone.Identifier"); err == nil {
			zone, parseErr := origin.Parse(strings.NewReader(mark))
			if from, err = zone.URL(), parseErr; err == nil && from == "" {
				err = fs.ErrNotExist
			}
		}
	}
	if err != nil {
		return "", pathError("origin", name, err)
	}
	return from, nil
}

func attribute(path, name string) (string, error) {
	buf := make([]byte, MaxAttribute)
	n, err := unix.Lgetxattr(path, name, buf)
	if errors.Is(err, unix.ENODATA) || errors.Is(err, unix.ENOTSUP) {
		return "", fs.ErrNotExist
	}
	if err != nil {
		return "", err
	}
	return string(buf[:n]), nil
}
