package apple

import (
	"bytes"
	"slices"
	"testing"

	"github.com/chatvet/chatvet/detect/inspect/macho"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// What package bundletest makes, under the names that the tests use.
type made = bundletest.Program

const signatureRoom = bundletest.SignatureRoom

var (
	be           = bundletest.BE
	le           = bundletest.LE
	blob         = bundletest.Blob
	super        = bundletest.Super
	head         = bundletest.Head
	universal    = bundletest.Universal
	issue        = bundletest.Issue
	subject      = bundletest.Subject
	newHierarchy = bundletest.NewHierarchy
)

// check reads a file as an inspection does, in pieces of an odd size.
func check(t testing.TB, file []byte, around *Bundle, p cms.Policy) (inventory.Signature, Code) {
	t.Helper()
	f, err := macho.Read(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return checkRead(f, file, around, p)
}

func checkRead(f *macho.File, file []byte, around *Bundle, p cms.Policy) (inventory.Signature, Code) {
	prog := ReadProgram(f, around, p)
	takers := prog.Takers()
	for piece := range slices.Chunk(file, 65537) {
		for _, taker := range takers {
			taker.Write(piece)
		}
	}
	s := prog.Signature("program", true)
	return s, prog.Code()
}

func readFile(t testing.TB, file []byte) *macho.File {
	t.Helper()
	f, err := macho.Read(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func readProgram(t testing.TB, file []byte, p cms.Policy) *Program {
	t.Helper()
	return ReadProgram(readFile(t, file), nil, p)
}
