package detect

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/ostree"
	"github.com/chatvet/chatvet/platform"
)

// maxObject bounds an object of a repository that is read as a whole.
const maxObject = 16 << 20

// followFlatpak goes from the signature on a commit to the checksums of the files
// that were deployed from it.
func (b *builder) followFlatpak(ctx context.Context, rec *platform.Record) (proof, error) {
	fetch := func(name string) ([]byte, error) { return b.whole(rec.Repository+"/objects/"+name, maxObject) }
	proved, err := ostree.Verify(ctx, rec.Commit, fetch, b.keys(rec))
	if errors.Is(err, ostree.ErrUnsigned) && (errors.Is(err, fs.ErrNotExist) || !errors.Is(err, fs.ErrPermission)) {
		return proof{}, errNothingSigned
	}
	if err != nil {
		return proof{}, err
	}
	real := map[string]string{}
	for _, f := range b.found.Files {
		real[platform.Display(f.Path)] = f.Path
	}
	p := proof{
		format: flatpakSignature, signers: proved.Signers,
		differs: func(f inventory.File) (bool, string, error) {
			name := real[f.Path]
			signed := proved.Files[strings.TrimPrefix(name, rec.Deployed+"/")]
			sum, err := b.ostreeSum(name)
			return sum != signed, signed, err
		},
	}
	p.vouched()
	return p, nil
}

// ostreeSum is the checksum by which a commit knows a file.
func (b *builder) ostreeSum(name string) (string, error) {
	file, info, err := b.open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := ostree.NewFileHash(uint32(info.Mode().Perm()))
	if _, err := io.Copy(h, io.NewSectionReader(file, 0, info.Size())); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
