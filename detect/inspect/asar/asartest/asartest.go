// Package asartest builds Electron archives for tests, as @electron/asar writes
// them. Everything in them is synthetic.
package asartest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// BlockSize is that of the digests of blocks: far smaller than 4 MiB, which
// @electron/asar uses, so that small files have several.
const BlockSize = 4 << 10

// Entry is a file to pack.
type Entry struct {
	Body     string
	Unpacked bool
	Link     string
	Bare     bool // without a record of its digest
}

// Files are entries by path.
type Files map[string]Entry

// Texts are files by path and contents.
func Texts(texts map[string]string) Files {
	files := Files{}
	for name, body := range texts {
		files[name] = Entry{Body: body}
	}
	return files
}

// Bytes is the archive.
func (files Files) Bytes() []byte {
	root := map[string]any{}
	var contents strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		e := files[name]
		node := map[string]any{"size": len(e.Body)}
		switch {
		case e.Link != "":
			node = map[string]any{"link": e.Link}
		case e.Unpacked:
			node["unpacked"] = true
		default:
			node["offset"] = strconv.Itoa(contents.Len())
			contents.WriteString(e.Body)
		}
		if e.Link == "" && !e.Bare {
			node["integrity"] = integrity(e.Body)
		}
		put(root, strings.Split(name, "/"), node)
	}
	header, err := json.Marshal(map[string]any{"files": root})
	if err != nil {
		panic(err)
	}
	return Pack(string(header), contents.String())
}

// Pack puts a header that may be anything before the contents.
func Pack(header, contents string) []byte {
	padded := (len(header) + 3) &^ 3
	var out []byte
	for _, n := range []int{4, padded + 8, padded + 4, len(header)} {
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	out = append(out, header...)
	out = append(out, make([]byte, padded-len(header))...)
	return append(out, contents...)
}

func put(folder map[string]any, path []string, node map[string]any) {
	if len(path) == 1 {
		folder[path[0]] = node
		return
	}
	next, ok := folder[path[0]].(map[string]any)
	if !ok {
		next = map[string]any{"files": map[string]any{}}
		folder[path[0]] = next
	}
	put(next["files"].(map[string]any), path[1:], node)
}

func integrity(body string) map[string]any {
	blocks := []string{}
	for rest := body; rest != ""; {
		n := min(BlockSize, len(rest))
		blocks = append(blocks, digest(rest[:n]))
		rest = rest[n:]
	}
	return map[string]any{"algorithm": "SHA256", "hash": digest(body), "blockSize": BlockSize, "blocks": blocks}
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
