package judge

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/signatures"
)

func TestRegistrableDomains(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"skypetools.tom.com", []string{"tom.com"}},
		{"http://a.b.example.co.uk/path?q=x.example.org", []string{"example.co.uk", "example.org"}},
		{"one.github.io", []string{"one.github.io"}},
		{"https://192.0.2.7:8080/gate.php", []string{"192.0.2.7"}},
		{"contentfilter.exe", nil},
		{"tom word review", nil},
		{"com", nil},
		{"hex:0d0a2e636f6d", nil},
		{"...", nil},
	} {
		if diff := cmp.Diff(test.want, registrableDomains(test.text)); diff != "" {
			t.Errorf("%q: want -, got +:\n%s", test.text, diff)
		}
	}
}

func TestIndependent(t *testing.T) {
	content := func(text string) signatures.Fact { return fa(signatures.Content, text, "a.exe") }
	for _, test := range []struct {
		name string
		a, b signatures.Fact
		want bool
	}{
		{"two domains", content("a.example.com"), content("b.example.org"), true},
		{"two hosts on one domain", content("a.example.com"), content("b.example.com"), false},
		{"two paths at one address", content("192.0.2.7/one"), content("192.0.2.7/two"), false},
		{"two users of one hoster", content("one.github.io"), content("two.github.io"), true},
		{"one inside the other, in another case", content("Word Review"), content("TOM WORD REVIEW 2"), false},
		{"a text and a host", content("Word Review"), content("a.example.com"), true},
		{"content and its version field", content("Word Review"), fa(signatures.PECopyright, "(c) word review inc", "a.exe"), false},
		{"content and another version field", content("Word Review"), fa(signatures.PECopyright, "Somebody", "a.exe"), true},
		{"two ids of one thing", fa(signatures.ProductCode, "{1}", ""), fa(signatures.UpgradeCode, "{2}", ""), false},
		{"host and address of one download", fa(signatures.OriginHost, "a.example.com", ""), fa(signatures.OriginURL, "http://a.example.com/x", ""), false},
		{"two versions of one file", fa(signatures.PEVersion, "1.2", ""), fa(signatures.PEProductVersion, "1.2", ""), false},
		{"a name and a version", fa(signatures.FileName, "a.exe", ""), fa(signatures.PEVersion, "1.2", ""), true},
	} {
		pair := parted([]*item{{fact: &fact{Fact: test.a}, worth: signatures.Strong}, {fact: &fact{Fact: test.b}, worth: signatures.Strong}}, signatures.Strong)
		if got, back := independent(pair[0], pair[1]), independent(pair[1], pair[0]); got != test.want || back != test.want {
			t.Errorf("%s: %v and the other way round %v, want %v", test.name, got, back, test.want)
		}
	}
}
