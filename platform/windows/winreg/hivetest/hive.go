// Package hivetest makes registry hives for tests, in the regf format as
// github.com/msuhanov/regf describes it: what Windows would read, with the
// fields that nothing reads left at zero. Every hive is synthetic.
package hivetest

import (
	"encoding/binary"
	"maps"
	"slices"
	"unicode/utf16"
)

// Key is one key with what is in it.
type Key struct {
	Keys   map[string]*Key
	Values map[string]Value
}

// Value is the data of a value with its type as the registry numbers it.
type Value struct {
	Type uint32
	Data []byte
}

// Text is a value of type REG_SZ.
func Text(s string) Value { return Value{1, wide(s + "\x00")} }

// Number is a value of type REG_DWORD.
func Number(n uint32) Value { return Value{4, binary.LittleEndian.AppendUint32(nil, n)} }

// Add makes a key below this one, with its parents.
func (k *Key) Add(path ...string) *Key {
	for _, name := range path {
		if k.Keys == nil {
			k.Keys = map[string]*Key{}
		}
		if k.Keys[name] == nil {
			k.Keys[name] = &Key{}
		}
		k = k.Keys[name]
	}
	return k
}

// Set gives the key a value and returns the key.
func (k *Key) Set(name string, v Value) *Key {
	if k.Values == nil {
		k.Values = map[string]Value{}
	}
	k.Values[name] = v
	return k
}

// Bytes is a hive with the key as its root.
func (k *Key) Bytes() []byte {
	w := &writer{out: make([]byte, 4096+32)}
	w.security = w.cell(noSecurity())
	root := w.key("", k)
	w.rootFlags(root)
	w.fill()
	le := binary.LittleEndian
	copy(w.out, "regf")
	le.PutUint32(w.out[4:], 1)
	le.PutUint32(w.out[8:], 1)
	le.PutUint32(w.out[20:], 1)
	le.PutUint32(w.out[24:], 5)
	le.PutUint32(w.out[32:], 1)
	le.PutUint32(w.out[36:], root)
	le.PutUint32(w.out[40:], uint32(len(w.out)-4096))
	le.PutUint32(w.out[44:], 1)
	copy(w.out[4096:], "hbin")
	le.PutUint32(w.out[4096+8:], uint32(len(w.out)-4096))
	le.PutUint32(w.out[508:], checksum(w.out[:508]))
	return w.out
}

// checksum is the exclusive or of the base block's words.
func checksum(b []byte) uint32 {
	var sum uint32
	for i := 0; i < len(b); i += 4 {
		sum ^= binary.LittleEndian.Uint32(b[i:])
	}
	return sum
}

// noSecurity is a security cell that leads to itself and protects nothing.
func noSecurity() []byte {
	const empty = 20 // a security descriptor without parts
	sk := make([]byte, 20+empty)
	copy(sk, "sk")
	for _, at := range []int{4, 8} {
		binary.LittleEndian.PutUint32(sk[at:], 32)
	}
	binary.LittleEndian.PutUint32(sk[12:], 1)
	binary.LittleEndian.PutUint32(sk[16:], empty)
	sk[20], sk[23] = 1, 0x80
	return sk
}

// rootFlags marks the root's node as an entry that cannot be deleted.
func (w *writer) rootFlags(at uint32) {
	w.out[4096+at+4+2] |= 0x0c
}

// fill ends the hive with a free cell up to the next page.
func (w *writer) fill() {
	free := 4096 - len(w.out)%4096
	if free == 4096 {
		return
	}
	w.out = binary.LittleEndian.AppendUint32(w.out, uint32(free))
	w.out = append(w.out, make([]byte, free-4)...)
}

const nothing = 0xffffffff

type writer struct {
	out      []byte
	security uint32 // the one security cell
}

// cell appends an allocated cell and returns its offset.
func (w *writer) cell(data []byte) uint32 {
	at := uint32(len(w.out) - 4096)
	size := (4 + len(data) + 7) / 8 * 8
	w.out = binary.LittleEndian.AppendUint32(w.out, uint32(-size))
	w.out = append(w.out, data...)
	w.out = append(w.out, make([]byte, size-4-len(data))...)
	return at
}

func (w *writer) key(name string, k *Key) uint32 {
	list, values := uint32(nothing), uint32(nothing)
	if len(k.Keys) > 0 {
		le := binary.LittleEndian
		data := le.AppendUint16([]byte("lh"), uint16(len(k.Keys)))
		for _, sub := range slices.Sorted(maps.Keys(k.Keys)) {
			data = le.AppendUint32(data, w.key(sub, k.Keys[sub]))
			data = le.AppendUint32(data, 0)
		}
		list = w.cell(data)
	}
	if len(k.Values) > 0 {
		var data []byte
		for _, v := range slices.Sorted(maps.Keys(k.Values)) {
			data = binary.LittleEndian.AppendUint32(data, w.value(v, k.Values[v]))
		}
		values = w.cell(data)
	}
	node := make([]byte, 76)
	copy(node, "nk")
	le := binary.LittleEndian
	encoded, flags := encodeName(name)
	le.PutUint16(node[2:], flags<<5)
	le.PutUint32(node[20:], uint32(len(k.Keys)))
	le.PutUint32(node[28:], list)
	le.PutUint32(node[32:], nothing)
	le.PutUint32(node[44:], w.security)
	le.PutUint32(node[48:], nothing)
	le.PutUint32(node[36:], uint32(len(k.Values)))
	le.PutUint32(node[40:], values)
	le.PutUint16(node[72:], uint16(len(encoded)))
	return w.cell(append(node, encoded...))
}

func (w *writer) value(name string, v Value) uint32 {
	le := binary.LittleEndian
	node := make([]byte, 20)
	copy(node, "vk")
	encoded, flags := encodeName(name)
	le.PutUint16(node[2:], uint16(len(encoded)))
	le.PutUint32(node[4:], uint32(len(v.Data)))
	if len(v.Data) <= 4 {
		le.PutUint32(node[4:], uint32(len(v.Data))|0x80000000)
		copy(node[8:12], v.Data)
	} else {
		le.PutUint32(node[8:], w.cell(v.Data))
	}
	le.PutUint32(node[12:], v.Type)
	le.PutUint16(node[16:], flags)
	return w.cell(append(node, encoded...))
}

// encodeName writes a name in one byte for each letter where it can, and says so
// in the flag.
func encodeName(name string) ([]byte, uint16) {
	var short []byte
	for _, r := range name {
		if r > 0xff {
			return wide(name), 0
		}
		short = append(short, byte(r))
	}
	return short, 1
}

func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}
