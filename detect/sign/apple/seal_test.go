package apple

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sealHead, sealTail = `<plist version="1.0"><dict>`, `</dict></plist>`

const someHash = `<data>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</data>`

func sealOf(files, rules string) []byte {
	return []byte(sealHead + "<key>files2</key><dict>" + files + "</dict><key>rules2</key><dict>" + rules + "</dict>" + sealTail)
}

// TestTreatment follows the rules by weight.
func TestTreatment(t *testing.T) {
	s, err := ReadSeal(sealOf("", `<key>^.*</key><true/>`+
		`<key>^(Frameworks|MacOS)/</key><dict><key>nested</key><true/><key>weight</key><real>10</real></dict>`+
		`<key>^[^/]+$</key><dict><key>nested</key><true/><key>weight</key><integer>10</integer></dict>`+
		`<key>^Resources/</key><dict><key>weight</key><real>20</real></dict>`+
		`<key>^Resources/.*\.lproj/</key><dict><key>optional</key><true/><key>weight</key><real>1000</real></dict>`+
		`<key>^(.*/)?\.DS_Store$</key><dict><key>omit</key><true/><key>weight</key><real>2000</real></dict>`+
		`<key>^Caches/</key><false/>`+
		`<key>^Plug/</key><dict><key>nested</key><true/><key>omit</key><true/><key>weight</key><real>30</real></dict>`))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Treatment{}
	want := map[string]Treatment{
		"Resources/a.txt": AsFile, "Resources/en.lproj/a.txt": AsFile, "Resources/.DS_Store": NotSealed, ".DS_Store": NotSealed,
		"Frameworks/lib.dylib": AsCode, "Frameworks/X.framework/": AsCode, "Frameworks/plain/": NotSealed,
		"MacOS/main": NotSealed, "MacOS/tool": AsCode, "MacOS/link@": AsFile, "_CodeSignature/": NotEntered, "CodeResources": NotSealed,
		"_MASReceipt/": NotEntered, "payload": AsCode, "Other/x": AsFile, "Caches/x": AsFile, // of equal weights, what covers more
		"_codesignature/": NotSealed, "Plug/X.bundle/": AsCode, "Plug/x.dylib": NotSealed, // as codesign has it
	}
	for name := range want {
		at := strings.TrimRight(name, "/@")
		got[name] = s.Treat(at, "MacOS/main", strings.HasSuffix(name, "/"), strings.HasSuffix(name, "@"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// TestWeakRules tells rules that codesign refuses when it is strict.
func TestWeakRules(t *testing.T) {
	const all = `<key>^.*</key><true/>`
	omit := func(pattern string) string {
		return "<key>" + pattern + "</key><dict><key>omit</key><true/><key>weight</key><real>20</real></dict>"
	}
	old := func(rules string) []byte {
		return []byte(sealHead + "<key>files</key><dict/><key>rules</key><dict>" + rules + "</dict>" + sealTail)
	}
	for name, c := range map[string]struct {
		raw  []byte
		want bool
	}{
		"codesign's own":                                {sealOf("", all+omit(`^(.*/)?\.DS_Store$`)+omit(`^Info\.plist$`)+omit(`^PkgInfo$`)+omit(`^Resources/.*\.lproj/locversion.plist$`)), false},
		"nothing covers everything":                     {sealOf("", "<key>^Resources/</key><true/>"), true},
		"what covers everything is weighed":             {sealOf("", "<key>^.*</key><dict><key>weight</key><real>1</real></dict>"), true},
		"plug-ins left out":                             {sealOf("", all+omit("^PlugIns/")), true},
		"left out by a bare no":                         {sealOf("", all+"<key>^PlugIns/</key><false/>"), true},
		"the first version, as codesign's own":          {old("<key>^Resources/</key><true/>" + omit(`^Resources/.*\.lproj/locversion.plist$`)), false},
		"the first version, without what covers it all": {old("<key>^version.plist$</key><true/>"), true},
		"the second version's rules without its list":   {[]byte(sealHead + "<key>files</key><dict/><key>rules</key><dict><key>^Resources/</key><true/></dict><key>rules2</key><dict/>" + sealTail), false},
	} {
		s, err := ReadSeal(c.raw)
		if err != nil || s.Weak != c.want {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// TestDamagedSeals are refused as a whole: half a list would hide the other half.
func TestDamagedSeals(t *testing.T) {
	const rule = `<key>^.*</key><true/>`
	for name, raw := range map[string][]byte{
		"no list":                []byte(sealHead + sealTail),
		"no property list":       []byte("CodeResources"),
		"rules alone":            []byte(sealHead + "<key>rules2</key><dict>" + rule + "</dict>" + sealTail),
		"files that are text":    []byte(sealHead + "<key>files2</key><string>x</string><key>rules2</key><dict/>" + sealTail),
		"name that leads out":    sealOf("<key>../x</key><dict><key>hash</key>"+someHash+"</dict>", rule),
		"absolute name":          sealOf("<key>/x</key><dict><key>hash</key>"+someHash+"</dict>", rule),
		"name with a detour":     sealOf("<key>a/./x</key><dict><key>hash</key>"+someHash+"</dict>", rule),
		"digest of three bytes":  sealOf("<key>x</key><dict><key>hash2</key><data>AAAA</data></dict>", rule),
		"nothing of a file":      sealOf("<key>x</key><dict/>", rule),
		"one name in two ways":   sealOf("<key>\u00e9</key><dict><key>hash</key>"+someHash+"</dict><key>e\u0301</key><dict><key>hash</key>"+someHash+"</dict>", rule),
		"rule that is no rule":   sealOf("", "<key>^(</key><true/>"),
		"rule of another kind":   sealOf("", "<key>^.*</key><string>x</string>"),
		"rule that is too long":  sealOf("", "<key>"+strings.Repeat("a", 2000)+"</key><true/>"),
		"rule that repeats much": sealOf("", "<key>((a{999}){999}){999}</key><true/>"),
	} {
		if s, err := ReadSeal(raw); err == nil {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func FuzzSeal(f *testing.F) {
	f.Add(sealOf("<key>Resources/x</key><dict><key>hash</key>"+someHash+"<key>optional</key><true/></dict>", `<key>^.*</key><true/>`), "Resources/x")
	f.Add(sealOf("<key>y</key><dict><key>symlink</key><string>x</string></dict>", `<key>^[^/]+$</key><dict><key>nested</key><true/><key>weight</key><real>10</real></dict>`), "y")
	f.Fuzz(func(t *testing.T, raw []byte, name string) {
		s, err := ReadSeal(raw)
		if err != nil {
			return
		}
		s.Treat(name, "main", true, false)
		s.Treat(name, "main", false, true)
		s.Entries(func(e Sealed) {
			if got, ok := s.Entry(e.Name); !ok || got.Name != e.Name {
				t.Fatalf("%q is not found under its own name", e.Name)
			}
		})
	})
}
