package signatures

import (
	"bytes"
	"compress/flate"
	"encoding/gob"
	"encoding/json"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func BenchmarkMeasure(b *testing.B) {
	l := syntheticList(160)
	b.Logf("%d entries", len(l.index.entries))
	c := compiledList{l.Version, l.Issued, l.Families, l.Clients}
	var g bytes.Buffer
	gob.NewEncoder(&g).Encode(c)
	j, _ := json.Marshal(c)
	own, err := Encode(l)
	if err != nil {
		b.Fatal(err)
	}
	zw, _ := zstd.NewWriter(nil)
	gz := zw.EncodeAll(g.Bytes(), nil)
	jz := zw.EncodeAll(j, nil)
	fl := func(p []byte) []byte {
		var o bytes.Buffer
		w, _ := flate.NewWriter(&o, 9)
		w.Write(p)
		w.Close()
		return o.Bytes()
	}
	jf := fl(j)
	un := func(p []byte) []byte {
		z, _ := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
		defer z.Close()
		o, _ := z.DecodeAll(p, nil)
		return o
	}
	op := un(own[len(compiledMagic):])
	of := fl(op)
	b.Logf("gob %d/%d json %d/%d/fl %d own %d/%d/fl %d", g.Len(), len(gz), len(j), len(jz), len(jf), len(op), len(own), len(of))
	b.Run("own-zstd+index", func(b *testing.B) {
		for b.Loop() {
			Decode(own)
		}
	})
	b.Run("own-unzstd", func(b *testing.B) {
		for b.Loop() {
			un(own[len(compiledMagic):])
		}
	})
	b.Run("own-unflate", func(b *testing.B) {
		for b.Loop() {
			io.ReadAll(flate.NewReader(bytes.NewReader(of)))
		}
	})
	b.Run("gob-zstd", func(b *testing.B) {
		for b.Loop() {
			var x compiledList
			gob.NewDecoder(bytes.NewReader(un(gz))).Decode(&x)
		}
	})
	b.Run("json-zstd", func(b *testing.B) {
		for b.Loop() {
			var x compiledList
			json.Unmarshal(un(jz), &x)
		}
	})
	b.Run("index", func(b *testing.B) {
		for b.Loop() {
			NewList("", "", l.Families, l.Clients)
		}
	})
	b.Run("patterns", func(b *testing.B) {
		for b.Loop() {
			l.Patterns(PE)
		}
	})
}
