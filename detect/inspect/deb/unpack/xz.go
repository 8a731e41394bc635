package unpack

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// xzReader reads the .xz container, file format 1.2.1: streams, one after the
// other, of blocks with one LZMA2 filter each.
type xzReader struct {
	in     *counter
	window int64
	flags  [2]byte // of the current stream
	block  *xzBlock
	index  hash.Hash // over the sizes of the blocks seen, to compare with the index
	blocks uint64
	total  int64 // plain bytes so far
	dicts  int64 // bytes of dictionary asked for so far
	done   bool
}

// xzBlock is the block that is being read.
type xzBlock struct {
	plain        io.Reader
	header       int64 // its length
	start        int64 // offset of the compressed data
	size         int64 // plain bytes so far
	wantIn, want int64 // sizes that the header states; -1 where it does not
	check        hash.Hash
}

var (
	xzMagic    = []byte{0xfd, '7', 'z', 'X', 'Z', 0}
	crc64Table = crc64.MakeTable(crc64.ECMA)
)

const lzma2Filter = 0x21

func newXZ(in *bufio.Reader, window int64) (*xzReader, error) {
	z := &xzReader{in: &counter{r: in}, window: window}
	if err := z.openStream(); err != nil {
		return nil, err
	}
	return z, nil
}

func (z *xzReader) Read(p []byte) (int, error) {
	for !z.done {
		if z.block == nil {
			if err := z.next(); err != nil {
				return 0, unexpected(err)
			}
			continue
		}
		n, err := z.block.plain.Read(p)
		z.block.size += int64(n)
		z.block.check.Write(p[:n])
		if z.block.want >= 0 && z.block.size > z.block.want {
			return 0, corrupt("a block is longer than it says")
		}
		z.total += int64(n)
		if err != io.EOF {
			return n, err
		}
		// The library says io.EOF also where the file ends inside a block; then
		// there is no check to read.
		if err := z.closeBlock(); err != nil || n > 0 {
			return n, unexpected(err)
		}
	}
	return 0, io.EOF
}

// openStream reads a stream header, section 2.1.1.
func (z *xzReader) openStream() error {
	var h [12]byte
	if err := z.in.full(h[:]); err != nil {
		return err
	}
	if !bytes.Equal(h[:6], xzMagic) {
		return corrupt("no xz header")
	}
	if crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]) {
		return corrupt("xz header checksum")
	}
	z.flags = [2]byte(h[6:8])
	if _, err := newCheck(z.flags); err != nil {
		return err
	}
	z.index, z.blocks = sha256.New(), 0
	return nil
}

// next reads what follows a stream header or a block: a block header, section
// 3.1, or the index and what comes after it.
func (z *xzReader) next() error {
	start := z.in.n
	first, err := z.in.ReadByte()
	if err != nil {
		return err
	}
	if first == 0 {
		return z.closeStream(start)
	}
	h := make([]byte, (int(first)+1)*4) // at most 1,024 bytes
	h[0] = first
	if err := z.in.full(h[1:]); err != nil {
		return err
	}
	body, sum := h[:len(h)-4], h[len(h)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return corrupt("xz block header checksum")
	}
	b, dict, err := parseBlockHeader(body)
	if err != nil {
		return err
	}
	if dict > z.window {
		return fmt.Errorf("%w: a dictionary of %d bytes", ErrTooLarge, dict)
	}
	// Each block brings a dictionary of its own. Real ones are filled several
	// times over; a thousand empty blocks with large ones are an attack.
	if z.dicts += dict; z.dicts > 4*(z.window+z.total) {
		return fmt.Errorf("%w: dictionaries larger than what is in them", ErrTooLarge)
	}
	if b.check, err = newCheck(z.flags); err != nil {
		return err
	}
	b.header, b.start = int64(len(h)), z.in.n
	cfg := lzma.Reader2Config{DictCap: int(max(dict, lzma.MinDictCap))}
	if b.plain, err = cfg.NewReader2(z.in); err != nil {
		return err
	}
	z.block = b
	return nil
}

func parseBlockHeader(h []byte) (b *xzBlock, dict int64, err error) {
	b = &xzBlock{wantIn: -1, want: -1}
	flags, rest := h[1], bytes.NewReader(h[2:])
	if flags&0x3c != 0 {
		return nil, 0, corrupt("reserved xz block flags")
	}
	if flags&3 != 0 {
		return nil, 0, fmt.Errorf("%w: an xz filter before LZMA2", ErrUnsupported)
	}
	if flags&0x40 != 0 {
		if b.wantIn, err = readVLI(rest); err != nil {
			return nil, 0, err
		}
	}
	if flags&0x80 != 0 {
		if b.want, err = readVLI(rest); err != nil {
			return nil, 0, err
		}
	}
	var filter [3]byte
	if _, err := io.ReadFull(rest, filter[:]); err != nil {
		return nil, 0, corrupt("a short xz block header")
	}
	if filter[0] != lzma2Filter || filter[1] != 1 {
		return nil, 0, fmt.Errorf("%w: xz filter %#x", ErrUnsupported, filter[0])
	}
	if dict, err = lzma.DecodeDictCap(filter[2]); err != nil {
		return nil, 0, corrupt("an xz dictionary size")
	}
	for rest.Len() > 0 {
		if c, _ := rest.ReadByte(); c != 0 {
			return nil, 0, corrupt("xz block header padding")
		}
	}
	return b, dict, nil
}

// closeBlock reads block padding and check, sections 3.3 and 3.4.
func (z *xzReader) closeBlock() error {
	b := z.block
	z.block = nil
	compressed := z.in.n - b.start
	if b.want >= 0 && b.size != b.want || b.wantIn >= 0 && compressed != b.wantIn {
		return corrupt("an xz block has another size than it says")
	}
	if err := z.in.zeros(-compressed & 3); err != nil {
		return err
	}
	sum := make([]byte, b.check.Size())
	if err := z.in.full(sum); err != nil {
		return err
	}
	if !bytes.Equal(sum, b.check.Sum(nil)) {
		return corrupt("xz block checksum")
	}
	z.blocks++
	record(z.index, b.header+compressed+int64(len(sum)), b.size)
	return nil
}

// closeStream reads the index, section 4, the footer, section 2.1.2, and then
// the header of another stream or the end, section 2.2.
func (z *xzReader) closeStream(start int64) error {
	crc := crc32.NewIEEE()
	crc.Write([]byte{0})
	in := &tee{r: z.in, w: crc}
	count, err := readVLI(in)
	if err != nil {
		return err
	}
	if uint64(count) != z.blocks {
		return corrupt("the xz index counts other blocks")
	}
	seen := sha256.New()
	for range count {
		unpadded, err := readVLI(in)
		if err != nil {
			return err
		}
		plain, err := readVLI(in)
		if err != nil {
			return err
		}
		record(seen, unpadded, plain)
	}
	if !bytes.Equal(seen.Sum(nil), z.index.Sum(nil)) {
		return corrupt("the xz index lists other sizes")
	}
	for (z.in.n-start)&3 != 0 {
		if c, err := in.ReadByte(); err != nil || c != 0 {
			return errors.Join(corrupt("xz index padding"), err)
		}
	}
	var tail [16]byte
	size := z.in.n - start + 4
	if err := z.in.full(tail[:]); err != nil {
		return err
	}
	footer := tail[4:]
	if binary.LittleEndian.Uint32(tail[:]) != crc.Sum32() ||
		binary.LittleEndian.Uint32(footer) != crc32.ChecksumIEEE(footer[4:10]) ||
		(int64(binary.LittleEndian.Uint32(footer[4:]))+1)*4 != size ||
		[2]byte(footer[8:10]) != z.flags || string(footer[10:]) != "YZ" {
		return corrupt("xz footer")
	}
	return z.nextStream()
}

func (z *xzReader) nextStream() error {
	for {
		head, err := z.in.r.Peek(4)
		switch {
		case len(head) == 0 && err == io.EOF:
			z.done = true
			return nil
		case len(head) < 4:
			return corrupt("bytes after an xz stream")
		case binary.LittleEndian.Uint32(head) != 0:
			return z.openStream()
		}
		if err := z.in.zeros(4); err != nil {
			return err
		}
	}
}

func newCheck(flags [2]byte) (hash.Hash, error) {
	switch flags {
	case [2]byte{0, 0}:
		return noCheck{}, nil
	case [2]byte{0, 1}:
		return little{crc32.NewIEEE(), 4}, nil
	case [2]byte{0, 4}:
		return little{crc64.New(crc64Table), 8}, nil
	case [2]byte{0, 10}:
		return sha256.New(), nil
	}
	return nil, fmt.Errorf("%w: xz check %d", ErrUnsupported, flags[1])
}

// little writes a CRC as xz does, least byte first.
type little struct {
	hash.Hash
	size int
}

func (l little) Sum(b []byte) []byte {
	sum := l.Hash.Sum(nil)
	for i := range sum {
		b = append(b, sum[len(sum)-1-i])
	}
	return b
}

type noCheck struct{}

func (noCheck) Write(p []byte) (int, error) { return len(p), nil }
func (noCheck) Sum(b []byte) []byte         { return b }
func (noCheck) Reset()                      {}
func (noCheck) Size() int                   { return 0 }
func (noCheck) BlockSize() int              { return 1 }

func record(h hash.Hash, unpadded, plain int64) {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], uint64(unpadded))
	binary.LittleEndian.PutUint64(b[8:], uint64(plain))
	h.Write(b[:])
}

// readVLI reads a multibyte integer, section 1.2.
func readVLI(r io.ByteReader) (int64, error) {
	var v uint64
	for i := range 9 {
		c, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			if c == 0 && i > 0 {
				break
			}
			return int64(v), nil
		}
	}
	return 0, corrupt("an xz number")
}

// counter counts what was read.
type counter struct {
	r *bufio.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

func (c *counter) full(p []byte) error {
	_, err := io.ReadFull(c, p)
	return err
}

func (c *counter) zeros(n int64) error {
	for range n {
		if b, err := c.ReadByte(); err != nil {
			return err
		} else if b != 0 {
			return corrupt("xz padding")
		}
	}
	return nil
}

// tee hands every byte that is read on to a checksum.
type tee struct {
	r io.ByteReader
	w io.Writer
}

func (t *tee) ReadByte() (byte, error) {
	b, err := t.r.ReadByte()
	if err == nil {
		t.w.Write([]byte{b})
	}
	return b, err
}

func corrupt(what string) error { return fmt.Errorf("%w: %s", ErrCorrupt, what) }
