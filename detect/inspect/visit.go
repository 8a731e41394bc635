package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/chatvet/chatvet/detect/digest"
	"github.com/chatvet/chatvet/detect/inspect/apk"
	"github.com/chatvet/chatvet/detect/inspect/archive"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/sign/apple"
	"github.com/chatvet/chatvet/signatures"
)

// visit is the work on one outer file and everything inside it.
type visit struct {
	in     *Inspector
	ctx    context.Context
	outer  string
	budget *archive.Budget
	gaps   []inventory.Gap
	inside int   // builds found inside so far
	memory int64 // bytes of members that are held at this moment
	large  bool  // holds Inspector.large
	// scratch is a block that the next member is read into.
	scratch []byte
}

// file is one file during the visit: the outer one, or a member.
type file struct {
	Result
	name     string
	r        io.ReaderAt
	size     int64
	depth    int // 0 for the outer file
	md5      bool
	partOf   signatures.Format
	thorough bool
	script   bool
	// takers are what a reader wants of the one pass over the file, beside the
	// digests; settle is called when it is over, with true where they got all.
	takers []digest.Taker
	settle func(complete bool)
	apk    *apk.File // of an Android package
	sha256 bool
	bundle *apple.Bundle // around the main program of one
	closed bool          // a container that is not worth opening
}

func (f *file) fact(k signatures.Kind, value string) {
	if value != "" {
		f.Facts = append(f.Facts, signatures.Fact{Kind: k, Value: value, Place: f.place(k)})
	}
}

// place is the file, but for facts that speak of a build as a whole.
func (f *file) place(k signatures.Kind) string {
	if info, ok := k.Info(); ok && info.WholeBuild {
		return ""
	}
	return f.name
}

// at returns n bytes at an offset, or nil.
func (f *file) at(offset, n int64) []byte {
	if offset < 0 || offset > f.size-n {
		return nil
	}
	b := make([]byte, n)
	if got, _ := f.r.ReadAt(b, offset); int64(got) < n {
		return nil
	}
	return b
}

func (v *visit) file(f *file) Result {
	f.File.Path, f.File.Size = f.name, f.size
	f.Format = signatures.Unknown
	head, err := readHead(f.r, f.size)
	if err != nil {
		v.unread(f, whatFile, err)
	}
	f.Format = Sniff(head)
	f.Format = v.refined(f, head)
	v.noteBeginning(f, head)
	if f.Format == signatures.Unknown && f.script {
		f.Format = signatures.Script
	}
	if f.Format == signatures.Unknown && !f.thorough && !f.md5 && !f.sha256 {
		return f.Result
	}
	if f.Format != signatures.Unknown || f.thorough {
		f.fact(signatures.FileName, baseName(f.name))
	}
	v.read(f)
	v.digest(f)
	if f.settle != nil {
		v.protect(f, whatSignature, func() { f.settle(f.File.State == "") })
	}
	v.open(f)
	return f.Result
}

func readHead(r io.ReaderAt, size int64) ([]byte, error) {
	head := make([]byte, max(0, min(size, headSize)))
	n, err := r.ReadAt(head, 0)
	if n == len(head) {
		return head, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return head[:n], err
}

// unread notes that a file could not be read to its end. A file that is shorter
// than it was a moment ago changed meanwhile.
func (v *visit) unread(f *file, what string, err error) {
	state := gapUnreadable
	switch {
	case v.ctx.Err() != nil:
		state = stateIncomplete
	case errors.Is(err, io.ErrUnexpectedEOF):
		state = gapChanged
	}
	if f.File.State != "" {
		return // told already
	}
	f.File.State = state
	kind := state
	if state == stateIncomplete {
		kind = gapStopped
	}
	v.gap(f.name, what, kind, err.Error())
}

// protect runs one reader; a panic in it becomes a gap.
func (v *visit) protect(f *file, what string, run func()) {
	defer func() {
		if p := recover(); p != nil {
			v.gap(f.name, what, gapCorrupt, fmt.Sprintf("the reader for %s stopped: %v", f.Format, p))
		}
	}()
	run()
}

func (v *visit) refined(f *file, head []byte) (format signatures.Format) {
	format = signatures.Unknown
	v.protect(f, whatFile, func() { format = refine(f, head) })
	return format
}

// read hands the file to the reader of its format.
func (v *visit) read(f *file) {
	r, ok := readerOf(f.Format)
	switch {
	case !ok && f.Format != signatures.Unknown:
		v.gap(f.name, whatInside, gapNotOpened, fmt.Sprintf("chatvet does not open files of format %s yet", f.Format))
	case ok && r.facts != nil:
		v.protect(f, whatPart, func() { r.facts(v, f) })
	}
}

// digest takes the digests that the list can use and searches for its patterns,
// in one pass.
func (v *visit) digest(f *file) {
	f.Collected = inventory.Collected{List: v.in.list.Version, Digests: []string{}}
	if f.File.State != "" && f.File.State != stateIncomplete {
		return
	}
	if f.size > v.in.limits.FileSize {
		f.File.State = gapTooLarge
		v.gap(f.name, whatDigest, gapTooLarge, fmt.Sprintf("%d bytes, the limit is %d", f.size, v.in.limits.FileSize))
		return
	}
	search := v.in.search(f.Format)
	if search.err != nil {
		v.gap(f.name, whatDigest, gapNotOpened, fmt.Sprintf("building the search: %v", search.err))
	}
	kinds := v.in.list.Digests(f.Format)
	if f.partOf != "" {
		kinds = append(kinds, v.in.list.Digests(f.partOf)...)
	}
	want := digest.Want(kinds)
	want.MD5, want.SHA256 = want.MD5 || f.md5, want.SHA256 || f.sha256
	want.Also = f.takers
	if f.File.State == stateIncomplete {
		want = digest.Request{} // the digests of a part would be no digests of the file
	}
	want.Search = search.searcher
	var got digest.Result
	err := errors.New("the digests were not finished")
	v.protect(f, whatDigest, func() { got, err = digest.File(v.ctx, f.r, f.size, want) })
	for _, hit := range got.Hits {
		f.Facts = append(f.Facts, contentFact(f.name, search.set.Patterns[hit.Pattern], hit.Offset))
	}
	if err != nil {
		v.unread(f, whatDigest, err)
		return
	}
	if f.File.State != "" {
		return
	}
	f.File.SHA256, f.File.SHA1, f.File.MD5 = got.SHA256, got.SHA1, got.MD5
	f.Collected.Patterns = search.set.ID
	for _, d := range []struct{ name, sum string }{{"sha256", got.SHA256}, {"sha1", got.SHA1}, {"md5", got.MD5}} {
		if d.sum != "" {
			f.Collected.Digests = append(f.Collected.Digests, d.name)
		}
	}
}

func contentFact(place string, p signatures.Pattern, offset int64) signatures.Fact {
	at := fmt.Sprintf("%#x", offset)
	switch p.Encoding {
	case signatures.ASCII:
		at += " ascii"
	case signatures.UTF16LE:
		at += " utf-16le"
	}
	return signatures.Fact{Kind: signatures.Content, Value: p.Name, Place: place, At: at}
}

// open goes into a container.
func (v *visit) open(f *file) {
	r, ok := readerOf(f.Format)
	if !ok || r.walk == nil || f.closed {
		return
	}
	if f.depth >= v.in.limits.Depth {
		v.gap(f.name, whatInside, gapTooDeep, fmt.Sprintf("inside %d other containers", f.depth))
		return
	}
	v.protect(f, whatInside, func() { v.walk(f, r.walk) })
}

// meter counts the bytes that were read.
type meter struct {
	r io.ReaderAt
	n atomic.Int64
}

func (m *meter) ReadAt(p []byte, off int64) (int, error) {
	n, err := m.r.ReadAt(p, off)
	m.n.Add(int64(n))
	return n, err
}
