package apple

import (
	"bytes"
	"crypto"
	"fmt"
	"slices"

	"github.com/chatvet/chatvet/detect/inspect/macho"
	"github.com/chatvet/chatvet/detect/inspect/plist"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// Bundle is what belongs to the main program of a bundle and is signed with it.
type Bundle struct {
	InfoPlist []byte // the file, nil where there is none
	Seal      []byte // _CodeSignature/CodeResources
	// SealUnread is true where there is such a file, and it could not be read.
	SealUnread bool
}

// slice is the signature of one slice.
type slice struct {
	outcome
	arch        string
	directories []*codeDirectory // the one that is signed first
	pages       []*pageDigests
	blobs       superBlob
	requirement *term
}

// outcome is what is known of a signature so far.
type outcome struct {
	cms.Signature
	kind SignerKind
	team string
}

// spoil lowers what is known of the signed bytes; it never raises it again.
func (o *outcome) spoil(to inventory.Integrity, problem string) {
	if rankOf(to) > rankOf(o.Integrity) {
		o.Integrity = to
	}
	if !slices.Contains(o.Problems, problem) {
		o.Problems = append([]string{problem}, o.Problems...)
	}
}

// rankOf orders what can be known of signed bytes, the worst last.
func rankOf(i inventory.Integrity) int {
	return slices.Index([]inventory.Integrity{
		inventory.Intact, inventory.IntegrityNotChecked, inventory.UnreadableSignature, inventory.Unsigned, inventory.Broken,
	}, i)
}

// readSlice checks all of a slice's signature but the pages. Most is how many bytes
// of it are read.
func readSlice(f *macho.File, s *macho.Slice, around *Bundle, p cms.Policy, most int64) *slice {
	c := &slice{arch: s.CPU.String(), outcome: outcome{kind: Unsigned, Signature: cms.Signature{
		Integrity: inventory.Unsigned, Chain: cms.Chain{Trust: inventory.TrustNotChecked}, Time: inventory.TimeUnknown,
	}}}
	if s.Signature == (macho.Span{}) {
		return c
	}
	c.Integrity, c.kind = inventory.UnreadableSignature, Stranger
	raw, err := f.At(s, s.Signature, most)
	if err == nil {
		err = c.readBlobs(raw)
	}
	if err != nil {
		c.Problems = append(c.Problems, inventory.ProblemSignatureDamaged)
		return c
	}
	c.checkSigner(p)
	c.checkSlots(s, around)
	for _, d := range c.directories {
		if d.limit != s.Signature.Offset {
			c.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
			continue
		}
		c.pages = append(c.pages, newPageDigests(d, s.Offset))
	}
	return c
}

// readBlobs reads the parts of a signature.
func (c *slice) readBlobs(raw []byte) (err error) {
	var rest []byte
	if c.blobs, rest, err = readSuperBlob(raw, magicSuperBlob); err != nil {
		return err
	}
	if len(bytes.TrimRight(rest, "\x00")) > 0 {
		c.Problems = append(c.Problems, inventory.ProblemSignatureData)
	}
	for _, slot := range directorySlots() {
		blob, ok := c.blobs[slot]
		if !ok {
			continue
		}
		d, err := readCodeDirectory(blob)
		if err != nil {
			return err
		}
		c.directories = append(c.directories, d)
	}
	if len(c.directories) == 0 || c.blobs[slotDirectory] == nil || len(c.directories) > maxDirectories {
		return fmt.Errorf("%w: %d code directories", ErrDamaged, len(c.directories))
	}
	c.requirement, err = readDesignated(c.blobs[slotRequirements])
	return err
}

func directorySlots() []uint32 {
	slots := []uint32{slotDirectory}
	for s := uint32(slotAlternate); s <= lastAlternate; s++ {
		slots = append(slots, s)
	}
	return slots
}

// checkSigner checks who signed the first code directory, and that the others
// say the same.
func (c *slice) checkSigner(p cms.Policy) {
	first := c.directories[0]
	problems := c.Problems
	message := c.blobs.body(slotCMS, magicWrapper)
	if len(message) == 0 {
		c.Signature = cms.Signature{Integrity: inventory.Intact, Chain: cms.Chain{Trust: inventory.AdHoc}, Time: inventory.TimeUnknown}
		c.kind = AdHoc
	} else if m, err := parseMessage(message); err != nil {
		c.Problems = append(c.Problems, inventory.ProblemSignatureDamaged)
		return
	} else {
		c.Signature = m.Check(0, first.raw, p)
		c.identify(first)
	}
	c.Problems = append(c.Problems, problems...)
	for _, d := range c.directories[1:] {
		if d.identifier != first.identifier || d.team != first.team || d.flags != first.flags || d.limit != first.limit {
			c.spoil(inventory.Broken, inventory.ProblemDirectories)
		}
	}
}

// parseMessage reads a message by one signer about something outside of it.
func parseMessage(ber []byte) (*cms.Message, error) {
	if len(ber) > cms.MaxMessage {
		return nil, fmt.Errorf("%w: %d bytes", ErrDamaged, len(ber))
	}
	der, err := definite(ber)
	if err != nil {
		return nil, err
	}
	m, err := cms.Parse(der)
	if err == nil && (m.Signers() != 1 || m.Content != nil) {
		err = fmt.Errorf("%w: not by one signer about the program", ErrDamaged)
	}
	return m, err
}

// identify says for whom the signer's certificate was issued.
func (c *slice) identify(first *codeDirectory) {
	if c.Signer == nil {
		return
	}
	c.kind = kindOf(c.Chain)
	agrees := true
	if c.team, agrees = teamOf(c.Signer, c.kind, first.team); !agrees {
		c.Chain.Trust = inventory.Untrusted
		c.Problems = append([]string{inventory.ProblemTeam}, c.Problems...)
	}
	if c.Integrity == inventory.Intact && !vouched(c.Signature, c.directories) {
		c.spoil(inventory.Broken, inventory.ProblemDirectories)
	}
	if c.Chain.Trust == inventory.Trusted && slices.ContainsFunc(c.directories, func(d *codeDirectory) bool { return d.hash == crypto.SHA1 }) &&
		len(c.directories) == 1 {
		c.Problems = append(c.Problems, inventory.ProblemWeakDigest)
	}
}

// checkSlots holds what belongs to the program against the special slots of
// each code directory. What lies in a bundle that is not here cannot be held
// against anything.
func (c *slice) checkSlots(s *macho.Slice, around *Bundle) {
	info, seal, whole, unread := s.InfoPlist, []byte(nil), false, false
	if around != nil {
		info, seal, whole, unread = around.InfoPlist, around.Seal, true, around.SealUnread
	}
	for _, d := range c.directories {
		for _, slot := range []struct {
			number uint32
			data   []byte
			absent bool // what is missing is missing for good
		}{
			{slotInfo, info, whole || info != nil},
			{slotResources, seal, whole && !unread},
			{slotRequirements, c.blobs[slotRequirements], true},
			{slotEntitlements, c.blobs[slotEntitlements], true},
			{slotEntitlementsDER, c.blobs[slotEntitlementsDER], true},
		} {
			want := d.slot(slot.number)
			switch {
			case want == nil && slot.data == nil:
			case want != nil && slot.data == nil && !slot.absent:
				c.spoil(c.Integrity, inventory.ProblemOutOfBundle)
			case want == nil && c.kind == AdHoc, want == nil && !whole && slot.number == slotInfo:
				// Linkers seal nothing, and some tools do not seal the list
				// inside a program, whose pages are sealed anyway. A maker's
				// tool that was made the main program of a bundle is neither.
			case want == nil || slot.data == nil || !bytes.Equal(d.sum(slot.data), want):
				c.spoil(inventory.Broken, inventory.ProblemSlotMismatch)
			}
		}
	}
}

// settle compares the pages, once they were read.
func (c *slice) settle(complete bool) {
	if len(c.directories) == 0 {
		return
	}
	if !complete {
		c.spoil(inventory.IntegrityNotChecked, inventory.ProblemNotVerified)
		return
	}
	for _, p := range c.pages {
		if !p.match() {
			c.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
		}
	}
}

// entitlements are what the program asks of the system, by name.
func (c *slice) entitlements() plist.Dict {
	d, err := plist.Parse(c.blobs.body(slotEntitlements, magicEntitlements))
	if err != nil {
		return nil
	}
	return d
}
