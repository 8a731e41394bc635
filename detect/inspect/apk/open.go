package apk

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// Open returns what an entry unpacks to. Like Android it takes every method but
// that for stored files for deflate, and does not mind the mark of encryption,
// which nothing of Android understands.
func (f *File) Open(e Entry) (io.Reader, error) {
	local, err := f.at(e.offset, localSize)
	if err != nil {
		return nil, fmt.Errorf("reading the header of %q: %w", e.Name, err)
	}
	if string(local[:4]) != "PK\x03\x04" {
		return nil, fmt.Errorf("%w: no header for %q", ErrNotZip, e.Name)
	}
	from := e.offset + localSize + int64(binary.LittleEndian.Uint16(local[26:])) + int64(binary.LittleEndian.Uint16(local[28:]))
	if e.Method == Stored {
		return io.NewSectionReader(f.r, from, max(0, min(e.Size, f.DirectoryOffset-from))), nil
	}
	packed := io.NewSectionReader(f.r, from, max(0, min(e.CompressedSize, f.DirectoryOffset-from)))
	return io.LimitReader(flate.NewReader(packed), e.Size), nil
}

// ReadFile unpacks an entry by name, up to a limit in bytes. Ok is false where
// there is none.
func (f *File) ReadFile(name string, limit int64) (b []byte, ok bool, err error) {
	i, ok := f.byName[name]
	if !ok {
		return nil, false, nil
	}
	r, err := f.Open(f.Entries[i])
	if err != nil {
		return nil, true, err
	}
	b, err = io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%q is %w: more than %d bytes", name, ErrTooLarge, limit)
	}
	if err != nil {
		return nil, true, fmt.Errorf("unpacking %q: %w", name, err)
	}
	return b, true, nil
}

// PlainManifest is true where the manifest is written as text, as it is before a
// package is built.
func (f *File) PlainManifest() bool {
	i, ok := f.byName[ManifestName]
	if !ok {
		return false
	}
	r, err := f.Open(f.Entries[i])
	if err != nil {
		return false
	}
	head := make([]byte, 16)
	n, _ := io.ReadFull(r, head)
	text := bytes.TrimLeft(bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(text, []byte("<"))
}

// Program is true for the files with the package's own program.
func (e Entry) Program() bool {
	name, ok := strings.CutSuffix(e.Name, ".dex")
	number, classes := strings.CutPrefix(name, "classes")
	return ok && classes && strings.Trim(number, "0123456789") == ""
}
