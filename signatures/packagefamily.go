package signatures

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"unicode/utf16"
)

// publisherLetters are those of Crockford's base 32, in lower case.
var publisherLetters = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// PublisherID is the publisher id of an app package: 65 bits of the SHA-256 of the
// manifest's publisher in UTF-16LE, the last of which is 0 ("Package identity
// overview" of the Windows documentation).
func PublisherID(publisher string) string {
	var wide []byte
	for _, u := range utf16.Encode([]rune(publisher)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	sum := sha256.Sum256(wide)
	return publisherLetters.EncodeToString(sum[:8])
}

// PackageFamily is the package family name, by which AppXFamily names an app
// package.
func PackageFamily(name, publisher string) string { return name + "_" + PublisherID(publisher) }
