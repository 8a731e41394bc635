package inventory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// SetID names the build by what it is: the same files with the same claims on
// another machine have the same id. Paths never enter it, so that an id that is
// shared tells nothing about a person's folders.
func (b *Build) SetID() {
	h := sha256.New()
	field := func(s string) { fmt.Fprintf(h, "%d:%s,", len(s), s) }
	for _, s := range []string{string(b.Format), b.Product, b.Version, b.Arch, b.Origin.Channel} {
		field(s)
	}
	files := make([]string, 0, len(b.Files))
	for _, f := range b.Files {
		files = append(files, f.mark())
	}
	slices.Sort(files)
	field(strings.Join(files, " "))
	b.ID = "b-" + hex.EncodeToString(h.Sum(nil))[:16]
}

// mark is the best that is known about a file's contents.
func (f File) mark() string {
	switch {
	case f.SHA256 != "":
		return "sha256:" + f.SHA256
	case f.MD5 != "":
		return "md5:" + f.MD5
	}
	return fmt.Sprintf("size:%d:%s", f.Size, f.State)
}
