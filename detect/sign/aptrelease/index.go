package aptrelease

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/deb/deb822"
	"github.com/chatvet/chatvet/detect/inspect/deb/unpack"
)

// ReleaseFile is a signed release file as apt keeps it.
type ReleaseFile struct {
	Name string // in /var/lib/apt/lists; folders before it do not matter
	Data []byte
}

// IndexFile is a package index as apt keeps it, plain or compressed (.gz, .xz,
// .zst, .bz2, .lz4).
type IndexFile struct {
	Name string // in /var/lib/apt/lists; folders before it do not matter
	io.ReaderAt
	Size int64
}

// Want is a package to look for.
type Want struct {
	Package string
	Version string // empty: every version
	Arch    string // "amd64", "all"; empty: any
}

// Listed is what a verified index says about a package.
type Listed struct {
	Release  *Release
	Index    string // the index's name in the release file
	Package  string
	Version  string
	Arch     string
	Filename string // in the archive's pool
	Archive  Digest // of the .deb
}

const (
	longestIndex     = 512 << 20
	longestParagraph = 1 << 20
	indexWindow      = 64 << 20
)

// Find reads a package index that release lists and returns what it says about
// the packages that are wanted, in the index's order. It returns something only
// when the whole index has the signed digest. entry is the index's name in the
// release file, in the compression that file has (EntryName).
func Find(ctx context.Context, release *Release, entry string, file IndexFile, wants []Want) ([]Listed, error) {
	found, err := find(ctx, release, entry, file, wants)
	if err != nil {
		return nil, fmt.Errorf("reading index %s: %w", entry, err)
	}
	return found, nil
}

func find(ctx context.Context, release *Release, entry string, file IndexFile, wants []Want) ([]Listed, error) {
	suffix := path.Ext(entry)
	want, onPlain, err := listedDigest(release, entry, suffix)
	if err != nil {
		return nil, err
	}
	if file.Size > longestIndex {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, file.Size)
	}
	raw := newHashed(io.NewSectionReader(file, 0, file.Size))
	unpacked, err := unpack.NewReader(suffix, withContext{ctx, raw}, unpack.Limits{Output: longestIndex, Window: indexWindow})
	if err != nil {
		return nil, describe(err)
	}
	defer unpacked.Close()
	plain := newHashed(unpacked)
	measured := raw
	if onPlain {
		measured = plain
	}
	found, err := search(release, entry, plain, wants)
	if err != nil {
		return nil, describe(err)
	}
	// A decompressor may leave bytes behind that the digest covers.
	if _, err := io.Copy(io.Discard, withContext{ctx, raw}); err != nil {
		return nil, err
	}
	if have := measured.digest(); have != want {
		return nil, &MismatchError{Name: entry, Want: want, Have: have}
	}
	return found, nil
}

// listedDigest returns the digest that the release file has for an index: for
// its plain form where that is listed (apt repacks what it downloads), else for
// the file as it is.
func listedDigest(release *Release, entry, suffix string) (d Digest, onPlain bool, err error) {
	if d, ok := release.Files[strings.TrimSuffix(entry, suffix)]; ok {
		return d, true, nil
	}
	if d, ok := release.Files[entry]; ok {
		return d, false, nil
	}
	return Digest{}, false, ErrNotListed
}

// search goes through the paragraphs of an index to its end.
func search(release *Release, entry string, plain io.Reader, wants []Want) ([]Listed, error) {
	var found []Listed
	keys := make([][]byte, len(wants))
	for i, w := range wants {
		keys[i] = []byte("Package: " + w.Package + "\n")
	}
	paragraphs := deb822.NewReader(plain, longestParagraph)
	for {
		p, err := paragraphs.Next()
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		// Tens of thousands of paragraphs are not for us; Debian starts each
		// with its name.
		if !slices.ContainsFunc(keys, func(k []byte) bool { return bytes.HasPrefix(p, k) }) {
			continue
		}
		l, err := parseListed(p)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(wants, l.fits) {
			l.Release, l.Index = release, entry
			found = append(found, l)
		}
	}
}

func parseListed(paragraph []byte) (Listed, error) {
	f, err := deb822.Parse(paragraph)
	if err != nil {
		return Listed{}, err
	}
	l := Listed{Package: f.Get("Package"), Version: f.Get("Version"), Arch: f.Get("Architecture"), Filename: f.Get("Filename")}
	if f.Get("SHA256") == "" {
		return Listed{}, fmt.Errorf("%w: %s has no SHA256", ErrWeakDigest, l.Package)
	}
	l.Archive, err = parseDigest(f.Get("Size"), f.Get("SHA256"))
	return l, err
}

func (l Listed) fits(w Want) bool {
	return l.Package == w.Package && (w.Version == "" || l.Version == w.Version) && (w.Arch == "" || l.Arch == w.Arch)
}

// EntryName returns the name that a package index has in its release file,
// given both files' names as apt keeps them:
//
//	deb.debian.org_debian_dists_bookworm_InRelease
//	deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages.lz4
//
// gives "main/binary-amd64/Packages.lz4". ok is false where the index is not of
// that release, or not an index of packages. An index that is named by its
// digest (by-hash) is looked up in the release's table.
func EntryName(release *Release, releaseName, indexName string) (entry string, ok bool) {
	prefix, ok := strings.CutSuffix(path.Base(releaseName), "InRelease")
	if !ok {
		return "", false
	}
	rest, ok := strings.CutPrefix(path.Base(indexName), prefix)
	if !ok {
		return "", false
	}
	// apt writes "_" for "/" and escapes real ones (URItoFileName).
	entry, err := url.PathUnescape(strings.ReplaceAll(rest, "_", "/"))
	if err != nil {
		return "", false
	}
	if folder, sum, ok := strings.Cut(entry, "/by-hash/SHA256/"); ok {
		return byHash(release, folder, sum)
	}
	name := path.Base(entry)
	return entry, strings.TrimSuffix(name, path.Ext(name)) == "Packages" && slices.Contains(unpack.Suffixes, path.Ext(name))
}

func byHash(release *Release, folder, sum string) (string, bool) {
	for _, suffix := range unpack.Suffixes {
		entry := folder + "/Packages" + suffix
		if d, ok := release.Files[entry]; ok && d.SHA256 == sum {
			return entry, true
		}
	}
	return "", false
}

// hashed digests what is read through it.
type hashed struct {
	r io.Reader
	h hash.Hash
	n int64
}

func newHashed(r io.Reader) *hashed { return &hashed{r: r, h: sha256.New()} }

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.h.Write(p[:n])
	h.n += int64(n)
	return n, err
}

func (h *hashed) digest() Digest {
	return Digest{Size: h.n, SHA256: hex.EncodeToString(h.h.Sum(nil))}
}

// withContext ends reading with ctx.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (c withContext) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// describe gives errors of the packages below this one's names.
func describe(err error) error {
	switch {
	case errors.Is(err, unpack.ErrTooLarge), errors.Is(err, deb822.ErrTooLarge):
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	case errors.Is(err, unpack.ErrCorrupt), errors.Is(err, deb822.ErrMalformed):
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return err
}
