// Package rpm verifies who signed a package of rpm. A header goes in, as a package
// file or rpm's database has it, with keys; the signers come out, and the digests
// of the package's files that the signature covers.
//
// Format: rpm, docs/manual/signatures_digests.md and format_header.md. What is
// verified is the signature over the header alone, in which the digests of all
// files and of the payload stand. The older signatures over header and payload
// together, and those of OpenPGP version 3, are not read.
package rpm

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/rpmheader"
	"github.com/chatvet/chatvet/detect/sign/pgp"
)

var (
	// ErrUnsigned: the package bears no signature over its header.
	ErrUnsigned = errors.New("the package is not signed")
	// ErrWeakDigest: the files' digests are not SHA-256.
	ErrWeakDigest = errors.New("the digests of the files are weak")
)

// Proof is what a signed header says. Everything in it is covered by the signature.
type Proof struct {
	Name, Version, Arch string
	Signers             []pgp.Signer
	Files               map[string]string // SHA-256 in hex by path, without the leading slash
	Payload             string            // SHA-256 of the packed payload; empty where there is none
}

// Verify checks the signatures of a header: its own, as in the database, or those
// of the header of signatures in a package file. It returns ErrUnsigned,
// ErrWeakDigest, or an error wrapping one of package pgp's or rpmheader's.
func Verify(h *rpmheader.Header, signatures [][]byte, keys *pgp.Keyring) (Proof, error) {
	if len(signatures) == 0 {
		return Proof{}, ErrUnsigned
	}
	covered, signed, err := h.Signed()
	if err != nil {
		return Proof{}, err
	}
	p := Proof{Name: signed.String(rpmheader.Name), Version: signed.EVR(), Arch: signed.String(rpmheader.Arch)}
	rest := error(pgp.ErrNotSigned)
	for _, s := range signatures {
		signers, err := keys.VerifyDetached(covered, s)
		switch {
		case errors.Is(err, pgp.ErrBadSignature):
			return Proof{}, fmt.Errorf("verifying the header: %w", err)
		case err != nil:
			rest = err
		}
		p.Signers = append(p.Signers, signers...)
	}
	if len(p.Signers) == 0 {
		return Proof{}, fmt.Errorf("verifying the header: %w", rest)
	}
	p.Payload = payload(signed)
	p.Files, err = files(signed)
	return p, err
}

const (
	algoSHA256  = 8 // RFC 4880, section 9.4
	modeType    = 0o170000
	modeRegular = 0o100000
)

func payload(h *rpmheader.Header) string {
	algo, ok := h.Number(rpmheader.PayloadAlgo)
	sum := strings.ToLower(h.String(rpmheader.PayloadDigest))
	if !ok || algo != algoSHA256 || len(sum) != 64 {
		return ""
	}
	return sum
}

func files(h *rpmheader.Header) (map[string]string, error) {
	bases, dirs, indexes := h.Strings(rpmheader.Basenames), h.Strings(rpmheader.Dirnames), h.Numbers(rpmheader.DirIndexes)
	modes, digests := h.Numbers(rpmheader.FileModes), h.Strings(rpmheader.FileDigests)
	all := map[string]string{}
	if algo, _ := h.Number(rpmheader.DigestAlgo); len(bases) > 0 && algo != algoSHA256 {
		return nil, ErrWeakDigest
	}
	for i, base := range bases {
		if i >= len(indexes) || int(indexes[i]) >= len(dirs) || i >= len(modes) || i >= len(digests) {
			return nil, fmt.Errorf("%w: lists of files of different lengths", rpmheader.ErrDamaged)
		}
		name := dirs[indexes[i]] + base
		if modes[i]&modeType == modeRegular && len(digests[i]) == 64 && path.Clean(name) == name && strings.HasPrefix(name, "/") {
			all[name[1:]] = strings.ToLower(digests[i])
		}
	}
	return all, nil
}
