package rpm

import (
	"encoding/binary"
	"fmt"

	"github.com/chatvet/chatvet/detect/inspect/rpmheader"
)

// Tags that are read here.
const (
	tagName        = rpmheader.Name
	tagVersion     = rpmheader.Version
	tagDescription = rpmheader.Description
	tagVendor      = rpmheader.Vendor
	tagArch        = rpmheader.Arch
	tagFileStates  = rpmheader.FileStates
	tagFileModes   = rpmheader.FileModes
	tagFileDigests = rpmheader.FileDigests
	tagFileFlags   = rpmheader.FileFlags
	tagVerifyFlags = rpmheader.VerifyFlags
	tagDirIndexes  = rpmheader.DirIndexes
	tagBasenames   = rpmheader.Basenames
	tagDirnames    = rpmheader.Dirnames
	tagDigestAlgo  = rpmheader.DigestAlgo
)

var errHeader = rpmheader.ErrDamaged

// header is a package's header as the database holds it.
type header struct{ *rpmheader.Header }

func parseHeader(b []byte) (*header, error) {
	h, err := rpmheader.Parse(b)
	if err != nil {
		return nil, err
	}
	return &header{h}, nil
}

func (h *header) numbers(n uint32) []uint32      { return h.Numbers(n) }
func (h *header) number(n uint32) (uint32, bool) { return h.Number(n) }
func (h *header) strings(n uint32) []string      { return h.Strings(n) }
func (h *header) string(n uint32) string         { return h.String(n) }

// keyID is the key that the package's own signature names (RFC 4880, sections
// 5.2.2 and 5.2.3.5); empty where there is none. The signature is not checked.
func (h *header) keyID() string {
	for _, b := range h.Signatures() {
		if id := issuer(b); id != "" {
			return id
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
