package inspect

import (
	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/asar"
	"github.com/chatvet/chatvet/detect/inspect/rpm"
	"github.com/chatvet/chatvet/detect/inspect/squashfs"
	"github.com/chatvet/chatvet/signatures"
)

// reader is what chatvet can do with files of one format.
type reader struct {
	format signatures.Format
	facts  func(*visit, *file) // writes down what the file says; may be nil
	walk   archive.Walk        // goes through what is inside; nil for no container
}

// readers is every format that is read. A format that Sniff knows and that is
// not here leaves a gap.
func readers() []reader {
	return []reader{
		{format: signatures.PE, facts: peFacts},
		{format: signatures.MSI, facts: msiFacts},
		{format: signatures.MSIX, facts: msixFacts, walk: archive.Zip},
		{format: signatures.ELF, facts: elfFacts},
		{format: signatures.AppImage, facts: appImageFacts, walk: walkAppImage},
		{format: signatures.SquashFS, facts: squashfsFacts, walk: squashfs.Walk},
		{format: signatures.MachO, facts: machoFacts},
		{format: signatures.Script},
		{format: signatures.Deb, facts: debFacts, walk: walkDeb},
		{format: signatures.RPM, facts: rpmFacts, walk: rpm.Walk},
		{format: signatures.APK, facts: apkFacts, walk: walkAPK},
		{format: signatures.DMG, facts: dmgFacts},
		{format: signatures.PKG, facts: pkgFacts},
		{format: signatures.DEX},
		{format: signatures.IPA, facts: ipaFacts},
		{format: signatures.Zip, facts: zipFacts, walk: archive.Zip},
		{format: signatures.ASAR, facts: asarFacts, walk: asar.Walk},
		{format: signatures.Tar, walk: archive.Tar},
	}
}

func readerOf(format signatures.Format) (reader, bool) {
	for _, r := range readers() {
		if r.format == format {
			return r, true
		}
	}
	return reader{}, false
}
