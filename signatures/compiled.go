package signatures

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// The compiled form is magic, then one zstd frame (RFC 8878) with a checksum,
// in which stand: the shape of the Go types (so that a program never reads
// what another one's types wrote), a table of the texts in order of first use,
// and the list itself, field by field: numbers as varints, texts as numbers of
// the table, slices as length and elements, pointers as 0 or 1 and what they
// point to.
//
// Compression also keeps the patterns out of sight, for chatvet's own program
// must not be found by its own search.
//
// BenchmarkLoad says how it compares with gob and JSON.
const (
	compiledMagic       = "chatvet-list-1\n"
	maxCompiledSize     = 32 << 20 // unpacked, in bytes
	maxCompiledPointers = 64       // pointers and slices inside one another
)

//go:embed compiled.bin
var compiled []byte

var embedded = sync.OnceValues(func() (*List, error) {
	l, err := Decode(compiled)
	if err != nil {
		return nil, fmt.Errorf("reading the built-in list: %w", err)
	}
	return l, nil
})

// Embedded returns the list that was compiled into the program. The first call
// unpacks it, later ones return the same list.
func Embedded() (*List, error) { return embedded() }

// compiledList is what of a List is written down.
type compiledList struct {
	Version, Issued string
	Families        []*Family
	Clients         []*Client
	Helplines       []Helpline
}

// Encode writes the compiled form of a list. The same list always gives the
// same bytes. Lines in the YAML source are left out.
func Encode(l *List) ([]byte, error) {
	plain := encodeUnpacked(l)
	if len(plain) > maxCompiledSize {
		return nil, fmt.Errorf("the list is %d bytes long unpacked, the most is %d", len(plain), maxCompiledSize)
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return z.EncodeAll(plain, []byte(compiledMagic)), nil
}

func encodeUnpacked(l *List) []byte {
	w := writer{numbers: map[string]uint64{}}
	w.value(reflect.ValueOf(compiledList{l.Version, l.Issued, l.Families, l.Clients, l.Helplines}))

	plain := appendText(nil, shapeOf(reflect.TypeFor[compiledList](), nil))
	plain = binary.AppendUvarint(plain, uint64(len(w.texts)))
	for _, text := range w.texts {
		plain = appendText(plain, text)
	}
	return append(plain, w.out...)
}

// Decode reads the compiled form and indexes it.
func Decode(data []byte) (*List, error) {
	if len(data) < len(compiledMagic) || string(data[:len(compiledMagic)]) != compiledMagic {
		return nil, errors.New("not a compiled list")
	}
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxCompiledSize))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	plain, err := z.DecodeAll(data[len(compiledMagic):], nil)
	if err != nil {
		return nil, fmt.Errorf("unpacking: %w", err)
	}
	return decodeUnpacked(plain)
}

func decodeUnpacked(plain []byte) (*List, error) {
	var c compiledList
	r := reader{in: plain, plans: map[reflect.Type]plan{}}
	r.document(reflect.ValueOf(&c).Elem())
	if r.err != nil {
		return nil, r.err
	}
	if slices.Contains(c.Families, nil) || slices.Contains(c.Clients, nil) {
		return nil, errors.New("the compiled list has a hole")
	}
	return NewList(c.Version, c.Issued, c.Families, c.Clients).WithHelplines(c.Helplines), nil
}

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// shapeOf spells a type out: names of fields and kinds of values, in order.
func shapeOf(t reflect.Type, inside []reflect.Type) string {
	for _, outer := range inside {
		if outer == t {
			return "^" + t.Name()
		}
	}
	inside = append(inside, t)
	switch t.Kind() {
	case reflect.Struct:
		shape := "{"
		for _, i := range writtenFields(t) {
			shape += t.Field(i).Name + " " + shapeOf(t.Field(i).Type, inside) + ";"
		}
		return shape + "}"
	case reflect.Slice:
		return "[]" + shapeOf(t.Elem(), inside)
	case reflect.Pointer:
		return "*" + shapeOf(t.Elem(), inside)
	}
	return t.Kind().String()
}

// writtenFields are all but the one that belongs to the YAML source alone.
func writtenFields(t reflect.Type) []int {
	var fields []int
	for i := range t.NumField() {
		if t.Field(i).Name != "Line" {
			fields = append(fields, i)
		}
	}
	return fields
}

type writer struct {
	out     []byte
	texts   []string
	numbers map[string]uint64
}

func (w *writer) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		w.text(v.String())
	case reflect.Int:
		w.out = binary.AppendVarint(w.out, v.Int())
	case reflect.Bool:
		w.bool(v.Bool())
	case reflect.Slice:
		w.out = binary.AppendUvarint(w.out, uint64(v.Len()))
		for i := range v.Len() {
			w.value(v.Index(i))
		}
	case reflect.Pointer:
		w.bool(!v.IsNil())
		if !v.IsNil() {
			w.value(v.Elem())
		}
	case reflect.Struct:
		for _, i := range writtenFields(v.Type()) {
			w.value(v.Field(i))
		}
	default:
		panic("a list cannot hold a " + v.Kind().String()) // a type of this package, not input
	}
}

func (w *writer) bool(b bool) {
	if b {
		w.out = append(w.out, 1)
	} else {
		w.out = append(w.out, 0)
	}
}

func (w *writer) text(s string) {
	n, known := w.numbers[s]
	if !known {
		n = uint64(len(w.texts))
		w.numbers[s] = n
		w.texts = append(w.texts, s)
	}
	w.out = binary.AppendUvarint(w.out, n)
}
