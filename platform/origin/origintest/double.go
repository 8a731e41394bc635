// Package origintest makes the notes of macOS for tests: names and values go in,
// the bytes as a Mac writes them come out.
package origintest

import (
	"encoding/binary"
	"maps"
	"slices"
)

// Double is an AppleDouble file with the given extended attributes, laid out as
// xnu does it: the attributes' table and values in the Finder's entry, then an
// empty resource fork.
func Double(attributes map[string][]byte) []byte {
	be := binary.BigEndian
	names := slices.Sorted(maps.Keys(attributes))
	table := 120
	for _, name := range names {
		table += entrySize(name)
	}
	start, end := table, table
	for _, name := range names {
		end += len(attributes[name])
	}
	out := make([]byte, 0, end)
	out = be.AppendUint32(out, 0x00051607)
	out = be.AppendUint32(out, 0x00020000)
	out = append(out, "Mac OS X        "...)
	out = be.AppendUint16(out, 2)
	for _, entry := range [][3]uint32{{9, 50, uint32(end - 50)}, {2, uint32(end), 0}} {
		for _, n := range entry {
			out = be.AppendUint32(out, n)
		}
	}
	out = append(out, make([]byte, 32+2)...)
	for _, n := range []uint32{0x41545452, 0, uint32(end), uint32(start), uint32(end - start), 0, 0, 0} {
		out = be.AppendUint32(out, n)
	}
	out = be.AppendUint16(out, 0)
	out = be.AppendUint16(out, uint16(len(names)))
	at := start
	for _, name := range names {
		entry := be.AppendUint32(nil, uint32(at))
		entry = be.AppendUint32(entry, uint32(len(attributes[name])))
		entry = append(entry, 0, 0, byte(len(name)+1))
		entry = append(entry, name...)
		out = append(out, entry...)
		out = append(out, make([]byte, entrySize(name)-len(entry))...)
		at += len(attributes[name])
	}
	for _, name := range names {
		out = append(out, attributes[name]...)
	}
	return out
}

func entrySize(name string) int { return (11 + len(name) + 1 + 3) &^ 3 }

// WhereFroms is a property list of addresses in binary form. They are ASCII, and
// shorter than 256 bytes each.
func WhereFroms(urls ...string) []byte {
	out := append([]byte("bplist00"), 0xa0|byte(len(urls)))
	for i := range urls {
		out = append(out, byte(i+1))
	}
	offsets := []uint16{8}
	for _, u := range urls {
		offsets = append(offsets, uint16(len(out)))
		out = append(out, 0x5f, 0x10, byte(len(u)))
		out = append(out, u...)
	}
	table := len(out)
	for _, o := range offsets {
		out = binary.BigEndian.AppendUint16(out, o)
	}
	out = append(out, 0, 0, 0, 0, 0, 0, 2, 1)
	for _, n := range []uint64{uint64(len(offsets)), 0, uint64(table)} {
		out = binary.BigEndian.AppendUint64(out, n)
	}
	return out
}
