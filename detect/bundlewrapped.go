package detect

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/appbundle"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/platform"
)

// wrapper is the folder in which the App Store puts an app for phones on a Mac; the
// app around it has nothing else but links and lists of the store's.
const wrapper = "Wrapper"

// layout reads an app's layout: that of the app for phones in it, where it only
// wraps one.
func (c *bundleCheck) layout() (*appbundle.Layout, error) {
	l, err := c.read(c.found.Path)
	if !errors.Is(err, appbundle.ErrNoBundle) {
		return l, err
	}
	inner := c.wrapped()
	if inner == "" {
		return l, err
	}
	l, err = c.read(inner)
	if l != nil {
		c.beside(inner)
	}
	return l, err
}

// wrapped is the one app in a wrapper, empty where there is none or a choice.
func (c *bundleCheck) wrapped() (inner string) {
	folder := path.Join(c.found.Path, wrapper)
	entries, err := c.root.FS.ReadDir(folder)
	if err != nil || platform.Private(folder) || len(entries) > c.entries {
		return ""
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.EqualFold(path.Ext(e.Name()), ".app") {
			continue
		}
		if inner != "" {
			return ""
		}
		inner = path.Join(folder, e.Name())
	}
	return inner
}

// beside reads the programs around a wrapped app, which nobody sealed.
func (c *bundleCheck) beside(inner string) {
	var nowhere inventory.Signature
	s := &sealCheck{bundleCheck: c, Layout: &appbundle.Layout{Root: c.found.Path, Base: c.found.Path}, out: &nowhere, met: map[string]bool{}}
	for _, folder := range []string{c.found.Path, path.Dir(inner)} {
		for _, e := range s.entriesOf(folder, 0) {
			if name := path.Join(folder, e.Name()); !slices.Contains([]string{inner, path.Dir(inner)}, name) {
				s.free(name, e, 1)
			}
		}
	}
}
