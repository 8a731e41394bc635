package rpmheader

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// region builds a header whose index and values are one signed region, with more
// tags behind it as rpm adds at installation. It is synthetic.
func region(name string, added ...uint32) []byte {
	be := binary.BigEndian
	entry := func(values ...uint32) (b []byte) {
		for _, v := range values {
			b = be.AppendUint32(b, v)
		}
		return b
	}
	data := append([]byte(name), 0)
	trailer := uint32(len(data))
	const signed = 2 * entrySize
	end := signed
	index := append(entry(Immutable, 7, trailer, 16), entry(Name, 6, 0, 1)...)
	data = append(data, entry(Immutable, 7, uint32(-end), 16)...)
	for _, n := range added {
		index = append(index, entry(n, 6, uint32(len(data)), 1)...)
		data = append(data, "added\x00"...)
	}
	return append(append(entry(uint32(len(index)/entrySize), uint32(len(data))), index...), data...)
}

// TestSigned: what was added to a header is neither signed nor read as if it were.
func TestSigned(t *testing.T) {
	plain, err := Parse(region("chat"))
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := plain.Signed()
	if err != nil {
		t.Fatal(err)
	}
	h, err := Parse(region("chat", Vendor, FileDigests))
	if err != nil {
		t.Fatal(err)
	}
	got, signed, err := h.Signed()
	if err != nil || !bytes.Equal(want, got) {
		t.Errorf("%x, want %x: %v", got, want, err)
	}
	if h.String(Vendor) != "added" || signed.String(Vendor) != "" || signed.String(Name) != "chat" {
		t.Errorf("vendor %q, signed %q, name %q", h.String(Vendor), signed.String(Vendor), signed.String(Name))
	}
}

func TestSignedRefuses(t *testing.T) {
	whole := region("chat")
	for n := range whole {
		if h, err := Parse(whole[:n]); err == nil {
			t.Errorf("%d bytes: %v", n, h.tags)
		}
	}
	for what, at := range map[string]int{"no region": 8, "region beyond the end": 16, "trailer of another tag": len(whole) - 16, "length of the region": len(whole) - 8} {
		damaged := bytes.Clone(whole)
		copy(damaged[at:], []byte{0x7f, 0xff, 0xff, 0xff})
		h, err := Parse(damaged)
		if err != nil {
			continue
		}
		if _, _, err := h.Signed(); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(region("chat", Vendor))
	f.Fuzz(func(t *testing.T, in []byte) {
		h, err := Parse(in)
		if err != nil {
			return
		}
		h.Signatures()
		h.EVR()
		out, signed, err := h.Signed()
		if err == nil && (len(out) > len(in)+8 || len(signed.Data()) > len(h.Data())) {
			t.Errorf("%d bytes of %d are signed", len(out), len(in))
		}
	})
}
