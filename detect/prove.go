package detect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/pgp"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// Formats of signatures on whole packages; see inventory.Signature.
const (
	aptSignature     = "apt-release"
	rpmSignature     = "rpm-header"
	flatpakSignature = "ostree-commit"
)

// Problems of such signatures.
const (
	problemOtherVersion = "proved-another-version"
	problemDiffers      = "differs-from-signed-package"
	problemNotCompared  = "no-program-compared"
	problemNotInPackage = "not-in-signed-package"
	problemInvalid      = "signature-invalid"
	problemUnknownKey   = "unknown-package-key"
)

// maxRelease bounds a signed release file; Debian's own are below 1 MB.
const maxRelease = 16 << 20

// proof is what a signed chain says about a package.
type proof struct {
	format  string
	known   bool // the key is a distribution's that chatvet knows
	owner   string
	signers []pgp.Signer
	other   bool // it is about another package or version
	// differs says whether a program file of the build is another than the one
	// that the chain leads to, and which digest that one has; none where the
	// chain leads to no file of this name.
	differs func(inventory.File) (differs bool, signed string, err error)
}

// vouched notes whether one of the signers is a distributor that chatvet knows,
// and puts that one first.
func (p *proof) vouched() {
	for i, s := range p.signers {
		if owner, ok := pgp.Owner(s.Fingerprint); ok {
			p.known, p.owner = true, owner
			p.signers[0], p.signers[i] = p.signers[i], p.signers[0]
			return
		}
	}
}

// prove follows what the package manager kept, from a signature to the package's
// files. What comes out is a signature on the build: intact where every program
// is the one that the chain leads to.
func (b *builder) prove() {
	rec := b.found.Record
	if rec == nil || b.ctx.Err() != nil {
		return
	}
	var follow func(context.Context, *platform.Record) (proof, error)
	switch {
	case rec.Header != nil:
		follow = b.followRPM
	case rec.Commit != "":
		follow = b.followFlatpak
	case b.listed():
		return // the list has the digests of this version itself
	default:
		b.aptOrigin(rec)
		if rec.Archive == "" || len(rec.Releases) == 0 {
			return
		}
		follow = b.followAPT
	}
	p, err := follow(b.ctx, rec)
	var sig inventory.Signature
	if err == nil {
		sig, err = b.signatureOf(p)
	}
	switch {
	case b.ctx.Err() != nil || errors.Is(err, errNothingSigned):
		return
	case errors.Is(err, pgp.ErrBadSignature) && rec.Archive == "":
		sig = b.badSignature(rec)
	case err != nil:
		b.notProved(err)
		return
	}
	b.out.Signatures = append(b.out.Signatures, sig)
}

// errNothingSigned is returned where a package bears no signature at all, which
// is no gap: what cannot be proved is judged as such.
var errNothingSigned = errors.New("no signature")

// badSignature is what is told of a package that a key at hand is said to have
// signed, and did not. Apt's signatures are on lists and not on packages.
func (b *builder) badSignature(rec *platform.Record) inventory.Signature {
	format := flatpakSignature
	if rec.Header != nil {
		format = rpmSignature
	}
	return inventory.Signature{
		Format: format, Scope: b.out.Path, By: "chatvet",
		Integrity: inventory.Broken, Trust: inventory.TrustNotChecked, Time: inventory.TimeUnknown, Problems: []string{problemInvalid},
	}
}

func (b *builder) notProved(err error) {
	where := b.found.Path
	if rec := b.found.Record; rec.Archive != "" {
		where = rec.Archive
	}
	b.gaps = append(b.gaps, inventory.Gap{
		Where: platform.Display(where), What: "whether " + b.out.Product + " is as its distribution built it", Kind: "not-proved", Reason: reasonOf(err),
	})
}

// signatureOf compares the build with a proof.
func (b *builder) signatureOf(p proof) (inventory.Signature, error) {
	sig := inventory.Signature{
		Format: p.format, Scope: b.out.Path, By: "chatvet",
		Integrity: inventory.Intact, Trust: inventory.Trusted, Time: inventory.TimeValid,
	}
	for _, s := range p.signers {
		sig.Signers = append(sig.Signers, inventory.Signer{Subject: platform.Display(s.Name), Organization: platform.Display(p.owner), Fingerprint: s.Fingerprint})
	}
	problem, err := b.unlike(p)
	if err != nil {
		return sig, err
	}
	switch problem {
	case "":
	case problemNotInPackage:
		sig.Integrity, sig.Problems = inventory.IntegrityNotChecked, []string{problem}
	default:
		sig.Integrity, sig.Problems = inventory.Broken, []string{problem}
	}
	if !p.known {
		sig.Trust, sig.Problems = inventory.Untrusted, append(sig.Problems, problemUnknownKey)
	}
	return sig, nil
}

// unlike names what sets the installed programs apart from the proved ones;
// empty where nothing does.
func (b *builder) unlike(p proof) (string, error) {
	if p.other {
		return problemOtherVersion, nil
	}
	programs, problem := 0, ""
	for _, f := range b.out.Files {
		if f.SHA256 == "" {
			continue
		}
		differs, signed, err := p.differs(f)
		if err != nil {
			return "", fmt.Errorf("comparing %s: %w", f.Path, err)
		}
		switch {
		case !differs || f.State != "":
		case signed != "":
			b.differs(f.Path, signed)
			problem = problemDiffers
		case problem == "":
			// Diverted to another name, fetched at installation (flatpak's extra
			// data), or added: no record says which.
			problem = problemNotInPackage
		}
		programs++
	}
	if programs == 0 {
		return problemNotCompared, nil
	}
	return problem, nil
}

// differs notes a file that is not the signed one, unless the package's own record
// says so already.
func (b *builder) differs(place, signed string) {
	if !slices.ContainsFunc(b.out.Facts, func(f signatures.Fact) bool { return f.Kind == signatures.PackageDiffers && f.Place == place }) {
		b.fact(signatures.PackageDiffers, signed, place)
	}
}

func factValue(facts []signatures.Fact, k signatures.Kind) string {
	for _, f := range facts {
		if f.Kind == k {
			return f.Value
		}
	}
	return ""
}

// keys reads what keys the system has. A file of another kind among them is no
// gap: nothing rests on it.
func (b *builder) keys(rec *platform.Record) *pgp.Keyring {
	ring := &pgp.Keyring{}
	for _, name := range rec.Keys {
		if data, err := b.whole(name, maxKeyFile); err == nil {
			_ = ring.Add(data)
		}
	}
	for _, data := range rec.PublicKeys {
		_ = ring.Add(data)
	}
	return ring
}

const maxKeyFile = 1 << 20

var errTooLarge = errors.New("larger than any real one")

// whole reads a small file.
func (b *builder) whole(name string, limit int64) ([]byte, error) {
	file, info, err := b.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info.Size() > limit {
		return nil, errTooLarge
	}
	return io.ReadAll(io.NewSectionReader(file, 0, info.Size()))
}
