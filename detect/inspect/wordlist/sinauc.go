package wordlist

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"

	"golang.org/x/crypto/blowfish"
)

// Sina UC's lists: a text of hex digits which are the bytes of a JSON value under
// Blowfish in ECB mode. Jeffrey Knockel, "Sina UC Censorship Research"
// (https://jeffreyknockel.com/sinauc/), who published the key, says that version
// 8.3.4.22616 has them inside IMResource.dll; not at which place, so every text of
// hex digits in the file is tried.
const (
	sinaUCKey = "H177UC09VI67KASI"
	// maxSinaUCDigits bounds the text that is held: the published lists have some
	// thousands of words.
	maxSinaUCDigits = 8 << 20
	digitsOfBlock   = 2 * blowfish.BlockSize
)

// SinaUC counts the words of the first list in r, of size bytes. It returns
// ErrNone where there is none, and the error of r where it cannot be read.
func SinaUC(r io.ReaderAt, size int64) (Count, error) {
	key, err := blowfish.NewCipher([]byte(sinaUCKey))
	if err != nil {
		return Count{}, fmt.Errorf("setting up Blowfish: %w", err)
	}
	in := bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 64<<10)
	run := digitRun{key: key}
	for at := int64(0); ; at++ {
		c, err := in.ReadByte()
		if err == nil && isHexDigit(c) {
			run.take(c, at)
			continue
		}
		if entries := run.entries(); entries > 0 {
			return Count{Entries: entries, At: run.start}, nil
		}
		switch {
		case err == io.EOF && at < size:
			return Count{}, io.ErrUnexpectedEOF
		case err == io.EOF:
			return Count{}, ErrNone
		case err != nil:
			return Count{}, fmt.Errorf("reading for lists of words: %w", err)
		}
		run.reset()
	}
}

// digitRun is a row of hex digits. What cannot be a list is not held.
type digitRun struct {
	key    *blowfish.Cipher
	start  int64
	digits []byte
	wrong  bool
}

func (d *digitRun) reset() { d.digits, d.wrong = d.digits[:0], false }

func (d *digitRun) take(c byte, at int64) {
	if d.wrong {
		return
	}
	if len(d.digits) == 0 {
		d.start = at
	}
	d.digits = append(d.digits, c)
	switch len(d.digits) {
	case digitsOfBlock:
		d.wrong = !opensJSON(d.plain())
	case maxSinaUCDigits + 1:
		d.wrong = true
	}
}

// entries is 0 where the digits are no list.
func (d *digitRun) entries() int {
	if d.wrong || len(d.digits) < digitsOfBlock || len(d.digits)%digitsOfBlock != 0 {
		return 0
	}
	return countWords(d.plain())
}

func (d *digitRun) plain() []byte {
	b := make([]byte, hex.DecodedLen(len(d.digits)))
	if _, err := hex.Decode(b, d.digits); err != nil {
		return nil
	}
	for at := 0; at < len(b); at += blowfish.BlockSize {
		d.key.Decrypt(b[at:], b[at:])
	}
	return b
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
