package apple

import (
	"fmt"
	"slices"
)

// maxBERDepth bounds elements in elements. Real messages have about twelve.
const maxBERDepth = 32

const octetString, constructed = 0x04, 0x20

// definite rewrites a message with lengths that stand at its beginning: codesign
// writes the outer elements with none (X.690, 8.1.3.6), which package cms does
// not read. Elements that have a length are kept byte for byte, since they may
// be signed.
func definite(ber []byte) ([]byte, error) {
	der, _, err := element(ber, 0)
	return der, err
}

// element rewrites the first element and returns what follows it.
func element(b []byte, depth int) (der, rest []byte, err error) {
	if depth > maxBERDepth {
		return nil, nil, fmt.Errorf("%w: elements too deep", ErrDamaged)
	}
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return nil, nil, fmt.Errorf("%w: element of %d bytes", ErrDamaged, len(b))
	}
	tag := b[0]
	if b[1] == 0x80 {
		return indefinite(tag, b[2:], depth)
	}
	head, size := 2, uint64(b[1])
	if size > 0x80 {
		n := int(size & 0x7f)
		if n > 4 || len(b) < 2+n {
			return nil, nil, fmt.Errorf("%w: length of %d bytes", ErrDamaged, n)
		}
		head, size = 2+n, 0
		for _, c := range b[2:head] {
			size = size<<8 | uint64(c)
		}
	}
	if size > uint64(len(b)-head) {
		return nil, nil, fmt.Errorf("%w: element of %d bytes in %d", ErrDamaged, size, len(b)-head)
	}
	end := head + int(size)
	if tag&constructed == 0 {
		return b[:end], b[end:], nil
	}
	content, changed, err := elements(b[head:end], depth)
	if err != nil {
		return nil, nil, err
	}
	if !changed {
		return b[:end], b[end:], nil
	}
	return encode(tag, content), b[end:], nil
}

// elements rewrites all of them; changed is false where they are as they were.
func elements(b []byte, depth int) (content []byte, changed bool, err error) {
	whole := b
	for len(b) > 0 {
		der, rest, err := element(b, depth+1)
		if err != nil {
			return nil, false, err
		}
		changed = changed || &der[0] != &b[0] // what is kept is a part of what was given
		content, b = append(content, der...), rest
	}
	if !changed {
		return whole, false, nil
	}
	return content, true, nil
}

// indefinite rewrites an element that ends with two zeros. A text in pieces
// becomes one.
func indefinite(tag byte, b []byte, depth int) (der, rest []byte, err error) {
	if tag&constructed == 0 {
		return nil, nil, fmt.Errorf("%w: element without an end", ErrDamaged)
	}
	var content []byte
	for len(b) < 2 || b[0] != 0 || b[1] != 0 {
		var part []byte
		if part, b, err = element(b, depth+1); err != nil {
			return nil, nil, err
		}
		if tag == octetString|constructed {
			if part, err = octets(part); err != nil {
				return nil, nil, err
			}
		}
		content = append(content, part...)
	}
	if tag == octetString|constructed {
		tag = octetString
	}
	return encode(tag, content), b[2:], nil
}

// octets is what is in a piece of a text.
func octets(piece []byte) ([]byte, error) {
	if piece[0] != octetString {
		return nil, fmt.Errorf("%w: text in pieces of kind %#x", ErrDamaged, piece[0])
	}
	head := 2
	if piece[1] > 0x80 {
		head += int(piece[1] & 0x7f)
	}
	return piece[head:], nil
}

func encode(tag byte, content []byte) []byte {
	n := len(content)
	if n < 0x80 {
		return append([]byte{tag, byte(n)}, content...)
	}
	var length []byte
	for ; n > 0; n >>= 8 {
		length = append(length, byte(n))
	}
	slices.Reverse(length)
	return slices.Concat([]byte{tag, 0x80 | byte(len(length))}, length, content)
}
