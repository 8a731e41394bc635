package origin

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]Zone{
		"": {ID: -1},
		"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://example.org/\r\nHostUrl=https://dl.example.org/Setup.exe\r\n": {3, "https://dl.example.org/Setup.exe", "https://example.org/"},
		"\xef\xbb\xbf[zonetransfer]\nzoneid = 4\nhosturl= ftp://x/y \n":                                                  {4, "ftp://x/y", ""},
		"[ZoneTransfer]\nZoneId=3\nZoneId=0\nHostUrl=a\nHostUrl=b\nLastWriterPackageFamilyName=x":                        {3, "a", ""},
		"ZoneId=3\n[Other]\nHostUrl=https://x\n":                                                                         {ID: -1},
		"[ZoneTransfer]\nZoneId=-7\nHostUrl\n=\n":                                                                        {ID: -1},
		"[ZoneTransfer]\nZoneId=99999999999999999999":                                                                    {ID: -1},
		wide("[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://例.example/\r\n"):                                             {3, "https://例.example/", ""},
		"[ZoneTransfer]\nHostUrl=" + strings.Repeat("x", 2*MaxSize):                                                      {ID: -1, HostURL: strings.Repeat("x", MaxSize-len("[ZoneTransfer]\nHostUrl="))},
	} {
		got, err := Parse(strings.NewReader(in))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%.60q: %v %s", in, err, diff)
		}
	}
	if _, err := Parse(iotest.ErrReader(errors.New("disk"))); err == nil {
		t.Error("an error of the disk is swallowed")
	}
}

func wide(s string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return string(out)
}

func TestURL(t *testing.T) {
	for want, zones := range map[string][]Zone{
		"https://a/": {{HostURL: "https://a/", ReferrerURL: "https://b/"}, {HostURL: "about:internet", ReferrerURL: "https://a/"}, {ReferrerURL: "https://a/"}},
		"HTTP://a/":  {{HostURL: "HTTP://a/"}},
		"":           {{}, {HostURL: "about:internet"}, {HostURL: "C:\\x", ReferrerURL: "file:///x"}},
	} {
		for _, z := range zones {
			if got := z.URL(); got != want {
				t.Errorf("%+v: %q, want %q", z, got, want)
			}
		}
	}
}

func FuzzZone(f *testing.F) {
	f.Add([]byte("[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://dl.example.org/Setup.exe\r\n"))
	f.Add([]byte(wide("[ZoneTransfer]\nZoneId=3\n")))
	f.Add([]byte{0xff, 0xfe, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		z, err := Parse(strings.NewReader(string(data)))
		if err != nil {
			t.Fatal(err)
		}
		if len(z.URL()) > MaxSize*3 || z.ID > 255 {
			t.Errorf("%+v", z)
		}
	})
}
