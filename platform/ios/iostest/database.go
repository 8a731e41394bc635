// Package iostest makes the list of files of a backup of an iPhone: rows go in, a
// SQLite database with the table Files comes out, as Apple lays it out. Everything
// in it is synthetic.
package iostest

import "encoding/binary"

// Row is a file of a backup.
type Row struct{ FileID, Domain, Path string }

const pageSize = 4096

// schema is Apple's without the primary key, whose index the reader has no use for.
const schema = "CREATE TABLE Files (fileID TEXT, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB)"

// ManifestDB makes the database ("Database File Format", sqlite.org, sections 1.3,
// 1.6, 2.1).
func ManifestDB(rows ...Row) []byte {
	leaves := [][]byte{}
	var cells [][]byte
	size := 0
	flush := func() {
		leaves = append(leaves, leaf(cells, 0))
		cells, size = nil, 0
	}
	last := []int{}
	for i, r := range rows {
		cell := row(i+1, r)
		if size+len(cell)+2 > pageSize-8 {
			last = append(last, i)
			flush()
		}
		cells, size = append(cells, cell), size+len(cell)+2
	}
	last = append(last, len(rows))
	flush()
	first := leaf([][]byte{cellOf(1, "table", "Files", "Files", 2, schema)}, 100)
	pages := [][]byte{first}
	if len(leaves) == 1 {
		pages = append(pages, leaves[0])
	} else {
		pages = append(append(pages, interior(last)), leaves...)
	}
	var out []byte
	for _, p := range pages {
		out = append(out, p...)
	}
	head(out, len(pages))
	return out
}

func head(b []byte, pages int) {
	copy(b, "SQLite format 3\x00")
	binary.BigEndian.PutUint16(b[16:], pageSize)
	b[18], b[19], b[21], b[22], b[23] = 1, 1, 64, 32, 32
	binary.BigEndian.PutUint32(b[24:], 1)
	binary.BigEndian.PutUint32(b[28:], uint32(pages))
	binary.BigEndian.PutUint32(b[40:], 1)
	binary.BigEndian.PutUint32(b[44:], 4)
	binary.BigEndian.PutUint32(b[56:], 1)
	binary.BigEndian.PutUint32(b[92:], 1)
	binary.BigEndian.PutUint32(b[96:], 3040001)
}

// leaf is a page of rows. Before it are the bytes of the database's own header.
func leaf(cells [][]byte, before int) []byte {
	page := make([]byte, pageSize)
	page[before] = 13
	binary.BigEndian.PutUint16(page[before+3:], uint16(len(cells)))
	end := pageSize
	for i, c := range cells {
		end -= len(c)
		copy(page[end:], c)
		binary.BigEndian.PutUint16(page[before+8+2*i:], uint16(end))
	}
	binary.BigEndian.PutUint16(page[before+5:], uint16(end))
	return page
}

// interior is the page above the leaves, which begin with page 3.
func interior(last []int) []byte {
	page := make([]byte, pageSize)
	page[0] = 5
	n := len(last) - 1
	binary.BigEndian.PutUint16(page[3:], uint16(n))
	end := pageSize
	for i := range n {
		cell := append(binary.BigEndian.AppendUint32(nil, uint32(3+i)), varint(uint64(last[i]))...)
		end -= len(cell)
		copy(page[end:], cell)
		binary.BigEndian.PutUint16(page[12+2*i:], uint16(end))
	}
	binary.BigEndian.PutUint16(page[5:], uint16(end))
	binary.BigEndian.PutUint32(page[8:], uint32(3+n))
	return page
}

func row(id int, r Row) []byte { return cellOf(id, r.FileID, r.Domain, r.Path, 1, "") }

// cellOf is a row of texts and numbers.
func cellOf(id int, columns ...any) []byte {
	var types, body []byte
	for _, c := range columns {
		switch v := c.(type) {
		case string:
			types, body = append(types, varint(uint64(13+2*len(v)))...), append(body, v...)
		case int:
			types, body = append(types, 1), append(body, byte(v))
		}
	}
	record := append(varint(uint64(len(types)+1)), append(types, body...)...)
	return append(append(varint(uint64(len(record))), varint(uint64(id))...), record...)
}

func varint(v uint64) []byte {
	out := []byte{byte(v & 0x7f)}
	for v >>= 7; v > 0; v >>= 7 {
		out = append([]byte{byte(v&0x7f) | 0x80}, out...)
	}
	return out
}
