package ipa

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
)

// Difference is a file that is not as the app was sealed.
type Difference struct{ Name, How string }

// maxLink bounds the target of a symbolic link.
const maxLink = 4096

// CheckSeal compares the app's files with its list, and lowers its signature by
// what is not as it was signed. Limit is put around everything that is unpacked. An
// error says why not all could be compared.
func (p *Package) CheckSeal(s *inventory.Signature, limit func(io.Reader) io.Reader) (all []Difference, err error) {
	if p.Seal == nil {
		apple.Lower(s, inventory.Broken, inventory.ProblemSealDamaged)
		return nil, nil
	}
	seal, err := apple.ReadSeal(p.Seal)
	if err != nil {
		apple.Lower(s, inventory.Broken, inventory.ProblemSealDamaged)
		return nil, err
	}
	c := &comparison{Package: p, seal: seal, out: s, limit: limit, met: map[string]bool{}}
	for _, e := range p.Entries {
		name, inside := strings.CutPrefix(e.Name, p.App+"/")
		if !inside || name == "" || strings.HasSuffix(name, "/") || e.Name == p.Main.Name || ofTheStore(name) {
			continue
		}
		c.file(name, e)
	}
	c.missing()
	slices.SortFunc(c.differ, func(a, b Difference) int { return strings.Compare(a.Name, b.Name) })
	return c.differ, c.fault
}

// ofTheStore is true for what a store adds after it signed: the key of an encrypted
// program. No code is loaded from there.
func ofTheStore(name string) bool {
	return strings.HasPrefix(name, "SC_Info/") || strings.Contains(name, "/SC_Info/")
}

// comparison is one with one list.
type comparison struct {
	*Package
	seal   *apple.Seal
	out    *inventory.Signature
	limit  func(io.Reader) io.Reader
	met    map[string]bool
	differ []Difference
	fault  error
}

func (c *comparison) differs(name, how, problem string) {
	apple.Lower(c.out, inventory.Broken, problem)
	c.differ = append(c.differ, Difference{c.App + "/" + name, how})
}

func (c *comparison) unread(err error) {
	apple.Lower(c.out, inventory.IntegrityNotChecked, inventory.ProblemResourcesNotRead)
	if c.fault == nil {
		c.fault = err
	}
}

func (c *comparison) file(name string, e apk.Entry) {
	if strings.HasPrefix(name, "_CodeSignature/") {
		return
	}
	entry, ok := c.seal.Entry(name)
	if ok {
		c.met[entry.Name] = true
	}
	switch c.seal.Treat(name, c.Info.Executable, false, entry.Link != "") {
	case apple.NotSealed, apple.NotEntered:
		return
	}
	switch {
	case !ok:
		c.differs(name, "added", inventory.ProblemResourceAdded)
	case entry.Nested:
		c.unread(errors.New("a program that is sealed by its own signature: " + name))
	case entry.Link != "":
		c.compare(name, e, nil, []byte(entry.Link))
	case entry.SHA256 != nil:
		c.compare(name, e, sha256.New(), entry.SHA256)
	default:
		c.compare(name, e, sha1.New(), entry.SHA1)
	}
}

// compare unpacks a file and compares its digest, or itself, with what is sealed.
func (c *comparison) compare(name string, e apk.Entry, sum hash.Hash, want []byte) {
	if c.fault != nil {
		return // whatever ended the first ends the rest
	}
	r, err := c.Open(e)
	if err != nil {
		c.unread(err)
		return
	}
	var got []byte
	if r = c.limit(r); sum == nil {
		got, err = io.ReadAll(io.LimitReader(r, maxLink))
	} else if _, err = io.Copy(sum, r); err == nil {
		got = sum.Sum(nil)
	}
	switch {
	case err != nil:
		c.unread(err)
	case !bytes.Equal(got, want):
		c.differs(name, "changed", inventory.ProblemResourceChanged)
	}
}

func (c *comparison) missing() {
	c.seal.Entries(func(e apple.Sealed) {
		if !c.met[e.Name] && !e.Optional && !c.under(e.Name) {
			c.differs(e.Name, "missing", inventory.ProblemResourceMissing)
		}
	})
}

// under is true for the folder of nested code, of which the zip has files only.
func (c *comparison) under(name string) bool {
	dir := c.App + "/" + name + "/"
	if !slices.ContainsFunc(c.Entries, func(e apk.Entry) bool { return strings.HasPrefix(e.Name, dir) }) {
		return false
	}
	c.unread(errors.New("code that is sealed by its own signature: " + name))
	return true
}
