package platform

import "io/fs"

// HostPaths is a FS whose files have paths that the running system knows.
type HostPaths interface {
	// HostPath returns the path of a name once its links are followed, with
	// slashes.
	HostPath(name string) (string, error)
}

// HostPath implements HostPaths.
func (d *DirFS) HostPath(name string) (string, error) {
	real, err := d.Resolve(name)
	if err != nil {
		return "", err
	}
	return d.hostPath(real), nil
}

// HostPathOf asks a FS for a path that the running system knows.
func HostPathOf(fsys FS, name string) (string, error) {
	if h, ok := fsys.(HostPaths); ok {
		return h.HostPath(name)
	}
	return "", &fs.PathError{Op: "hostpath", Path: name, Err: fs.ErrNotExist}
}
