package cli

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"

	"github.com/chatvet/chatvet/detect/inventory"
)

// maxSaved bounds a saved inventory, in bytes: a build takes a few thousand, so
// this is room for tens of thousands of builds.
const maxSaved = 256 << 20

// readInventory reads an inventory or a result, of which the inventory is a
// part. The error names the file and the reason.
func readInventory(name string, r io.Reader) (inventory.Inventory, error) {
	inv, err := decodeInventory(r, maxSaved)
	if err != nil {
		return inventory.Inventory{}, fmt.Errorf("reading %s: %w", name, err)
	}
	return inv, nil
}

func decodeInventory(r io.Reader, limit int) (inventory.Inventory, error) {
	var inv inventory.Inventory
	b, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return inv, err
	}
	if len(b) > limit {
		return inv, fmt.Errorf("larger than %d bytes", limit)
	}
	if b, err = utf8Text(b); err != nil {
		return inv, err
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return inv, errors.New("empty, an inventory is expected")
	}
	var number struct {
		Schema *int `json:"schema"`
	}
	if err := json.Unmarshal(b, &number); err != nil {
		return inv, explainJSON(b, err)
	}
	switch {
	case number.Schema == nil:
		return inv, errors.New(`not an inventory of chatvet: it has no "schema" number`)
	case *number.Schema > inventory.Schema:
		return inv, fmt.Errorf("written by a later chatvet: its schema is %d, this one reads %d", *number.Schema, inventory.Schema)
	case *number.Schema != inventory.Schema:
		return inv, fmt.Errorf("its schema is %d, this chatvet reads %d", *number.Schema, inventory.Schema)
	}
	if err := json.Unmarshal(b, &inv); err != nil {
		return inv, explainJSON(b, err)
	}
	return inv, nil
}

// utf8Text takes off a byte-order mark. PowerShell writes redirected output as
// UTF-16.
func utf8Text(b []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xef, 0xbb, 0xbf}):
		return b[3:], nil
	case !bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return b, nil
	}
	b = b[2:]
	if len(b)%2 != 0 {
		return nil, errors.New("UTF-16 that ends in half a character")
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}

// explainJSON says where the mistake is, in lines and columns.
func explainJSON(b []byte, err error) error {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
		err = fmt.Errorf("%s cannot be a %s", kind.Field, kind.Value)
		if kind.Field == "" {
			err = fmt.Errorf("not an inventory of chatvet: a %s", kind.Value)
		}
	}
	if offset < 0 || offset > int64(len(b)) {
		return err
	}
	before := b[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return fmt.Errorf("line %d, column %d: %w", line, max(column, 1), err)
}
