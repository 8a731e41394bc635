package adbdtest

import (
	"encoding/binary"
	"errors"
	"io"
)

// Commands of protocol.txt, as their letters in little-endian order.
const (
	cnxn = 0x4e584e43
	auth = 0x48545541
	open = 0x4e45504f
	okay = 0x59414b4f
	wrte = 0x45545257
	clse = 0x45534c43
)

const (
	version = 0x01000000 // with check sums, which every server understands
	maxData = 64 << 10
)

type message struct {
	command, arg0, arg1 uint32
	data                []byte
}

func read(r io.Reader) (message, error) {
	var head [24]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return message{}, err
	}
	le := binary.LittleEndian
	m := message{command: le.Uint32(head[0:]), arg0: le.Uint32(head[4:]), arg1: le.Uint32(head[8:])}
	n := le.Uint32(head[12:])
	if le.Uint32(head[20:]) != ^m.command || n > 1<<20 {
		return message{}, errors.New("no message of adb")
	}
	m.data = make([]byte, n)
	_, err := io.ReadFull(r, m.data)
	return m, err
}

func (m message) bytes() []byte {
	var sum uint32
	for _, b := range m.data {
		sum += uint32(b)
	}
	le := binary.LittleEndian
	out := make([]byte, 0, 24+len(m.data))
	for _, v := range []uint32{m.command, m.arg0, m.arg1, uint32(len(m.data)), sum, ^m.command} {
		out = le.AppendUint32(out, v)
	}
	return append(out, m.data...)
}
