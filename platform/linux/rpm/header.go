package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Tags of a header (rpm, include/rpm/rpmtag.h).
const (
	tagDSAHeader   = 267
	tagRSAHeader   = 268
	tagName        = 1000
	tagVersion     = 1001
	tagRelease     = 1002
	tagEpoch       = 1003
	tagVendor      = 1011
	tagArch        = 1022
	tagFileStates  = 1029
	tagFileModes   = 1030
	tagFileDigests = 1035
	tagFileFlags   = 1037
	tagVerifyFlags = 1045
	tagDirIndexes  = 1116
	tagBasenames   = 1117
	tagDirnames    = 1118
	tagDigestAlgo  = 5011
)

// Types of an entry and the size of one value; 0 for strings.
var typeSize = map[uint32]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 0, 7: 1, 8: 0, 9: 0}

const (
	entrySize  = 16
	maxEntries = 10_000
	maxFiles   = 500_000
)

var errHeader = errors.New("damaged package header")

// header is a package header as the database holds it: an index of tags and the
// values behind it, without the eight bytes that begin it in a package file
// (rpm, docs/manual/format_header.md).
type header struct {
	tags map[uint32]tag
	data []byte
}

type tag struct{ kind, offset, count uint32 }

func parseHeader(b []byte) (*header, error) {
	if len(b) < 8 {
		return nil, errHeader
	}
	entries, size := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if entries > maxEntries || uint64(entries)*entrySize+uint64(size) > uint64(len(b)-8) {
		return nil, fmt.Errorf("%w: %d tags, %d bytes", errHeader, entries, size)
	}
	index := b[8 : 8+entries*entrySize]
	h := &header{tags: make(map[uint32]tag, entries), data: b[8+entries*entrySize:][:size]}
	for ; len(index) > 0; index = index[entrySize:] {
		n := binary.BigEndian.Uint32(index)
		if _, twice := h.tags[n]; !twice {
			h.tags[n] = tag{binary.BigEndian.Uint32(index[4:]), binary.BigEndian.Uint32(index[8:]), binary.BigEndian.Uint32(index[12:])}
		}
	}
	return h, nil
}

// bytes are the values of a tag of fixed size, within the header.
func (h *header) bytes(n uint32) ([]byte, int) {
	t, ok := h.tags[n]
	size := typeSize[t.kind]
	if !ok || size == 0 || uint64(t.offset)+uint64(t.count)*uint64(size) > uint64(len(h.data)) {
		return nil, 0
	}
	return h.data[t.offset:][:int(t.count)*size], size
}

// numbers are the values of a tag of integers.
func (h *header) numbers(n uint32) []uint32 {
	b, size := h.bytes(n)
	if size == 0 || size > 4 || len(b)/size > maxFiles {
		return nil
	}
	out := make([]uint32, 0, len(b)/size)
	for ; len(b) > 0; b = b[size:] {
		switch size {
		case 1:
			out = append(out, uint32(b[0]))
		case 2:
			out = append(out, uint32(binary.BigEndian.Uint16(b)))
		case 4:
			out = append(out, binary.BigEndian.Uint32(b))
		}
	}
	return out
}

func (h *header) number(n uint32) (uint32, bool) {
	if all := h.numbers(n); len(all) > 0 {
		return all[0], true
	}
	return 0, false
}

// strings are the values of a tag of texts; nil where one has no end.
func (h *header) strings(n uint32) []string {
	t, ok := h.tags[n]
	if !ok || t.kind != 6 && t.kind != 8 && t.kind != 9 || uint64(t.offset) > uint64(len(h.data)) || t.count > maxFiles {
		return nil
	}
	rest := h.data[t.offset:]
	var out []string
	for range t.count {
		end := bytes.IndexByte(rest, 0)
		if end < 0 {
			return nil
		}
		out = append(out, string(rest[:end]))
		rest = rest[end+1:]
	}
	return out
}

func (h *header) string(n uint32) string {
	if all := h.strings(n); len(all) > 0 {
		return all[0]
	}
	return ""
}

// keyID is the key that the package's own signature names (RFC 4880, sections
// 5.2.2 and 5.2.3.5); empty where there is none. The signature is not checked.
func (h *header) keyID() string {
	for _, n := range []uint32{tagRSAHeader, tagDSAHeader} {
		if b, size := h.bytes(n); size == 1 {
			if id := issuer(b); id != "" {
				return id
			}
		}
	}
	return ""
}

func issuer(packet []byte) string {
	body := packetBody(packet)
	switch {
	case len(body) > 15 && body[0] == 3:
		return fmt.Sprintf("%X", body[7:15])
	case len(body) > 6 && body[0] == 4:
		hashed := subpackets(body[4:])
		if id := issuerIn(hashed); id != "" {
			return id
		}
		return issuerIn(subpackets(body[min(6+len(hashed), len(body)):]))
	}
	return ""
}

// packetBody is what follows the head of a signature packet, old or new.
func packetBody(p []byte) []byte {
	if len(p) < 2 {
		return nil
	}
	head := 0
	switch {
	case p[0]&0xc0 == 0xc0 && p[1] < 192:
		head = 2
	case p[0]&0xc0 == 0xc0 && p[1] < 224:
		head = 3
	case p[0]&0xc0 == 0xc0:
		head = 6
	case p[0]&0x80 != 0 && p[0]&3 < 3:
		head = 1 + 1<<(p[0]&3)
	}
	if head == 0 || head > len(p) {
		return nil
	}
	return p[head:]
}

// subpackets are those behind a length of two bytes.
func subpackets(b []byte) []byte {
	if len(b) < 2 {
		return nil
	}
	n := int(binary.BigEndian.Uint16(b))
	if n > len(b)-2 {
		return nil
	}
	return b[2:][:n]
}

func issuerIn(b []byte) string {
	const issuerKeyID = 16
	for len(b) > 1 {
		n, head := int(b[0]), 1
		if n >= 192 {
			return "" // no issuer is that long, and none stands behind such a one
		}
		if n == 0 || head+n > len(b) {
			return ""
		}
		if b[1]&0x7f == issuerKeyID && n == 9 {
			return fmt.Sprintf("%X", b[2:10])
		}
		b = b[head+n:]
	}
	return ""
}
