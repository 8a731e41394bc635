package wordlist

import (
	"bytes"
	"encoding/json"
)

// maxDepth bounds how deep the lists may lie inside one another.
const maxDepth = 8

// opensJSON is true where a JSON array or object can begin like this. It keeps
// nearly everything that is no list from being opened at all.
func opensJSON(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) < 2 || b[0] != '[' && b[0] != '{' {
		return false
	}
	next := bytes.TrimLeft(b[1:], " \t\r\n")
	return len(next) > 0 && bytes.IndexByte([]byte(`"[{`), next[0]) >= 0
}

// countWords counts the texts in arrays of a JSON value, which is how "five lists
// of keywords" in JSON has to look; names of fields are no words. It returns 0
// where b is no JSON, or is followed by more than the padding of a last block.
func countWords(b []byte) (words int) {
	d := json.NewDecoder(bytes.NewReader(b))
	var inArray []bool
	for {
		token, err := d.Token()
		if err != nil {
			return 0
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '[' || t == '{' {
				inArray = append(inArray, t == '[')
			} else {
				inArray = inArray[:len(inArray)-1]
			}
		case string:
			if len(inArray) > 0 && inArray[len(inArray)-1] {
				words++
			}
		}
		switch {
		case len(inArray) > maxDepth:
			return 0
		case len(inArray) == 0 && !isPadding(b[d.InputOffset():]):
			return 0
		case len(inArray) == 0:
			return words
		}
	}
}

// isPadding is true for what can fill up a last block: nothing, blanks, NULs, or
// bytes that say how many they are.
func isPadding(b []byte) bool {
	return len(b) <= 8 && bytes.IndexFunc(b, func(r rune) bool { return r > ' ' }) < 0
}
