package inspect

import (
	"bytes"
	"encoding/binary"

	"github.com/chatvet/chatvet/detect/inspect/appimage"
	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inspect/asar"
	"github.com/chatvet/chatvet/detect/inspect/msix"
	"github.com/chatvet/chatvet/detect/inspect/squashfs"
	"github.com/chatvet/chatvet/signatures"
)

const headSize = 4 << 10

// Sniff tells the format from the first 4 KiB of a file (fewer if it is
// shorter); Unknown where it is none of those that chatvet reads. A format that
// is told by more than its beginning is settled by refine.
func Sniff(head []byte) signatures.Format {
	for _, m := range magics {
		if m.at+len(m.magic) <= len(head) && string(head[m.at:m.at+len(m.magic)]) == m.magic && (m.also == nil || m.also(head)) {
			return m.format
		}
	}
	return signatures.Unknown
}

var magics = []struct {
	at     int
	magic  string
	also   func(head []byte) bool
	format signatures.Format
}{
	{0, "MZ", pointsToPE, signatures.PE},
	{0, "\x7fELF", appimage.Is, signatures.AppImage},
	{0, "\x7fELF", nil, signatures.ELF},
	{0, squashfs.Magic, squashfs.Is, signatures.SquashFS},
	{0, compoundMagic, nil, signatures.MSI}, // any compound file; see refine
	{0, "\xcf\xfa\xed\xfe", nil, signatures.MachO},
	{0, "\xce\xfa\xed\xfe", nil, signatures.MachO},
	{0, "\xfe\xed\xfa\xcf", nil, signatures.MachO},
	{0, "\xfe\xed\xfa\xce", nil, signatures.MachO},
	{0, "\xca\xfe\xba\xbe", fewArchitectures, signatures.MachO},
	{0, "\xca\xfe\xba\xbf", nil, signatures.MachO},
	{0, "xar!", nil, signatures.PKG},
	{0, "dex\n", nil, signatures.DEX},
	{0, "!<arch>\ndebian-binary", nil, signatures.Deb},
	{0, "\xed\xab\xee\xdb", nil, signatures.RPM},
	{0, "PK\x03\x04", nil, signatures.Zip},
	{0, "PK\x05\x06", nil, signatures.Zip}, // empty
	{0, "\x04\x00\x00\x00", asar.Is, signatures.ASAR},
	{0, "#!", interpreter, signatures.Script},
	{257, "ustar", nil, signatures.Tar},
	{0, "koly", nil, signatures.DMG}, // the trailer of an image that holds nothing else
}

// pointsToPE is true where e_lfanew leads to a PE signature, or out of the head
// to a place where one may be.
func pointsToPE(head []byte) bool {
	if len(head) < 64 {
		return false
	}
	at := int64(binary.LittleEndian.Uint32(head[60:]))
	switch {
	case at < 4: // impossible: it would overlap MZ
		return false
	case at+4 <= int64(len(head)):
		return string(head[at:at+4]) == "PE\x00\x00"
	default:
		return len(head) >= headSize && at < 1<<28
	}
}

// fewArchitectures tells a fat Mach-O from a Java class, which begins with the
// same bytes and has a version of 45 or more where the count would be.
func fewArchitectures(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	n := binary.BigEndian.Uint32(head[4:])
	return n > 0 && n < 45
}

func interpreter(head []byte) bool {
	line, _, _ := bytes.Cut(head[2:], []byte("\n"))
	path := bytes.TrimLeft(line, " \t")
	return len(path) > 0 && path[0] == '/'
}

// refine settles what the head left open, by other places of the file. Formats
// inside zip files (apk, ipa, msix) are to be told apart here too, by the first
// names in them.
func refine(f *file, head []byte) signatures.Format {
	switch f.Format {
	case signatures.MSI:
		if !isInstallerDatabase(f, head) {
			return signatures.Unknown
		}
	case signatures.Zip:
		if msix.Is(f.r, f.size) {
			return signatures.MSIX
		}
		if isPackage(f) {
			return signatures.APK
		}
		if isIPA(f) {
			return signatures.IPA
		}
	case signatures.DEX:
		// Android before 8 ran a program that stands before a package it had
		// checked ("Janus", CVE-2017-13156).
		if isPackage(f) {
			return signatures.APK
		}
	case signatures.Unknown:
		if archive.Compressed(head) && archive.IsTar(f.r, f.size) {
			return signatures.Tar
		}
		if hasImageTrailer(f) {
			return signatures.DMG
		}
	}
	return f.Format
}

// installerClass is {000C1084-0000-0000-C000-000000000046}, the class of the root
// storage of a Windows Installer database.
const installerClass = "\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"

// isInstallerDatabase reads the class of a compound file's root entry ([MS-CFB]
// 2.2 and 2.6.1), which tells an installer from a document.
func isInstallerDatabase(f *file, head []byte) bool {
	at, ok := rootEntry(head)
	return ok && string(f.at(at+80, 16)) == installerClass
}

// rootEntry is where the first entry of a compound file's directory lies
// ([MS-CFB] 2.2), by its header.
func rootEntry(head []byte) (at int64, ok bool) {
	if len(head) < 52 {
		return 0, false
	}
	shift := binary.LittleEndian.Uint16(head[30:])
	first := int64(binary.LittleEndian.Uint32(head[48:]))
	return (first + 1) << shift, shift == 9 || shift == 12
}

// hasImageTrailer looks for the 512 bytes that end an Apple disk image.
func hasImageTrailer(f *file) bool {
	const trailer = 512
	return f.size >= trailer && string(f.at(f.size-trailer, 4)) == "koly"
}
