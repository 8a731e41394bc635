package platform

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/chatvet/chatvet/platform/origin"
)

// Origin reads the mark of the web, a second stream of the file.
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
	if Private(real) {
		return "", pathError("origin", name, ErrPrivate)
	}
	stream, err := os.Open(filepath.FromSlash(d.hostPath(real)) + origin.Stream)
	if err != nil {
		return "", pathError("origin", name, err)
	}
	defer stream.Close()
	zone, err := origin.Parse(stream)
	if err != nil {
		return "", pathError("origin", name, err)
	}
	if zone.URL() == "" {
		return "", pathError("origin", name, fs.ErrNotExist)
	}
	return zone.URL(), nil
}
