// Package deb822 reads the paragraphs of fields in which Debian writes its
// control files, package indexes and release files (deb822(5)). Bytes go in,
// paragraphs come out one at a time, each within a bound.
package deb822

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

var (
	// ErrTooLarge is returned for a paragraph above the reader's limit.
	ErrTooLarge = errors.New("paragraph larger than the limit")
	// ErrMalformed is returned for a line that is neither field nor continuation.
	ErrMalformed = errors.New("malformed paragraph")
)

// Reader reads paragraphs from a stream.
type Reader struct {
	r     *bufio.Reader
	limit int
	buf   []byte
	err   error
}

// NewReader reads paragraphs of at most limit bytes each.
func NewReader(r io.Reader, limit int) *Reader {
	return &Reader{r: bufio.NewReaderSize(r, 64<<10), limit: limit}
}

// Next returns the bytes of the next paragraph, valid until the next call, and
// io.EOF after the last. Empty lines between paragraphs are passed over.
func (r *Reader) Next() ([]byte, error) {
	if r.err != nil {
		return nil, r.err
	}
	r.buf = r.buf[:0]
	lineStart := 0
	for {
		piece, err := r.r.ReadSlice('\n')
		if len(r.buf)+len(piece) > r.limit {
			r.err = ErrTooLarge
			return nil, r.err
		}
		r.buf = append(r.buf, piece...)
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			r.err = err
			if err == io.EOF && len(bytes.TrimSpace(r.buf)) > 0 {
				return r.buf, nil
			}
			return nil, err
		}
		if blank(r.buf[lineStart:]) {
			if lineStart > 0 {
				return r.buf[:lineStart], nil
			}
			r.buf = r.buf[:0]
		}
		lineStart = len(r.buf)
	}
}

func blank(line []byte) bool { return len(bytes.TrimRight(line, " \t\r\n")) == 0 }

// Fields are the fields of one paragraph, with names in lower case. The lines
// of a value after its first are kept with their leading blank.
type Fields map[string]string

// Get returns a field's value, whatever the case of its name.
func (f Fields) Get(name string) string { return f[strings.ToLower(name)] }

// Parse splits a paragraph into its fields. A field that is there twice is
// malformed: readers differ in which of them they believe.
func Parse(paragraph []byte) (Fields, error) {
	fields := Fields{}
	var name string
	var value strings.Builder
	flush := func() {
		if name != "" {
			fields[name] = strings.TrimRight(value.String(), "\n")
		}
	}
	for line := range bytes.Lines(paragraph) {
		line = bytes.TrimRight(line, " \t\r\n")
		switch {
		case len(line) == 0:
			continue
		case line[0] == ' ' || line[0] == '\t':
			if name == "" {
				return nil, fmt.Errorf("%w: it starts with a continuation", ErrMalformed)
			}
			value.WriteByte('\n')
			value.Write(line)
			continue
		}
		key, rest, ok := bytes.Cut(line, []byte{':'})
		if !ok || len(key) == 0 || bytes.ContainsAny(key, " \t") {
			return nil, fmt.Errorf("%w: a line without a field name", ErrMalformed)
		}
		flush()
		name = strings.ToLower(string(key))
		if _, twice := fields[name]; twice {
			return nil, fmt.Errorf("%w: field %q is there twice", ErrMalformed, name)
		}
		value.Reset()
		value.Write(bytes.TrimLeft(rest, " \t"))
	}
	flush()
	return fields, nil
}
