package aptrelease

import (
	"errors"
	"fmt"

	"github.com/chatvet/chatvet/detect/sign/pgp"
)

// What can break the chain. Errors of this package wrap one of these, or what
// reading the bytes returned.
var (
	// ErrNotSigned: there is no signature by a key that we know.
	ErrNotSigned = pgp.ErrNotSigned
	// ErrBadSignature: a key that we know is named as signer, and it did not
	// sign these bytes.
	ErrBadSignature = pgp.ErrBadSignature
	// ErrKeyNotValid: a key that we know signed, but was expired, revoked or
	// not meant for signing at that time.
	ErrKeyNotValid = pgp.ErrKeyNotValid
	// ErrWeakDigest: signature or table rest on MD5 or SHA-1 alone, or the
	// signature is over a digest that the message does not announce.
	ErrWeakDigest = pgp.ErrWeakDigest
	// ErrMalformed: the bytes break their format, or could be read in two ways.
	ErrMalformed = pgp.ErrMalformed
	// ErrTooLarge: something is larger than the limits allow.
	ErrTooLarge = pgp.ErrTooLarge
	// ErrNotDistribution: the release file is signed, but not a Debian release.
	ErrNotDistribution = errors.New("not a release of a known distribution")
	// ErrNoRelease: none of the release files can be used.
	ErrNoRelease = errors.New("no usable release file")
	// ErrNotListed: the release file has no entry for an index.
	ErrNotListed = errors.New("not listed in the release file")
	// ErrNotInIndex: no verified index has the package in this version.
	ErrNotInIndex = errors.New("not in a verified package index")
	// ErrMismatch: a digest or size is not the one that was signed for. It is
	// wrapped by *MismatchError.
	ErrMismatch = errors.New("digest differs from the signed one")
	// ErrChanged: the archive changed between two readings.
	ErrChanged = errors.New("changed while it was read")
)

// MismatchError says which bytes are not those that were signed for.
type MismatchError struct {
	Name       string // of the index or package
	Want, Have Digest
}

// Digest is a size in bytes and a SHA-256 in lower-case hex.
type Digest struct {
	Size   int64
	SHA256 string
}

func (e *MismatchError) Error() string {
	if e.Want.Size != e.Have.Size {
		return fmt.Sprintf("%s: %v: %d bytes, want %d", e.Name, ErrMismatch, e.Have.Size, e.Want.Size)
	}
	return fmt.Sprintf("%s: %v: %s, want %s", e.Name, ErrMismatch, e.Have.SHA256, e.Want.SHA256)
}

// Unwrap makes errors.Is(err, ErrMismatch) true.
func (e *MismatchError) Unwrap() error { return ErrMismatch }
