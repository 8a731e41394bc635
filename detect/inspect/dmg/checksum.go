package dmg

import (
	"encoding/binary"
	"hash/crc32"
)

// checksumCRC32 is the only type that images of this century bear.
const checksumCRC32 = 2

// Checksum is a checksum that an image records of itself. It says whether a copy
// is whole, and nothing about who made it.
type Checksum struct {
	Type uint32
	// Bits is the size, Sum the first 32 bits.
	Bits, Sum uint32
}

func checksumAt(b []byte) Checksum {
	return Checksum{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])}
}

// Recorded is true where there is one that can be compared.
func (c Checksum) Recorded() bool { return c.Type == checksumCRC32 && c.Bits == 32 }

// MasterHolds is true where the master checksum is that of the checksums of all
// partitions, or where none is recorded.
func (f *File) MasterHolds() bool {
	if !f.MasterChecksum.Recorded() {
		return true
	}
	sum := crc32.NewIEEE()
	for _, p := range f.Partitions {
		sum.Write(binary.BigEndian.AppendUint32(nil, p.Checksum.Sum))
	}
	return sum.Sum32() == f.MasterChecksum.Sum
}

// DataTaker takes the checksum of the data, piece by piece (digest.Taker).
type DataTaker struct {
	part Span
	want uint32
	at   int64
	sum  uint32
}

// DataTaker returns a taker, nil where no checksum is recorded.
func (f *File) DataTaker() *DataTaker {
	if !f.DataChecksum.Recorded() || f.Data.Size == 0 {
		return nil
	}
	return &DataTaker{part: f.Data, want: f.DataChecksum.Sum}
}

// Cost implements digest.Taker.
func (*DataTaker) Cost() int { return 1 }

// Write implements digest.Taker.
func (t *DataTaker) Write(piece []byte) {
	start := t.at
	t.at += int64(len(piece))
	if from, to := max(t.part.Offset, start), min(t.part.End(), t.at); from < to {
		t.sum = crc32.Update(t.sum, crc32.IEEETable, piece[from-start:to-start])
	}
}

// Holds is true where the data is as recorded, once the whole file was taken.
func (t *DataTaker) Holds() bool { return t.sum == t.want }
