package msix

import (
	"errors"
	"fmt"
	"hash"
)

// Parts of a package that are signed, by the four letters that name them in the
// signature.
const (
	PartContents     = "AXPC" // all bytes in front of the signature
	PartDirectory    = "AXCD" // the zip directory without the signature
	PartContentTypes = "AXCT"
	PartBlockMap     = "AXBM"
	PartCatalog      = "AXCI" // only where the package has one
)

var errNotLast = errors.New("the signature is not the last file of the package")

// Unsigned is where the bytes in front of the signature end, which are
// PartContents. It is an error where the signature is not the last file: then
// nothing that can be checked was signed.
func (p *Package) Unsigned() (int64, error) {
	n := len(p.directory.records)
	last := p.directory.records[n-1]
	if last.name != signatureName {
		return 0, fmt.Errorf("%w: %w", ErrDamaged, errNotLast)
	}
	for _, e := range p.directory.records[:n-1] {
		if e.offset < 0 || e.offset >= last.offset {
			return 0, fmt.Errorf("%w: %w", ErrDamaged, errNotLast)
		}
	}
	if last.offset > p.directory.at {
		return 0, fmt.Errorf("%w: the signature lies behind the directory", ErrDamaged)
	}
	return last.offset, nil
}

// Digests takes the digests of all signed parts but PartContents, by their
// letters. New makes the hash.
func (p *Package) Digests(new func() hash.Hash) (map[string][]byte, error) {
	if _, err := p.Unsigned(); err != nil {
		return nil, err
	}
	h := new()
	h.Write(p.directory.without(p.directory.records[len(p.directory.records)-1]))
	sums := map[string][]byte{PartDirectory: h.Sum(nil)}
	for part, name := range map[string]string{PartContentTypes: contentTypesName, PartBlockMap: blockMapName, PartCatalog: catalogName} {
		content, err := p.member(name, maxBlockMap)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if content == nil {
			continue
		}
		h := new()
		h.Write(content)
		sums[part] = h.Sum(nil)
	}
	return sums, nil
}
