package ostree

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// The parts of GVariant that the objects need ("GVariant Specification", section
// 2.4: arrays and tuples of values of variable size have the ends of these values
// behind them, each in 1, 2, 4 or 8 bytes by the size of the whole, those of a
// tuple in reverse order).

// offsetSize is the size of one end in a container.
func offsetSize(container int) int {
	switch {
	case container <= 0xff:
		return 1
	case container <= 0xffff:
		return 2
	}
	return 4
}

// offset reads an end, in little-endian order.
func offset(b []byte) int {
	v := 0
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | int(b[i])
	}
	return v
}

// ends reads the n ends behind the members of a tuple, the first one first.
func ends(tuple []byte, n int) (all []int, rest int, err error) {
	size := offsetSize(len(tuple))
	rest = len(tuple) - n*size
	if rest < 0 {
		return nil, 0, fmt.Errorf("%w: a tuple of %d bytes", ErrMalformed, len(tuple))
	}
	before := 0
	for i := range n {
		at := len(tuple) - (i+1)*size
		end := offset(tuple[at : at+size])
		if end < before || end > rest {
			return nil, 0, fmt.Errorf("%w: the end of a member", ErrMalformed)
		}
		all, before = append(all, end), end
	}
	return all, rest, nil
}

// elements are the values of an array of values of variable size.
func elements(array []byte, alignment int) ([][]byte, error) {
	if len(array) == 0 {
		return nil, nil
	}
	size := offsetSize(len(array))
	table := offset(array[len(array)-size:])
	if table > len(array)-size || (len(array)-table)%size != 0 {
		return nil, fmt.Errorf("%w: the end of an array", ErrMalformed)
	}
	var all [][]byte
	start := 0
	for at := table; at < len(array); at += size {
		start += (alignment - start%alignment) % alignment
		end := offset(array[at : at+size])
		if end < start || end > table {
			return nil, fmt.Errorf("%w: the end of an element", ErrMalformed)
		}
		all, start = append(all, array[start:end]), end
	}
	return all, nil
}

// text is a string, which ends in a zero byte.
func text(b []byte) (string, error) {
	s, ok := strings.CutSuffix(string(b), "\x00")
	if !ok || strings.IndexByte(s, 0) >= 0 {
		return "", fmt.Errorf("%w: a text without its end", ErrMalformed)
	}
	return s, nil
}

// rootOf reads the first folder of a commit, of type (a{sv}aya(say)sstayay).
func rootOf(commit []byte) (string, error) {
	const variable = 6 // all but the time and the last
	all, _, err := ends(commit, variable)
	if err != nil {
		return "", err
	}
	const time = 8
	body, end := all[4], all[5]
	start := body + (time-body%time)%time + time
	if start > end || end-start != 32 {
		return "", fmt.Errorf("%w: the first folder", ErrMalformed)
	}
	return hex.EncodeToString(commit[start:end]), nil
}

// entry is a file or folder of a folder.
type entry struct{ name, sum string }

// dirtree reads a folder, of type (a(say)a(sayay)).
func dirtree(data []byte) (files, folders []entry, err error) {
	all, rest, err := ends(data, 1)
	if err != nil {
		return nil, nil, err
	}
	if files, err = entries(data[:all[0]], 1); err != nil {
		return nil, nil, err
	}
	folders, err = entries(data[all[0]:rest], 2)
	return files, folders, err
}

// entries reads an array of tuples of a name, a checksum and perhaps that of the
// folder's mode; variable is the number of ends in one.
func entries(array []byte, variable int) ([]entry, error) {
	tuples, err := elements(array, 1)
	if err != nil {
		return nil, err
	}
	var all []entry
	for _, t := range tuples {
		at, rest, err := ends(t, variable)
		if err != nil {
			return nil, err
		}
		if variable == 2 {
			rest = at[1]
		}
		name, err := text(t[:at[0]])
		if err != nil {
			return nil, err
		}
		if rest-at[0] != 32 || name == "" || name == "." || name == ".." || strings.Contains(name, "/") {
			return nil, fmt.Errorf("%w: an entry of a folder", ErrMalformed)
		}
		all = append(all, entry{name, hex.EncodeToString(t[at[0]:rest])})
	}
	return all, nil
}

// signaturesOf finds the OpenPGP signatures in what stands beside a commit, of type
// a{sv}: "ostree.gpgsigs" holds an array of byte arrays.
func signaturesOf(meta []byte) ([][]byte, error) {
	const word, key, kind = 8, "ostree.gpgsigs", "\x00aay"
	pairs, err := elements(meta, word)
	if err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		at, rest, err := ends(pair, 1)
		if err != nil {
			return nil, err
		}
		name, err := text(pair[:at[0]])
		if err != nil {
			return nil, err
		}
		start := at[0] + (word-at[0]%word)%word
		if name != key || start > rest {
			continue
		}
		value, ok := strings.CutSuffix(string(pair[start:rest]), kind)
		if !ok {
			return nil, fmt.Errorf("%w: the signatures", ErrMalformed)
		}
		return elements([]byte(value), 1)
	}
	return nil, nil
}
