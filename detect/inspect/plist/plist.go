package plist

import (
	"bytes"
	"errors"
	"fmt"
)

// Bounds on one list.
const (
	MaxSize    = 2 << 20 // bytes
	maxDepth   = 64
	maxObjects = 200_000 // built, however often one is referred to
	maxText    = 16 << 20
)

var (
	// ErrTooLarge says that a list is over a bound.
	ErrTooLarge = errors.New("property list too large")
	// ErrDamaged says that it is no property list.
	ErrDamaged = errors.New("damaged property list")
)

// Dict is a dictionary. Its values are string, int64, float64, bool, []byte,
// time.Time, UID, []any and Dict.
type Dict map[string]any

// UID is a reference of an archiver.
type UID uint64

// Parse reads a list whose outermost value is a dictionary.
func Parse(data []byte) (Dict, error) { return ParseLarge(data, MaxSize) }

// ParseLarge is Parse for a list of at most the given number of bytes: that of the
// files of a large bundle is longer than any other.
func ParseLarge(data []byte, most int) (Dict, error) {
	value, err := parseWithin(data, most)
	if err != nil {
		return nil, err
	}
	d, ok := value.(Dict)
	if !ok {
		return nil, fmt.Errorf("%w: its outermost value is no dictionary", ErrDamaged)
	}
	return d, nil
}

// ParseValue reads a list whose outermost value may be of any type that a Dict
// can hold.
func ParseValue(data []byte) (any, error) { return parseWithin(data, MaxSize) }

func parseWithin(data []byte, most int) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = nil, fmt.Errorf("%w: the reader stopped: %v", ErrDamaged, p)
		}
	}()
	if len(data) > most {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, len(data), most)
	}
	if bytes.HasPrefix(data, []byte(binaryMagic)) {
		value, err = parseBinary(data)
	} else {
		value, err = parseXML(data)
	}
	if err != nil {
		return nil, err
	}
	return value, nil
}

// Text is the value of a key where it is text, else empty.
func (d Dict) Text(key string) string {
	s, _ := d[key].(string)
	return s
}

// Dict is the value of a key where it is a dictionary, else nil.
func (d Dict) Dict(key string) Dict {
	v, _ := d[key].(Dict)
	return v
}

// List is the value of a key where it is an array, else nil.
func (d Dict) List(key string) []any {
	v, _ := d[key].([]any)
	return v
}

// budget is what may still be built of one list.
type budget struct{ objects, text int }

func newBudget() *budget { return &budget{maxObjects, maxText} }

func (b *budget) object(depth int) error {
	if b.objects--; b.objects < 0 {
		return fmt.Errorf("%w: more than %d objects", ErrTooLarge, maxObjects)
	}
	if depth > maxDepth {
		return fmt.Errorf("%w: more than %d lists in lists", ErrTooLarge, maxDepth)
	}
	return nil
}

func (b *budget) bytes(n int) error {
	if b.text -= n; b.text < 0 {
		return fmt.Errorf("%w: more than %d bytes of text", ErrTooLarge, maxText)
	}
	return nil
}
