package pe

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Bounds on the resource tree, all levels together.
const (
	maxResourceEntries = 16 << 10
	maxVersionBlocks   = 64
	maxResourceName    = 64 // UTF-16 units; the names that matter are short
)

// Resource types (winuser.h, RT_*).
const (
	rcData      = 10
	versionType = 16
	manifest    = 24
)

// Ids by which installers find their own resources.
const (
	squirrelID = 131   // type "DATA" in Squirrel.Windows' Setup.exe
	innoID     = 11111 // RCDATA in Inno Setup's loader
)

// resourceID is a number, or a name.
type resourceID struct {
	number uint32
	name   string
}

// resource is one leaf of the tree: type, then name, then language.
type resource struct {
	kind, id resourceID
	language uint16
	address  uint32
	size     uint32
}

// resources walks the three levels of the resource tree (section ".rsrc").
func (img *image) resources() {
	d := img.directory(resourceDirectory)
	if d.address == 0 {
		return
	}
	w := &resourceWalk{img: img, base: d.address, left: maxResourceEntries}
	err := w.table(0, 0, resource{})
	if err != nil {
		img.problem("resources: %v", err)
	}
}

type resourceWalk struct {
	img  *image
	base uint32
	left int // entries that may still be looked at
}

const entryIsTable = 1 << 31

func (w *resourceWalk) table(offset uint32, level int, path resource) error {
	head, err := w.load(offset, 16)
	if err != nil {
		return fmt.Errorf("table at %#x: %w", offset, err)
	}
	count := int(binary.LittleEndian.Uint16(head[12:])) + int(binary.LittleEndian.Uint16(head[14:]))
	for i := range count {
		if w.left--; w.left < 0 {
			return fmt.Errorf("more than %d entries", maxResourceEntries)
		}
		entry, err := w.load(offset+16+uint32(i)*8, 8)
		if err != nil {
			return fmt.Errorf("entry of the table at %#x: %w", offset, err)
		}
		if err := w.entry(entry, level, path); err != nil {
			return err
		}
	}
	return nil
}

func (w *resourceWalk) entry(entry []byte, level int, path resource) error {
	id, target := w.id(binary.LittleEndian.Uint32(entry)), binary.LittleEndian.Uint32(entry[4:])
	switch level {
	case 0:
		if !wantedType(id) {
			return nil
		}
		path.kind = id
	case 1:
		path.id = id
	case 2:
		path.language = uint16(id.number)
		if target&entryIsTable != 0 {
			return fmt.Errorf("deeper than three levels")
		}
		return w.leaf(target, path)
	}
	if target&entryIsTable == 0 {
		return nil // a leaf above its level: nothing that the system would find
	}
	return w.table(target&^entryIsTable, level+1, path)
}

func wantedType(id resourceID) bool {
	return id.name == "DATA" || strings.EqualFold(id.name, asarType) || id.number == rcData || id.number == versionType || id.number == manifest
}

func (w *resourceWalk) leaf(offset uint32, path resource) error {
	data, err := w.load(offset, 16)
	if err != nil {
		return fmt.Errorf("data entry at %#x: %w", offset, err)
	}
	path.address, path.size = binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
	img := w.img
	switch {
	case path.kind.number == versionType:
		img.version(path)
	case path.kind.number == manifest:
		img.Manifest = true
	case strings.EqualFold(path.kind.name, asarType) && strings.EqualFold(path.id.name, asarName):
		img.archives(path)
	case path.kind.name == "DATA" && path.id.number == squirrelID:
		img.squirrel = img.starts(path.address, "PK\x03\x04")
	case path.kind.number == rcData && path.id.number == innoID:
		img.inno = img.starts(path.address, "rDlPtS")
	}
	return nil
}

func (img *image) starts(address uint32, mark string) bool {
	b, err := img.load(address, int64(len(mark)))
	return err == nil && string(b) == mark
}

func (w *resourceWalk) id(v uint32) resourceID {
	if v&entryIsTable == 0 {
		return resourceID{number: v}
	}
	head, err := w.load(v&^entryIsTable, 2)
	if err != nil {
		return resourceID{}
	}
	units := min(uint32(binary.LittleEndian.Uint16(head)), maxResourceName)
	text, err := w.load(v&^entryIsTable+2, int64(units)*2)
	if err != nil {
		return resourceID{}
	}
	return resourceID{name: utf16Text(text)}
}

// load returns exactly n bytes at an offset from the start of the tree.
func (w *resourceWalk) load(offset uint32, n int64) ([]byte, error) {
	b, err := w.img.load(w.base+offset, n)
	if err == nil && int64(len(b)) < n {
		err = fmt.Errorf("cut off")
	}
	return b, err
}

// utf16Text decodes little-endian UTF-16 up to the first NUL.
func utf16Text(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		u := binary.LittleEndian.Uint16(b)
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}
