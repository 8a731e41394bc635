package inspect

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// InsideMark stands in a place between a container and the name of a member.
const InsideMark = "!/"

const (
	maxInside   = 4096      // builds inside one outer file
	maxSiblings = 256       // names worth noting in one container
	maxMember   = 256 << 20 // bytes of one member that are read
	maxMemory   = 384 << 20 // bytes of members that one visit keeps at a time
	largeMember = 16 << 20  // above, only one visit at a time keeps members
)

var errTooLarge = errors.New("too large to be read inside a container")

// container is one archive while its members are visited.
type container struct {
	*file
	siblings []string       // full names of members that the list knows as siblings
	closed   map[string]int // members that could not be opened, by kind of gap
}

// walk visits the members of f.
func (v *visit) walk(f *file, walk archive.Walk) {
	c := &container{file: f, closed: map[string]int{}}
	limits := archive.Limits{Members: v.in.limits.Members, Budget: v.budget}
	err := walk(v.ctx, f.r, f.size, limits, func(m archive.Member, body io.Reader) error {
		return v.member(c, m, body)
	})
	if err != nil {
		v.gap(f.name, whatInside, kindOf(err), err.Error())
	}
	for _, kind := range []string{gapEncrypted, gapNotOpened} {
		if n := c.closed[kind]; n > 0 {
			v.gap(f.name, whatInside, kind, fmt.Sprintf("files inside that could not be opened because of this: %d", n))
		}
	}
	v.addSiblings(c)
}

// member looks at one member and goes on where it is a program or a package. It
// returns an error only where the walk has to end.
func (v *visit) member(c *container, m archive.Member, body io.Reader) error {
	name := memberName(m.Name)
	if len(c.siblings) < maxSiblings && v.in.list.Wanted(signatures.SiblingName, path.Base(name)) {
		c.siblings = append(c.siblings, name)
	}
	place := c.name + InsideMark + name
	head := make([]byte, headSize)
	n, err := fill(body, head)
	head = head[:n]
	if Sniff(head) == signatures.Unknown && !archive.Compressed(head) {
		if err == io.EOF {
			err = nil
		}
		return v.failed(c, place, err)
	}
	if v.inside == maxInside {
		return fmt.Errorf("%w: more than %d programs and packages inside", archive.ErrTooManyMembers, maxInside)
	}
	contents, err := v.spool(io.MultiReader(bytes.NewReader(head), after(err, body)))
	defer func() { v.memory -= contents.size }()
	if stop := v.failed(c, place, err); stop != nil {
		return stop
	}
	if errors.Is(err, errTooLarge) {
		return nil
	}
	v.build(c, place, contents, err)
	return nil
}

// after is what follows the head of a member: its end or error where that was
// met already, for not every reader says it twice.
func after(err error, body io.Reader) io.Reader {
	if err == nil {
		return body
	}
	return failing{err}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// failed notes why a member could not be read, and returns the errors that end
// the walk.
func (v *visit) failed(c *container, place string, err error) error {
	switch kind := kindOf(err); {
	case err == nil:
		return nil
	case kind == gapStopped, errors.Is(err, archive.ErrExpansion):
		return err
	case kind == gapEncrypted, kind == gapNotOpened:
		c.closed[kind]++
	default:
		v.gap(place, whatFile, kind, err.Error())
	}
	return nil
}

// build inspects a member as a file of its own.
func (v *visit) build(c *container, place string, contents blocks, incomplete error) {
	f := &file{name: place, r: contents, size: contents.size, depth: c.depth + 1}
	if incomplete != nil {
		f.File.State = stateIncomplete
	}
	r := v.file(f)
	if r.Format == signatures.Unknown || !v.worthKeeping(r) {
		return
	}
	v.inside++
	b := inventory.Build{
		Product: r.Product, Version: r.Version, Arch: r.Arch, Path: place, Format: r.Format,
		Origin:     inventory.Origin{How: "inside"},
		Signatures: r.Signatures, Files: []inventory.File{r.File}, Facts: r.Facts,
		Collected: r.Collected, Inside: r.Inside,
	}
	b.SetID()
	c.Inside = append(c.Inside, b)
}

// worthKeeping is false for containers in containers in which there is nothing:
// documents and the like are zip files too.
func (v *visit) worthKeeping(r Result) bool {
	if r.Format != signatures.Zip && r.Format != signatures.Tar {
		return true
	}
	return len(r.Inside) > 0 || v.in.list.Wanted(signatures.FileSHA256, r.File.SHA256)
}

// addSiblings tells each program which names that the list knows lie beside it,
// and puts the builds into a fixed order.
func (v *visit) addSiblings(c *container) {
	for i := range c.Inside {
		b := &c.Inside[i]
		own := strings.TrimPrefix(b.Path, c.name+InsideMark)
		for _, s := range c.siblings {
			if s != own && path.Dir(s) == path.Dir(own) {
				b.Facts = append(b.Facts, signatures.Fact{Kind: signatures.SiblingName, Value: path.Base(s)})
			}
		}
	}
	slices.SortStableFunc(c.Inside, func(a, b inventory.Build) int { return cmp.Compare(a.Path, b.Path) })
}

// blocks hold a member that was unpacked. They grow with what really came, not
// with what the archive claimed.
type blocks struct {
	parts [][]byte // each blockSize long, but the last
	size  int64
}

const blockSize = 256 << 10

func (b blocks) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	n := 0
	for n < len(p) && off < b.size {
		part := b.parts[off/blockSize]
		got := copy(p[n:], part[off%blockSize:])
		n += got
		off += int64(got)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// spool takes a member into memory. What came before an error is returned with
// it.
func (v *visit) spool(r io.Reader) (b blocks, err error) {
	for {
		if v.scratch == nil {
			v.scratch = make([]byte, blockSize)
		}
		n, err := fill(r, v.scratch)
		b.size += int64(n)
		v.memory += int64(n)
		if n == blockSize {
			b.parts = append(b.parts, v.scratch)
			v.scratch = nil
		} else {
			b.parts = append(b.parts, bytes.Clone(v.scratch[:n]))
		}
		switch {
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return b, nil
		case err != nil:
			return b, err
		case b.size > maxMember || v.memory > maxMemory:
			return b, fmt.Errorf("%w: more than %d bytes", errTooLarge, b.size-1)
		case b.size > largeMember:
			if err := v.hold(); err != nil {
				return b, err
			}
		}
	}
}

// fill reads until p is full. Unlike io.ReadFull it returns the stream's own
// error, so that the end of a member and a member that is cut off stay apart.
func fill(r io.Reader, p []byte) (n int, err error) {
	for idle := 0; n < len(p) && err == nil; {
		var got int
		got, err = r.Read(p[n:])
		n += got
		if idle++; got > 0 {
			idle = 0
		} else if err == nil && idle > 100 {
			err = io.ErrNoProgress
		}
	}
	if n == len(p) {
		err = nil
	}
	return n, err
}

// hold waits until no other visit keeps large members in memory.
func (v *visit) hold() error {
	if v.large {
		return nil
	}
	select {
	case v.in.large <- struct{}{}:
		v.large = true
		return nil
	case <-v.ctx.Done():
		return v.ctx.Err()
	}
}

func (v *visit) release() {
	if v.large {
		<-v.in.large
	}
}
