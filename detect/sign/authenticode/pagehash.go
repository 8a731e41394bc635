package authenticode

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"encoding/binary"
	"hash"

	"github.com/chatvet/chatvet/detect/inspect/pe"
)

const (
	pageSize     = 4096
	maxPageLists = 2
)

// pageHashClass is the class of the object in SpcPeImageData that holds page
// hashes: {D586B5A6-A1B4-6624-AE05-A217DA8E60D6}.
const pageHashClass = "\xa6\xb5\x86\xd5\xb4\xa1\x24\x66\xae\x05\xa2\x17\xda\x8e\x60\xd6"

var (
	oidPageHashSHA1   = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 3, 1}
	oidPageHashSHA256 = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 3, 2}
)

// pageDigests takes a digest of each page of a program, padded with zeros to its
// full size and without what the digest of the whole leaves out. The signed
// list gives the offset of each page in the file and its digest; its last row
// is the end.
type pageDigests struct {
	kind     crypto.Hash
	list     []byte
	kept     []span
	at       int64
	row      int
	current  hash.Hash
	mismatch bool
}

// readPageHashes reads the list in a SpcPeImageData; nil where there is none.
func readPageHashes(imageData []byte, f *pe.File) *pageDigests {
	kind, list := pageHashList(imageData)
	d := &pageDigests{kind: kind, list: list, kept: signedSpans(f)}
	if kind == 0 || len(list) < 2*d.rowSize() || len(list)%d.rowSize() != 0 {
		return nil
	}
	for row := range d.rows() - 1 {
		if length := d.offset(row+1) - d.offset(row); length <= 0 || length > pageSize {
			return nil // no layout that is checked here; the digest of the whole counts
		}
	}
	if d.offset(0) != 0 {
		return nil
	}
	d.current = kind.New()
	return d
}

// pageHashList digs the list out of SpcPeImageData: flags, then [0] SpcLink, of
// which choice [1] is a SpcSerializedObject, whose data is a SET of an attribute
// of a SET of one OCTET STRING.
func pageHashList(imageData []byte) (crypto.Hash, []byte) {
	var image struct {
		Flags asn1.BitString
		File  struct {
			Object struct {
				Class, Data []byte
			} `asn1:"optional,tag:1"`
		} `asn1:"optional,tag:0"`
	}
	if _, err := asn1.Unmarshal(imageData, &image); err != nil || string(image.File.Object.Class) != pageHashClass {
		return 0, nil
	}
	var set asn1.RawValue
	var attribute struct {
		Kind   asn1.ObjectIdentifier
		Hashes [][]byte `asn1:"set"`
	}
	if _, err := asn1.Unmarshal(image.File.Object.Data, &set); err != nil {
		return 0, nil
	}
	if _, err := asn1.Unmarshal(set.Bytes, &attribute); err != nil || len(attribute.Hashes) != 1 {
		return 0, nil
	}
	switch {
	case attribute.Kind.Equal(oidPageHashSHA1):
		return crypto.SHA1, attribute.Hashes[0]
	case attribute.Kind.Equal(oidPageHashSHA256):
		return crypto.SHA256, attribute.Hashes[0]
	}
	return 0, nil
}

func (d *pageDigests) rowSize() int { return 4 + d.kind.Size() }
func (d *pageDigests) rows() int    { return len(d.list) / d.rowSize() }

func (d *pageDigests) offset(row int) int64 {
	return int64(binary.LittleEndian.Uint32(d.list[row*d.rowSize():]))
}

func (d *pageDigests) digest(row int) []byte {
	return d.list[row*d.rowSize()+4 : (row+1)*d.rowSize()]
}

func (d *pageDigests) Cost() int { return 2 * cost(d.kind) }

// Write cuts a piece at the borders of pages.
func (d *pageDigests) Write(piece []byte) {
	for len(piece) > 0 && d.row < d.rows()-1 {
		part := piece[:min(int64(len(piece)), d.offset(d.row+1)-d.at)]
		for _, s := range d.kept {
			d.current.Write(s.of(part, d.at))
		}
		d.at += int64(len(part))
		piece = piece[len(part):]
		if d.at == d.offset(d.row+1) {
			d.endPage()
		}
	}
}

func (d *pageDigests) endPage() {
	var zeros [pageSize]byte
	d.current.Write(zeros[:pageSize-(d.offset(d.row+1)-d.offset(d.row))])
	if !bytes.Equal(d.current.Sum(nil), d.digest(d.row)) {
		d.mismatch = true
	}
	d.current.Reset()
	d.row++
}

// match is true where every page was met and is the one in the list.
func (d *pageDigests) match() bool { return !d.mismatch && d.row == d.rows()-1 }
