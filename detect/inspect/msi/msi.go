// Package msi reads Windows Installer packages: what they say they install, and
// what their signature is about. An io.ReaderAt goes in; the Property table,
// the signature and the digest that it needs come out.
//
// The container is the Compound File Binary format ([MS-CFB], sections 2.2 to
// 2.6). Tables inside it are not published by Microsoft; this follows what Wine
// (dlls/msi/string.c, table.c) and msitools agree on: names of streams packed
// two characters into one, a pool of strings, and tables stored by column.
//
// The container's reader is our own, not the module mscfb: a signature with
// MsiDigitalSignatureEx covers fields of the directory that mscfb does not give
// away, and mscfb follows a directory by recursion as deep as the file claims.
package msi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Errors that a caller tells apart. They are wrapped with detail.
var (
	ErrDamaged  = errors.New("damaged installer package")
	ErrTooLarge = errors.New("installer package over a limit")
)

// Bounds on what is read into memory.
const (
	maxTable     = 32 << 20 // bytes of one table or of the pool
	maxSignature = 8 << 20
	maxText      = 4 << 10 // of one property
)

// File is one installer package.
type File struct {
	// Properties of the Property table, among them ProductName, ProductVersion,
	// Manufacturer, ProductCode and UpgradeCode.
	Properties map[string]string
	// Signature is the stream DigitalSignature: DER, nil where there is none.
	Signature []byte
	// Extended is the stream MsiDigitalSignatureEx: the digest of the
	// directory, nil where there is none.
	Extended []byte
	// Problems name what was damaged behind the directory.
	Problems []string

	compound *compound
}

// Appended is true where something other than zeros follows the last sector
// that the allocation table knows. No stream can be there, so no signature
// covers it; a Java archive behind a signed installer was how CVE-2020-1464 was
// used.
func (f *File) Appended() (bool, error) {
	c := f.compound
	last := -1
	for n, next := range c.fat {
		if next != freeSector {
			last = n
		}
	}
	const piece = 64 << 10
	for at := c.place(uint32(last + 1)); at < c.size; at += piece {
		b, err := c.read(at, min(piece, c.size-at))
		if err != nil {
			return false, err
		}
		if len(bytes.Trim(b, "\x00")) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// Names of the two streams that hold a signature.
const (
	signatureName = "\x05DigitalSignature"
	extendedName  = "\x05MsiDigitalSignatureEx"
)

// Read reads the installer in the first size bytes of r.
func Read(r io.ReaderAt, size int64) (f *File, err error) {
	defer func() {
		if p := recover(); p != nil {
			f, err = nil, fmt.Errorf("%w: the reader stopped: %v", ErrDamaged, p)
		}
	}()
	c, err := openCompound(r, size)
	if err != nil {
		return nil, err
	}
	f = &File{Properties: map[string]string{}, compound: c}
	if f.Signature, err = f.contents(signatureName, maxSignature); err != nil {
		f.problem("signature", err)
	}
	if f.Extended, err = f.contents(extendedName, 1<<10); err != nil {
		f.problem("signature of the directory", err)
	}
	if err := f.readProperties(); err != nil {
		f.problem("Property table", err)
	}
	return f, nil
}

func (f *File) problem(what string, err error) {
	f.Problems = append(f.Problems, fmt.Sprintf("%s: %v", what, err))
}

// named finds a stream below the root by its decoded name.
func (f *File) named(name string) *entry {
	root := &f.compound.entries[0]
	i := slices.IndexFunc(root.children, func(n int) bool {
		e := &f.compound.entries[n]
		return e.kind == streamEntry && decodeName(e.name) == name
	})
	if i < 0 {
		return nil
	}
	return &f.compound.entries[root.children[i]]
}

// contents reads a whole stream; nil where there is none.
func (f *File) contents(name string, most int64) ([]byte, error) {
	e := f.named(name)
	if e == nil {
		return nil, nil
	}
	if e.size > most {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, e.size)
	}
	r, err := f.compound.stream(e)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, most))
	if err == nil && b == nil {
		b = []byte{}
	}
	return b, err
}
