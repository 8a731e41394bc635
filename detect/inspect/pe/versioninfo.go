package pe

import (
	"encoding/binary"
	"strings"
)

// Bounds on one version resource. Real ones are some 1 to 4 KB.
const (
	maxVersionBytes   = 128 << 10
	maxVersionTables  = 64
	maxVersionStrings = 256 // of one table
	maxVersionText    = 4 << 10
)

// VersionInfo is one VS_VERSIONINFO. A program may hold several, one for each
// language; the system shows one of them, an examiner wants all.
type VersionInfo struct {
	Language uint16 // of the resource
	// Fixed is true where the numbers below were there.
	Fixed          bool
	FileVersion    [4]uint16
	ProductVersion [4]uint16
	Tables         []StringTable
}

// StringTable is the texts in one language and code page.
type StringTable struct {
	Language, CodePage uint16 // 0 where the key is not eight hex digits
	Strings            []String
}

// String is one named text, such as ProductName. Trailing NULs and white space
// are cut.
type String struct{ Name, Value string }

// Get returns the value of the first string of that name, in any case, or "".
func (t StringTable) Get(name string) string {
	for _, s := range t.Strings {
		if strings.EqualFold(s.Name, name) {
			return s.Value
		}
	}
	return ""
}

func (img *image) version(res resource) {
	if len(img.Versions) == maxVersionBlocks {
		img.problem("version resources: only %d are read", maxVersionBlocks)
		return
	}
	buf, err := img.load(res.address, min(int64(res.size), maxVersionBytes))
	if len(buf) == 0 {
		img.problem("version resource: %v", err)
		return
	}
	info, ok := parseVersion(buf)
	if !ok {
		img.problem("version resource: no VS_VERSION_INFO in it")
		return
	}
	info.Language = res.language
	img.Versions = append(img.Versions, info)
}

// block is the head that every part of a VS_VERSIONINFO begins with: length,
// length of the value, type, key, padding, value, padding, children.
type block struct {
	key  string
	body []byte // after the key and its padding
	// valueLength is in bytes, or in UTF-16 units where the value is text; many
	// tools wrote the other one, so text ignores it.
	valueLength int
	next        []byte // what follows this block, unaligned
	at          int    // offset of body in the whole resource, for padding
}

// parseBlock takes the block at the start of b, which lies at offset `at` of
// the resource. Padding counts from the start of the resource.
func parseBlock(b []byte, at int) (block, bool) {
	if len(b) < 8 {
		return block{}, false
	}
	length := int(binary.LittleEndian.Uint16(b))
	if length < 8 {
		return block{}, false
	}
	length = min(length, len(b)) // cut off: take what is there
	end := 6
	for end+2 <= length && binary.LittleEndian.Uint16(b[end:]) != 0 {
		end += 2
	}
	if end+2 > length {
		return block{}, false
	}
	key := utf16Text(b[6:end])
	body := min(align4(at+end+2)-at, length)
	return block{
		key:         key,
		body:        b[body:length],
		valueLength: int(binary.LittleEndian.Uint16(b[2:])),
		next:        b[length:],
		at:          at + body,
	}, true
}

func align4(n int) int { return (n + 3) &^ 3 }

// children calls f for each block in b. Some tools forget the padding between
// blocks: where nothing stands at the aligned place, the unaligned one is tried.
func children(b []byte, at, limit int, f func(block)) {
	for range limit {
		skip := min(align4(at)-at, len(b))
		child, ok := parseBlock(b[skip:], at+skip)
		if !ok && skip > 0 {
			skip = 0
			child, ok = parseBlock(b, at)
		}
		if !ok {
			return
		}
		f(child)
		at += len(b) - len(child.next)
		b = child.next
	}
}

// VS_FIXEDFILEINFO: dwSignature, and the size of the structure.
const (
	fixedSignature = 0xfeef04bd
	fixedLength    = 52
)

func parseVersion(b []byte) (VersionInfo, bool) {
	var info VersionInfo
	root, ok := parseBlock(b, 0)
	if !ok || root.key != "VS_VERSION_INFO" {
		return info, false
	}
	rest, at := root.body, root.at
	skip := root.valueLength
	if v := rest; len(v) >= fixedLength && binary.LittleEndian.Uint32(v) == fixedSignature {
		info.Fixed = true
		info.FileVersion = fourParts(v[8:])
		info.ProductVersion = fourParts(v[16:])
		skip = fixedLength // whatever the length field says
	}
	skip = min(skip, len(rest))
	children(rest[skip:], at+skip, maxVersionTables, func(c block) {
		if c.key == "StringFileInfo" {
			children(c.body, c.at, maxVersionTables, func(t block) {
				if len(info.Tables) < maxVersionTables {
					info.Tables = append(info.Tables, parseStrings(t))
				}
			})
		}
	})
	return info, true
}

func fourParts(b []byte) [4]uint16 {
	high, low := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	return [4]uint16{uint16(high >> 16), uint16(high), uint16(low >> 16), uint16(low)}
}

func parseStrings(t block) StringTable {
	var table StringTable
	table.Language, table.CodePage = tableKey(t.key)
	children(t.body, t.at, maxVersionStrings, func(s block) {
		body := s.body[:min(len(s.body), maxVersionText)]
		if len(body) > 2 && body[0] == 0 && body[1] == 0 {
			body = body[2:] // padded from the start of the block, as some tools do
		}
		value := utf16Text(body)
		table.Strings = append(table.Strings, String{s.key, strings.TrimSpace(value)})
	})
	return table
}

// tableKey splits a key such as 040904b0 into language and code page.
func tableKey(key string) (language, codePage uint16) {
	if len(key) != 8 {
		return 0, 0
	}
	var v uint32
	for _, c := range []byte(key) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 {
			return 0, 0
		}
		v = v<<4 | uint32(digit)
	}
	return uint16(v >> 16), uint16(v)
}
