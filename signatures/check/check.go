// Package check decides whether the signature list may stand: whether each
// statement has a source, has the shape of its kind, and carries the weight
// that DESIGN section 4 gives it.
//
// A tree of YAML files goes in, diagnostics with file, line and column come out:
// those of signatures/source about what could not be read, and those of this
// package about what it says. docs/signature-language.md lists them all.
package check

import (
	"io/fs"
	"time"

	"github.com/chatvet/chatvet/signatures"
	"github.com/chatvet/chatvet/signatures/source"
)

// Tree reads and checks a tree of data. HasText tells whether a message id has
// a text; nil leaves that out. The diagnostics are in order of place.
func Tree(fsys fs.FS, hasText func(signatures.MessageID) bool) (*signatures.List, []source.Diagnostic) {
	data := source.Read(fsys)
	return data.List, Data(data, hasText)
}

// File reads and checks a single file. What it says about other families and
// clients is not checked, for they are elsewhere.
func File(fsys fs.FS, name string, hasText func(signatures.MessageID) bool) (*signatures.List, []source.Diagnostic) {
	data := source.ReadFile(fsys, name)
	return data.List, Data(data, hasText)
}

// Data checks what was read, and returns the diagnostics of reading as well.
func Data(data *source.Data, hasText func(signatures.MessageID) bool) []source.Diagnostic {
	c := &checker{Data: data, hasText: hasText, found: append([]source.Diagnostic(nil), data.Diagnostics...)}
	c.edition()
	c.ids()
	for _, f := range data.List.Families {
		c.family(f)
	}
	for _, client := range data.List.Clients {
		c.client(client)
	}
	c.claimedTwice()
	c.helplines()
	source.Sort(c.found)
	return c.found
}

type checker struct {
	*source.Data
	hasText func(signatures.MessageID) bool
	found   []source.Diagnostic
}

func (c *checker) report(at source.Position, code source.Code, format string, args ...any) {
	c.found = append(c.found, source.NewDiagnostic(at, code, format, args...))
}

// edition checks the list's own date; a tree without list.yaml has none.
func (c *checker) edition() {
	if issued := c.List.Issued; issued != "" {
		if _, err := time.Parse(time.DateOnly, issued); err != nil {
			c.report(source.Position{File: "list.yaml"}, source.BadDate, "issued is %q, want YYYY-MM-DD", issued)
		}
	}
}

func (c *checker) text(at source.Position, id signatures.MessageID) {
	if id != "" && c.hasText != nil && !c.hasText(id) {
		c.report(at, source.NoText, "there is no text for %q", id)
	}
}
