// Package dmgtest writes disk images for tests: descriptions of partitions go in,
// the bytes of a UDIF image come out. All of them are synthetic.
package dmgtest

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/ulikunitz/xz"
)

// Methods of chunks, as package dmg knows them.
const (
	Zeros   = 0
	Stored  = 1
	Ignored = 2
	ADC     = 0x80000004
	Zlib    = 0x80000005
	Bzip2   = 0x80000006
	LZFSE   = 0x80000007
	XZ      = 0x80000008
)

const sector = 512

// Chunk is a run of sectors. Plain is a multiple of 512 bytes; Packed is how it
// lies in the image, where the method is one that is not packed here.
type Chunk struct {
	Method uint32
	Plain  []byte
	Packed []byte
}

// Partition is a part of the disk.
type Partition struct {
	Name   string
	Chunks []Chunk
}

// Build writes an image.
func Build(partitions ...Partition) []byte { return BuildChanged(func([]byte) {}, partitions...) }

// BuildChanged writes an image of which each block map was changed before it was
// put in.
func BuildChanged(change func(table []byte), partitions ...Partition) []byte {
	var data []byte
	var plist strings.Builder
	plist.WriteString(`<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>resource-fork</key><dict><key>blkx</key><array>`)
	master := crc32.NewIEEE()
	sectors := uint64(0)
	for i, p := range partitions {
		table, sum, n := p.table(&data, sectors)
		sectors += n
		change(table)
		master.Write(binary.BigEndian.AppendUint32(nil, sum))
		fmt.Fprintf(&plist, `<dict><key>Attributes</key><string>0x0050</string><key>CFName</key><string>%s</string><key>Data</key><data>%s</data><key>ID</key><string>%d</string><key>Name</key><string>%s</string></dict>`,
			p.Name, base64.StdEncoding.EncodeToString(table), i, p.Name)
	}
	plist.WriteString("</array></dict></dict></plist>")
	t := make([]byte, 512)
	copy(t, "koly")
	put32, put64 := binary.BigEndian.PutUint32, binary.BigEndian.PutUint64
	put32(t[4:], 4)
	put32(t[8:], 512)
	put32(t[12:], 1)
	put64(t[32:], uint64(len(data)))
	put32(t[60:], 1)
	put64(t[216:], uint64(len(data)))
	put64(t[224:], uint64(plist.Len()))
	for at, sum := range map[int]uint32{80: crc32.ChecksumIEEE(data), 352: master.Sum32()} {
		put32(t[at:], 2)
		put32(t[at+4:], 32)
		put32(t[at+8:], sum)
	}
	put32(t[488:], 1)
	put64(t[492:], sectors)
	return slices.Concat(data, []byte(plist.String()), t)
}

// table writes the block map of a partition, and its chunks behind the others.
func (p Partition) table(data *[]byte, first uint64) (table []byte, sum uint32, sectors uint64) {
	var chunks []byte
	row := func(method uint32, from, count, at, size uint64) {
		chunks = binary.BigEndian.AppendUint32(chunks, method)
		chunks = append(chunks, 0, 0, 0, 0)
		for _, n := range []uint64{from, count, at, size} {
			chunks = binary.BigEndian.AppendUint64(chunks, n)
		}
	}
	for _, c := range p.Chunks {
		packed, n := c.packed(), uint64(len(c.Plain)/sector)
		row(c.Method, sectors, n, uint64(len(*data)), uint64(len(packed)))
		*data = append(*data, packed...)
		sum = crc32.Update(sum, crc32.IEEETable, c.Plain)
		sectors += n
	}
	row(0xffffffff, sectors, 0, uint64(len(*data)), 0)
	table = make([]byte, 204)
	copy(table, "mish")
	binary.BigEndian.PutUint32(table[4:], 1)
	binary.BigEndian.PutUint64(table[8:], first)
	binary.BigEndian.PutUint64(table[16:], sectors)
	binary.BigEndian.PutUint32(table[32:], 0x208)
	binary.BigEndian.PutUint32(table[64:], 2)
	binary.BigEndian.PutUint32(table[68:], 32)
	binary.BigEndian.PutUint32(table[72:], sum)
	binary.BigEndian.PutUint32(table[200:], uint32(len(p.Chunks)+1))
	return append(table, chunks...), sum, sectors
}

func (c Chunk) packed() []byte {
	var b bytes.Buffer
	switch {
	case c.Packed != nil:
		return c.Packed
	case c.Method == Stored:
		return c.Plain
	case c.Method == Zlib:
		w := zlib.NewWriter(&b)
		w.Write(c.Plain)
		w.Close()
	case c.Method == XZ:
		w, err := xz.NewWriter(&b)
		if err != nil {
			panic(err)
		}
		w.Write(c.Plain)
		w.Close()
	}
	return b.Bytes()
}

// Volume is the beginning of an HFS Plus volume with nothing in it but its name:
// a volume header, and a catalogue of two nodes.
func Volume(name string) []byte {
	const block, node = 4096, 4096
	v := make([]byte, 4*block)
	copy(v[1024:], "H+")
	binary.BigEndian.PutUint16(v[1026:], 4)
	binary.BigEndian.PutUint32(v[1024+40:], block)
	binary.BigEndian.PutUint64(v[1024+272:], 2*node)
	binary.BigEndian.PutUint32(v[1024+272+12:], 2)
	binary.BigEndian.PutUint32(v[1024+272+16:], 1) // first block of the catalogue
	binary.BigEndian.PutUint32(v[1024+272+20:], 2)
	head := v[block:]
	binary.BigEndian.PutUint32(head[24:], 1) // first leaf
	binary.BigEndian.PutUint16(head[32:], node)
	leaf := v[2*block:][:node]
	binary.BigEndian.PutUint16(leaf[node-2:], 14)
	units := utf16.Encode([]rune(name))
	binary.BigEndian.PutUint16(leaf[14:], uint16(6+2*len(units)))
	binary.BigEndian.PutUint32(leaf[16:], 1)
	binary.BigEndian.PutUint16(leaf[20:], uint16(len(units)))
	for i, u := range units {
		binary.BigEndian.PutUint16(leaf[22+2*i:], u)
	}
	return v
}

// Signing is how an image is signed.
type Signing struct {
	Identifier, Team string
	// Message signs a code directory; nil for a signature by nobody.
	Message func(directory []byte) []byte
	// Trailer is false to leave the trailer out of what is signed.
	WithoutTrailer bool
}

// Sign puts a signature between an image and its trailer (cs_blobs.h).
func Sign(image []byte, s Signing) []byte {
	body, trailer := image[:len(image)-512], bytes.Clone(image[len(image)-512:])
	binary.BigEndian.PutUint64(trailer[296:], uint64(len(body)))
	requirements := blob(0xfade0c01, be(0))
	special := make([]byte, 6*32) // from slot -6 to slot -1
	put := func(slot int, what []byte) {
		sum := sha256.Sum256(what)
		copy(special[(6-slot)*32:], sum[:])
	}
	put(2, requirements)
	if !s.WithoutTrailer {
		put(6, trailer)
	}
	const fixed = 52
	texts := append([]byte(s.Identifier), 0)
	team := uint32(0)
	if s.Team != "" {
		team = uint32(fixed + len(texts))
		texts = append(append(texts, s.Team...), 0)
	}
	var pages []byte
	for page := range slices.Chunk(body, 4096) {
		sum := sha256.Sum256(page)
		pages = append(pages, sum[:]...)
	}
	d := be(0x20200, 0, uint32(fixed+len(texts)+len(special)), fixed, 6, uint32(len(pages)/32), uint32(len(body)))
	d = append(d, 32, 2, 0, 12)
	directory := blob(0xfade0c02, slices.Concat(d, be(0, 0, team), texts, special, pages))
	message := []byte{}
	if s.Message != nil {
		message = s.Message(directory)
	}
	signature := super(directory, requirements, blob(0xfade0b01, message))
	binary.BigEndian.PutUint64(trailer[304:], uint64(len(signature)))
	return slices.Concat(body, signature, trailer)
}

func super(directory, requirements, message []byte) []byte {
	const index = 12 + 3*8
	a, b := uint32(index+len(directory)), uint32(index+len(directory)+len(requirements))
	return blob(0xfade0cc0, slices.Concat(be(3, 0, index, 2, a, 0x10000, b), directory, requirements, message))
}

func blob(magic uint32, body []byte) []byte { return append(be(magic, uint32(8+len(body))), body...) }

func be(numbers ...uint32) (b []byte) {
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}
