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
// block. Take is asked before each block is unpacked, with its size; where it
// refuses, the comparison ends with ErrTooMuch.
func (p *Package) CheckBlocks(ctx context.Context, take func(int64) error) (err error) {
	defer func() {
		if stopped := recover(); stopped != nil {
			err = fmt.Errorf("%w: the reader stopped: %v", ErrDamaged, stopped)
		}
	}()
	raw, err := p.member(blockMapName, maxBlockMap)
	if err != nil {
		return fmt.Errorf("block map: %w", err)
	}
	m, err := parseBlockMap(raw)
	if err != nil {
		return err
	}
	for _, f := range p.zip.File {
		if p.besideTheMap(f.Name) {
			continue
		}
		name := mapName(f.Name)
		listed, ok := m.files[name]
		if !ok {
			return fmt.Errorf("%w: %.200q", ErrUnlisted, f.Name)
		}
		delete(m.files, name) // a second member of the name is unlisted
		if err := checkMember(ctx, f, m.hash, listed, take); err != nil {
			return err
		}
	}
	for name := range m.files {
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

func checkMember(ctx context.Context, f *zip.File, hash crypto.Hash, listed listedFile, take func(int64) error) error {
	if f.UncompressedSize64 != listed.size {
		return fmt.Errorf("%w: %.200q: %d bytes", ErrMismatch, f.Name, f.UncompressedSize64)
	}
	body, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer body.Close()
	if err := checkBlocks(ctx, body, hash, listed, take); err != nil {
		return fmt.Errorf("%.200q: %w", f.Name, err)
	}
	return nil
}

// checkBlocks compares as many bytes as are listed with their blocks.
func checkBlocks(ctx context.Context, body io.Reader, hash crypto.Hash, listed listedFile, take func(int64) error) error {
	blocks, left := listed.blocks, listed.size
	if uint64(len(blocks)) != left/blockSize+min(1, left%blockSize) {
		return fmt.Errorf("%w: %d bytes in %d blocks", ErrMismatch, left, len(blocks))
	}
	buf := make([]byte, min(left, blockSize))
	for ; left > 0; blocks = blocks[1:] {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(left, blockSize)
		if err := take(int64(n)); err != nil {
			return fmt.Errorf("%w: %w", ErrTooMuch, err)
		}
		if _, err := io.ReadFull(body, buf[:n]); err != nil {
			return fmt.Errorf("%w: %w", ErrMismatch, err)
		}
		h := hash.New()
		h.Write(buf[:n])
		if base64.StdEncoding.EncodeToString(h.Sum(nil)) != blocks[0] {
			return ErrMismatch
		}
		left -= n
	}
	return nil
}

// listedFile is what a block map says of one file.
type listedFile struct {
	name   string
	size   uint64
	blocks []string
}

// parsedMap is a block map by the names of its files in lower case.
type parsedMap struct {
	hash  crypto.Hash
	files map[string]listedFile
}

func parseBlockMap(raw []byte) (parsedMap, error) {
	var m blockMap
	if err := xml.Unmarshal(raw, &m); err != nil {
		return parsedMap{}, fmt.Errorf("%w: block map: %w", ErrDamaged, err)
	}
	hash, ok := blockHashes[m.HashMethod]
	if !ok {
		return parsedMap{}, fmt.Errorf("%w: %w: %.80q", ErrDamaged, errUnknownDigests, m.HashMethod)
	}
	out := parsedMap{hash, map[string]listedFile{}}
	for _, f := range m.File {
		name := strings.ToLower(f.Name)
		if _, twice := out.files[name]; twice {
			return parsedMap{}, fmt.Errorf("%w: %q is listed twice", ErrMismatch, f.Name)
		}
		listed := listedFile{name: f.Name, size: f.Size}
		for _, b := range f.Block {
			listed.blocks = append(listed.blocks, b.Hash)
		}
		out.files[name] = listed
	}
	return out, nil
}
