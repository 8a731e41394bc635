package signatures

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
)

var errTruncated = errors.New("the compiled list ends too early")

// reader reads the unpacked compiled form. After the first error it reads
// nothing more.
type reader struct {
	in    []byte
	texts []string
	plans map[reflect.Type]plan
	depth int
	err   error
}

// plan is what the reader needs to know of a type.
type plan struct {
	fields    []int // of a struct, in order
	leastSize int   // the fewest bytes that a value takes
}

func (r *reader) plan(t reflect.Type) plan {
	p, known := r.plans[t]
	if !known {
		p.leastSize = leastSize(t)
		if t.Kind() == reflect.Struct {
			p.fields = writtenFields(t)
		}
		r.plans[t] = p
	}
	return p
}

func (r *reader) document(v reflect.Value) {
	if shape := r.rawText(); r.err == nil && shape != shapeOf(v.Type(), nil) {
		r.fail(errors.New("the compiled list was made by another version of chatvet"))
	}
	// Every text takes a byte at least, so the count is bounded by the input.
	for range r.count(1) {
		r.texts = append(r.texts, r.rawText())
	}
	r.value(v)
	if r.err == nil && len(r.in) > 0 {
		r.fail(fmt.Errorf("%d bytes after the end of the compiled list", len(r.in)))
	}
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err, r.in = err, nil
	}
}

func (r *reader) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(r.text())
	case reflect.Int:
		n, size := binary.Varint(r.in)
		v.SetInt(n)
		r.skip(size)
	case reflect.Bool:
		v.SetBool(r.bool())
	case reflect.Slice:
		r.slice(v)
	case reflect.Pointer:
		if r.bool() {
			v.Set(reflect.New(v.Type().Elem()))
			if r.enter() {
				r.value(v.Elem())
				r.depth--
			}
		}
	case reflect.Struct:
		for _, i := range r.plan(v.Type()).fields {
			r.value(v.Field(i))
		}
	}
}

func (r *reader) slice(v reflect.Value) {
	n := r.count(r.plan(v.Type().Elem()).leastSize)
	if n == 0 {
		return
	}
	// Nested counts could each claim the whole rest of the input, so memory is
	// taken as the elements come.
	v.Set(reflect.MakeSlice(v.Type(), 0, min(n, 16)))
	if !r.enter() {
		return
	}
	for i := 0; i < n && r.err == nil; i++ {
		if i == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(i + 1)
		r.value(v.Index(i))
	}
	r.depth--
}

func (r *reader) enter() bool {
	if r.depth++; r.depth > maxCompiledPointers {
		r.fail(errors.New("the compiled list is nested too deeply"))
		return false
	}
	return true
}

// leastSize is the fewest bytes that a value of the type takes.
func leastSize(t reflect.Type) int {
	if t.Kind() != reflect.Struct {
		return 1
	}
	size := 0
	for _, i := range writtenFields(t) {
		size += leastSize(t.Field(i).Type)
	}
	return size
}

// count reads how many elements follow, each of at least so many bytes.
func (r *reader) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.in)/size) {
		r.fail(errTruncated)
		return 0
	}
	return int(n)
}

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.in)
	r.skip(size)
	return n
}

func (r *reader) skip(size int) {
	if size <= 0 || size > len(r.in) {
		r.fail(errTruncated)
		return
	}
	r.in = r.in[size:]
}

func (r *reader) bool() bool {
	if len(r.in) == 0 {
		r.fail(errTruncated)
		return false
	}
	b := r.in[0]
	if b > 1 {
		r.fail(fmt.Errorf("%d where the compiled list says yes or no", b))
	}
	r.skip(1)
	return b == 1
}

func (r *reader) rawText() string {
	n := r.count(1)
	s := string(r.in[:n])
	r.in = r.in[n:]
	return s
}

func (r *reader) text() string {
	n := r.uvarint()
	if n >= uint64(len(r.texts)) {
		r.fail(errors.New("the compiled list names a text that it does not have"))
		return ""
	}
	return r.texts[n]
}
