package dmg

import (
	"encoding/binary"
	"fmt"
)

// Bounds on one image.
const (
	maxPartitions = 128
	maxSectors    = 1 << 40 // half a pebibyte, so that nothing overflows
)

// Partition is a part of the disk, with the map of its chunks.
type Partition struct {
	Name     string // as the image's property list calls it
	Sectors  uint64
	Checksum Checksum // of what is unpacked

	chunks []chunk
}

// method is how a chunk is stored.
type method uint32

// Methods of chunks.
const (
	zeros   method = 0
	stored  method = 1
	ignored method = 2
	adc     method = 0x80000004
	zlibbed method = 0x80000005
	bzipped method = 0x80000006
	lzfse   method = 0x80000007
	xzipped method = 0x80000008
	comment method = 0x7ffffffe
	end     method = 0xffffffff
)

func (m method) String() string {
	if name, ok := map[method]string{adc: "ADC", lzfse: "LZFSE"}[m]; ok {
		return name
	}
	return fmt.Sprintf("method %#x", uint32(m))
}

// chunk is a run of sectors. from and sectors are those of the partition; the
// part is of the file.
type chunk struct {
	method        method
	from, sectors uint64
	part          Span
}

const (
	mapHead   = 204
	chunkSize = 40
)

// readPartition reads one block map. Chunks have to follow each other, so that
// no sector can have two contents.
func (f *File) readPartition(table []byte) (p Partition, err error) {
	if len(table) < mapHead || string(table[:4]) != "mish" {
		return p, fmt.Errorf("%w: a block map of %d bytes", ErrDamaged, len(table))
	}
	count := uint64(binary.BigEndian.Uint32(table[200:]))
	if count > uint64(len(table)-mapHead)/chunkSize {
		return p, fmt.Errorf("%w: %d chunks in %d bytes", ErrDamaged, count, len(table))
	}
	p.Sectors, p.Checksum = binary.BigEndian.Uint64(table[16:]), checksumAt(table[64:])
	start := binary.BigEndian.Uint64(table[24:])
	if p.Sectors > maxSectors || start > uint64(f.Data.Size) {
		return p, fmt.Errorf("%w: %d sectors whose data begins at %d", ErrDamaged, p.Sectors, start)
	}
	next := uint64(0)
	for table = table[mapHead:][:count*chunkSize]; len(table) > 0; table = table[chunkSize:] {
		c, ended, err := f.readChunk(table, start)
		if err != nil {
			return p, err
		}
		if ended {
			break
		}
		if c.method == comment {
			continue
		}
		if c.from < next || c.sectors > p.Sectors || c.from > p.Sectors-c.sectors {
			return p, fmt.Errorf("%w: chunk of %d sectors at %d of %d, behind %d", ErrDamaged, c.sectors, c.from, p.Sectors, next)
		}
		next = c.from + c.sectors
		p.chunks = append(p.chunks, c)
	}
	return p, nil
}

func (f *File) readChunk(b []byte, start uint64) (c chunk, ended bool, err error) {
	c = chunk{method: method(binary.BigEndian.Uint32(b)), from: binary.BigEndian.Uint64(b[8:]), sectors: binary.BigEndian.Uint64(b[16:])}
	switch c.method {
	case end:
		return c, true, nil
	case zeros, ignored, comment:
		return c, false, nil
	}
	offset, size := binary.BigEndian.Uint64(b[24:]), binary.BigEndian.Uint64(b[32:])
	room := uint64(f.Data.Size) - start
	if offset > room || size > room-offset {
		return c, false, fmt.Errorf("%w: chunk of %d bytes at %d in data of %d", ErrDamaged, size, offset, f.Data.Size)
	}
	c.part = Span{f.Data.Offset + int64(start+offset), int64(size)}
	return c, false, nil
}
