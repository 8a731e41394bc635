package pkg

import (
	"bytes"
	"compress/zlib"
	"crypto"
	_ "crypto/md5" // the digests that archives list
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds on one package.
const (
	headSize     = 28
	maxPacked    = 4 << 20 // of the table of contents
	maxContents  = 8 << 20 // unpacked
	maxMembers   = 10_000
	maxDepth     = 32
	maxSignature = 1 << 20
	maxDocument  = 2 << 20 // PackageInfo or Distribution, unpacked
	maxTicket    = 1 << 20
)

var (
	// ErrNotPackage says that a file has no header of a xar archive.
	ErrNotPackage = errors.New("not a xar archive")
	// ErrDamaged says that an archive contradicts itself.
	ErrDamaged = errors.New("damaged installer package")
	// ErrMethod says that something uses a digest or a compression that is not
	// read here.
	ErrMethod = errors.New("made in a way that chatvet does not read")
	// ErrTooLarge says that a part is over a bound.
	ErrTooLarge = errors.New("installer package too large")
)

// File is an installer package.
type File struct {
	Size int64
	// Hash is the digest of the table of contents, which signatures are about,
	// and Sum is what it comes to. Agrees is true where the archive records the
	// same.
	Hash   crypto.Hash
	Sum    []byte
	Agrees bool
	// Classic and Message are the two forms of a signature, nil without one.
	Classic, Message *Signature
	Members          []Member
	// Ticket is true where a notarisation ticket stands behind the heap.
	Ticket bool
	// Rest are bytes behind everything that the table of contents names, without
	// the ticket.
	Rest Span

	heap int64 // offset in the file
	r    io.ReaderAt
}

// Span is a part of the file, in bytes.
type Span struct{ Offset, Size int64 }

// End is the offset behind the last byte.
func (s Span) End() int64 { return s.Offset + s.Size }

// Signature is what an archive holds for one form of signature.
type Signature struct {
	Style        string // RSA or CMS
	Value        []byte
	Certificates [][]byte // DER, the signer's first
}

// Member is a file in the archive.
type Member struct {
	Name string // its path, slash-separated
	// Part is where it lies in the file; Packed is how it is compressed: empty,
	// gzip (which is zlib here), bzip2, xz, or what the archive calls it.
	Part   Span
	Packed string
	Size   int64 // unpacked, as the archive claims
	// Hash and Sum are the digest of its bytes as they lie in the archive. Hash
	// is 0 where the archive lists none.
	Hash crypto.Hash
	Sum  []byte
}

// Read reads the header, the table of contents and the signatures.
func Read(r io.ReaderAt, size int64) (*File, error) {
	f := &File{Size: size, r: r}
	head, err := f.bytesAt(Span{0, headSize}, headSize)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotPackage, err)
	}
	if string(head[:4]) != "xar!" {
		return nil, ErrNotPackage
	}
	length, packed, unpacked := int64(binary.BigEndian.Uint16(head[4:])), binary.BigEndian.Uint64(head[8:]), binary.BigEndian.Uint64(head[16:])
	switch {
	case length < headSize || length > 256:
		return nil, fmt.Errorf("%w: a header of %d bytes", ErrDamaged, length)
	case packed > maxPacked || unpacked > maxContents:
		return nil, fmt.Errorf("%w: table of contents of %d bytes, unpacked %d", ErrTooLarge, packed, unpacked)
	}
	if f.Hash, err = hashOf(head); err != nil {
		return nil, err
	}
	raw, err := f.bytesAt(Span{length, int64(packed)}, maxPacked)
	if err != nil {
		return nil, fmt.Errorf("reading the table of contents: %w", err)
	}
	f.heap = length + int64(packed)
	sum := f.Hash.New()
	sum.Write(raw)
	f.Sum = sum.Sum(nil)
	text, err := inflate(raw, maxContents)
	if err != nil {
		return nil, fmt.Errorf("unpacking the table of contents: %w", err)
	}
	if uint64(len(text)) != unpacked {
		return nil, fmt.Errorf("%w: table of contents of %d bytes, said to be %d", ErrDamaged, len(text), unpacked)
	}
	return f, f.readContents(text)
}

// hashOf is the digest that a header asks for. Nobody should sign an MD5.
func hashOf(head []byte) (crypto.Hash, error) {
	known := map[uint32]crypto.Hash{1: crypto.SHA1, 2: crypto.MD5, 3: crypto.SHA256, 4: crypto.SHA512}
	number := binary.BigEndian.Uint32(head[24:])
	if h, ok := known[number]; ok {
		return h, nil
	}
	return 0, fmt.Errorf("%w: digest %d", ErrMethod, number)
}

// styleOf is a digest by the name that a table of contents gives it.
func styleOf(style string) (crypto.Hash, bool) {
	h, ok := map[string]crypto.Hash{"sha1": crypto.SHA1, "md5": crypto.MD5, "sha256": crypto.SHA256, "sha512": crypto.SHA512}[strings.ToLower(style)]
	return h, ok
}

func inflate(raw []byte, limit int64) (text []byte, err error) {
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(z, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case n > limit:
		return nil, fmt.Errorf("%w: unpacks to more than %d bytes", ErrTooLarge, limit)
	}
	return b.Bytes(), nil
}

func (f *File) bytesAt(part Span, limit int64) ([]byte, error) {
	switch {
	case part.Size > limit:
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, part.Size, limit)
	case part.Offset < 0 || part.Size < 0 || part.Offset > f.Size || part.Size > f.Size-part.Offset:
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, part.Size)
	n, err := f.r.ReadAt(b, part.Offset)
	if int64(n) == part.Size {
		return b, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return nil, err
}
