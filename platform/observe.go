package platform

import "io/fs"

// Observe wraps a FS and tells observe of each operation before it is done, as
// "lstat", "resolve", "readdir", "open" or "origin" with the name as it was
// asked for. For what is read, "read" follows with the name of the file or
// folder that it really is once links are followed.
func Observe(inner FS, observe func(op, name string)) FS {
	return observed{inner, observe}
}

type observed struct {
	inner   FS
	observe func(op, name string)
}

func (o observed) Lstat(name string) (fs.FileInfo, error) {
	o.observe("lstat", name)
	return o.inner.Lstat(name)
}

func (o observed) Resolve(name string) (string, error) {
	o.observe("resolve", name)
	return o.inner.Resolve(name)
}

func (o observed) ReadDir(name string) ([]fs.DirEntry, error) {
	o.observe("readdir", name)
	o.observeReal(name)
	return o.inner.ReadDir(name)
}

func (o observed) Open(name string) (File, error) {
	o.observe("open", name)
	o.observeReal(name)
	return o.inner.Open(name)
}

func (o observed) Origin(name string) (string, error) {
	o.observe("origin", name)
	return OriginOf(o.inner, name)
}

func (o observed) Attribute(name, attribute string) ([]byte, error) {
	o.observe("origin", name)
	if a, ok := o.inner.(Attributes); ok {
		return a.Attribute(name, attribute)
	}
	return nil, &fs.PathError{Op: "attribute", Path: name, Err: fs.ErrNotExist}
}

func (o observed) observeReal(name string) {
	if real, err := o.inner.Resolve(name); err == nil {
		o.observe("read", real)
	}
}
