package origin

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/platform/origin/origintest"
)

func TestQuarantine(t *testing.T) {
	at := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)
	for in, want := range map[string]Quarantine{
		"0083;6553f100;Safari;1A2B3C4D-0000-0000-0000-000000000000": {0x83, at, "Safari"},
		"0081;6553f100;Google\\x20Chrome;":                          {0x81, at, "Google Chrome"},
		"0001":                                                      {Flags: 1},
		"0001;;":                                                    {Flags: 1},
		"0002;zzz;a\\xZZ\\x2;x;y":                                   {Flags: 2, Agent: "a\\xZZ\\x2"},
		"0003;0;\\xff;":                                             {Flags: 3, Agent: "\uFFFD"},
		"0083;6553f100;བོད་ཡིག;":                                    {0x83, at, "བོད་ཡིག"},
		"0083;6553f100;Safari\x00":                                  {0x83, at, "Safari"},
		"0083;ffffffffffffffffffff;A;":                              {Flags: 0x83, Agent: "A"},
		"0001;1;" + strings.Repeat("x", 300):                        {1, time.Unix(1, 0).UTC(), strings.Repeat("x", maxAgent)},
	} {
		got, err := ParseQuarantine(in)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%.60q: %v %s", in, err, diff)
		}
	}
	for _, in := range []string{"", ";", "q/0083", "-1;", "123456789;"} {
		if q, err := ParseQuarantine(in); !errors.Is(err, errQuarantine) {
			t.Errorf("%q: %+v, %v", in, q, err)
		}
	}
}

func TestWhereFroms(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"two":         {origintest.WhereFroms("https://dl.example.org/Chat.dmg", "https://example.org/"), "https://dl.example.org/Chat.dmg"},
		"only a page": {origintest.WhereFroms("", "https://example.org/"), "https://example.org/"},
		"by air":      {origintest.WhereFroms("Ann's phone", "com.apple.AirDrop"), ""},
		"none":        {origintest.WhereFroms(), ""},
		"XML":         {[]byte("<plist><array><integer>1</integer><string>http://example.org/x</string></array></plist>"), "http://example.org/x"},
	} {
		froms, err := ParseWhereFroms(c.data)
		if err != nil || froms.URL() != c.want {
			t.Errorf("%s: %q, %v; want %q", name, froms, err, c.want)
		}
	}
	for _, data := range [][]byte{nil, []byte("bplist00"), []byte("<plist><dict/></plist>"), []byte("https://example.org/")} {
		if froms, err := ParseWhereFroms(data); err == nil {
			t.Errorf("%q: %q", data, froms)
		}
	}
}

var attributesOfTest = map[string][]byte{
	QuarantineAttribute: []byte("0083;6553f100;Safari;"),
	WhereFromsAttribute: origintest.WhereFroms("https://dl.example.org/Chat.dmg"),
	"a":                 {},
}

func TestReadDouble(t *testing.T) {
	got, err := ReadDouble(bytes.NewReader(origintest.Double(attributesOfTest)))
	if diff := cmp.Diff(attributesOfTest, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	// What a Mac before 10.4 wrote: the Finder's bytes and no attributes.
	old := origintest.Double(nil)[:50+32]
	binary.BigEndian.PutUint32(old[34:], 32)
	if got, err := ReadDouble(bytes.NewReader(old)); err != nil || len(got) != 0 {
		t.Errorf("without attributes: %v, %v", got, err)
	}
	// A resource fork of gigabytes behind the attributes is not read.
	whole := origintest.Double(attributesOfTest)
	if got, err := ReadDouble(endless{whole}); err != nil || len(got) != len(attributesOfTest) {
		t.Errorf("with a long resource fork: %v, %v", got, err)
	}
}

// endless is followed by zeros without end.
type endless struct{ data []byte }

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	if off < int64(len(e.data)) {
		copy(p, e.data[off:])
	}
	return len(p), nil
}

func TestHostileDouble(t *testing.T) {
	good := origintest.Double(attributesOfTest)
	lying := func(at int, value uint32) []byte {
		data := slices.Clone(good)
		binary.BigEndian.PutUint32(data[at:], value)
		return data
	}
	for name, data := range map[string][]byte{
		"empty":                {},
		"one byte":             good[:1],
		"no header":            good[:25],
		"no entries":           good[:30],
		"no attributes":        good[:100],
		"no table":             good[:125],
		"no values":            good[:180],
		"another magic":        lying(0, 0x00051600),
		"65535 entries":        lying(24, 0xffffffff),
		"entry far away":       lying(30, 0xffffffff),
		"65535 attributes":     lying(116, 0x0000ffff),
		"value far away":       lying(120, 0xffffffff),
		"value of 4 GB":        lying(124, 0xffffffff),
		"a name without bytes": lying(128, 0),
	} {
		if got, err := ReadDouble(bytes.NewReader(data)); !errors.Is(err, ErrDouble) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if got, err := ReadDouble(bytes.NewReader(append(slices.Clone(good), good...))); err != nil || len(got) != len(attributesOfTest) {
		t.Errorf("doubled: %v, %v", got, err)
	}
	for i := range good {
		for _, b := range []byte{0, 0x7f, 0xff} {
			data := slices.Clone(good)
			data[i] = b
			if got, err := ReadDouble(bytes.NewReader(data)); (got == nil) == (err == nil) {
				t.Errorf("byte %d: %v, %v", i, got, err)
			}
		}
	}
}

func FuzzDouble(f *testing.F) {
	f.Add(origintest.Double(attributesOfTest))
	f.Add(origintest.Double(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := ReadDouble(bytes.NewReader(data))
		if (all == nil) == (err == nil) {
			t.Fatalf("%v, %v", all, err)
		}
		if len(all) > maxAttributes {
			t.Errorf("%d attributes", len(all))
		}
		for name, value := range all {
			if len(name) > 254 || len(value) > len(data) {
				t.Errorf("%q of %d bytes", name, len(value))
			}
		}
	})
}

func FuzzQuarantine(f *testing.F) {
	f.Add("0083;6553f100;Google\\x20Chrome;1A2B3C4D-0000-0000-0000-000000000000")
	f.Add("0001")
	f.Fuzz(func(t *testing.T, value string) {
		q, err := ParseQuarantine(value)
		if err == nil && (len(q.Agent) > 3*maxAgent || q.Agent != strings.ToValidUTF8(q.Agent, "?")) {
			t.Errorf("%q", q.Agent)
		}
	})
}

func FuzzWhereFroms(f *testing.F) {
	f.Add(origintest.WhereFroms("https://dl.example.org/Chat.dmg", "https://example.org/"))
	f.Add([]byte("<plist><array><string>http://example.org/x</string></array></plist>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if froms, err := ParseWhereFroms(data); len(froms) > maxFroms || err != nil && froms != nil {
			t.Errorf("%q, %v", froms, err)
		}
	})
}
