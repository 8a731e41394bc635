package appbundle

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/plist"
)

// ErrNoBundle says that a folder is none.
var ErrNoBundle = errors.New("no bundle of Apple's")

// Tree is the disk that a bundle lies on. Names are slash-separated.
type Tree interface {
	Lstat(name string) (fs.FileInfo, error)
	// Resolve follows symbolic links.
	Resolve(name string) (string, error)
	// ReadFile reads a file of at most the given number of bytes.
	ReadFile(name string, most int64) ([]byte, error)
}

// Layout says where the parts of a bundle lie.
type Layout struct {
	Root string // the folder as it was named
	// Base holds _CodeSignature, and names in the seal are relative to it. It is
	// Root/Contents, a version of a framework, or Root itself.
	Base string
	// Versions is the folder of a framework's versions, empty without.
	Versions string
	Info     Info
	// InfoPlist and Seal are the files that are signed with the program; nil
	// where there are none.
	InfoPlist, Seal []byte
	// Main is the bundle's program, empty where it has none. It need not exist.
	Main string
	// Ticket is true where a notarisation ticket is stapled to the bundle,
	// Receipt where it has one of the Mac App Store.
	Ticket, Receipt bool
}

// Name is a file's name relative to Base, as the seal has it.
func (l *Layout) Name(file string) string { return strings.TrimPrefix(file, l.Base+"/") }

// Read finds the parts of the bundle in a folder.
func Read(t Tree, root string, maxSeal int64) (*Layout, error) {
	l, info, err := find(t, root)
	if err != nil {
		return nil, err
	}
	if l.InfoPlist, err = t.ReadFile(info, plist.MaxSize); err != nil {
		return nil, fmt.Errorf("Info.plist: %w", err)
	}
	d, err := plist.Parse(l.InfoPlist)
	if err != nil {
		return l, fmt.Errorf("Info.plist: %w", err)
	}
	l.Info = InfoOf(d)
	if l.Info.Executable != "" {
		l.Main = path.Join(l.Base, l.Info.Executable)
		if path.Base(l.Base) == "Contents" {
			l.Main = path.Join(l.Base, "MacOS", l.Info.Executable)
		}
	}
	l.Seal, err = t.ReadFile(path.Join(l.Base, "_CodeSignature/CodeResources"), maxSeal)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return l, fmt.Errorf("_CodeSignature/CodeResources: %w", err)
	}
	l.Ticket = isFile(t, path.Join(l.Base, "CodeResources"))
	l.Receipt = isFile(t, path.Join(l.Base, "_MASReceipt/receipt"))
	return l, nil
}

// find tells the layouts apart by where the information lies ("Bundle Programming
// Guide", Bundle Structures), in the order of Security, bundlediskrep.cpp, setup: a
// folder with Contents is no framework, whatever else is in it.
func find(t Tree, root string) (l *Layout, info string, err error) {
	l = &Layout{Root: root}
	places := []struct{ base, info string }{{"", "Info.plist"}, {"", "Resources/Info.plist"}}
	if _, err := t.Lstat(path.Join(root, "Contents")); err == nil {
		places = []struct{ base, info string }{{"Contents", "Contents/Info.plist"}}
	} else if current, err := t.Resolve(path.Join(root, "Versions/Current")); err == nil {
		if versions, err := t.Resolve(path.Join(root, "Versions")); err == nil && path.Dir(current) == versions {
			l.Base, l.Versions = current, versions
			return l, path.Join(current, "Resources/Info.plist"), nil
		}
	}
	for _, place := range places {
		if isFile(t, path.Join(root, place.info)) {
			l.Base = path.Join(root, place.base)
			return l, path.Join(root, place.info), nil
		}
	}
	return nil, "", fmt.Errorf("%w: no Info.plist", ErrNoBundle)
}

func isFile(t Tree, name string) bool {
	info, err := t.Lstat(name)
	return err == nil && info.Mode().IsRegular()
}
