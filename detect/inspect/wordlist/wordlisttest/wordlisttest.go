// Package wordlisttest makes lists of words in the forms that wordlist reads. The
// words are invented and mean nothing.
package wordlisttest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"golang.org/x/crypto/blowfish"
)

// Words are n invented words.
func Words(n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("synthetic word %d", i)
	}
	return words
}

// SinaUC is a JSON value in the form of Sina UC's lists: under its key, in hex.
// The last block is filled up with NULs.
func SinaUC(value any) []byte {
	plain, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return Encrypt(plain)
}

// Encrypt encrypts any bytes in that form.
func Encrypt(plain []byte) []byte {
	key, err := blowfish.NewCipher([]byte("H177UC09VI67KASI"))
	if err != nil {
		panic(err)
	}
	b := append(bytes.Clone(plain), make([]byte, (blowfish.BlockSize-len(plain)%blowfish.BlockSize)%blowfish.BlockSize)...)
	for at := 0; at < len(b); at += blowfish.BlockSize {
		key.Encrypt(b[at:], b[at:])
	}
	return hex.AppendEncode(nil, b)
}
