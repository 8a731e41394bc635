package detect

import (
	"errors"
	"io"
	"path"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/aptrelease"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// maxRelease bounds a signed release file; Debian's own are below 1 MB.
const maxRelease = 16 << 20

// prove follows the distribution's signed chain to the package's files, where
// the package manager kept what that needs and the list does not know this
// version's digests itself. What comes out is a signature on the build: intact
// where every program is the one that the chain leads to.
func (b *builder) prove() {
	rec := b.found.Record
	if rec == nil || rec.Archive == "" || len(rec.Releases) == 0 || b.listed() || b.ctx.Err() != nil {
		return
	}
	proof, err := b.follow(rec)
	if err != nil {
		b.gaps = append(b.gaps, inventory.Gap{
			Where: platform.Display(rec.Archive), What: "whether " + b.out.Product + " is as its distribution built it", Kind: "not-proved", Reason: reasonOf(err),
		})
		return
	}
	sig := inventory.Signature{
		Format: "apt-release", Scope: b.out.Path, By: "chatvet",
		Integrity: inventory.Intact, Trust: inventory.Trusted, Time: inventory.TimeValid,
	}
	for _, s := range proof.Signers {
		sig.Signers = append(sig.Signers, inventory.Signer{Subject: s.Name, Organization: proof.Origin, Fingerprint: s.Fingerprint})
	}
	if problem := b.unlike(proof); problem != "" {
		sig.Integrity, sig.Problems = inventory.Broken, []string{problem}
	}
	b.out.Signatures = append(b.out.Signatures, sig)
}

// listed is true where the list itself holds the digests of this version.
func (b *builder) listed() bool {
	for _, f := range b.found.Facts {
		if f.Kind != signatures.DebPackage {
			continue
		}
		for _, ref := range b.list.Match(f) {
			if ref.Client == nil {
				continue
			}
			for _, pin := range ref.Client.Pins {
				if len(pin.Programs) > 0 && pin.Version == b.found.Version && pin.Arch == b.found.Arch {
					return true
				}
			}
		}
	}
	return false
}

// unlike names what sets the installed programs apart from the proved ones;
// empty where nothing does.
func (b *builder) unlike(proof aptrelease.Proof) string {
	if proof.Package != factValue(b.found.Facts, signatures.DebPackage) || proof.Version != b.found.Version {
		return "proved-another-version"
	}
	proved := map[string]string{}
	for name, sum := range proof.Files {
		proved[platform.Display(name)] = sum
	}
	programs := 0
	for _, f := range b.out.Files {
		if f.SHA256 == "" {
			continue
		}
		if proved[f.Path] != f.SHA256 {
			return "differs-from-signed-package"
		}
		programs++
	}
	if programs == 0 {
		return "no-program-compared"
	}
	return ""
}

func factValue(facts []signatures.Fact, k signatures.Kind) string {
	for _, f := range facts {
		if f.Kind == k {
			return f.Value
		}
	}
	return ""
}

// follow hands the files of the record to the chain.
func (b *builder) follow(rec *platform.Record) (aptrelease.Proof, error) {
	archive, info, err := b.open(rec.Archive)
	if err != nil {
		return aptrelease.Proof{}, err
	}
	defer archive.Close()
	e := aptrelease.Evidence{Archive: archive, Size: info.Size()}
	for _, name := range rec.Releases {
		data, err := b.whole(name, maxRelease)
		if err != nil {
			return aptrelease.Proof{}, err
		}
		e.Releases = append(e.Releases, aptrelease.ReleaseFile{Name: path.Base(name), Data: data})
	}
	for _, name := range rec.Indexes {
		file, info, err := b.open(name)
		if err != nil {
			return aptrelease.Proof{}, err
		}
		defer file.Close()
		e.Indexes = append(e.Indexes, aptrelease.IndexFile{Name: path.Base(name), ReaderAt: file, Size: info.Size()})
	}
	return aptrelease.Prove(b.ctx, e)
}

func (b *builder) whole(name string, limit int64) ([]byte, error) {
	file, info, err := b.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info.Size() > limit {
		return nil, errors.New("the release file is larger than any real one")
	}
	return io.ReadAll(io.NewSectionReader(file, 0, info.Size()))
}
