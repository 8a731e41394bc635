package apple

import (
	"bytes"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
)

// NamedBy is true where a list names the program: the code directory of one slice
// by its hash, and the other slices by what the list asks for, or by their being
// by the same signer.
func (c *Code) NamedBy(hash []byte, requirement string) bool {
	if hash == nil {
		return false
	}
	named := slices.IndexFunc(c.all, func(s *slice) bool { return s.has(hash) })
	if named < 0 {
		return false
	}
	for _, s := range c.all {
		signed := s.Signer != nil && s.Integrity == inventory.Intact && s.sameSigner(c.all[named])
		if !s.has(hash) && !signed && !s.writtenIn(requirement) {
			return false
		}
	}
	return true
}

func (c *slice) has(hash []byte) bool {
	return slices.ContainsFunc(c.directories, func(d *codeDirectory) bool { return bytes.Equal(d.cdHash(), hash) })
}

func (c *slice) writtenIn(requirement string) bool {
	return slices.ContainsFunc(c.directories, func(d *codeDirectory) bool {
		return strings.Contains(requirement, "cdhash "+hashText(d.cdHash()))
	})
}

// Meets is true where the program fulfils a requirement that is written in
// Apple's notation. The text is not read: it has to be the program's own
// designated requirement, as it is wherever codesign wrote both, and the program
// has to fulfil that.
func (c *Code) Meets(requirement string) bool {
	if requirement == "" || requirement != c.Requirement || len(c.all) == 0 {
		return false
	}
	return !slices.ContainsFunc(c.all, func(s *slice) bool {
		return s.Integrity != inventory.Intact || !s.fulfils(c.worst.requirement)
	})
}

// fulfils evaluates a requirement (reqinterp.cpp). What is not evaluated here is
// not fulfilled.
func (c *slice) fulfils(t *term) bool {
	switch t.op {
	case opTrue:
		return true
	case opAnd:
		return c.fulfils(t.args[0]) && c.fulfils(t.args[1])
	case opOr:
		return c.fulfils(t.args[0]) || c.fulfils(t.args[1])
	case opIdentifier:
		return c.directories[0].identifier == string(t.value)
	case opCDHash:
		return c.has(t.value)
	case opAppleGenericAnchor:
		return c.Chain.Trust == inventory.Trusted
	case opCertGeneric:
		return t.match == matchExists && c.marked(t.cert, oidText(t.key))
	case opCertField:
		return t.match == matchEqual && c.fieldIs(t.cert, string(t.key), string(t.value))
	}
	return false
}

// marked is true where a certificate of a trusted chain bears an extension.
func (c *slice) marked(cert int32, id string) bool {
	chain := c.Chain.Certificates
	if cert == certRoot {
		cert = int32(len(chain)) - 1
	}
	if c.Chain.Trust != inventory.Trusted || cert < 0 || int(cert) >= len(chain) {
		return false
	}
	for _, e := range chain[cert].Extensions {
		if e.Id.String() == id {
			return true
		}
	}
	return false
}

// fieldIs looks at the fields of the signer's name that requirements ask for.
func (c *slice) fieldIs(cert int32, field, value string) bool {
	if c.Chain.Trust != inventory.Trusted || cert != certLeaf || len(c.Chain.Certificates) == 0 {
		return false
	}
	name := c.Chain.Certificates[0].Subject
	switch field {
	case "subject.OU":
		return slices.Contains(name.OrganizationalUnit, value)
	case "subject.O":
		return slices.Contains(name.Organization, value)
	case "subject.CN":
		return name.CommonName == value
	}
	return false
}

// Lower takes down what is wrong with what a signature covers beside its program.
// It never makes a signature better.
func Lower(s *inventory.Signature, to inventory.Integrity, problem string) {
	if rankOf(to) > rankOf(s.Integrity) {
		s.Integrity = to
	}
	if !slices.Contains(s.Problems, problem) {
		s.Problems = append([]string{problem}, s.Problems...)
	}
}
