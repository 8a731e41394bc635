// Package pkgtest writes installer packages for macOS for tests: files go in, the
// bytes of a xar archive come out, signed or not. All of them are synthetic.
package pkgtest

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Package is a package to be written.
type Package struct {
	Files []File
	// Hash is the digest of the table of contents: SHA-1 if 0.
	Hash crypto.Hash
	// Bare signs a digest, Message what a message is about; Certificates stand
	// beside both. Without either the package is not signed.
	Bare, Message func(sum []byte) []byte
	Certificates  [][]byte
	// Contents changes the table of contents before it is packed.
	Contents func(text string) string
	// Ticket is put behind the archive.
	Ticket []byte
}

// File is a file in a package; folders come from its name.
type File struct {
	Name    string
	Content []byte
	// Plain is true to store it as it is, Unlisted to give no digest of it.
	Plain, Unlisted bool
}

// room is kept for each form of a signature.
const room = 8 << 10

// Build writes a package.
func (p Package) Build() []byte {
	if p.Hash == 0 {
		p.Hash = crypto.SHA1
	}
	size := p.Hash.Size()
	var heap []byte
	var toc strings.Builder
	style := strings.ToLower(strings.ReplaceAll(p.Hash.String(), "-", ""))
	fmt.Fprintf(&toc, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<xar><toc><checksum style="%s"><offset>0</offset><size>%d</size></checksum>`, style, size)
	heap = make([]byte, size)
	if p.Bare != nil {
		n := len(p.Bare(make([]byte, size)))
		p.signature(&toc, "signature", "RSA", len(heap), n)
		heap = append(heap, make([]byte, n)...)
	}
	if p.Message != nil {
		p.signature(&toc, "x-signature", "CMS", len(heap), room)
		heap = append(heap, make([]byte, room)...)
	}
	p.tree(&toc, &heap)
	toc.WriteString("</toc></xar>")
	text := toc.String()
	if p.Contents != nil {
		text = p.Contents(text)
	}
	packed := deflate([]byte(text))
	p.seal(heap, packed)
	head := []byte("xar!\x00\x1c\x00\x01")
	head = binary.BigEndian.AppendUint64(head, uint64(len(packed)))
	head = binary.BigEndian.AppendUint64(head, uint64(len(text)))
	head = binary.BigEndian.AppendUint32(head, map[crypto.Hash]uint32{crypto.SHA1: 1, crypto.MD5: 2, crypto.SHA256: 3, crypto.SHA512: 4}[p.Hash])
	return slices.Concat(head, packed, heap, p.ticket())
}

// seal writes the digest of the table and the signatures into their room.
func (p Package) seal(heap, packed []byte) {
	h := p.Hash.New()
	h.Write(packed)
	sum := h.Sum(nil)
	at := copy(heap, sum)
	if p.Bare != nil {
		at += copy(heap[at:], p.Bare(sum))
	}
	if p.Message != nil {
		copy(heap[at:at+room], p.Message(sum))
	}
}

func (p Package) signature(toc *strings.Builder, element, style string, at, size int) {
	fmt.Fprintf(toc, `<%s style="%s"><offset>%d</offset><size>%d</size><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>`, element, style, at, size)
	for _, c := range p.Certificates {
		fmt.Fprintf(toc, "<X509Certificate>%s</X509Certificate>", base64.StdEncoding.EncodeToString(c))
	}
	fmt.Fprintf(toc, "</X509Data></KeyInfo></%s>", element)
}

// tree writes the files, folder by folder. Files of a folder stand together.
func (p Package) tree(toc *strings.Builder, heap *[]byte) {
	open := ""
	for i, f := range p.Files {
		folder, base, nested := strings.Cut(f.Name, "/")
		if !nested {
			folder, base = "", f.Name
		}
		if folder != open {
			if open != "" {
				toc.WriteString("</file>")
			}
			if open = folder; open != "" {
				fmt.Fprintf(toc, `<file id="d%d"><type>directory</type><name>%s</name>`, i, folder)
			}
		}
		f.write(toc, heap, i, base)
	}
	if open != "" {
		toc.WriteString("</file>")
	}
}

func (f File) write(toc *strings.Builder, heap *[]byte, id int, base string) {
	packed, encoding := f.Content, "application/octet-stream"
	if !f.Plain {
		packed, encoding = deflate(f.Content), "application/x-gzip"
	}
	fmt.Fprintf(toc, `<file id="%d"><data><length>%d</length><offset>%d</offset><size>%d</size><encoding style="%s"/>`, id, len(packed), len(*heap), len(f.Content), encoding)
	if !f.Unlisted {
		fmt.Fprintf(toc, `<extracted-checksum style="sha1">%x</extracted-checksum><archived-checksum style="sha1">%x</archived-checksum>`, sha1.Sum(f.Content), sha1.Sum(packed))
	}
	fmt.Fprintf(toc, `</data><type>file</type><name>%s</name></file>`, base)
	*heap = append(*heap, packed...)
}

func (p Package) ticket() []byte {
	if p.Ticket == nil {
		return nil
	}
	trailer := func(kind uint16, size int) []byte {
		b := binary.LittleEndian.AppendUint16([]byte("t8lr"), 1)
		b = binary.LittleEndian.AppendUint16(b, kind)
		b = binary.LittleEndian.AppendUint32(b, uint32(size))
		return append(b, 0, 0, 0, 0)
	}
	return slices.Concat(trailer(1, 0), p.Ticket, trailer(2, len(p.Ticket)))
}

func deflate(b []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// Example is what a product archive of a synthetic chat client holds: one
// component with an app, a script and a payload.
func Example(id, bundle string) []File {
	return []File{
		{Name: "Distribution", Content: fmt.Appendf(nil, `<?xml version="1.0"?><installer-gui-script minSpecVersion="2"><title>Example Chat</title><product id="%s" version="2.1"/><pkg-ref id="%s" version="2.1">#app.pkg</pkg-ref></installer-gui-script>`, id, id)},
		{Name: "app.pkg/PackageInfo", Content: fmt.Appendf(nil, `<?xml version="1.0"?><pkg-info identifier="%s" version="2.1" install-location="/Applications"><payload numberOfFiles="3" installKBytes="1"/><bundle path="./Example.app" id="%s" CFBundleShortVersionString="2.1"/><bundle path="./Example.app/Contents/Frameworks/Other.app" id="org.example.other"/><scripts><postinstall file="./postinstall"/></scripts></pkg-info>`, id, bundle)},
		{Name: "app.pkg/Bom", Content: []byte("synthetic")},
		{Name: "app.pkg/Payload", Content: bytes.Repeat([]byte("synthetic payload "), 500), Plain: true},
		{Name: "app.pkg/Scripts", Content: []byte("synthetic scripts"), Plain: true},
	}
}
