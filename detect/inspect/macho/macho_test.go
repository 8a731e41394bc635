package macho

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chatvet/chatvet/detect/fixture"
)

// command is a load command with its head.
func command(order binary.AppendByteOrder, kind uint32, body []byte) []byte {
	body = append(body, make([]byte, (8-len(body)%8)%8)...)
	return append(numbers(order, kind, uint32(8+len(body))), body...)
}

func numbers(order binary.AppendByteOrder, all ...uint32) (b []byte) {
	for _, n := range all {
		b = order.AppendUint32(b, n)
	}
	return b
}

// program is an invented program of 64 bits: its head, its load commands and
// 4096 bytes in all.
func program(order binary.AppendByteOrder, cpu uint32, commands ...[]byte) []byte {
	all := slices.Concat(commands...)
	out := append(numbers(order, 0xfeedfacf, cpu, 3, uint32(Execute), uint32(len(commands)), uint32(len(all)), 0, 0), all...)
	return append(out, make([]byte, 4096-len(out))...)
}

const infoPlist = "<plist><dict/></plist>"

// example has everything that is read.
func example(order binary.AppendByteOrder, cpu uint32) []byte {
	name := func(s string) []byte { return append([]byte(s), make([]byte, 16-len(s))...) }
	wide := func(n uint64) []byte { return order.AppendUint64(nil, n) }
	out := program(order, cpu,
		command(order, lcSegment64, slices.Concat(name("__TEXT"), wide(0), wide(4096), wide(0), wide(4096), numbers(order, 5, 5, 1, 0),
			name("__info_plist"), name("__TEXT"), wide(2048), wide(uint64(len(infoPlist))), numbers(order, 2048, 0, 0, 0, 0, 0, 0, 0))),
		command(order, lcUUID, bytes.Repeat([]byte{0xab}, 16)),
		command(order, lcBuildVersion, numbers(order, 1, 11<<16, 14<<16|2<<8|1, 0)),
		command(order, lcLoadDylib, append(numbers(order, 24, 0, 0, 0), "/usr/lib/libexample.dylib\x00"...)),
		command(order, lcCodeSignature, numbers(order, 3000, 1000)))
	copy(out[2048:], infoPlist)
	return out
}

// universal puts programs into one file.
func universal(programs ...[]byte) []byte {
	out := numbers(binary.BigEndian, magicFat, uint32(len(programs)))
	for i, p := range programs {
		out = append(out, numbers(binary.BigEndian, binary.LittleEndian.Uint32(p[4:]), 3, uint32(4096*(i+1)), uint32(len(p)), 12)...)
	}
	out = append(out, make([]byte, 4096-len(out))...)
	return append(out, slices.Concat(programs...)...)
}

func read(data []byte) (*File, error) { return Read(bytes.NewReader(data), int64(len(data))) }

func TestRead(t *testing.T) {
	slice := func(offset int64, cpu uint32) Slice {
		return Slice{
			Offset: offset, Size: 4096, CPU: CPU{cpu, 3}, Type: Execute, MinOS: "11.0", SDK: "14.2.1", UUID: "abababababababababababababababab",
			Libraries: []string{"/usr/lib/libexample.dylib"}, Signature: Span{3000, 1000}, Text: Span{0, 4096}, InfoPlist: []byte(infoPlist),
		}
	}
	const intel, arm = 0x01000007, 0x0100000c
	for name, c := range map[string]struct {
		file []byte
		want File
	}{
		"one":        {example(binary.LittleEndian, intel), File{Size: 4096, Slices: []Slice{slice(0, intel)}}},
		"big endian": {example(binary.BigEndian, 0x01000012), File{Size: 4096, Slices: []Slice{slice(0, 0x01000012)}}},
		"universal": {universal(example(binary.LittleEndian, intel), example(binary.LittleEndian, arm)),
			File{Size: 12288, Universal: true, Header: 48, Slices: []Slice{slice(4096, intel), slice(8192, arm)}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(c.file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&c.want, got, cmpopts.IgnoreUnexported(File{})); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestRefused holds what is no program, or lies so that two readers would see
// two programs.
func TestRefused(t *testing.T) {
	one := example(binary.LittleEndian, 0x01000007)
	two := universal(one, one)
	with := func(file []byte, at int, n uint32) []byte {
		file = bytes.Clone(file)
		binary.BigEndian.PutUint32(file[at:], n)
		return file
	}
	little := func(file []byte, at int, n uint32) []byte {
		file = bytes.Clone(file)
		binary.LittleEndian.PutUint32(file[at:], n)
		return file
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":           {nil, ErrNotMachO},
		"text":              {[]byte("#!/bin/sh\n"), ErrNotMachO},
		"no slices":         {with(two, 4, 0), ErrDamaged},
		"2^32 slices":       {with(two, 4, 0xffffffff), ErrDamaged},
		"Java class":        {numbers(binary.BigEndian, magicFat, 61, 0, 0), ErrDamaged},
		"slices overlap":    {with(two, 8+20+8, 4097), ErrDamaged},
		"slice in the head": {with(two, 16, 8), ErrDamaged},
		"slice behind end":  {with(two, 8+20+8, 8193), ErrDamaged},
		"2^32 commands":     {little(one, 16, 0xffffffff), ErrDamaged},
		"commands of 4 GB":  {little(one, 20, 0xffffffff), ErrDamaged},
		"more than there":   {little(one, 20, 5000), ErrDamaged},
		"command of 0":      {little(one, 36, 0), ErrDamaged},
		"command of 4 GB":   {little(one, 36, 0xffffffff), ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := read(c.file); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// TestDamagedSlice leaves the other slice readable.
func TestDamagedSlice(t *testing.T) {
	one := example(binary.LittleEndian, 0x01000007)
	f, err := read(universal(one, append(numbers(binary.BigEndian, 0, 7), one[8:]...)))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Slices[0].Problems) != 0 || len(f.Slices[1].Problems) == 0 {
		t.Errorf("%q, %q", f.Slices[0].Problems, f.Slices[1].Problems)
	}
}

// TestHostile reads every broken file of the harness, and readers that end early.
func TestHostile(t *testing.T) {
	whole := universal(example(binary.LittleEndian, 0x01000007), example(binary.LittleEndian, 0x0100000c))
	var before, after runtime.MemStats
	for name, data := range fixture.Hostile(whole, 8, 28, 48, 4096, 4096+32, 4096+32+72, 4096+400, 8192, 8192+32) {
		runtime.ReadMemStats(&before)
		f, err := read(data)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: %d bytes allocated", name, n)
		}
		if err != nil {
			continue
		}
		for i := range f.Slices {
			if _, err := f.At(&f.Slices[i], Span{0, f.Slices[i].Size + 1}, 1<<40); err == nil {
				t.Errorf("%s: read behind the end of a slice", name)
			}
		}
	}
	for good := range int64(len(whole)) / 64 {
		if f, err := Read(fixture.Broken{R: bytes.NewReader(whole), Good: good * 64}, int64(len(whole))); err == nil && good*64 < f.Header {
			t.Errorf("read with %d bytes", good*64)
		}
	}
	if _, err := Read(fixture.Broken{R: bytes.NewReader(whole), Err: io.ErrClosedPipe}, 1<<62); err == nil {
		t.Error("read without a byte")
	}
}

func FuzzRead(f *testing.F) {
	one := example(binary.LittleEndian, 0x01000007)
	f.Add(one[:600])
	f.Add(example(binary.BigEndian, 0x01000012))
	f.Add(universal(one, one))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := read(data)
		if err != nil {
			return
		}
		for _, s := range file.Slices {
			if s.Offset < 0 || s.Size < 0 || s.Offset+s.Size > file.Size {
				t.Fatalf("slice of %d bytes at %d of %d", s.Size, s.Offset, file.Size)
			}
			if s.Signature.Size > 0 && s.Signature.End() > s.Size {
				t.Fatalf("signature to %d of %d", s.Signature.End(), s.Size)
			}
		}
	})
}
