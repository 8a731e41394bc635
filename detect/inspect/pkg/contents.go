package pkg

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The table of contents. Everything that must stand there once is a list here,
// since readers differ in which of two they take.
type (
	tableXML struct {
		XMLName xml.Name `xml:"xar"`
		TOC     []tocXML `xml:"toc"`
	}
	tocXML struct {
		Checksum   []placeXML `xml:"checksum"`
		Signature  []placeXML `xml:"signature"`
		XSignature []placeXML `xml:"x-signature"`
		Files      []fileXML  `xml:"file"`
	}
	placeXML struct {
		Style        string   `xml:"style,attr"`
		Offset       []int64  `xml:"offset"`
		Size         []int64  `xml:"size"`
		Certificates []string `xml:"KeyInfo>X509Data>X509Certificate"`
	}
	fileXML struct {
		Name  []nameXML `xml:"name"`
		Type  []string  `xml:"type"`
		Data  []dataXML `xml:"data"`
		Files []fileXML `xml:"file"`
	}
	nameXML struct {
		Encoded string `xml:"enctype,attr"`
		Text    string `xml:",chardata"`
	}
	dataXML struct {
		Offset   []int64   `xml:"offset"`
		Length   []int64   `xml:"length"`
		Size     []int64   `xml:"size"`
		Encoding []typeXML `xml:"encoding"`
		Archived []sumXML  `xml:"archived-checksum"`
	}
	typeXML struct {
		Style string `xml:"style,attr"`
	}
	sumXML struct {
		Style string `xml:"style,attr"`
		Text  string `xml:",chardata"`
	}
)

func only[T any](what string, all []T) (one T, err error) {
	if len(all) != 1 {
		return one, fmt.Errorf("%w: %d times %s", ErrDamaged, len(all), what)
	}
	return all[0], nil
}

// parse reads XML of which nothing follows the outermost element.
func parse(text []byte, into any) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	if err := shallow(text); err != nil {
		return err
	}
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if _, another := token.(xml.StartElement); err != nil || another {
			return fmt.Errorf("%w: something follows the list", ErrDamaged)
		}
	}
}

// shallow refuses elements in more elements than any real list has, and more
// elements than are worth building.
func shallow(text []byte) error {
	const maxElements = 40 * maxMembers
	d := xml.NewDecoder(bytes.NewReader(text))
	for depth, elements := 0, 0; ; {
		token, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
			elements++
		case xml.EndElement:
			depth--
		}
		if depth > maxDepth || elements > maxElements {
			return fmt.Errorf("%w: %d elements, %d deep", ErrTooLarge, elements, depth)
		}
	}
}

func (f *File) readContents(text []byte) error {
	var table tableXML
	if err := parse(text, &table); err != nil {
		return fmt.Errorf("reading the table of contents: %w", err)
	}
	toc, err := only("a table of contents", table.TOC)
	if err != nil {
		return err
	}
	if err := f.readChecksum(toc.Checksum); err != nil {
		return err
	}
	if f.Classic, err = f.readSignature(toc.Signature); err != nil {
		return err
	}
	if f.Message, err = f.readSignature(toc.XSignature); err != nil {
		return err
	}
	seen := map[string]bool{}
	if err := f.readFiles("", toc.Files, seen, 0); err != nil {
		return err
	}
	return f.readEnd(slicesOf(toc))
}

// slicesOf are the places of the archive's own digest and signatures.
func slicesOf(toc tocXML) (all []placeXML) {
	return append(append(append(all, toc.Checksum...), toc.Signature...), toc.XSignature...)
}

// place is where something lies in the file.
func (f *File) place(p placeXML) (Span, error) {
	offset, err := only("an offset", p.Offset)
	if err != nil {
		return Span{}, err
	}
	size, err := only("a size", p.Size)
	if err != nil {
		return Span{}, err
	}
	return f.inHeap(offset, size)
}

func (f *File) inHeap(offset, size int64) (Span, error) {
	room := f.Size - f.heap
	if offset < 0 || size < 0 || offset > room || size > room-offset {
		return Span{}, fmt.Errorf("%w: %d bytes at %d in a heap of %d", ErrDamaged, size, offset, room)
	}
	return Span{f.heap + offset, size}, nil
}

// readChecksum compares the digest that the archive records of its table.
func (f *File) readChecksum(all []placeXML) error {
	c, err := only("a checksum", all)
	if err != nil {
		return err
	}
	if h, ok := styleOf(c.Style); !ok || h != f.Hash {
		return fmt.Errorf("%w: header and table of contents name different digests", ErrDamaged)
	}
	part, err := f.place(c)
	if err != nil {
		return err
	}
	sum, err := f.bytesAt(part, 64)
	if err != nil {
		return fmt.Errorf("reading the checksum: %w", err)
	}
	f.Agrees = bytes.Equal(sum, f.Sum)
	return nil
}

func (f *File) readSignature(all []placeXML) (*Signature, error) {
	if len(all) == 0 {
		return nil, nil
	}
	s, err := only("a signature", all)
	if err != nil {
		return nil, err
	}
	part, err := f.place(s)
	if err != nil {
		return nil, err
	}
	value, err := f.bytesAt(part, maxSignature)
	if err != nil {
		return nil, fmt.Errorf("reading the signature: %w", err)
	}
	sig := &Signature{Style: s.Style, Value: value}
	if len(s.Certificates) > 64 {
		return nil, fmt.Errorf("%w: %d certificates", ErrTooLarge, len(s.Certificates))
	}
	for _, text := range s.Certificates {
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return nil, fmt.Errorf("%w: certificate: %w", ErrDamaged, err)
		}
		sig.Certificates = append(sig.Certificates, der)
	}
	return sig, nil
}

// readFiles takes down the files of a folder of the archive.
func (f *File) readFiles(folder string, files []fileXML, seen map[string]bool, depth int) error {
	for _, x := range files {
		if len(seen) >= maxMembers {
			return fmt.Errorf("%w: more than %d files", ErrTooLarge, maxMembers)
		}
		name, err := nameOf(x.Name)
		if err != nil {
			return err
		}
		if folder != "" {
			name = folder + "/" + name
		}
		if seen[name] {
			return fmt.Errorf("%w: two files %q", ErrDamaged, name)
		}
		seen[name] = true
		if len(x.Data) > 0 {
			m, err := f.member(name, x.Data)
			if err != nil {
				return fmt.Errorf("file %q: %w", name, err)
			}
			f.Members = append(f.Members, m)
		}
		if err := f.readFiles(name, x.Files, seen, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is the name of a file, which is one name and no path.
func nameOf(all []nameXML) (string, error) {
	n, err := only("a name", all)
	if err != nil {
		return "", err
	}
	text := n.Text
	if n.Encoded == "base64" {
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil {
			return "", fmt.Errorf("%w: name: %w", ErrDamaged, err)
		}
		text = string(b)
	}
	if text == "" || text == "." || text == ".." || strings.ContainsAny(text, "/\x00") {
		return "", fmt.Errorf("%w: a file called %q", ErrDamaged, text)
	}
	return text, nil
}

func (f *File) member(name string, data []dataXML) (m Member, err error) {
	m.Name = name
	d, err := only("data", data)
	if err != nil {
		return m, err
	}
	offset, err := only("an offset", d.Offset)
	if err != nil {
		return m, err
	}
	length, err := only("a length", d.Length)
	if err != nil {
		return m, err
	}
	if m.Size, err = only("a size", d.Size); err != nil {
		return m, err
	}
	if m.Part, err = f.inHeap(offset, length); err != nil {
		return m, err
	}
	if len(d.Encoding) > 1 || len(d.Archived) > 1 {
		return m, fmt.Errorf("%w: encoded or digested twice", ErrDamaged)
	}
	for _, e := range d.Encoding {
		m.Packed = packing(e.Style)
	}
	for _, a := range d.Archived {
		m.Hash, _ = styleOf(a.Style)
		if m.Sum, err = hex.DecodeString(strings.TrimSpace(a.Text)); err != nil {
			return m, fmt.Errorf("%w: digest: %w", ErrDamaged, err)
		}
	}
	return m, nil
}

func packing(style string) string {
	switch style {
	case "", "application/octet-stream":
		return ""
	case "application/x-gzip", "application/zlib", "application/x-zlib":
		return "gzip"
	case "application/x-bzip2":
		return "bzip2"
	}
	return strings.TrimPrefix(style, "application/")
}
