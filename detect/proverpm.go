package detect

import (
	"context"
	"errors"

	"github.com/chatvet/chatvet/detect/inspect/rpmheader"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/pgp"
	"github.com/chatvet/chatvet/detect/sign/rpm"
	"github.com/chatvet/chatvet/platform"
	"github.com/chatvet/chatvet/signatures"
)

// followRPM goes from the signature on the header in rpm's database to the digests
// of the files in it.
func (b *builder) followRPM(_ context.Context, rec *platform.Record) (proof, error) {
	h, err := rpmheader.Parse(rec.Header)
	if err != nil {
		return proof{}, err
	}
	keys, err := pgp.Distributions()
	if err != nil {
		return proof{}, err
	}
	keys.Join(b.keys(rec))
	proved, err := rpm.Verify(h, h.Signatures(), keys)
	if errors.Is(err, rpm.ErrUnsigned) {
		return proof{}, errNothingSigned
	}
	if err != nil {
		return proof{}, err
	}
	files := map[string]string{}
	for name, sum := range proved.Files {
		files[platform.Display(name)] = sum
	}
	p := proof{
		format: rpmSignature, signers: proved.Signers,
		other: proved.Name != factValue(b.found.Facts, signatures.RPMPackage) || platform.Display(proved.Version) != b.found.Version,
		differs: func(f inventory.File) (bool, string, error) {
			return files[f.Path] != f.SHA256, files[f.Path], nil
		},
	}
	p.vouched()
	return p, nil
}
