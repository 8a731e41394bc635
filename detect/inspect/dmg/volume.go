package dmg

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

const (
	volumeHeader = 1024 // where it stands in an HFS Plus volume
	maxNode      = 32 << 10
	rootParent   = 1
)

// VolumeName is what an HFS Plus volume is called, which is the name of its root
// folder: the first record of the first leaf of its catalogue (TN1150, "Volume
// Header", "B-Trees" and "Catalog File"). It is empty for other file systems.
func VolumeName(d *Disk) (string, error) {
	head := make([]byte, 512)
	if d.Size() < volumeHeader+int64(len(head)) {
		return "", nil
	}
	if _, err := d.ReadAt(head, volumeHeader); err != nil {
		return "", fmt.Errorf("reading the volume header: %w", err)
	}
	if mark := string(head[:2]); mark != "H+" && mark != "HX" {
		return "", nil
	}
	block := int64(binary.BigEndian.Uint32(head[40:]))
	first := int64(binary.BigEndian.Uint32(head[272+16:])) // of the catalogue's first extent
	if block < 512 || block > 1<<24 || block&(block-1) != 0 {
		return "", fmt.Errorf("%w: blocks of %d bytes", ErrDamaged, block)
	}
	extent := Span{first * block, int64(binary.BigEndian.Uint32(head[272+20:])) * block}
	if extent.End() > d.Size() {
		return "", fmt.Errorf("%w: catalogue at %d of %d bytes", ErrDamaged, extent.Offset, d.Size())
	}
	return rootName(d, extent)
}

// rootName reads the first leaf of a catalogue.
func rootName(d *Disk, catalogue Span) (string, error) {
	head := make([]byte, 120)
	if catalogue.Size < int64(len(head)) {
		return "", fmt.Errorf("%w: catalogue of %d bytes", ErrDamaged, catalogue.Size)
	}
	if _, err := d.ReadAt(head, catalogue.Offset); err != nil {
		return "", fmt.Errorf("reading the catalogue: %w", err)
	}
	leaf, size := int64(binary.BigEndian.Uint32(head[24:])), int64(binary.BigEndian.Uint16(head[32:]))
	if size < 512 || size > maxNode || leaf == 0 || (leaf+1)*size > catalogue.Size {
		return "", fmt.Errorf("%w: leaf %d of %d bytes in a catalogue of %d", ErrDamaged, leaf, size, catalogue.Size)
	}
	node := make([]byte, size)
	if _, err := d.ReadAt(node, catalogue.Offset+leaf*size); err != nil {
		return "", fmt.Errorf("reading the catalogue: %w", err)
	}
	at := int(binary.BigEndian.Uint16(node[size-2:]))
	if at+8 > len(node) || binary.BigEndian.Uint32(node[at+2:]) != rootParent {
		return "", fmt.Errorf("%w: the catalogue does not begin with the root folder", ErrDamaged)
	}
	length := int(binary.BigEndian.Uint16(node[at+6:]))
	if length > 255 || at+8+2*length > len(node) {
		return "", fmt.Errorf("%w: a name of %d letters", ErrDamaged, length)
	}
	units := make([]uint16, length)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(node[at+8+2*i:])
	}
	return strings.ToValidUTF8(string(utf16.Decode(units)), "?"), nil
}
