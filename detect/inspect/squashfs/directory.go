package squashfs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/archive"
)

// Bounds on the names of one image.
const (
	maxDepth  = 64
	maxLinks  = 16 // that lead to one another
	maxHeader = 256
	maxText   = 32 << 20 // bytes of all names and targets together
)

// Entry is something in an image that has a name.
type Entry struct {
	Name   string // relative to the image's root, any bytes but "/" inside a part
	Size   int64  // of a regular file
	Mode   fs.FileMode
	Target string // of a symbolic link
	ref    uint64
}

// Entries lists what is in the image, folder by folder: regular files and symbolic
// links. After more than limit names of whatever kind it fails with
// archive.ErrTooManyMembers; what was damaged ends the list with an error. The
// entries before an error are returned with it.
func (im *Image) Entries(ctx context.Context, limit int) ([]Entry, error) {
	w := &walk{im: im, ctx: ctx, left: limit, text: maxText}
	root, err := im.inode(im.super.root)
	if err != nil {
		return nil, err
	}
	if root.kind != folder {
		return nil, fmt.Errorf("%w: its root is no folder", ErrCorrupt)
	}
	err = w.folder(root, "", 0)
	return w.entries, err
}

type walk struct {
	im      *Image
	ctx     context.Context
	left    int
	text    int
	entries []Entry
}

func (w *walk) folder(dir inode, name string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: more than %d folders deep", ErrCorrupt, maxDepth)
	}
	return w.im.list(dir, func(base string, ref uint64) error {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if w.left--; w.left < 0 {
			return archive.ErrTooManyMembers
		}
		in, err := w.im.inode(ref)
		if err != nil {
			return err
		}
		at := path.Join(name, base)
		if w.text -= len(at) + len(in.target); w.text < 0 {
			return fmt.Errorf("%w: names of more than %d bytes", archive.ErrTooManyMembers, maxText)
		}
		switch in.kind {
		case folder:
			return w.folder(in, at, depth+1)
		case regular:
			w.entries = append(w.entries, Entry{Name: at, Size: in.size, Mode: in.mode, ref: ref})
		case link:
			w.entries = append(w.entries, Entry{Name: at, Mode: in.mode | fs.ModeSymlink, Target: in.target, ref: ref})
		}
		return nil
	})
}

// list calls each for the names of a folder. Its length counts three bytes for
// "." and "..", which are not there.
func (im *Image) list(dir inode, each func(base string, ref uint64) error) error {
	c := cursor{im: im, at: im.super.directories + dir.start, offset: dir.offset}
	left := dir.size - 3
	var b [12]byte
	le := binary.LittleEndian
	for left > 0 {
		if err := c.read(b[:]); err != nil {
			return fmt.Errorf("reading a folder: %w", err)
		}
		count, block := le.Uint32(b[:]), le.Uint32(b[4:])
		if count >= maxHeader {
			return fmt.Errorf("%w: a folder with a run of %d names", ErrCorrupt, count)
		}
		left -= 12
		for range count + 1 {
			base, place, size, err := c.name()
			if err != nil {
				return err
			}
			left -= size
			if err := each(base, uint64(block)<<16|uint64(place)); err != nil {
				return err
			}
		}
	}
	return nil
}

// name reads one name of a folder, and where in its block the inode lies.
func (c *cursor) name() (base string, place uint16, size int64, err error) {
	var b [8]byte
	if err := c.read(b[:]); err != nil {
		return "", 0, 0, fmt.Errorf("reading a folder: %w", err)
	}
	le := binary.LittleEndian
	n := int(le.Uint16(b[6:])) + 1
	if n > 256 {
		return "", 0, 0, fmt.Errorf("%w: a name of %d bytes", ErrCorrupt, n)
	}
	text := make([]byte, n)
	if err := c.read(text); err != nil {
		return "", 0, 0, fmt.Errorf("reading a folder: %w", err)
	}
	base = string(text)
	if base == "." || base == ".." || strings.ContainsAny(base, "/\x00") {
		return "", 0, 0, fmt.Errorf("%w: a name that is none: %q", ErrCorrupt, base)
	}
	return base, le.Uint16(b[:]), 8 + int64(n), nil
}

// Find returns the regular file of a name, through symbolic links that stay in the
// image. The error wraps fs.ErrNotExist where there is none.
func Find(entries []Entry, name string) (Entry, error) {
	byName := map[string]Entry{}
	for _, e := range entries {
		byName[e.Name] = e
	}
	for range maxLinks {
		e, ok := byName[name]
		switch {
		case !ok:
			return Entry{}, fs.ErrNotExist
		case e.Mode&fs.ModeSymlink == 0:
			return e, nil
		case path.IsAbs(e.Target):
			name = strings.TrimPrefix(path.Clean(e.Target), "/")
		default:
			name = strings.TrimPrefix(path.Join("/", path.Dir(name), e.Target), "/")
		}
	}
	return Entry{}, errors.Join(fs.ErrNotExist, errors.New("links lead in a circle"))
}
