package winreg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"www.velocidex.com/golang/regparser"
)

// MaxHive is the largest hive that is read, in bytes. Windows' own SOFTWARE
// hives have some hundred megabytes at most.
const MaxHive = 2 << 30

// Layout of a hive (regf, "Base block" and "Cell").
const (
	baseBlock     = 4096
	compressedKey = 0x0020 // key node flag: the name is not UTF-16
	compressedVal = 0x0001
	maxIndexDepth = 2 // an index root leads to leaves, and to nothing deeper
	maxSteps      = 2_000_000
)

// Hive is an open hive file. It is used by one goroutine at a time.
//
// All use of the regparser module is in this file. What was seen of it: an
// index that leads to itself overflows the stack, which cannot be recovered
// from, and the length of a value is believed; so indexes are walked here and
// lengths are checked before it is asked. It panics on short numbers, which
// becomes an error.
type Hive struct {
	registry *regparser.Registry
	size     int64
	steps    int // cells that may still be looked at
}

// OpenHive opens a hive of a size in bytes. The error wraps ErrDamaged where it
// is none. The root key has no name.
func OpenHive(r io.ReaderAt, size int64) (hive *Hive, root Key, err error) {
	if size > MaxHive {
		return nil, nil, fmt.Errorf("opening registry hive: %w", ErrTooMany)
	}
	if size < 2*baseBlock {
		return nil, nil, fmt.Errorf("opening registry hive: %d bytes: %w", size, ErrDamaged)
	}
	h := &Hive{size: size, steps: maxSteps}
	err = h.guard("opening registry hive", func() error {
		if h.registry, err = regparser.NewRegistry(&pages{r: io.NewSectionReader(r, 0, size)}); err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		node, err := h.node(h.registry.BaseBlock.RootCell())
		if err == nil {
			root = &hiveKey{hive: h, node: node}
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return h, root, nil
}

// Dirty is true where Windows had written changes to the hive's log and not yet
// to the hive. The logs are not read, so those changes are not seen.
func (h *Hive) Dirty() bool {
	base := h.registry.BaseBlock
	return base.Sequence1() != base.Sequence2()
}

// guard turns a panic of the parser into an error.
func (h *Hive) guard(what string, run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %w: %v", what, ErrDamaged, p)
		}
	}()
	if err := run(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// cell is the cell at an offset, which counts from the end of the base block.
func (h *Hive) cell(offset uint32) (*regparser.HCELL, error) {
	if h.steps--; h.steps < 0 {
		return nil, ErrTooMany
	}
	at := int64(offset) + baseBlock
	if offset == 0xffffffff || at+8 > h.size {
		return nil, ErrDamaged
	}
	return h.registry.Profile.HCELL(h.registry.Reader, at), nil
}

func (h *Hive) node(offset uint32) (*regparser.CM_KEY_NODE, error) {
	cell, err := h.cell(offset)
	if err != nil {
		return nil, err
	}
	if node := cell.KeyNode(); node != nil {
		return node, nil
	}
	return nil, ErrDamaged
}

// hiveKey is a key of a hive.
type hiveKey struct {
	hive *Hive
	node *regparser.CM_KEY_NODE
	// listed are the keys that Subkeys named, so that opening each of them does
	// not search through all of them again.
	listed map[string]*regparser.CM_KEY_NODE
}

func (k *hiveKey) Close() error { return nil }

func (k *hiveKey) Open(path string) (Key, error) {
	names, err := parts(path)
	if err != nil {
		return nil, err
	}
	at := k.node
	err = k.hive.guard("registry key "+path, func() error {
		for i, name := range names {
			if known := k.listed[name]; i == 0 && known != nil {
				at = known
			} else if at, err = k.hive.child(at, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &hiveKey{hive: k.hive, node: at}, nil
}

func (h *Hive) child(node *regparser.CM_KEY_NODE, name string) (*regparser.CM_KEY_NODE, error) {
	var found *regparser.CM_KEY_NODE
	err := h.children(node, func(child *regparser.CM_KEY_NODE) error {
		if strings.EqualFold(keyName(child), name) {
			found = child
			return errFound
		}
		return nil
	})
	switch {
	case found != nil:
		return found, nil
	case err != nil:
		return nil, err
	}
	return nil, fs.ErrNotExist
}

var errFound = errors.New("found")

func (k *hiveKey) Subkeys() (names []string, err error) {
	k.listed = map[string]*regparser.CM_KEY_NODE{}
	err = k.hive.guard("listing registry keys", func() error {
		return k.hive.children(k.node, func(child *regparser.CM_KEY_NODE) error {
			if len(names) == MaxSubkeys {
				return ErrTooMany
			}
			name := keyName(child)
			names = append(names, name)
			k.listed[name] = child
			return nil
		})
	})
	return names, err
}

// children visits the keys below a node. What is damaged in the middle does not
// hide what comes after it; the error says that something was.
func (h *Hive) children(node *regparser.CM_KEY_NODE, visit func(*regparser.CM_KEY_NODE) error) error {
	if node.SubKeyCounts()[0] == 0 {
		return nil
	}
	return h.index(node.SubKeyLists()[0], 0, visit)
}

// index visits the nodes of one list of keys (regf, "Subkeys list").
func (h *Hive) index(offset uint32, depth int, visit func(*regparser.CM_KEY_NODE) error) error {
	cell, err := h.cell(offset)
	if err != nil {
		return err
	}
	entry := int64(4)
	switch cell.Signature() {
	case 0x666c, 0x686c: // lf, lh: an offset and a hint or hash
		entry = 8
	case 0x696c: // li
	case 0x6972: // ri: offsets of lists
		if depth++; depth >= maxIndexDepth {
			return ErrDamaged
		}
		return h.entries(cell, entry, func(at uint32) error { return h.index(at, depth, visit) })
	default:
		return ErrDamaged
	}
	return h.entries(cell, entry, func(at uint32) error {
		node, err := h.node(at)
		if err != nil {
			return err
		}
		return visit(node)
	})
}

// entries calls visit for each offset in a list, which begins with its
// signature and their number.
func (h *Hive) entries(cell *regparser.HCELL, size int64, visit func(uint32) error) error {
	const header = 4
	list := cell.Payload()
	count := int64(regparser.ParseUint16(h.registry.Reader, list+2))
	var damage error
	for i := range count {
		err := visit(regparser.ParseUint32(h.registry.Reader, list+header+i*size))
		switch {
		case errors.Is(err, ErrDamaged):
			damage = err
		case err != nil:
			return err
		}
	}
	return damage
}

func (k *hiveKey) Value(name string) (v Value, err error) {
	err = k.hive.guard("registry value "+name, func() error {
		v, err = k.hive.value(k.node, name)
		return err
	})
	return v, err
}

func (h *Hive) value(node *regparser.CM_KEY_NODE, name string) (Value, error) {
	list := node.ValueList()
	if list.Count() == 0 {
		return Value{}, fs.ErrNotExist
	}
	cell, err := h.cell(list.List())
	if err != nil {
		return Value{}, err
	}
	for i := range int64(min(list.Count(), MaxValues)) {
		at := cell.Payload() + 4*i
		if at+4 > h.size {
			return Value{}, ErrDamaged
		}
		one, err := h.cell(regparser.ParseUint32(h.registry.Reader, at))
		if errors.Is(err, ErrDamaged) {
			continue
		}
		if err != nil {
			return Value{}, err
		}
		if vk := one.KeyValue(); vk != nil && strings.EqualFold(valueName(vk), name) {
			return h.data(vk)
		}
	}
	if list.Count() > MaxValues {
		return Value{}, ErrTooMany
	}
	return Value{}, fs.ErrNotExist
}

// data reads the data of a value, of which up to four bytes stand in the place
// of the offset.
func (h *Hive) data(vk *regparser.CM_KEY_VALUE) (Value, error) {
	length := vk.DataLength()
	if length&0x80000000 != 0 {
		length &^= 0x80000000
		if length > 4 {
			return Value{}, ErrDamaged
		}
		inline := binary.LittleEndian.AppendUint32(nil, vk.Data())
		return decode(vk.Type(), inline[:length]), nil
	}
	if length > MaxData {
		return Value{}, ErrTooMany
	}
	cell, err := h.cell(vk.Data())
	if err != nil && length > 0 {
		return Value{}, err
	}
	if length == 0 {
		return decode(vk.Type(), nil), nil
	}
	const mostInOneCell = 16344
	if length > mostInOneCell && cell.Signature() == 0x6264 { // db, in several cells
		data := vk.ValueData().Data
		if len(data) != int(length) {
			return Value{}, ErrDamaged
		}
		return decode(vk.Type(), data), nil
	}
	data := make([]byte, length)
	if n, _ := h.registry.Reader.ReadAt(data, cell.Payload()); n < len(data) {
		return Value{}, ErrDamaged
	}
	return decode(vk.Type(), data), nil
}

func keyName(node *regparser.CM_KEY_NODE) string {
	return name(node.Name(), node.Flags()&compressedKey != 0)
}

func valueName(vk *regparser.CM_KEY_VALUE) string {
	return name(vk.ValueName(), vk.Flags()&compressedVal != 0)
}

func name(raw string, compressed bool) string {
	if compressed {
		return latin1([]byte(raw))
	}
	return utf16Text([]byte(raw))
}
