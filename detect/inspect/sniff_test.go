package inspect

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/signatures"
)

func TestSniff(t *testing.T) {
	far := make([]byte, headSize)
	copy(far, "MZ")
	binary.LittleEndian.PutUint32(far[60:], 10000)
	for _, c := range []struct {
		name string
		head string
		want signatures.Format
	}{
		{"pe", string(fixture.PE{}.Bytes()), signatures.PE},
		{"pe whose header lies behind the head", string(far), signatures.PE},
		{"dos program", "MZ" + strings.Repeat("\x00", 100), signatures.Unknown},
		{"text that begins with MZ", "MZ" + strings.Repeat("text ", 100), signatures.Unknown},
		{"pe cut off", "MZ", signatures.Unknown},
		{"elf", string(fixture.ELF{}.Bytes()), signatures.ELF},
		{"zip", string(fixture.Zip(fixture.Files{"a": nil})), signatures.Zip},
		{"empty zip", string(fixture.Zip(nil)), signatures.Zip},
		{"deb", string(fixture.Deb{}.Bytes()), signatures.Deb},
		{"static library", "!<arch>\nfoo.o/", signatures.Unknown},
		{"tar", string(fixture.Tar(fixture.Files{"a": nil})), signatures.Tar},
		{"script", "#!/bin/sh\n", signatures.Script},
		{"script with a blank", "#! /usr/bin/env python3\n", signatures.Script},
		{"rust attribute", "#![allow(dead_code)]\n", signatures.Unknown},
		{"mach-o, 64 bits", "\xcf\xfa\xed\xfe\x07\x00\x00\x01", signatures.MachO},
		{"mach-o, fat", "\xca\xfe\xba\xbe\x00\x00\x00\x02", signatures.MachO},
		{"java class", "\xca\xfe\xba\xbe\x00\x00\x00\x34", signatures.Unknown},
		{"dex", "dex\n035\x00", signatures.DEX},
		{"xar", "xar!\x00\x1c", signatures.PKG},
		{"rpm", "\xed\xab\xee\xdb\x03\x00", signatures.RPM},
		{"asar", "\x04\x00\x00\x00\x20\x00\x00\x00\x1c\x00\x00\x00\x16\x00\x00\x00" + `{"files":{"a":{}}}`, signatures.ASAR},
		{"empty", "", signatures.Unknown},
		{"text", "hello", signatures.Unknown},
	} {
		if got := Sniff([]byte(c.head[:min(len(c.head), headSize)])); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// compound is the beginning of a compound file whose root entry has a class.
func compound(class string) []byte {
	b := make([]byte, 512*4)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	b[30] = 9                                // sectors of 512 bytes
	binary.LittleEndian.PutUint32(b[48:], 1) // the directory is in sector 1
	copy(b[512*2+80:], class)                // sector 1 is the third block
	return b
}

func TestRefine(t *testing.T) {
	image := append(make([]byte, 1000), append([]byte("koly"), make([]byte, 508)...)...)
	wrong := compound(installerClass)
	binary.LittleEndian.PutUint32(wrong[48:], 0xfffffffe)
	for _, c := range []struct {
		name string
		b    []byte
		want signatures.Format
	}{
		{"installer", compound(installerClass), signatures.MSI},
		{"document", compound("\x06\x09\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"), signatures.Unknown},
		{"directory outside", wrong, signatures.Unknown},
		{"compound file cut off", compound(installerClass)[:40], signatures.Unknown},
		{"disk image", image, signatures.DMG},
		{"compressed tar", fixture.Gzip(fixture.Tar(fixture.Files{"a": []byte("a")})), signatures.Tar},
		{"compressed text", fixture.Gzip(bytes.Repeat([]byte("a"), 5000)), signatures.Unknown},
	} {
		if got := inspect(t, c.name, c.b).Format; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
