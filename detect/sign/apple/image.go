package apple

import (
	"bytes"
	"encoding/binary"

	"github.com/chatvet/chatvet/detect/inspect/dmg"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// slotTrailer is the slot for what a kind of file has of its own
// (cdRepSpecificSlot): of a disk image, its trailer.
const slotTrailer = 6

// ReadImage checks the signature of a disk image, which covers every byte before
// the signature and, in a slot of its own, the trailer behind it (Security,
// diskimagerep.cpp, setup): it fills the room between both to the last byte, which
// that of a program need not. What comes out is used as that of a program.
func ReadImage(f *dmg.File, p cms.Policy) *Program {
	c := &slice{outcome: outcome{kind: Unsigned, Signature: cms.Signature{
		Integrity: inventory.Unsigned, Chain: cms.Chain{Trust: inventory.TrustNotChecked}, Time: inventory.TimeUnknown,
	}}}
	prog := &Program{slices: []*slice{c}, gaps: &gaps{found: -1}}
	if f.Signature.Size == 0 {
		return prog
	}
	c.Integrity, c.kind = inventory.UnreadableSignature, Stranger
	raw, err := f.At(f.Signature, maxSignature)
	if err == nil {
		err = c.readBlobs(raw)
	}
	if err != nil || !f.SignatureFits() || uint64(binary.BigEndian.Uint32(raw[4:])) != uint64(len(raw)) {
		c.Problems = append(c.Problems, inventory.ProblemSignatureDamaged)
		c.directories, c.pages = nil, nil
		return prog
	}
	c.checkSigner(p)
	c.checkImageSlots(f)
	for _, d := range c.directories {
		if d.limit != f.Signature.Offset {
			c.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
			continue
		}
		c.pages = append(c.pages, newPageDigests(d, 0))
	}
	return prog
}

// checkImageSlots holds the trailer and the signature's own parts against the
// special slots of each code directory. Without the trailer's digest the block
// map could be another than the one that was signed.
func (c *slice) checkImageSlots(f *dmg.File) {
	for _, d := range c.directories {
		for _, slot := range []struct {
			number uint32
			data   []byte
		}{
			{slotTrailer, signedTrailer(f.Trailer)},
			{slotRequirements, c.blobs[slotRequirements]},
			{slotEntitlements, c.blobs[slotEntitlements]},
			{slotEntitlementsDER, c.blobs[slotEntitlementsDER]},
		} {
			want := d.slot(slot.number)
			if (want != nil || slot.data != nil) && !bytes.Equal(d.sum(slot.data), want) {
				c.spoil(inventory.Broken, inventory.ProblemSlotMismatch)
			}
		}
	}
}

// signedTrailer is the trailer as it is signed: without the signature's length,
// which is not known yet then.
func signedTrailer(trailer []byte) []byte {
	b := bytes.Clone(trailer)
	clear(b[304:312])
	return b
}
