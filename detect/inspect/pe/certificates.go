package pe

import "encoding/binary"

// Bounds on the certificate table. A large one holds a few certificates and
// time stamps, some 50 KB; makers also hide data of their own in it.
const (
	maxCertificates     = 16
	maxCertificateTable = 8 << 20
)

// Certificates is the attribute certificate table (section 5.7). Its address in
// the headers is a place in the file, unlike every other.
type Certificates struct {
	Offset, Size int64 // as the headers claim; Size 0 where there is none
	Entries      []Certificate
	// Damaged is true where the table does not lie inside the file or its
	// entries cannot be told apart.
	Damaged bool
}

// Certificate is one WIN_CERTIFICATE with its bytes. Type 2 is PKCS #7, which
// Authenticode uses.
type Certificate struct {
	Revision, Type uint16
	Raw            []byte
}

func (img *image) certificates() {
	d := img.directory(securityDirectory)
	if d.size == 0 {
		return
	}
	c := &img.Certificates
	c.Offset, c.Size = int64(d.address), int64(d.size)
	damaged := func(why string) {
		c.Damaged = true
		img.problem("certificate table: %s", why)
	}
	if c.Offset < img.ChecksumOffset || c.Offset+c.Size > img.Size {
		damaged("lies outside the file")
		return
	}
	if c.Size > maxCertificateTable {
		damaged("larger than chatvet reads")
		return
	}
	buf, err := img.read(c.Offset, c.Size)
	if err != nil {
		damaged(err.Error())
		return
	}
	for len(buf) >= 8 {
		length := int64(binary.LittleEndian.Uint32(buf))
		if length == 0 && allZero(buf) {
			return // padding up to the alignment
		}
		if length < 8 || length > int64(len(buf)) {
			damaged("an entry reaches beyond it")
			return
		}
		if len(c.Entries) == maxCertificates {
			damaged("more entries than chatvet reads")
			return
		}
		c.Entries = append(c.Entries, Certificate{
			Revision: binary.LittleEndian.Uint16(buf[4:]),
			Type:     binary.LittleEndian.Uint16(buf[6:]),
			Raw:      buf[8:length:length],
		})
		buf = buf[min((length+7)&^7, int64(len(buf))):]
	}
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
