// Package ostree verifies a commit of an OSTree repository, in which flatpak keeps
// what it installed. The repository's objects go in by name, with keys; out come
// the signers of the commit and the checksums of all files that it holds.
//
// Formats: OSTree's objects commit, commitmeta and dirtree (ostree,
// src/libostree/ostree-core.h), written as GVariants (gvariant.go). An object's
// name is the SHA-256 of its bytes; a file's is that of a header with owner, mode
// and link, and of its contents behind it (ostree-core.c, ostree_checksum_file).
package ostree

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"

	"github.com/chatvet/chatvet/detect/sign/pgp"
)

var (
	// ErrUnsigned: the repository has no signature for the commit.
	ErrUnsigned = errors.New("the commit is not signed")
	// ErrMismatch: an object is not the one that its name says.
	ErrMismatch = errors.New("an object is not the one that its name says")
	// ErrMalformed: an object breaks its format.
	ErrMalformed = errors.New("malformed object")
	// ErrTooMany: more files or folders than are looked at.
	ErrTooMany = errors.New("more files than are looked at")
)

// Bounds on one commit.
const (
	maxFiles   = 300_000
	maxFolders = 50_000
	maxDepth   = 64
)

// Fetch returns an object by its name, "aa/bb….dirtree".
type Fetch func(name string) ([]byte, error)

// Proof is what a signed commit says.
type Proof struct {
	Signers []pgp.Signer
	// Files are the checksums, in hex, of regular files and links by path.
	Files map[string]string
}

// Verify follows a commit from its signature to its files. It returns an error
// wrapping one of this package's, of package pgp's, or what fetch returned.
func Verify(ctx context.Context, commit string, fetch Fetch, keys *pgp.Keyring) (Proof, error) {
	data, err := object(fetch, commit, "commit")
	if err != nil {
		return Proof{}, err
	}
	meta, err := fetch(name(commit, "commitmeta"))
	if err != nil {
		return Proof{}, fmt.Errorf("%w: %w", ErrUnsigned, err)
	}
	signers, err := verify(data, meta, keys)
	if err != nil {
		return Proof{}, fmt.Errorf("verifying the commit: %w", err)
	}
	root, err := rootOf(data)
	if err != nil {
		return Proof{}, fmt.Errorf("reading the commit: %w", err)
	}
	w := &walk{ctx: ctx, fetch: fetch, files: map[string]string{}}
	if err := w.into(root, "", 0); err != nil {
		return Proof{}, err
	}
	return Proof{Signers: signers, Files: w.files}, nil
}

func verify(commit, meta []byte, keys *pgp.Keyring) ([]pgp.Signer, error) {
	signatures, err := signaturesOf(meta)
	if err != nil {
		return nil, err
	}
	if len(signatures) == 0 {
		return nil, ErrUnsigned
	}
	var all []pgp.Signer
	rest := error(pgp.ErrNotSigned)
	for _, s := range signatures {
		signers, err := keys.VerifyDetached(commit, s)
		if errors.Is(err, pgp.ErrBadSignature) {
			return nil, err
		}
		if err != nil {
			rest = err
		}
		all = append(all, signers...)
	}
	if len(all) == 0 {
		return nil, rest
	}
	return all, nil
}

// walk goes through the folders of a commit.
type walk struct {
	ctx     context.Context
	fetch   Fetch
	files   map[string]string
	folders int
}

func (w *walk) into(sum, at string, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.folders++; w.folders > maxFolders || depth > maxDepth {
		return ErrTooMany
	}
	data, err := object(w.fetch, sum, "dirtree")
	if err != nil {
		return err
	}
	files, folders, err := dirtree(data)
	if err != nil {
		return fmt.Errorf("reading folder %q: %w", at, err)
	}
	for _, f := range files {
		if len(w.files) == maxFiles {
			return ErrTooMany
		}
		w.files[at+f.name] = f.sum
	}
	for _, f := range folders {
		if err := w.into(f.sum, at+f.name+"/", depth+1); err != nil {
			return err
		}
	}
	return nil
}

func name(sum, kind string) string { return sum[:2] + "/" + sum[2:] + "." + kind }

// object fetches an object and holds it against its name.
func object(fetch Fetch, sum, kind string) ([]byte, error) {
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != sha256.Size {
		return nil, fmt.Errorf("%w: the name of a %s", ErrMalformed, kind)
	}
	data, err := fetch(name(sum, kind))
	if err != nil {
		return nil, fmt.Errorf("reading a %s: %w", kind, err)
	}
	if have := sha256.Sum256(data); hex.EncodeToString(have[:]) != strings.ToLower(sum) {
		return nil, fmt.Errorf("%w: %s", ErrMismatch, name(sum, kind))
	}
	return data, nil
}

// NewFileHash begins the checksum of a regular file that belongs to the
// administrator and has no extended attributes, as flatpak's files do. What is
// written to it are the file's contents. perm are the permission bits.
func NewFileHash(perm uint32) hash.Hash {
	const regular = 0o100000
	// A tuple of owner, group, mode and device in big-endian order, an empty
	// link, no attributes, and where the link ends.
	header := make([]byte, 16, 18)
	binary.BigEndian.PutUint32(header[8:], regular|perm)
	header = append(header, 0, 17)
	h := sha256.New()
	start := binary.BigEndian.AppendUint32(nil, uint32(len(header)))
	h.Write(append(append(start, 0, 0, 0, 0), header...))
	return h
}
