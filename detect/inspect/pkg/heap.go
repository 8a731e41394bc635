package pkg

import (
	"bytes"
	"cmp"
	"compress/bzip2"
	"crypto"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"slices"
)

// ticketMark ends a file that Apple's stapler added a ticket to.
const ticketMark = "t8lr"

// readEnd looks at what lies behind everything that the table names: nothing, or
// the blocks of a ticket, each of which ends with 16 bytes that tell its length.
func (f *File) readEnd(own []placeXML) error {
	last := f.heap
	for _, p := range own {
		if part, err := f.place(p); err == nil {
			last = max(last, part.End())
		}
	}
	for _, m := range f.Members {
		last = max(last, m.Part.End())
	}
	end := f.Size
	for range 4 {
		tail, err := f.bytesAt(Span{end - 16, 16}, 16)
		if err != nil || end-16 < last || string(tail[:4]) != ticketMark {
			break
		}
		length := int64(binary.LittleEndian.Uint32(tail[8:]))
		if length > maxTicket || end-16-length < last {
			break
		}
		f.Ticket = f.Ticket || length > 0
		end -= 16 + length
	}
	f.Rest = Span{last, end - last}
	return nil
}

// Open reads a member whole, unpacked, if its bytes have the digest that the
// table lists.
func (f *File) Open(m *Member) ([]byte, error) {
	raw, err := f.bytesAt(m.Part, maxDocument)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", m.Name, err)
	}
	if !m.holds(raw) {
		return nil, fmt.Errorf("%w: %q does not have the digest that is listed for it", ErrDamaged, m.Name)
	}
	switch m.Packed {
	case "":
		return raw, nil
	case "gzip":
		return inflate(raw, maxDocument)
	case "bzip2":
		var b bytes.Buffer
		n, err := io.Copy(&b, io.LimitReader(bzip2.NewReader(bytes.NewReader(raw)), maxDocument+1))
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %q: %w", ErrDamaged, m.Name, err)
		case n > maxDocument:
			return nil, fmt.Errorf("%w: %q", ErrTooLarge, m.Name)
		}
		return b.Bytes(), nil
	}
	return nil, fmt.Errorf("%w: %q is packed with %s", ErrMethod, m.Name, m.Packed)
}

func (m *Member) holds(raw []byte) bool {
	if m.Hash == 0 {
		return len(m.Sum) == 0
	}
	h := m.Hash.New()
	h.Write(raw)
	return bytes.Equal(h.Sum(nil), m.Sum)
}

// Digests takes the digest of every member in one pass over the file
// (digest.Taker). Members that lie in one place share a digest.
type Digests struct {
	parts []part
	at    int64
	// Rest is true where bytes that nothing names are not zeros.
	Rest bool
	rest Span
}

type part struct {
	Span
	kind crypto.Hash
	hash hash.Hash
	want [][]byte
	at   int
}

// Digests prepares the digests of all members. Unlisted are those that the
// table gives no digest of, so that a signature does not cover them.
func (f *File) Digests() (d *Digests, unlisted []string, err error) {
	d = &Digests{rest: f.Rest}
	var total int64
	for _, m := range f.Members {
		if m.Part.Size == 0 && m.Hash == 0 {
			continue
		}
		if m.Hash == 0 {
			unlisted = append(unlisted, m.Name)
			continue
		}
		i := slices.IndexFunc(d.parts, func(p part) bool { return p.Span == m.Part && p.kind == m.Hash })
		if i >= 0 {
			d.parts[i].want = append(d.parts[i].want, m.Sum)
			continue
		}
		// Members that lie over each other would be digested again and again.
		if total += m.Part.Size; total > f.Size {
			return nil, nil, fmt.Errorf("%w: files lie over each other", ErrDamaged)
		}
		d.parts = append(d.parts, part{Span: m.Part, kind: m.Hash, hash: m.Hash.New(), want: [][]byte{m.Sum}})
	}
	slices.SortFunc(d.parts, func(a, b part) int { return cmp.Compare(a.Offset, b.Offset) })
	return d, unlisted, nil
}

// Cost implements digest.Taker.
func (d *Digests) Cost() int { return 11 }

// Write implements digest.Taker.
func (d *Digests) Write(piece []byte) {
	start := d.at
	d.at += int64(len(piece))
	for i := range d.parts {
		p := &d.parts[i]
		if p.Offset >= d.at {
			break
		}
		if from, to := max(p.Offset, start), min(p.End(), d.at); from < to {
			p.hash.Write(piece[from-start : to-start])
		}
	}
	if from, to := max(d.rest.Offset, start), min(d.rest.End(), d.at); from < to {
		d.Rest = d.Rest || len(bytes.TrimLeft(piece[from-start:to-start], "\x00")) > 0
	}
}

// Hold is true where every member has the digest that is listed for it, once
// the whole file was taken.
func (d *Digests) Hold() bool {
	for i := range d.parts {
		sum := d.parts[i].hash.Sum(nil)
		if slices.ContainsFunc(d.parts[i].want, func(want []byte) bool { return !bytes.Equal(want, sum) }) {
			return false
		}
	}
	return true
}

// Weak is true where a member is listed by an MD5.
func (d *Digests) Weak() bool {
	return slices.ContainsFunc(d.parts, func(p part) bool { return p.kind == crypto.MD5 })
}
