package asar

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// parser goes through the JSON text token by token, so that nothing is kept of
// it but what an entry needs.
type parser struct {
	*json.Decoder
	out      *File
	contents int64 // where the first file begins
	size     int64 // of the archive
	paths    int   // bytes of all paths so far
	entries  int
}

// maxProblems bounds what is said of one archive.
const maxProblems = 16

func newParser(text io.Reader, out *File, contents, size int64) *parser {
	p := &parser{Decoder: json.NewDecoder(text), out: out, contents: contents, size: size}
	p.UseNumber()
	return p
}

// header reads the whole text: an object with the root folder in it.
func (p *parser) header() error {
	if err := p.open('{'); err != nil {
		return err
	}
	found := false
	err := p.object(func(key string) error {
		if key != "files" {
			return p.skip(0)
		}
		found = true
		if err := p.open('{'); err != nil {
			return err
		}
		return p.folder("", 1)
	})
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("%w: its header names no files", ErrNotASAR)
	}
	if _, err := p.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows its header", ErrNotASAR)
	}
	return nil
}

// folder reads the entries of a folder whose opening brace was read.
func (p *parser) folder(prefix string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: more than %d folders in each other", ErrTooMany, maxDepth)
	}
	return p.object(func(name string) error {
		path := name
		if prefix != "" {
			path = prefix + "/" + name
		}
		p.entries++
		p.paths += len(path)
		if p.entries > maxEntries || len(path) > maxPath || p.paths > maxPaths {
			return fmt.Errorf("%w: more than %d files, or paths that are too long", ErrTooMany, maxEntries)
		}
		return p.entry(path, depth)
	})
}

// raw is an entry as the header writes it.
type raw struct {
	Entry
	folder    bool
	offset    string
	algorithm string
	hash      string
}

func (p *parser) entry(path string, depth int) error {
	if err := p.open('{'); err != nil {
		return err
	}
	e := raw{Entry: Entry{Name: path, Size: -1}}
	err := p.object(func(key string) error { return p.field(&e, key, depth) })
	if err != nil || e.folder {
		return err
	}
	p.add(e)
	return nil
}

func (p *parser) field(e *raw, key string, depth int) (err error) {
	switch key {
	case "files":
		e.folder = true
		if err := p.open('{'); err != nil {
			return err
		}
		return p.folder(e.Name, depth+1)
	case "size":
		var n json.Number
		if err = p.Decode(&n); err == nil {
			e.Size, err = strconv.ParseInt(string(n), 10, 64)
		}
	case "offset":
		err = p.Decode(&e.offset)
	case "unpacked":
		err = p.Decode(&e.Unpacked)
	case "link":
		err = p.Decode(&e.Link)
	case "integrity":
		return p.integrity(e)
	default:
		return p.skip(depth)
	}
	if err != nil {
		return fmt.Errorf("%w: %s of an entry: %w", ErrNotASAR, key, err)
	}
	return nil
}

// integrity reads an entry's record: algorithm, hash, blockSize and blocks.
func (p *parser) integrity(e *raw) error {
	var record struct {
		Algorithm string   `json:"algorithm"`
		Hash      string   `json:"hash"`
		BlockSize int64    `json:"blockSize"`
		Blocks    []string `json:"blocks"`
	}
	if err := p.Decode(&record); err != nil {
		return fmt.Errorf("%w: integrity of an entry: %w", ErrNotASAR, err)
	}
	e.algorithm, e.hash = record.Algorithm, strings.ToLower(record.Hash)
	e.BlockSize, e.Blocks = record.BlockSize, record.Blocks
	return nil
}

// add checks an entry that is no folder and takes it in.
func (p *parser) add(e raw) {
	switch {
	case e.Link != "":
		e.Size = 0
	case e.Size < 0:
		p.problem("%s has no size", e.Name)
		return
	case !e.Unpacked:
		offset, err := strconv.ParseInt(e.offset, 10, 64)
		if err != nil || offset < 0 || offset > p.size-p.contents || e.Size > p.size-p.contents-offset {
			p.problem("%s lies outside the archive", e.Name)
			return
		}
		e.Offset = p.contents + offset
	}
	if e.algorithm == "SHA256" {
		e.SHA256 = e.hash
	} else if e.algorithm != "" || e.hash != "" {
		p.problem("%s is recorded by an algorithm that is not known here", e.Name)
	}
	p.out.Entries = append(p.out.Entries, e.Entry)
}

func (p *parser) problem(format string, args ...any) {
	if len(p.out.Problems) < maxProblems {
		p.out.Problems = append(p.out.Problems, fmt.Sprintf(format, args...))
	}
}

// open reads an opening brace or bracket.
func (p *parser) open(want json.Delim) error {
	token, err := p.Token()
	if err != nil {
		return fmt.Errorf("%w: its header: %w", ErrNotASAR, err)
	}
	if token != want {
		return fmt.Errorf("%w: its header has %v where %v must be", ErrNotASAR, token, want)
	}
	return nil
}

// object calls visit for each key of an object whose opening brace was read;
// visit reads the value.
func (p *parser) object(visit func(key string) error) error {
	for p.More() {
		token, err := p.Token()
		if err != nil {
			return fmt.Errorf("%w: its header: %w", ErrNotASAR, err)
		}
		key, ok := token.(string)
		if !ok {
			return fmt.Errorf("%w: its header has %v where a name must be", ErrNotASAR, token)
		}
		if err := visit(key); err != nil {
			return err
		}
	}
	return p.open('}')
}

// skip reads over a value of any kind.
func (p *parser) skip(depth int) error {
	for level := 0; ; {
		token, err := p.Token()
		if err != nil {
			return fmt.Errorf("%w: its header: %w", ErrNotASAR, err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			level++
		case json.Delim('}'), json.Delim(']'):
			level--
		}
		if level+depth > 2*maxDepth {
			return fmt.Errorf("%w: more than %d values in each other", ErrTooMany, 2*maxDepth)
		}
		if level == 0 {
			return nil
		}
	}
}
