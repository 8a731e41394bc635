package unpack

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// lz4Reader reads the LZ4 frame format 1.6.1, which apt stores its indexes in.
// The checksums are xxHash, which protects from accidents only; they are passed
// over, since whatever is believed here is compared with a signed SHA-256.
type lz4Reader struct {
	in          *bufio.Reader
	inFrame     bool
	independent bool
	blockSum    bool
	contentSum  bool
	maxBlock    int
	raw         []byte // one block, compressed
	buf         []byte // up to 64 KiB of history, then the block
	out         []byte // what of buf was not handed out yet
	frames      int
}

const (
	lz4Magic  = 0x184d2204
	lz4Window = 64 << 10
)

func newLZ4(in *bufio.Reader) *lz4Reader { return &lz4Reader{in: in} }

func (z *lz4Reader) Read(p []byte) (int, error) {
	for len(z.out) == 0 {
		if err := z.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, z.out)
	z.out = z.out[n:]
	return n, nil
}

// next reads a frame header or a block.
func (z *lz4Reader) next() error {
	if !z.inFrame {
		return z.openFrame()
	}
	size, err := z.word()
	if err != nil {
		return err
	}
	if size == 0 { // end mark
		z.inFrame = false
		return z.skip(z.contentSum)
	}
	stored := size>>31 == 1
	n := int(size & 0x7fffffff)
	if n > z.maxBlock {
		return corrupt("an lz4 block is larger than its frame allows")
	}
	if cap(z.raw) < n {
		z.raw = make([]byte, n)
	}
	raw := z.raw[:n]
	if _, err := io.ReadFull(z.in, raw); err != nil {
		return unexpected(err)
	}
	if err := z.skip(z.blockSum); err != nil {
		return err
	}
	history := min(len(z.buf), lz4Window)
	if z.independent {
		history = 0
	}
	z.buf = z.buf[:copy(z.buf, z.buf[len(z.buf)-history:])]
	if stored {
		z.buf = append(z.buf, raw...)
	} else if z.buf, err = lz4Block(z.buf, raw, history+z.maxBlock); err != nil {
		return err
	}
	z.out = z.buf[history:]
	return nil
}

// openFrame reads a frame descriptor, or io.EOF where the file ends.
func (z *lz4Reader) openFrame() error {
	if z.frames > 0 {
		if _, err := z.in.Peek(1); err == io.EOF {
			return io.EOF
		}
	}
	magic, err := z.word()
	if err != nil {
		return err
	}
	if magic != lz4Magic {
		return corrupt("no lz4 frame header")
	}
	var d [2]byte
	if _, err := io.ReadFull(z.in, d[:]); err != nil {
		return unexpected(err)
	}
	flags, sizes := d[0], d[1]>>4&7
	if flags>>6 != 1 || flags&2 != 0 || sizes < 4 {
		return corrupt("an lz4 frame descriptor")
	}
	if flags&1 != 0 {
		return fmt.Errorf("%w: lz4 with a dictionary", ErrUnsupported)
	}
	z.independent, z.blockSum, z.contentSum = flags&0x20 != 0, flags&0x10 != 0, flags&4 != 0
	z.maxBlock = 1 << (8 + 2*sizes) // 64 KiB to 4 MiB
	z.buf, z.out = z.buf[:0], nil
	rest := 1 // header checksum
	if flags&8 != 0 {
		rest += 8 // content size, which is not needed
	}
	if _, err := z.in.Discard(rest); err != nil {
		return unexpected(err)
	}
	z.inFrame = true
	z.frames++
	return nil
}

func (z *lz4Reader) word() (uint32, error) {
	var b [4]byte
	if _, err := io.ReadFull(z.in, b[:]); err != nil {
		return 0, unexpected(err)
	}
	return binary.LittleEndian.Uint32(b[:]), nil
}

func (z *lz4Reader) skip(checksum bool) error {
	if !checksum {
		return nil
	}
	_, err := z.word()
	return err
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// lz4Block appends what the block src unpacks to to dst, which must not grow
// beyond limit bytes (LZ4 block format).
func lz4Block(dst, src []byte, limit int) ([]byte, error) {
	for len(src) > 0 {
		token := src[0]
		literals, rest, ok := lz4Length(int(token>>4), src[1:])
		if !ok || literals > len(rest) || len(dst)+literals > limit {
			return dst, corrupt("lz4 literals")
		}
		dst, src = append(dst, rest[:literals]...), rest[literals:]
		if len(src) == 0 {
			return dst, nil // the last sequence has no match
		}
		if len(src) < 2 {
			return dst, corrupt("an lz4 offset")
		}
		offset := int(binary.LittleEndian.Uint16(src))
		length, rest, ok := lz4Length(int(token&15), src[2:])
		length += 4
		if !ok || offset == 0 || offset > len(dst) || len(dst)+length > limit {
			return dst, corrupt("an lz4 match")
		}
		src = rest
		from := len(dst) - offset
		for length > 0 {
			// A match may overlap what it writes; then it repeats.
			n := min(length, len(dst)-from)
			dst = append(dst, dst[from:from+n]...)
			from, length = from+n, length-n
		}
	}
	return dst, corrupt("an lz4 block without an end")
}

// lz4Length adds the bytes that continue a length of 15.
func lz4Length(n int, src []byte) (int, []byte, bool) {
	if n < 15 {
		return n, src, true
	}
	for i, c := range src {
		n += int(c)
		if c != 255 {
			return n, src[i+1:], true
		}
	}
	return 0, nil, false
}
