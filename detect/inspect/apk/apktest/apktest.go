// Package apktest builds synthetic Android packages for tests, and for the
// list's own examples by way of detect/fixture: descriptions go in, the bytes of
// a package come out. None of them is a real app or would run.
package apktest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"unicode/utf16"
)

// Manifest is what a manifest says. Empty texts and zeros are left out.
type Manifest struct {
	Package, VersionName, Label, Split, SharedUserID string
	MinSDK, TargetSDK, Sandbox                       int
	Debuggable, TestOnly                             bool
	Permissions, Services, Receivers                 []string
}

// Ids of attributes (R.attr of the Android SDK).
const (
	attrLabel        = 0x01010001
	attrName         = 0x01010003
	attrSharedUserID = 0x0101000b
	attrDebuggable   = 0x0101000f
	attrMinSDK       = 0x0101020c
	attrVersionName  = 0x0101021c
	attrTargetSDK    = 0x01010270
	attrTestOnly     = 0x01010272
	attrSandbox      = 0x0101054c
)

var attributeNames = []struct {
	id   uint32
	name string
}{
	{attrLabel, "label"}, {attrName, "name"}, {attrSharedUserID, "sharedUserId"}, {attrDebuggable, "debuggable"},
	{attrMinSDK, "minSdkVersion"}, {attrVersionName, "versionName"}, {attrTargetSDK, "targetSdkVersion"},
	{attrTestOnly, "testOnly"}, {attrSandbox, "targetSandboxVersion"},
}

// Bytes is the manifest in Android's binary form (ResourceTypes.h).
func (m Manifest) Bytes() []byte {
	x := &xml{}
	for _, a := range attributeNames {
		x.text(a.name)
	}
	x.open("manifest", bare("package", m.Package), bare("split", m.Split), text(attrVersionName, m.VersionName), text(attrSharedUserID, m.SharedUserID), number(attrSandbox, m.Sandbox))
	x.open("uses-sdk", number(attrMinSDK, m.MinSDK), number(attrTargetSDK, m.TargetSDK))
	x.shut("uses-sdk")
	x.named("uses-permission", m.Permissions)
	x.open("application", text(attrLabel, m.Label), truth(attrDebuggable, m.Debuggable), truth(attrTestOnly, m.TestOnly))
	x.named("service", m.Services)
	x.named("receiver", m.Receivers)
	x.shut("application")
	x.shut("manifest")
	return x.bytes()
}

type attribute struct {
	id   uint32 // 0 for one without
	name string
	kind byte
	text string
	data uint32
}

const (
	stringValue  = 0x03
	decimalValue = 0x10
	truthValue   = 0x12
)

func bare(name, value string) attribute { return attribute{name: name, kind: stringValue, text: value} }

func text(id uint32, value string) attribute {
	return attribute{id: id, kind: stringValue, text: value}
}

func number(id uint32, n int) attribute {
	return attribute{id: id, kind: decimalValue, data: uint32(n)}
}

func truth(id uint32, yes bool) attribute {
	a := attribute{id: id, kind: truthValue}
	if yes {
		a.data = 1
	}
	return a
}

// xml writes chunks of a binary document.
type xml struct {
	strings []string
	body    []byte
}

func (x *xml) text(s string) uint32 {
	if i := slices.Index(x.strings, s); i >= 0 {
		return uint32(i)
	}
	x.strings = append(x.strings, s)
	return uint32(len(x.strings) - 1)
}

const none = 1<<32 - 1

func (x *xml) open(name string, attributes ...attribute) {
	attributes = slices.DeleteFunc(attributes, func(a attribute) bool { return a.text == "" && a.data == 0 })
	b := words(nil, 1, none, none, x.text(name))
	b = halves(b, 20, 20, uint16(len(attributes)), 0, 0, 0)
	for _, a := range attributes {
		name, raw := a.name, uint32(none)
		if i := slices.IndexFunc(attributeNames, func(n struct {
			id   uint32
			name string
		}) bool {
			return n.id == a.id
		}); i >= 0 {
			name = attributeNames[i].name
		}
		if a.kind == stringValue {
			raw = x.text(a.text)
			a.data = raw
		}
		b = words(b, none, x.text(name), raw)
		b = halves(b, 8)
		b = append(b, 0, a.kind)
		b = words(b, a.data)
	}
	x.body = chunk(x.body, 0x0102, 16, b)
}

func (x *xml) shut(name string) {
	x.body = chunk(x.body, 0x0103, 16, words(nil, 1, none, none, x.text(name)))
}

func (x *xml) named(element string, names []string) {
	for _, n := range names {
		x.open(element, text(attrName, n))
		x.shut(element)
	}
}

func (x *xml) bytes() []byte {
	var offsets, data []byte
	for _, s := range x.strings {
		offsets = words(offsets, uint32(len(data)))
		units := utf16.Encode([]rune(s))
		data = halves(data, uint16(len(units)))
		data = halves(data, units...)
		data = halves(data, 0)
	}
	for len(data)%4 != 0 {
		data = append(data, 0)
	}
	pool := words(nil, uint32(len(x.strings)), 0, 0, uint32(28+len(offsets)), 0)
	pool = append(append(pool, offsets...), data...)
	all := chunk(nil, 0x0001, 28, pool)
	var ids []byte
	for _, a := range attributeNames {
		ids = words(ids, a.id)
	}
	all = chunk(all, 0x0180, 8, ids)
	return chunk(nil, 0x0003, 8, append(all, x.body...))
}

func chunk(to []byte, kind, head uint16, body []byte) []byte {
	to = halves(to, kind, head)
	return append(words(to, uint32(8+len(body))), body...)
}

func words(to []byte, values ...uint32) []byte {
	for _, v := range values {
		to = binary.LittleEndian.AppendUint32(to, v)
	}
	return to
}

func halves(to []byte, values ...uint16) []byte {
	for _, v := range values {
		to = binary.LittleEndian.AppendUint16(to, v)
	}
	return to
}

// Package describes a package.
type Package struct {
	Manifest Manifest
	Files    map[string][]byte // beside the manifest
}

// Unsigned is the package without any signature.
func (p Package) Unsigned() []byte {
	files := map[string][]byte{"AndroidManifest.xml": p.Manifest.Bytes(), "classes.dex": []byte("dex\n035\x00 synthetic, made for a test")}
	maps.Copy(files, p.Files)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		must(err)
		_, err = w.Write(files[name])
		must(err)
	}
	must(z.Close())
	return out.Bytes()
}

// must is for writers into memory, which do not fail.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func sortedNames(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }
