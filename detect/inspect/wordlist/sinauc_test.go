package wordlist

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/wordlist/wordlisttest"
)

// five are five synthetic lists, as many as the program has.
func five() []byte {
	return wordlisttest.SinaUC([][]string{wordlisttest.Words(3), wordlisttest.Words(2), {}, wordlisttest.Words(1), wordlisttest.Words(4)})
}

func library(lists []byte) []byte {
	return fixture.PE{Version: map[string]string{"ProductName": "Example"}, Strings: []string{"abcdef", "0123456789abcdef0123456789abcdef", string(lists)}}.Bytes()
}

func sinaUC(b []byte) (Count, error) { return SinaUC(bytes.NewReader(b), int64(len(b))) }

func TestSinaUC(t *testing.T) {
	named := wordlisttest.SinaUC(map[string][]string{"list1": wordlisttest.Words(3), "list2": wordlisttest.Words(2)})
	for name, c := range map[string]struct {
		lists []byte
		words int
	}{
		"an array of lists":            {five(), 10},
		"lists with names":             {named, 5},
		"digits in upper case":         {bytes.ToUpper(five()), 10},
		"padding that says its length": {wordlisttest.Encrypt(append([]byte(`[["synthetic"]]`), 1)), 1},
	} {
		b := library(c.lists)
		got, err := sinaUC(b)
		want := Count{Entries: c.words, At: int64(bytes.Index(b, c.lists))}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v", name, cmp.Diff(want, got), err)
		}
	}
}

func TestNoList(t *testing.T) {
	lists := five()
	for name, b := range map[string][]byte{
		"a library without lists":           library(nil),
		"another key":                       library(bytes.Repeat([]byte("00"), len(lists)/2)),
		"a digit too many":                  library(append([]byte("0"), lists...)),
		"half a block less":                 library(lists[:len(lists)-8]),
		"a list cut off":                    library(lists[:len(lists)-digitsOfBlock]),
		"no words":                          library(wordlisttest.SinaUC([][]string{{}, {}, {}, {}, {}})),
		"names of fields only":              library(wordlisttest.SinaUC(map[string]int{"one": 1, "two": 2})),
		"something after it":                library(wordlisttest.Encrypt([]byte(`[["synthetic"]] and more of it`))),
		"deeper than any list":              library(wordlisttest.Encrypt([]byte(strings.Repeat("[", 5000) + `"a"` + strings.Repeat("]", 5000)))),
		"not JSON behind a right beginning": library(wordlisttest.Encrypt([]byte(`["synthetic", synthetic]`))),
	} {
		if got, err := sinaUC(b); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// A row of digits without end is not held.
func TestEndlessDigits(t *testing.T) {
	endless := append(wordlisttest.Encrypt([]byte(`["synthe`)), bytes.Repeat([]byte("0"), maxSinaUCDigits+1)...)
	if _, err := sinaUC(endless); !errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
	run := digitRun{wrong: true}
	if run.take('0', 0); len(run.digits) != 0 {
		t.Error("digits of what is no list are held")
	}
}

func TestUnreadable(t *testing.T) {
	b := library(five())
	broken := errors.New("bad sector")
	for name, c := range map[string]struct {
		r    io.ReaderAt
		size int64
		want error
	}{
		"an error of the disk":  {fixture.Broken{R: bytes.NewReader(b), Good: 700, Err: broken}, int64(len(b)), broken},
		"shorter than was said": {bytes.NewReader(b[:700]), int64(len(b)), io.ErrUnexpectedEOF},
	} {
		if got, err := SinaUC(c.r, c.size); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestHostile(t *testing.T) {
	lists := five()
	for name, b := range fixture.Hostile(lists, digitsOfBlock, len(lists)/2, len(lists)) {
		got, err := sinaUC(b)
		if err == nil && got.Entries <= 0 || err != nil && !errors.Is(err, ErrNone) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func FuzzSinaUC(f *testing.F) {
	f.Add(five())
	f.Add(library(five()))
	f.Add([]byte("00"))
	f.Add(wordlisttest.Encrypt([]byte(`{"a":[["b"`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := sinaUC(b)
		if err == nil && (got.Entries < 1 || got.Entries > len(b) || got.At < 0 || got.At >= int64(len(b))) {
			t.Errorf("%+v in %d bytes", got, len(b))
		}
	})
}

// What is decrypted is arbitrary too.
func FuzzWords(f *testing.F) {
	f.Add([]byte(`[["a","b"],["c"]]`))
	f.Add([]byte(`{"a":["b"]}   `))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := countWords(b); n < 0 || n > len(b)/2 {
			t.Errorf("%d words in %d bytes", n, len(b))
		}
	})
}
