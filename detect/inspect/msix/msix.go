// Package msix reads Windows app packages (MSIX, AppX and their bundles): who
// they say they are, which contents they list, and what their signature is
// about. An io.ReaderAt goes in; the manifest's identity, the package family
// name, the outcome of the block map and the parts that were signed come out.
//
// It follows "App package manifest" and "App package block map" of the Windows
// documentation, Open Packaging Conventions (ECMA-376-2) and PKWARE's APPNOTE
// for the zip file. What exactly is signed is in no document; the source of
// osslsigncode (appx.c) is the description that exists.
package msix

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrDamaged says that the bytes are no app package that can be read.
var ErrDamaged = errors.New("damaged app package")

// Names inside a package.
const (
	manifestName       = "AppxManifest.xml"
	bundleManifestName = "AppxMetadata/AppxBundleManifest.xml"
	blockMapName       = "AppxBlockMap.xml"
	contentTypesName   = "[Content_Types].xml"
	catalogName        = "AppxMetadata/CodeIntegrity.cat"
	signatureName      = "AppxSignature.p7x"
)

// Bounds on what is read into memory.
const (
	maxManifest  = 4 << 20
	maxBlockMap  = 32 << 20
	maxSignature = 8 << 20
)

// Package is one app package or bundle.
type Package struct {
	Identity
	Bundle bool
	// Signature is the DER of the signature; nil where there is none.
	Signature []byte
	// Problems name what was damaged.
	Problems []string

	zip       *zip.Reader
	directory *directory
	size      int64
}

// Is is true where a zip file holds a manifest of an app package.
func Is(r io.ReaderAt, size int64) bool {
	d, err := readDirectory(r, size)
	return err == nil && slices.ContainsFunc(d.records, func(e record) bool { return e.name == manifestName || e.name == bundleManifestName })
}

// Read reads the package in the first size bytes of r.
func Read(r io.ReaderAt, size int64) (p *Package, err error) {
	defer func() {
		if stopped := recover(); stopped != nil {
			p, err = nil, fmt.Errorf("%w: the reader stopped: %v", ErrDamaged, stopped)
		}
	}()
	p = &Package{size: size}
	if p.directory, err = readDirectory(r, size); err != nil {
		return nil, err
	}
	if p.zip, err = zip.NewReader(r, size); err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	// Both readers have to see the same members: what one alone saw would be
	// signed in its eyes only.
	if !slices.EqualFunc(p.zip.File, p.directory.records, func(f *zip.File, e record) bool { return f.Name == e.name }) {
		return nil, fmt.Errorf("%w: its directory can be read in two ways", ErrDamaged)
	}
	manifest, err := p.member(manifestName, maxManifest)
	if err == nil && manifest == nil {
		p.Bundle = true
		manifest, err = p.member(bundleManifestName, maxManifest)
	}
	if err == nil && manifest == nil {
		err = fmt.Errorf("%w: there is none", ErrDamaged)
	}
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if p.Identity, err = readIdentity(manifest); err != nil {
		p.Problems = append(p.Problems, "manifest: "+err.Error())
	}
	p.readSignature()
	return p, nil
}

// readSignature reads the signature without the four letters in front of it.
func (p *Package) readSignature() {
	raw, err := p.member(signatureName, maxSignature)
	switch {
	case err != nil:
		p.Signature = []byte{}
		p.Problems = append(p.Problems, "signature: "+err.Error())
	case raw == nil:
	case len(raw) < 4 || string(raw[:4]) != "PKCX":
		p.Signature = []byte{}
		p.Problems = append(p.Problems, "signature: it does not begin as one does")
	default:
		p.Signature = raw[4:]
	}
}

// member reads a member into memory; nil where there is none.
func (p *Package) member(name string, most int64) ([]byte, error) {
	for _, f := range p.zip.File {
		if f.Name != name {
			continue
		}
		body, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		defer body.Close()
		b, err := io.ReadAll(io.LimitReader(body, most+1))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if int64(len(b)) > most {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrDamaged, most)
		}
		if b == nil {
			b = []byte{}
		}
		return b, nil
	}
	return nil, nil
}
