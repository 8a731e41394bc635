package platform

import (
	"errors"
	"io/fs"
	"path"

	"github.com/chatvet/chatvet/platform/origin"
)

// MaxAttribute is how many bytes an extended attribute may have.
const MaxAttribute = 64 << 10

// Attributes is a FS that shows the extended attributes which macOS keeps on
// files and folders.
type Attributes interface {
	// Attribute returns an attribute by the name that macOS gives it, or an
	// error wrapping fs.ErrNotExist where the file has none.
	Attribute(name, attribute string) ([]byte, error)
}

// MacOrigin is what macOS noted on a file or folder that came from elsewhere.
type MacOrigin struct {
	URL         string // empty where no address was noted
	Quarantined bool
	Agent       string // the program that brought it, empty where it was not noted
}

// MacOriginOf asks for the notes of macOS: the attributes themselves, or those in
// the AppleDouble file that a copy on a foreign disk left beside it. An error
// wraps fs.ErrNotExist where nothing was noted.
func MacOriginOf(fsys FS, name string) (MacOrigin, error) {
	if shown, ok := fsys.(Attributes); ok {
		get := func(attribute string) ([]byte, error) { return shown.Attribute(name, attribute) }
		if o, err := macOrigin(name, get); !errors.Is(err, fs.ErrNotExist) {
			return o, err
		}
	}
	attributes, err := doubleOf(fsys, name)
	if err != nil {
		return MacOrigin{}, err
	}
	return macOrigin(name, func(attribute string) ([]byte, error) {
		if value, ok := attributes[attribute]; ok {
			return value, nil
		}
		return nil, fs.ErrNotExist
	})
}

// doubleOf reads the AppleDouble file beside a file.
func doubleOf(fsys FS, name string) (map[string][]byte, error) {
	double, err := fsys.Open(path.Join(path.Dir(name), origin.DoublePrefix+path.Base(name)))
	if err != nil {
		return nil, err
	}
	defer double.Close()
	attributes, err := origin.ReadDouble(double)
	if err != nil {
		return nil, pathError("origin", name, err)
	}
	return attributes, nil
}

func macOrigin(name string, get func(attribute string) ([]byte, error)) (MacOrigin, error) {
	var o MacOrigin
	froms, err := get(origin.WhereFromsAttribute)
	noted := err == nil
	if noted {
		list, err := origin.ParseWhereFroms(froms)
		if err != nil {
			return o, pathError("origin", name, err)
		}
		o.URL = list.URL()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return o, err
	}
	mark, err := get(origin.QuarantineAttribute)
	switch {
	case err == nil:
		q, err := origin.ParseQuarantine(string(mark))
		if err != nil {
			return o, pathError("origin", name, err)
		}
		o.Quarantined, o.Agent = true, q.Agent
	case !errors.Is(err, fs.ErrNotExist):
		return o, err
	case !noted:
		return o, pathError("origin", name, fs.ErrNotExist)
	}
	return o, nil
}

// attributed follows a name to a file or folder whose attributes may be read.
func (d *DirFS) attributed(name string) (real string, err error) {
	if real, err = d.Resolve(name); err != nil {
		return "", err
	}
	info, err := d.lstat(real)
	switch {
	case err != nil:
		return "", pathError("attribute", name, err)
	case Private(real):
		return "", pathError("attribute", name, ErrPrivate)
	case !info.Mode().IsRegular() && !info.IsDir():
		return "", pathError("attribute", name, ErrNotRegular)
	}
	return real, nil
}
