package msi

import (
	"bytes"
	"context"
	"fmt"
	"hash"
	"io"
	"slices"
)

// Digest takes the digest that a package's signature is about: where there is an
// extended one, first the digest of the directory's own fields, which is also
// returned; then the contents of every stream but those of the signature, and
// the class of each storage, in the order of their names' bytes. New makes the
// hash.
//
// This is another pass over the file: streams are not stored in that order.
func (f *File) Digest(ctx context.Context, new func() hash.Hash) (sum, directory []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the reader stopped: %v", ErrDamaged, p)
		}
	}()
	h := new()
	if f.Extended != nil {
		d := new()
		f.digestFields(d, 0)
		directory = d.Sum(nil)
		h.Write(directory)
	}
	left := f.compound.size // streams that share their bytes would make this take for ever
	if err := f.digestContents(ctx, h, 0, &left); err != nil {
		return nil, nil, err
	}
	return h.Sum(nil), directory, nil
}

// signed are the children of a storage in the order in which they are digested.
func (f *File) signed(storage int) []int {
	entries := f.compound.entries
	all := slices.DeleteFunc(slices.Clone(entries[storage].children), func(n int) bool {
		name := decodeName(entries[n].name)
		return name == signatureName || name == extendedName
	})
	slices.SortStableFunc(all, func(a, b int) int { return bytes.Compare(entries[a].name, entries[b].name) })
	return all
}

func (f *File) digestContents(ctx context.Context, h hash.Hash, storage int, left *int64) error {
	for _, n := range f.signed(storage) {
		e := &f.compound.entries[n]
		switch e.kind {
		case streamEntry:
			if *left -= e.size; *left < 0 {
				return fmt.Errorf("%w: more in its streams than in the file", ErrDamaged)
			}
			r, err := f.compound.stream(e)
			if err != nil {
				return fmt.Errorf("stream %q: %w", decodeName(e.name), err)
			}
			if _, err := io.CopyBuffer(h, stopping{ctx, r}, make([]byte, 64<<10)); err != nil {
				return fmt.Errorf("stream %q: %w", decodeName(e.name), err)
			}
		case storageEntry:
			if err := f.digestContents(ctx, h, n, left); err != nil {
				return err
			}
		}
	}
	h.Write(f.compound.entries[storage].class[:])
	return nil
}

// digestFields takes the fields of a storage and of all in it.
func (f *File) digestFields(h hash.Hash, storage int) {
	f.compound.entries[storage].digest(h)
	for _, n := range f.signed(storage) {
		switch e := &f.compound.entries[n]; e.kind {
		case streamEntry:
			e.digest(h)
		case storageEntry:
			f.digestFields(h, n)
		}
	}
}

func (e *entry) digest(h hash.Hash) {
	if e.kind != rootEntry {
		h.Write(e.name)
	}
	if e.kind == streamEntry {
		h.Write(e.rawSize[:])
	} else {
		h.Write(e.class[:])
	}
	h.Write(e.state[:])
	if e.kind != rootEntry {
		h.Write(e.times[:])
	}
}

// stopping ends a stream with the context's error.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
