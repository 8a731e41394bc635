package inspect

import (
	"path"
	"strings"

	"github.com/chatvet/chatvet/signatures"
)

// compoundMagic begins a compound file ([MS-CFB] 2.2): an installer, a document.
const compoundMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// unfinished says of a file of no known format that it begins, or is called, like
// one that is read here: something is there that could not be looked at. It is ""
// for all other files.
func unfinished(f *file, head []byte) string {
	switch begins := string(head[:min(len(head), 8)]); {
	case strings.HasPrefix(begins, "MZ"):
		return "it begins as a program, and what follows is none for Windows"
	case begins == compoundMagic && !hasRootEntry(f, head):
		return "it begins as an installer package or a document, and its directory cannot be read"
	case packageEndings[strings.ToLower(path.Ext(baseName(f.name)))] && f.size > 0:
		return "it is called an installer or app package, and is none"
	}
	return ""
}

var packageEndings = map[string]bool{".msi": true, ".msix": true, ".appx": true, ".msixbundle": true, ".appxbundle": true}

// hasRootEntry looks for the directory of a compound file, whose first entry has
// a fixed name ([MS-CFB] 2.6.2).
func hasRootEntry(f *file, head []byte) bool {
	const name = "R\x00o\x00o\x00t\x00 \x00E\x00n\x00t\x00r\x00y\x00"
	at, ok := rootEntry(head)
	return ok && string(f.at(at, int64(len(name)))) == name
}

// noteBeginning leaves a gap for a file that only begins like one that is read.
func (v *visit) noteBeginning(f *file, head []byte) {
	if f.Format != signatures.Unknown {
		return
	}
	v.protect(f, whatFile, func() {
		if reason := unfinished(f, head); reason != "" {
			v.gap(f.name, whatFile, gapCorrupt, reason)
		}
	})
}
