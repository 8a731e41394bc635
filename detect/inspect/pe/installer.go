package pe

import "bytes"

// Installer is the kind of installer that a program is, or "".
type Installer string

// The installers that are told by marks of their own.
const (
	NSIS              Installer = "NSIS"
	InnoSetup         Installer = "Inno Setup"
	Squirrel          Installer = "Squirrel"
	WiXBurn           Installer = "WiX burn"
	AdvancedInstaller Installer = "Advanced Installer"
	SevenZipSFX       Installer = "7-Zip self-extractor"
)

const (
	overlayHead = 64 << 10 // where an archive must begin
	overlayTail = 16 << 10 // where Advanced Installer keeps its footer
)

// installer looks for the marks by which each installer finds its own data.
func (img *image) installer() {
	for _, s := range img.Sections {
		if s.Name == ".wixburn" { // wix3, burn stub, section name
			img.Installer = WiXBurn
			return
		}
	}
	if stub, _ := img.read(0x30, 4); string(stub) == "Inno" || img.inno { // before 5.1.5, and since
		img.Installer = InnoSetup
		return
	}
	if img.squirrel {
		img.Installer = Squirrel
		return
	}
	img.Installer = img.overlayInstaller()
}

func (img *image) overlayInstaller() Installer {
	o := img.Overlay
	if o.Size == 0 {
		return ""
	}
	head, _ := img.read(o.Offset, min(o.Size, overlayHead))
	switch {
	case bytes.Contains(head, []byte("\xef\xbe\xad\xdeNullsoftInst")): // nsis exehead, firstheader
		return NSIS
	case bytes.HasPrefix(head, []byte("7z\xbc\xaf\x27\x1c")), bytes.Contains(head, []byte(";!@Install@!UTF-8!")):
		return SevenZipSFX
	}
	tail, _ := img.read(o.Offset+max(0, o.Size-overlayTail), min(o.Size, overlayTail))
	if bytes.Contains(tail, []byte("ADVINSTSFX")) {
		return AdvancedInstaller
	}
	return ""
}
