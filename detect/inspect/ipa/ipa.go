// Package ipa reads an app's file for iPhones and iPads.
//
// A zip file goes in; what its Info.plist, its profile and the store's record say
// comes out, with the app's program and the list of its files to be checked. The
// layout is that of "Bundle Programming Guide", iOS application bundles (Apple), in
// a folder Payload; the profile is described by "TN3125: Inside Code Signing:
// Provisioning Profiles".
//
// The zip's directory is read by package apk, within its bounds.
package ipa

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inspect/appbundle"
	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/detect/sign/apple"
)

// Bounds on the parts of an app that are read whole.
const (
	maxProfile  = 1 << 20
	maxMetadata = 1 << 20
)

// ErrDamaged says that there is no app that could be read.
var ErrDamaged = errors.New("damaged app")

// Package is an app's file.
type Package struct {
	*apk.File
	App       string // its folder: "Payload/Name.app"
	Info      appbundle.Info
	InfoPlist []byte
	Seal      []byte // the list of its files, nil without one
	Main      apk.Entry
}

// Is is true where a zip file holds an app of this kind.
func Is(f *apk.File) bool {
	apps, _ := appsOf(f)
	return len(apps) > 0
}

// appsOf are the folders of apps.
func appsOf(f *apk.File) (apps []string, names map[string]apk.Entry) {
	names = map[string]apk.Entry{}
	for _, e := range f.Entries {
		names[e.Name] = e
		dir, base := path.Split(e.Name)
		inner := strings.TrimSuffix(strings.TrimPrefix(dir, "Payload/"), "/")
		if base == "Info.plist" && strings.HasPrefix(dir, "Payload/") && strings.HasSuffix(inner, ".app") && !strings.Contains(inner, "/") {
			apps = append(apps, strings.TrimSuffix(dir, "/"))
		}
	}
	return apps, names
}

// Read finds the parts of an app. A package without a program is returned with its
// error.
func Read(f *apk.File) (*Package, error) {
	apps, names := appsOf(f)
	switch {
	case f.Duplicate != "":
		return nil, fmt.Errorf("%w: %q is there twice", ErrDamaged, f.Duplicate)
	case len(apps) != 1:
		return nil, fmt.Errorf("%w: %d apps", ErrDamaged, len(apps))
	}
	p := &Package{File: f, App: apps[0]}
	var err error
	if p.InfoPlist, _, err = f.ReadFile(p.App+"/Info.plist", plist.MaxSize); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	d, err := plist.Parse(p.InfoPlist)
	if err != nil {
		return nil, fmt.Errorf("%w: Info.plist: %w", ErrDamaged, err)
	}
	p.Info = appbundle.InfoOf(d)
	if p.Seal, _, err = f.ReadFile(p.App+"/_CodeSignature/CodeResources", apple.MaxSeal); err != nil {
		return p, fmt.Errorf("%w: the list of its files: %w", ErrDamaged, err)
	}
	main, ok := names[p.App+"/"+p.Info.Executable]
	if !ok || p.Info.Executable == "" {
		return p, fmt.Errorf("%w: its program is missing", ErrDamaged)
	}
	p.Main = main
	return p, nil
}

// Metadata is what the store wrote down beside an app. Anybody can write it, and it
// names the person who bought the app, which is left out.
type Metadata struct {
	Item   int64  // number in the store
	Seller string // artistName
}

// Metadata reads iTunesMetadata.plist; ok is false where there is none.
func (p *Package) Metadata() (m Metadata, ok bool, err error) {
	raw, ok, err := p.ReadFile("iTunesMetadata.plist", maxMetadata)
	if !ok || err != nil {
		return m, ok, err
	}
	d, err := plist.Parse(raw)
	if err != nil {
		return m, true, fmt.Errorf("iTunesMetadata.plist: %w", err)
	}
	m.Item, _ = d["itemId"].(int64)
	m.Seller = d.Text("artistName")
	return m, true, nil
}

// Open unpacks a file of the app and fails where it is shorter than the directory
// says.
func (p *Package) Open(e apk.Entry) (io.Reader, error) {
	r, err := p.File.Open(e)
	if err != nil {
		return nil, err
	}
	return &whole{r, e.Size}, nil
}

// whole is a stream of a known length.
type whole struct {
	r    io.Reader
	left int64
}

func (w *whole) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	w.left -= int64(n)
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && w.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
