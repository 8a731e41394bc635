package apple

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" // the digests of code directories
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/binary"
	"fmt"
)

// Flags of a code directory (CSCommon.h, SecCodeSignatureFlags).
const (
	flagAdHoc        = 0x2
	flagRuntime      = 0x10000
	flagLinkerSigned = 0x20000
)

// flagNames are the flags that codesign names, in its order.
var flagNames = []struct {
	bit  uint32
	name string
}{
	{0x1, "host"}, {flagAdHoc, "adhoc"}, {0x100, "hard"}, {0x200, "kill"}, {0x400, "expires"}, {0x800, "restrict"},
	{0x1000, "enforcement"}, {0x2000, "library-validation"}, {flagRuntime, "runtime"}, {flagLinkerSigned, "linker-signed"},
}

// hashTypes are the digests by their number, with how much of each is kept.
var hashTypes = map[byte]struct {
	hash crypto.Hash
	size int
}{
	1: {crypto.SHA1, 20}, 2: {crypto.SHA256, 32}, 3: {crypto.SHA256, 20}, 4: {crypto.SHA384, 48}, 5: {crypto.SHA512, 64},
}

const (
	minPageShift = 12
	maxPageShift = 16
	maxTeam      = 64
	maxIdent     = 1 << 10
)

// codeDirectory is a list of digests: of each page of a program, and in special
// slots of what belongs to it.
type codeDirectory struct {
	raw        []byte
	hash       crypto.Hash
	size       int // of a digest as it is kept
	flags      uint32
	identifier string
	team       string
	limit      int64 // of the code that is covered
	page       int64 // 0: one digest of all
	pages      []byte
	special    []byte // slot -1 last
}

// readCodeDirectory reads a code directory (cs_blobs.h, CS_CodeDirectory).
func readCodeDirectory(raw []byte) (*codeDirectory, error) {
	const fixed = 44
	if len(raw) < fixed || binary.BigEndian.Uint32(raw) != magicCodeDirectory {
		return nil, fmt.Errorf("%w: no code directory", ErrDamaged)
	}
	field := func(i int) uint32 { return binary.BigEndian.Uint32(raw[4*i:]) }
	version, hashAt, identAt, specials, pages := field(2), uint64(field(4)), field(5), uint64(field(6)), uint64(field(7))
	kind, known := hashTypes[raw[37]]
	d := &codeDirectory{raw: raw, hash: kind.hash, size: kind.size, flags: field(3), limit: int64(field(8))}
	switch shift := raw[39]; {
	case !known || int(raw[36]) != kind.size:
		return nil, fmt.Errorf("%w: digest %d of %d bytes", ErrDamaged, raw[37], raw[36])
	case shift != 0 && (shift < minPageShift || shift > maxPageShift):
		return nil, fmt.Errorf("%w: pages of 2^%d bytes", ErrDamaged, shift)
	case shift != 0:
		d.page = 1 << shift
	}
	if version >= 0x20300 && len(raw) >= 64 {
		if wide := binary.BigEndian.Uint64(raw[56:]); wide > 0 && wide < 1<<62 {
			d.limit = int64(wide)
		}
	}
	if version >= 0x20100 && len(raw) >= 48 && field(11) != 0 {
		return nil, fmt.Errorf("%w: scattered pages", ErrDamaged)
	}
	var err error
	if d.identifier, err = textAt(raw, identAt, maxIdent); err != nil {
		return nil, err
	}
	if version >= 0x20200 && len(raw) >= 52 && field(12) != 0 {
		if d.team, err = textAt(raw, field(12), maxTeam); err != nil {
			return nil, err
		}
	}
	size := uint64(d.size)
	if specials > maxBlobs || hashAt < specials*size || hashAt > uint64(len(raw)) || pages > (uint64(len(raw))-hashAt)/size {
		return nil, fmt.Errorf("%w: %d and %d digests at %d of %d bytes", ErrDamaged, specials, pages, hashAt, len(raw))
	}
	d.special, d.pages = raw[hashAt-specials*size:hashAt], raw[hashAt:hashAt+pages*size]
	if int64(pages) != d.wanted() {
		return nil, fmt.Errorf("%w: %d digests for %d bytes", ErrDamaged, pages, d.limit)
	}
	return d, nil
}

// wanted is how many digests the code needs.
func (d *codeDirectory) wanted() int64 {
	if d.page == 0 {
		return min(1, d.limit)
	}
	return (d.limit + d.page - 1) / d.page
}

func textAt(raw []byte, at uint32, limit int) (string, error) {
	if uint64(at) >= uint64(len(raw)) {
		return "", fmt.Errorf("%w: text at %d of %d bytes", ErrDamaged, at, len(raw))
	}
	text, _, ended := bytes.Cut(raw[at:min(uint64(len(raw)), uint64(at)+uint64(limit))], []byte{0})
	if !ended {
		return "", fmt.Errorf("%w: text at %d does not end", ErrDamaged, at)
	}
	return string(bytes.ToValidUTF8(text, []byte("?"))), nil
}

// slot is the digest in a special slot; nil where there is none, which is also
// said by zeros.
func (d *codeDirectory) slot(n uint32) []byte {
	at := len(d.special) - int(n)*d.size
	if n == 0 || at < 0 {
		return nil
	}
	sum := d.special[at : at+d.size]
	if bytes.Count(sum, []byte{0}) == len(sum) {
		return nil
	}
	return sum
}

// sum is a digest of the kind that the directory lists.
func (d *codeDirectory) sum(data []byte) []byte {
	h := d.hash.New()
	h.Write(data)
	return h.Sum(nil)[:d.size]
}

// cdHash is by which a code directory is named: the first 20 bytes of its digest.
func (d *codeDirectory) cdHash() []byte { return d.sum(d.raw)[:20] }

// flagTexts are the flags as codesign names them.
func (d *codeDirectory) flagTexts() []string {
	var names []string
	for _, f := range flagNames {
		if d.flags&f.bit != 0 {
			names = append(names, f.name)
		}
	}
	return names
}
