// Package appimage reads what stands around the contents of an AppImage: a Linux
// program that carries a file system behind itself. An io.ReaderAt goes in; the
// type, where the file system begins, and what the sections .upd_info, .sha256_sig
// and .sig_key hold come out.
//
// It follows the AppImage specification (AppImageSpec, draft: "type 1", "type 2",
// "Update information", "Digital signature") and the ELF section table (System V
// ABI, chapter 4). The signature is read, not verified: its key stands in the file
// itself, and so it proves nothing without a list of keys.
package appimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// ErrNotAppImage says that the bytes are an ELF program without the mark of an
// AppImage, or none at all.
var ErrNotAppImage = errors.New("not an AppImage")

// Bounds on one file.
const (
	maxSections  = 512
	maxNames     = 64 << 10
	maxUpdate    = 1 << 10
	maxSignature = 16 << 10
)

// File is what an AppImage says around its contents.
type File struct {
	Type     int   // 1 or 2
	Contents int64 // where the file system begins, for type 2
	// Update is the update information: where newer versions come from.
	Update string
	// Signed is true where a signature is embedded. Key is the OpenPGP
	// fingerprint, or else the key id, that it names, in upper-case hex.
	Signed bool
	Key    string
	// Problems name the parts that were damaged.
	Problems []string
}

// Is is true where the head of a file has the mark: "AI" and the type in the bytes
// of e_ident that ELF leaves free.
func Is(head []byte) bool {
	return len(head) > 10 && string(head[:4]) == "\x7fELF" && string(head[8:10]) == "AI" && (head[10] == 1 || head[10] == 2)
}

// Read reads the ELF header and the section table.
func Read(r io.ReaderAt, size int64) (*File, error) {
	head := make([]byte, min(64, max(0, size)))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !Is(head) {
		return nil, ErrNotAppImage
	}
	f := &File{Type: int(head[10])}
	if f.Type == 1 {
		return f, nil
	}
	t, err := tableOf(r, size, head)
	if err != nil {
		return nil, fmt.Errorf("reading the section table of an AppImage: %w", err)
	}
	f.Contents = t.end
	f.sections(t)
	return f, nil
}

// table is an ELF section table.
type table struct {
	r    io.ReaderAt
	size int64
	end  int64 // of the table, which is the end of the program
	rows []row
}

type row struct {
	name         uint32
	offset, size uint64
}

func tableOf(r io.ReaderAt, size int64, head []byte) (*table, error) {
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	wide := head[4] == 2
	if wide && len(head) < 64 || len(head) < 52 {
		return nil, io.ErrUnexpectedEOF
	}
	at, length, count := uint64(order.Uint32(head[32:])), order.Uint16(head[46:]), order.Uint16(head[48:])
	least := uint16(40)
	if wide {
		at, length, count, least = order.Uint64(head[40:]), order.Uint16(head[58:]), order.Uint16(head[60:]), 64
	}
	bytesOfTable := int64(length) * int64(count)
	if length < least || count == 0 || count > maxSections || at > uint64(size) || int64(at) > size-bytesOfTable {
		return nil, fmt.Errorf("%d sections of %d bytes at %d", count, length, at)
	}
	t := &table{r: r, size: size, end: int64(at) + bytesOfTable}
	b := make([]byte, length)
	for i := range int64(count) {
		if n, err := r.ReadAt(b, int64(at)+i*int64(length)); n < len(b) {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
		if wide {
			t.rows = append(t.rows, row{order.Uint32(b), order.Uint64(b[24:]), order.Uint64(b[32:])})
		} else {
			t.rows = append(t.rows, row{order.Uint32(b), uint64(order.Uint32(b[16:])), uint64(order.Uint32(b[20:]))})
		}
	}
	return t, nil
}

// sections reads the three sections. Which table holds the names is told by the
// one name that has to be in it, for a program without e_shstrndx runs too.
func (f *File) sections(t *table) {
	for _, candidate := range t.rows {
		names, ok := t.data(candidate, maxNames)
		if !ok || !bytes.Contains(names, []byte("\x00.shstrtab\x00")) {
			continue
		}
		for _, s := range t.rows {
			f.section(t, s, nameIn(names, s.name))
		}
		return
	}
	f.Problems = append(f.Problems, "no names of sections")
}

func (f *File) section(t *table, s row, name string) {
	switch name {
	case ".upd_info":
		data, ok := t.data(s, maxUpdate)
		if !ok {
			f.Problems = append(f.Problems, "the update information lies outside, or is too long")
			return
		}
		text, _, _ := bytes.Cut(data, []byte{0})
		f.Update = strings.TrimSpace(string(text))
	case ".sha256_sig":
		data, ok := t.data(s, maxSignature)
		if !ok {
			f.Problems = append(f.Problems, "the signature lies outside, or is too long")
			return
		}
		if data = bytes.TrimRight(data, "\x00"); len(data) == 0 {
			return // room for a signature that nobody made
		}
		f.Signed = true
		key, err := keyOf(data)
		if err != nil {
			f.Problems = append(f.Problems, "the signature: "+err.Error())
		}
		f.Key = key
	}
}

func (t *table) data(s row, limit uint64) ([]byte, bool) {
	if s.size > limit || s.offset > uint64(t.size) || s.size > uint64(t.size)-s.offset {
		return nil, false
	}
	b := make([]byte, s.size)
	n, _ := t.r.ReadAt(b, int64(s.offset))
	return b, n == len(b)
}

func nameIn(names []byte, at uint32) string {
	if uint64(at) >= uint64(len(names)) {
		return ""
	}
	name, _, _ := bytes.Cut(names[at:], []byte{0})
	return string(name)
}

// keyOf names the key of a detached OpenPGP signature (RFC 9580, section 5.2),
// armored or not.
func keyOf(signature []byte) (key string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the reader stopped: %v", p)
		}
	}()
	var body io.Reader = bytes.NewReader(signature)
	if block, err := armor.Decode(bytes.NewReader(signature)); err == nil {
		body = block.Body
	}
	p, err := packet.Read(io.LimitReader(body, maxSignature))
	if err != nil {
		return "", err
	}
	sig, ok := p.(*packet.Signature)
	switch {
	case !ok:
		return "", errors.New("no OpenPGP signature")
	case len(sig.IssuerFingerprint) > 0:
		return fmt.Sprintf("%X", sig.IssuerFingerprint), nil
	case sig.IssuerKeyId != nil:
		return fmt.Sprintf("%016X", *sig.IssuerKeyId), nil
	}
	return "", errors.New("it names no key")
}
