package msix

import (
	"archive/zip"
	"context"
	"crypto"
	_ "crypto/sha512" // digests of a block map
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

const blockSize = 64 << 10

// What can be wrong between a package and its block map.
var (
	ErrMismatch       = errors.New("a file is not as the block map lists it")
	ErrUnlisted       = errors.New("a file is not in the block map")
	ErrTooMuch        = errors.New("unpacks to more than is looked at")
	errUnknownDigests = errors.New("the block map has digests of an unknown kind")
)

// blockMap is AppxBlockMap.xml.
type blockMap struct {
	HashMethod string `xml:",attr"`
	File       []struct {
		Name  string `xml:",attr"`
		Size  uint64 `xml:",attr"`
		Block []struct {
			Hash string `xml:",attr"`
		}
	}
}

var blockHashes = map[string]crypto.Hash{
	"http://www.w3.org/2001/04/xmlenc#sha256":       crypto.SHA256,
	"http://www.w3.org/2001/04/xmldsig-more#sha384": crypto.SHA384,
	"http://www.w3.org/2001/04/xmlenc#sha512":       crypto.SHA512,
}

// CheckBlocks unpacks every file and compares it with the block map, block by
// block. At most budget bytes are unpacked.
func (p *Package) CheckBlocks(ctx context.Context, budget int64) (err error) {
	defer func() {
		if stopped := recover(); stopped != nil {
			err = fmt.Errorf("%w: the reader stopped: %v", ErrDamaged, stopped)
		}
	}()
	raw, err := p.member(blockMapName, maxBlockMap)
	if err != nil {
		return fmt.Errorf("block map: %w", err)
	}
	var m blockMap
	if err := xml.Unmarshal(raw, &m); err != nil {
		return fmt.Errorf("%w: block map: %w", ErrDamaged, err)
	}
	hash, ok := blockHashes[m.HashMethod]
	if !ok {
		return fmt.Errorf("%w: %w: %.80q", ErrDamaged, errUnknownDigests, m.HashMethod)
	}
	listed := map[string][]string{}
	sizes := map[string]uint64{}
	for _, f := range m.File {
		name := strings.ToLower(f.Name)
		if _, twice := sizes[name]; twice {
			return fmt.Errorf("%w: %q is listed twice", ErrMismatch, f.Name)
		}
		sizes[name] = f.Size
		for _, b := range f.Block {
			listed[name] = append(listed[name], b.Hash)
		}
	}
	for _, f := range p.zip.File {
		if p.besideTheMap(f.Name) {
			continue
		}
		name := mapName(f.Name)
		size, ok := sizes[name]
		if !ok {
			return fmt.Errorf("%w: %.200q", ErrUnlisted, f.Name)
		}
		delete(sizes, name) // a second member of the name is unlisted
		if err := checkBlocks(ctx, f, hash, size, listed[name], &budget); err != nil {
			return err
		}
	}
	for name := range sizes {
		return fmt.Errorf("%w: %.200q is missing", ErrMismatch, name)
	}
	return nil
}

// besideTheMap is true for the files that a block map does not list. A bundle's
// packages have maps of their own.
func (p *Package) besideTheMap(name string) bool {
	switch name {
	case blockMapName, contentTypesName, catalogName, signatureName:
		return true
	}
	ext := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	return p.Bundle && (ext == "appx" || ext == "msix")
}

// mapName is how a block map writes the name of a member.
func mapName(name string) string {
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return strings.ToLower(strings.ReplaceAll(name, "/", `\`))
}

func checkBlocks(ctx context.Context, f *zip.File, hash crypto.Hash, size uint64, blocks []string, budget *int64) error {
	if f.UncompressedSize64 != size || uint64(len(blocks)) != (size+blockSize-1)/blockSize {
		return fmt.Errorf("%w: %.200q: %d bytes in %d blocks", ErrMismatch, f.Name, f.UncompressedSize64, len(blocks))
	}
	body, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer body.Close()
	buf := make([]byte, min(size, blockSize))
	for left := size; left > 0; blocks = blocks[1:] {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(left, blockSize)
		if *budget -= int64(n); *budget < 0 {
			return ErrTooMuch
		}
		if _, err := io.ReadFull(body, buf[:n]); err != nil {
			return fmt.Errorf("%w: %.200q: %w", ErrMismatch, f.Name, err)
		}
		h := hash.New()
		h.Write(buf[:n])
		if base64.StdEncoding.EncodeToString(h.Sum(nil)) != blocks[0] {
			return fmt.Errorf("%w: %.200q", ErrMismatch, f.Name)
		}
		left -= n
	}
	return nil
}
