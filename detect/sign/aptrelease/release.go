package aptrelease

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/deb/deb822"
)

// Release is a release file whose signature was verified.
type Release struct {
	Distribution string // "debian-12"; empty for one that is not known
	Origin       string
	Label        string
	Suite        string
	Codename     string
	Date         string // as it is written
	Signers      []Signer
	SHA256       string // of the whole file, signature and all
	// Files are the index files of the release, by name ("main/binary-amd64/Packages").
	Files map[string]Digest
}

const mostFiles = 100_000

// VerifyInRelease verifies an InRelease file and reads what it signs. It
// returns an error wrapping ErrNotSigned, ErrBadSignature, ErrKeyNotValid,
// ErrWeakDigest, ErrMalformed or ErrTooLarge.
func VerifyInRelease(keys *Keyring, inRelease []byte) (*Release, error) {
	m, err := splitMessage(inRelease)
	if err != nil {
		return nil, fmt.Errorf("reading release file: %w", err)
	}
	signers, err := m.verify(keys)
	if err != nil {
		return nil, fmt.Errorf("verifying release file: %w", err)
	}
	r, err := parseRelease(m.text)
	if err != nil {
		return nil, fmt.Errorf("reading release file: %w", err)
	}
	sum := sha256.Sum256(inRelease)
	r.SHA256, r.Signers = hex.EncodeToString(sum[:]), signers
	return r, nil
}

func parseRelease(text []byte) (*Release, error) {
	paragraphs := deb822.NewReader(bytes.NewReader(text), longestRelease)
	first, err := paragraphs.Next()
	if err != nil {
		return nil, fmt.Errorf("%w: no fields", ErrMalformed)
	}
	f, err := deb822.Parse(first)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if _, err := paragraphs.Next(); err != io.EOF {
		return nil, fmt.Errorf("%w: more than one paragraph", ErrMalformed)
	}
	r := &Release{
		Origin: f.Get("Origin"), Label: f.Get("Label"), Suite: f.Get("Suite"),
		Codename: f.Get("Codename"), Date: f.Get("Date"),
	}
	r.Distribution = distribution(r.Origin, r.Codename)
	table := f.Get("SHA256")
	if table == "" {
		return nil, fmt.Errorf("%w: no SHA256 table", ErrWeakDigest)
	}
	r.Files, err = parseTable(table)
	return r, err
}

// parseTable reads lines of digest, size and name.
func parseTable(table string) (map[string]Digest, error) {
	files := map[string]Digest{}
	for line := range strings.SplitSeq(table, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		d, err := parseEntry(words)
		if err != nil {
			return nil, err
		}
		if other, twice := files[words[2]]; twice && other != d {
			return nil, fmt.Errorf("%w: %q is listed with two digests", ErrMalformed, words[2])
		}
		if files[words[2]] = d; len(files) > mostFiles {
			return nil, fmt.Errorf("%w: more than %d index files", ErrTooLarge, mostFiles)
		}
	}
	return files, nil
}

func parseEntry(words []string) (Digest, error) {
	if len(words) != 3 {
		return Digest{}, fmt.Errorf("%w: a line of the SHA256 table", ErrMalformed)
	}
	return parseDigest(words[1], words[0])
}

func parseDigest(size, sum string) (Digest, error) {
	raw, hexErr := hex.DecodeString(sum)
	n, sizeErr := strconv.ParseInt(size, 10, 64)
	if hexErr != nil || sizeErr != nil || len(raw) != sha256.Size || n < 0 {
		return Digest{}, errors.Join(fmt.Errorf("%w: a digest or size", ErrMalformed), sizeErr)
	}
	return Digest{Size: n, SHA256: hex.EncodeToString(raw)}, nil
}

var debianVersions = map[string]string{"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"}

// distribution names the distribution that a signed release belongs to:
// "debian-12" for bookworm, its updates, security fixes and backports;
// "debian-sid" for a codename that is none of the releases whose keys we have.
func distribution(origin, codename string) string {
	if origin != "Debian" && origin != "Debian Backports" || codename == "" {
		return ""
	}
	name, _, _ := strings.Cut(codename, "/") // "buster/updates"
	for _, suffix := range []string{"-security", "-proposed-updates", "-updates", "-backports-sloppy", "-backports"} {
		name = strings.TrimSuffix(name, suffix)
	}
	if v, ok := debianVersions[name]; ok {
		name = v
	}
	return "debian-" + name
}
