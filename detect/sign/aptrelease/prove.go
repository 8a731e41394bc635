package aptrelease

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"

	"github.com/chatvet/chatvet/detect/inspect/deb"
)

// Evidence is what a proof is made from.
type Evidence struct {
	Releases []ReleaseFile
	Indexes  []IndexFile
	Archive  io.ReaderAt // the .deb
	Size     int64       // of it, in bytes
	Keys     *Keyring    // nil: Debian's
	// Others are keys that the system itself has, as for a maker's own
	// repository. What they signed is proved to be theirs and nobody else's,
	// whatever it calls itself; Proof.Known is false then.
	Others *Keyring
	Limits deb.Limits // zero: deb.DefaultLimits
}

// Proof is what the signed chain says about one package. Every field but
// Problems is covered by the signature.
type Proof struct {
	Distribution string // "debian-12"; empty where Known is false
	// Known is true where one of Evidence.Keys signed.
	Known    bool
	Origin   string
	Suite    string
	Codename string
	Date     string
	Signers  []Signer
	Release  string // SHA-256 of the release file
	Package  string
	Version  string
	Arch     string
	Archive  Digest
	// Files are the SHA-256 digests, in lower-case hex, of the package's regular
	// files by path without a leading slash. A hard link has its target's.
	Files map[string]string
	// Modes are the permissions of these files.
	Modes map[string]uint32
	// Problems are the release files and indexes that could not be used, though
	// the proof stands without them.
	Problems []Problem
}

// Problem is a part of the evidence that proves nothing.
type Problem struct {
	Name string // the file
	Err  error
}

// Prove follows the chain from a signed release file to the files of a package.
// It returns an error that says which link is missing or broken, wrapping one
// of this package's, of package deb's, or what a reader returned; then the Proof
// holds nothing but Problems.
func Prove(ctx context.Context, e Evidence) (Proof, error) {
	if e.Limits == (deb.Limits{}) {
		e.Limits = deb.DefaultLimits
	}
	releases, problems, err := verifyAll(e.Keys, e.Others, e.Releases)
	if err != nil {
		return Proof{Problems: problems}, err
	}
	archive, have, err := seal(ctx, e.Archive, e.Size)
	if err != nil {
		return Proof{Problems: problems}, fmt.Errorf("reading package: %w", err)
	}
	pkg, err := deb.Read(archive, e.Size, e.Limits)
	if err != nil {
		return Proof{Problems: problems}, err
	}
	c := pkg.Control
	found, more, err := findAll(ctx, releases, e.Indexes, []Want{{Package: c.Package, Version: c.Version, Arch: c.Architecture}})
	problems = append(problems, more...)
	if err != nil {
		return Proof{Problems: problems}, err
	}
	listed, err := choose(found, c, have, problems)
	if err != nil {
		return Proof{Problems: problems}, err
	}
	proof := newProof(listed, problems)
	if err := proof.digestFiles(ctx, pkg); err != nil {
		return Proof{Problems: problems}, err
	}
	return proof, nil
}

// FindAll looks for packages in every index that one of the releases lists.
// Release files and indexes that cannot be used are problems; an error is
// returned when no release file can be used, or ctx ended. keys may be nil for
// Debian's.
func FindAll(ctx context.Context, keys *Keyring, releases []ReleaseFile, indexes []IndexFile, wants []Want) ([]Listed, []Problem, error) {
	verified, problems, err := verifyAll(keys, nil, releases)
	if err != nil {
		return nil, problems, err
	}
	found, more, err := findAll(ctx, verified, indexes, wants)
	return found, append(problems, more...), err
}

// named is a verified release with the name of its file.
type named struct {
	*Release
	name string
}

func verifyAll(keys, others *Keyring, files []ReleaseFile) (good []named, problems []Problem, err error) {
	if keys == nil {
		if keys, err = Debian(); err != nil {
			return nil, nil, err
		}
	}
	var errs []error
	for _, f := range files {
		r, err := verifyKnown(keys, f.Data)
		if err != nil && others != nil {
			if theirs, theirErr := VerifyInRelease(others, f.Data); theirErr == nil {
				r, err = theirs, nil
				r.Distribution = "" // by whose key is it said?
			}
		}
		if err != nil {
			problems = append(problems, Problem{f.Name, err})
			errs = append(errs, fmt.Errorf("%s: %w", path.Base(f.Name), err))
			continue
		}
		good = append(good, named{r, f.Name})
	}
	if len(good) == 0 {
		return nil, problems, errors.Join(append([]error{ErrNoRelease}, errs...)...)
	}
	return good, problems, nil
}

// verifyKnown wants a release of a known distribution.
func verifyKnown(keys *Keyring, data []byte) (*Release, error) {
	r, err := VerifyInRelease(keys, data)
	if err == nil && r.Distribution == "" {
		err = fmt.Errorf("%w: origin %q, codename %q", ErrNotDistribution, r.Origin, r.Codename)
	}
	return r, err
}

func findAll(ctx context.Context, releases []named, indexes []IndexFile, wants []Want) (found []Listed, problems []Problem, err error) {
	for _, file := range indexes {
		for _, r := range releases {
			entry, ok := EntryName(r.Release, r.name, file.Name)
			if !ok {
				continue
			}
			l, err := Find(ctx, r.Release, entry, file, wants)
			if ctx.Err() != nil {
				return nil, problems, ctx.Err()
			}
			if err != nil {
				problems = append(problems, Problem{file.Name, err})
			}
			found = append(found, l...)
		}
	}
	return found, problems, nil
}

// choose returns the entry that the archive's digest fits.
func choose(found []Listed, c deb.Control, have Digest, problems []Problem) (Listed, error) {
	var fitting []Listed
	for _, l := range found {
		if l.Archive == have {
			fitting = append(fitting, l)
		}
	}
	// The same package can be in a distribution and in somebody's mirror of it.
	if i := slices.IndexFunc(fitting, func(l Listed) bool { return l.Release.Distribution != "" }); i >= 0 {
		return fitting[i], nil
	}
	if len(fitting) > 0 {
		return fitting[0], nil
	}
	if len(found) > 0 {
		return Listed{}, fmt.Errorf("verifying package: %w", &MismatchError{
			Name: c.Package + " " + c.Version, Want: found[0].Archive, Have: have})
	}
	errs := []error{fmt.Errorf("finding %s %s (%s): %w", c.Package, c.Version, c.Architecture, ErrNotInIndex)}
	for _, p := range problems {
		errs = append(errs, fmt.Errorf("%s: %w", path.Base(p.Name), p.Err))
	}
	return Listed{}, errors.Join(errs...)
}

func newProof(l Listed, problems []Problem) Proof {
	return Proof{
		Distribution: l.Release.Distribution, Known: l.Release.Distribution != "", Origin: l.Release.Origin, Suite: l.Release.Suite,
		Codename: l.Release.Codename, Date: l.Release.Date, Signers: l.Release.Signers, Release: l.Release.SHA256,
		Package: l.Package, Version: l.Version, Arch: l.Arch, Archive: l.Archive,
		Files: map[string]string{}, Modes: map[string]uint32{}, Problems: problems,
	}
}

func (p *Proof) digestFiles(ctx context.Context, pkg *deb.Package) error {
	return pkg.Walk(ctx, func(m deb.Member, r io.Reader) error {
		switch {
		case m.HardLink:
			sum, ok := p.Files[m.Link]
			if !ok {
				return fmt.Errorf("%w: hard link %q to what is not there", ErrMalformed, m.Name)
			}
			p.Files[m.Name], p.Modes[m.Name] = sum, p.Modes[m.Link]
		case m.Regular():
			h := sha256.New()
			if _, err := io.Copy(h, r); err != nil {
				return fmt.Errorf("digesting %s: %w", m.Name, err)
			}
			p.Files[m.Name], p.Modes[m.Name] = hex.EncodeToString(h.Sum(nil)), uint32(m.Mode.Perm())
		default:
			// The last member of a name is the one that dpkg leaves on disk.
			delete(p.Files, m.Name)
			delete(p.Modes, m.Name)
		}
		return nil
	})
}
