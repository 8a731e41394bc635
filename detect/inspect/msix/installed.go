package msix

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Names of the parts of an installed package, in its folder, and the most that
// is read of each.
var InstalledParts = []struct {
	Name string
	Most int64
}{{manifestName, maxManifest}, {blockMapName, maxBlockMap}, {signatureName, maxSignature}, {catalogName, maxBlockMap}}

// Installed is a package that was unpacked into a folder. What its signature says
// of the package file itself (PartContents, PartDirectory, PartContentTypes)
// cannot be checked any more; its files can, against the signed block map.
type Installed struct {
	Identity
	Signature []byte // DER; nil where there is none
	parts     map[string][]byte
	blocks    parsedMap
}

// ReadInstalled reads the parts of an installed package, by the names of
// InstalledParts. Without a manifest or a block map it is ErrDamaged.
func ReadInstalled(parts map[string][]byte) (in *Installed, err error) {
	defer func() {
		if stopped := recover(); stopped != nil {
			in, err = nil, fmt.Errorf("%w: the reader stopped: %v", ErrDamaged, stopped)
		}
	}()
	in = &Installed{parts: parts}
	if in.Identity, err = readIdentity(parts[manifestName]); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if in.blocks, err = parseBlockMap(parts[blockMapName]); err != nil {
		return nil, err
	}
	if raw := parts[signatureName]; raw != nil {
		in.Signature = []byte{} // there is one that cannot be read
		if len(raw) > 4 && string(raw[:4]) == "PKCX" {
			in.Signature = raw[4:]
		}
	}
	return in, nil
}

// Digests takes the digests of the signed parts that are in the folder.
func (in *Installed) Digests(new func() hash.Hash) map[string][]byte {
	sums := map[string][]byte{}
	for part, name := range map[string]string{PartBlockMap: blockMapName, PartCatalog: catalogName} {
		if content := in.parts[name]; content != nil {
			h := new()
			h.Write(content)
			sums[part] = h.Sum(nil)
		}
	}
	return sums
}

// Listed are the files of the block map, slash-separated, in order. A name that
// leads out of the folder is left out; Lists knows it all the same.
func (in *Installed) Listed() []string {
	var names []string
	for _, f := range in.blocks.files {
		if name := strings.ReplaceAll(f.name, `\`, "/"); fs.ValidPath(name) && !strings.Contains(name, ":") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Lists is true for a file of the block map, and for those that are beside it in
// every package. The manifest has to be in it.
func (in *Installed) Lists(name string) bool {
	if _, ok := in.blocks.files[strings.ToLower(strings.ReplaceAll(name, "/", `\`))]; ok {
		return true
	}
	return strings.EqualFold(name, blockMapName) || strings.EqualFold(name, signatureName) || strings.EqualFold(name, catalogName)
}

// CheckFile compares a listed file with its blocks; budget bounds the bytes read.
func (in *Installed) CheckFile(ctx context.Context, name string, r io.ReaderAt, size int64, budget *int64) error {
	listed, ok := in.blocks.files[strings.ToLower(strings.ReplaceAll(name, "/", `\`))]
	switch {
	case !ok:
		return ErrUnlisted
	case size < 0 || uint64(size) != listed.size:
		return fmt.Errorf("%w: %d bytes", ErrMismatch, size)
	}
	return checkBlocks(ctx, io.NewSectionReader(r, 0, size), in.blocks.hash, listed, within(budget))
}

// within takes from a number of bytes until there are too few.
func within(budget *int64) func(int64) error {
	return func(n int64) error {
		if *budget -= n; *budget < 0 {
			return errBudget
		}
		return nil
	}
}

var errBudget = errors.New("the bytes that may be read are used up")
