package plist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
)

// bplist makes a list in binary form, with offsets of four bytes and references
// of two; the first object is the outermost.
func bplist(objects ...string) []byte {
	out, table := []byte(binaryMagic), []byte{}
	for _, o := range objects {
		table = binary.BigEndian.AppendUint32(table, uint32(len(out)))
		out = append(out, o...)
	}
	return slices.Concat(out, table, trailer(4, 2, uint64(len(objects)), 0, uint64(len(out))))
}

func trailer(offsetSize, refSize byte, count, top, table uint64) []byte {
	t := []byte{0, 0, 0, 0, 0, 0, offsetSize, refSize}
	for _, n := range []uint64{count, top, table} {
		t = binary.BigEndian.AppendUint64(t, n)
	}
	return t
}

func written(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">` + body + `</plist>`
}

// TestParse reads one list in both forms.
func TestParse(t *testing.T) {
	want := Dict{
		"text": "é", "number": int64(-2), "real": 1.5, "yes": true, "no": false, "data": []byte("abc"),
		"date": time.Date(2001, 1, 1, 0, 1, 0, 0, time.UTC), "list": []any{"é", Dict{}},
	}
	for name, data := range map[string][]byte{
		"XML": []byte(written(`<dict><key>text</key><string>é</string><key>number</key><integer>-2</integer><key>real</key><real>1.5</real>
			<key>yes</key><true/><key>no</key><false/><key>data</key><data> YW
			Jj </data><key>date</key><date>2001-01-01T00:01:00Z</date><!-- a comment --><key>list</key><array><string>é</string><dict/></array></dict>`)),
		"binary": bplist(
			"\xd8\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00\x07\x00\x08\x00\x09\x00\x0a\x00\x0b\x00\x0c\x00\x0d\x00\x0e\x00\x0f\x00\x10",
			"\x54text", "\x56number", "\x54real", "\x53yes", "\x52no", "\x54data", "\x54date", "\x54list",
			"\x61\x00\xe9", "\x13\xff\xff\xff\xff\xff\xff\xff\xfe", "\x23\x3f\xf8\x00\x00\x00\x00\x00\x00", "\x09", "\x08", "\x43abc",
			"\x33\x40\x4e\x00\x00\x00\x00\x00\x00", "\xa2\x00\x09\x00\x11", "\xd0"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestRefused holds lists that ask for more than is there, that hold themselves,
// or that two readers would read in two ways.
func TestRefused(t *testing.T) {
	wide := bplist("\xd0")
	loops := bplist("\xd1\x00\x01\x00\x02", "\x51a", "\xaf\x10\x46"+strings.Repeat("\x00\x02", 70))
	doubling := []string{"\xd1\x00\x01\x00\x02", "\x51a"}
	for i := range 60 {
		next := binary.BigEndian.AppendUint16(nil, uint16(i+3))
		doubling = append(doubling, "\xa2"+string(next)+string(next))
	}
	doubling = append(doubling, "\x51b")
	long := []string{"\xd1\x00\x01\x00\x02", "\x51a", "\xaf\x11\x10\x00" + strings.Repeat("\x00\x03", 4096), "\x4f\x12\x00\x01\x00\x00" + strings.Repeat("x", 1<<16)}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"empty":                      {nil, ErrDamaged},
		"no plist":                   {[]byte("<html/>"), ErrDamaged},
		"too large":                  {make([]byte, MaxSize+1), ErrTooLarge},
		"outermost is text":          {[]byte(written("<string/>")), ErrDamaged},
		"key twice":                  {[]byte(written("<dict><key>a</key><true/><key>a</key><false/></dict>")), ErrDamaged},
		"key twice, binary":          {bplist("\xd2\x00\x01\x00\x01\x00\x01\x00\x01", "\x51a"), ErrDamaged},
		"key without a value":        {[]byte(written("<dict><key>a</key></dict>")), ErrDamaged},
		"no end":                     {[]byte("<plist><dict><key>a</key><string>b"), ErrDamaged},
		"lists in lists":             {[]byte("<plist><dict><key>a</key>" + strings.Repeat("<array>", 200_000)), ErrTooLarge},
		"many objects":               {[]byte(written("<dict><key>a</key><array>" + strings.Repeat("<true/>", 250_000) + "</array></dict>")), ErrTooLarge},
		"entities":                   {[]byte(`<!DOCTYPE a [<!ENTITY b "c">]><plist><dict><key>&b;</key><true/></dict></plist>`), ErrDamaged},
		"2^60 objects":               {append([]byte("bplist00\xd0\x08"), trailer(1, 1, 1<<60, 0, 9)...), ErrDamaged},
		"top of 2^60":                {append([]byte("bplist00\xd0\x08"), trailer(1, 1, 1, 1<<60, 9)...), ErrDamaged},
		"table at 2^63":              {append([]byte("bplist00\xd0\x08"), trailer(1, 1, 1, 0, 1<<63)...), ErrDamaged},
		"offsets of no bytes":        {append([]byte("bplist00\xd0\x08"), trailer(0, 1, 1, 0, 9)...), ErrDamaged},
		"references of 255 bytes":    {append([]byte("bplist00\xd0\x08"), trailer(1, 255, 1, 0, 9)...), ErrDamaged},
		"array of 2^60":              {bplist("\xd1\x00\x01\x00\x02", "\x51a", "\xaf\x13\x10\x00\x00\x00\x00\x00\x00\x00"), ErrDamaged},
		"dictionary of 2^63":         {bplist("\xdf\x13\x80\x00\x00\x00\x00\x00\x00\x00"), ErrDamaged},
		"dictionary of 2^64-1":       {bplist("\xdf\x13\xff\xff\xff\xff\xff\xff\xff\xff"), ErrDamaged},
		"text of 2^60":               {bplist("\xd1\x00\x01\x00\x02", "\x51a", "\x5f\x13\x10\x00\x00\x00\x00\x00\x00\x00"), ErrDamaged},
		"UTF-16 of 2^63":             {bplist("\xd1\x00\x01\x00\x02", "\x51a", "\x6f\x13\x80\x00\x00\x00\x00\x00\x00\x00"), ErrDamaged},
		"holds itself":               {bplist("\xd1\x00\x01\x00\x00", "\x51a"), ErrTooLarge},
		"array that holds itself":    {loops, ErrTooLarge},
		"twice the next, 60 times":   {bplist(doubling...), ErrTooLarge},
		"one text 4096 times":        {bplist(long...), ErrTooLarge},
		"trailer only":               {wide[len(wide)-trailerSize:], ErrDamaged},
		"offset of an object is out": {append([]byte("bplist00\xd0\xff"), trailer(1, 1, 1, 0, 9)...), ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			d, err := Parse(c.data)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, c.want) {
				t.Errorf("%v, %v, want %v", d, err, c.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
				t.Errorf("%d MB allocated", n>>20)
			}
		})
	}
}

// TestSmallLoop is a list of 195 bytes or less whose objects hold each other,
// on which readers that follow each reference run out of stack.
func TestSmallLoop(t *testing.T) {
	data := bplist("\xd1\x00\x01\x00\x02", "\x51a", "\xa2\x00\x03\x00\x03", "\xa2\x00\x02\x00\x02")
	if len(data) > 195 {
		t.Fatalf("%d bytes", len(data))
	}
	if _, err := Parse(data); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

func TestHostile(t *testing.T) {
	for form, whole := range map[string][]byte{
		"XML":    []byte(written("<dict><key>a</key><array><string>b</string><data>YWJj</data></array></dict>")),
		"binary": bplist("\xd1\x00\x01\x00\x02", "\x51a", "\xa2\x00\x03\x00\x03", "\x43abc"),
	} {
		for name, data := range fixture.Hostile(whole, 8, 16, len(whole)-trailerSize, len(whole)-8) {
			d, err := Parse(data)
			if err == nil && d == nil || err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s, %s: %v, %v", form, name, d, err)
			}
			if err == nil && len(data) < len(whole)/2 {
				t.Errorf("%s, %s: read as %v", form, name, d)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(written("<dict><key>a</key><array><string>b</string><integer>0x1</integer><real>nan</real><date>2001-01-01T00:00:00Z</date></array></dict>")))
	f.Add(bplist("\xd1\x00\x01\x00\x02", "\x51a", "\xa2\x00\x03\x00\x04", "\x43abc", "\x61\x00\xe9"))
	f.Add(bplist("\xd1\x00\x01\x00\x02", "\x51a", "\xa2\x00\x03\x00\x03", "\xa2\x00\x02\x00\x02"))
	f.Add(bplist("\xd1\x00\x01\x00\x02", "\x51a", "\x33\x40\x4e\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data)
		if (err == nil) != (d != nil) {
			t.Fatalf("%v, %v", d, err)
		}
		again, err := Parse(bytes.Clone(data))
		if fmt.Sprint(d) != fmt.Sprint(again) {
			t.Fatalf("%v, then %v, %v", d, again, err)
		}
	})
}
