package check

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"sync"
)

// trivialDigests are the digests of files that say nothing, which automatic
// sandboxes put into lists of indicators all the same, with what each is of.
var trivialDigests = sync.OnceValue(func() map[string]string {
	digests := map[string]string{}
	for content, name := range trivialContents() {
		s256, s1, m5 := sha256.Sum256([]byte(content)), sha1.Sum([]byte(content)), md5.Sum([]byte(content))
		for _, sum := range [][]byte{s256[:], s1[:], m5[:]} {
			digests[hex.EncodeToString(sum)] = name
		}
	}
	return digests
})

func trivialContents() map[string]string {
	contents := map[string]string{
		"":             "an empty file",
		"\xef\xbb\xbf": "a lone byte order mark",
		"\xff\xfe":     "a lone byte order mark",
		"MZ":           "the two bytes MZ",
		// End of central directory, .ZIP File Format Specification 4.3.16.
		"PK\x05\x06" + string(make([]byte, 18)): "an empty zip archive",
	}
	for _, text := range []string{
		" ", "0", "1", "a", "x", "{}", "[]", "null", "true", "false", "ok", "OK",
		"test", "Test", "TEST", "foo", "bar", "hello", "Hello", "hello world", "Hello World",
		"hello, world", "Hello, World!", "hello world!", "Hello World!", "asdf", "password",
	} {
		for _, end := range []string{"", "\n", "\r\n"} {
			contents[text+end] = "the text " + strconv.Quote(text+end)
		}
	}
	for _, end := range []string{"\n", "\r\n", "\n\n"} {
		contents[end] = "an empty line"
	}
	for n := 1; n <= 64; n++ {
		contents[string(make([]byte, n))] = fmt.Sprintf("%d zero bytes", n)
	}
	for n := 128; n <= 1<<20; n *= 2 {
		contents[string(make([]byte, n))] = fmt.Sprintf("%d zero bytes", n)
		contents[string(bytes.Repeat([]byte{0xff}, n))] = fmt.Sprintf("%d bytes 0xff", n)
	}
	return contents
}
