package authenticode

import (
	"bytes"
	"context"
	"errors"

	"github.com/chatvet/chatvet/detect/inspect/msi"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/cms"
)

// Installer checks the signatures of a Windows Installer package. The digest is
// taken here, over the streams in an order of their own. Complete is false where
// the file could not be read to its end.
func Installer(ctx context.Context, f *msi.File, scope string, complete bool, p cms.Policy) []inventory.Signature {
	if f.Signature == nil {
		return []inventory.Signature{Unsigned(scope)}
	}
	var all []inventory.Signature
	taken := map[string]installerDigest{}
	for _, s := range Read(f.Signature, p) {
		if complete {
			settleInstaller(ctx, f, s, taken)
		} else {
			s.unverified()
		}
		all = append(all, s.Describe(Format, scope))
	}
	return all
}

// installerDigest is one digest of a package, which several signatures may share.
type installerDigest struct {
	sum, directory []byte
	err            error
}

func settleInstaller(ctx context.Context, f *msi.File, s *Signed, taken map[string]installerDigest) {
	if s.Digest.Hash == 0 {
		return
	}
	if !s.about(oidSIPInfo) {
		s.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
		return
	}
	d, ok := taken[s.Digest.Hash.String()]
	if !ok {
		d.sum, d.directory, d.err = f.Digest(ctx, s.Digest.Hash.New)
		taken[s.Digest.Hash.String()] = d
	}
	switch appended, err := f.Appended(); {
	case err != nil:
		s.unverified()
		return
	case appended:
		s.spoil(inventory.Broken, inventory.ProblemAppendedData)
	}
	switch {
	case errors.Is(d.err, msi.ErrDamaged):
		s.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
	case d.err != nil:
		s.unverified()
	case !bytes.Equal(d.sum, s.Digest.Sum) && f.Extended != nil && !bytes.Equal(d.directory, f.Extended):
		s.spoil(inventory.Broken, inventory.ProblemMetadataMismatch)
	case !bytes.Equal(d.sum, s.Digest.Sum), f.Extended != nil && !bytes.Equal(d.directory, f.Extended):
		s.spoil(inventory.Broken, inventory.ProblemDigestMismatch)
	}
}
