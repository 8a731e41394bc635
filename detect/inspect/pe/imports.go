package pe

import "encoding/binary"

const (
	maxImports         = 512
	maxImportName      = 256
	importDescriptor   = 20
	importDescriptorID = 12 // offset of the name's address in a descriptor
)

// imports reads the names of the DLLs that the program asks the loader for
// (section ".idata", import directory table).
func (img *image) imports() {
	d := img.directory(importDirectory)
	if d.address == 0 {
		return
	}
	table, err := img.load(d.address, maxImports*importDescriptor)
	if err != nil && len(table) == 0 {
		img.problem("import table: %v", err)
		return
	}
	for ; len(table) >= importDescriptor; table = table[importDescriptor:] {
		row := table[:importDescriptor]
		name := binary.LittleEndian.Uint32(row[importDescriptorID:])
		if name == 0 || allZero(row) {
			return
		}
		text, err := img.load(name, maxImportName)
		if len(text) == 0 || !plausibleName(cString(text)) {
			img.problem("import table: a name cannot be read")
			if err != nil {
				return
			}
			continue
		}
		img.Imports = append(img.Imports, cString(text))
	}
}

func plausibleName(s string) bool {
	if s == "" || len(s) >= maxImportName {
		return false
	}
	for _, c := range []byte(s) {
		if c < 0x20 || c == 0x7f {
			return false
		}
	}
	return true
}
