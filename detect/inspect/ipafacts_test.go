package inspect

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"testing"

	"bytes"
	"context"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/fixture"
	"github.com/chatvet/chatvet/detect/inspect/ipa/ipatest"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/detect/sign/apple/bundletest"
	"github.com/chatvet/chatvet/signatures"
)

// Signal's own ids for iPhones, as the list pins them.
const (
	iosSignalID = "org.whispersystems.signal"
	iosSignal   = "U68MSDN6DR"
)

// iphones is what apps for iPhones are signed with in a test.
type iphones struct {
	*bundletest.Hierarchy
	in              *Inspector
	list            *signatures.List
	store, profiles *bundletest.Authority
}

func newIPhones(t testing.TB) *iphones {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	in, err := New(list, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	p := &iphones{Hierarchy: bundletest.NewHierarchy(t), in: in, list: list}
	in.AppleRoots = p.Roots
	mark := asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 3}
	p.store = bundletest.Issue(t, p.Issuer, pkix.Name{CommonName: "Apple iPhone OS Application Signing", OrganizationalUnit: []string{"Apple iPhone"}}, false, mark)
	p.profiles = bundletest.Issue(t, p.Issuer, pkix.Name{CommonName: "Example Provisioning Profile Signing"}, false, nil)
	return p
}

func (p *iphones) inspect(b []byte) Result {
	return p.in.File(context.Background(), Source{Name: "x.ipa", ReaderAt: bytes.NewReader(b), Size: int64(len(b))})
}

func (p *iphones) verdict(r Result) string {
	b := inventory.Build{Path: "x.ipa", Format: r.Format, Signatures: r.Signatures, Files: []inventory.File{r.File}, Facts: r.Facts, Collected: r.Collected, Inside: r.Inside}
	b.SetID()
	var all []string
	for _, f := range judge.Judge(inventory.Inventory{Builds: []inventory.Build{b}}, p.list, judge.Policy{}).Findings {
		all = append(all, string(f.Verdict)+" "+f.Reason)
	}
	return strings.Join(all, "; ")
}

// signal is Signal for iPhones, as its store would sign it. Nothing of it is real.
func (p *iphones) signal() ipatest.App {
	return ipatest.App{ID: iosSignalID, Name: "Signal", Team: iosSignal, Signer: p.store, Chain: p.Chain(),
		Files: map[string]string{"words.txt": "synthetic", "en.lproj/x.txt": "synthetic", "PkgInfo": "APPL????"}}
}

func values(r Result, k signatures.Kind) (all []string) {
	for _, f := range r.Facts {
		if f.Kind == k {
			all = append(all, f.Value)
		}
	}
	return all
}

func TestIPASigners(t *testing.T) {
	p := newIPhones(t)
	stranger := bundletest.NewHierarchy(t)
	for _, c := range []struct {
		name    string
		change  func(*ipatest.App)
		verdict string
		problem string
	}{
		{"by the store", func(*ipatest.App) {}, "official pinned-signer", ""},
		{"by the store, for another team", func(a *ipatest.App) { a.Team = "AAAAAAAAAA" }, "mismatch other-signer", ""},
		{"by the maker's own team", func(a *ipatest.App) { a.Signer = p.Team(t, iosSignal) }, "official pinned-signer", ""},
		{"by another team", func(a *ipatest.App) { a.Team, a.Signer = "AAAAAAAAAA", p.Team(t, "AAAAAAAAAA") }, "mismatch other-signer", ""},
		{"by a team that says it is the maker's", func(a *ipatest.App) { a.Signer = p.Team(t, "AAAAAAAAAA") }, "mismatch other-signer", inventory.ProblemTeam},
		{"by the store's name under another root", func(a *ipatest.App) {
			mark := asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 3}
			a.Signer = bundletest.Issue(t, stranger.Issuer, pkix.Name{CommonName: "Apple iPhone OS Application Signing"}, false, mark)
			a.Chain = []*x509.Certificate{stranger.Issuer.Cert}
		}, "mismatch other-signer", ""},
		{"by nobody", func(a *ipatest.App) { a.Signer, a.Team = nil, "" }, "unverified unsigned", ""},
		{"changed", func(a *ipatest.App) {
			a.Change = func(m map[string]string) { m[ipatest.Folder+"words.txt"] = "changed" }
		}, "mismatch broken-signature", inventory.ProblemResourceChanged},
		{"with another file", func(a *ipatest.App) {
			a.Change = func(m map[string]string) { m[ipatest.Folder+"Frameworks/more.dylib"] = "added" }
		}, "mismatch broken-signature", inventory.ProblemResourceAdded},
		{"without a file", func(a *ipatest.App) {
			a.Change = func(m map[string]string) { delete(m, ipatest.Folder+"words.txt") }
		}, "mismatch broken-signature", inventory.ProblemResourceMissing},
		{"without a language", func(a *ipatest.App) {
			a.Change = func(m map[string]string) { delete(m, ipatest.Folder+"en.lproj/x.txt") }
		}, "official pinned-signer", ""},
		{"with the store's key", func(a *ipatest.App) {
			a.Change = func(m map[string]string) { m[ipatest.Folder+"SC_Info/App.sinf"] = "key" }
		}, "official pinned-signer", ""},
		{"with another Info.plist", func(a *ipatest.App) {
			a.Change = func(m map[string]string) {
				m[ipatest.Folder+"Info.plist"] = strings.Replace(m[ipatest.Folder+"Info.plist"], "1.2.3", "1.2.4", 1)
			}
		}, "mismatch broken-signature", ""},
		{"without its list", func(a *ipatest.App) {
			a.Change = func(m map[string]string) { delete(m, ipatest.Folder+"_CodeSignature/CodeResources") }
		}, "mismatch broken-signature", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := p.signal()
			c.change(&app)
			r := p.inspect(app.Build(t))
			if r.Format != signatures.IPA || len(r.Signatures) != 1 {
				t.Fatalf("%s with %d signatures: %+v", r.Format, len(r.Signatures), r.Gaps)
			}
			if got := p.verdict(r); got != c.verdict {
				t.Errorf("%s, want %s\n%+v", got, c.verdict, r.Signatures[0])
			}
			if c.problem != "" && !slices.Contains(r.Signatures[0].Problems, c.problem) {
				t.Errorf("problems %q, want %s", r.Signatures[0].Problems, c.problem)
			}
		})
	}
}

// TestIPAPrograms: what an app loads and brings along is read like its own program,
// and none of it costs the maker's signature anything where it was sealed.
func TestIPAPrograms(t *testing.T) {
	p := newIPhones(t)
	app := p.signal()
	program := string(fixture.MachO{}.Bytes())
	app.Files["Frameworks/Synthetic.framework/Synthetic"] = program
	app.Files["PlugIns/Share.appex/Share"] = program
	app.Files["Frameworks/readme"] = "no program"
	r := p.inspect(app.Build(t))
	var places []string
	for _, b := range r.Inside {
		places = append(places, strings.TrimPrefix(b.Path, "x.ipa"+InsideMark+ipatest.Folder))
		if len(b.Files) != 1 || len(b.Files[0].SHA256) != 64 || b.Collected.Patterns == "" {
			t.Errorf("%s was not searched: %+v", b.Path, b)
		}
	}
	if diff := cmp.Diff([]string{"App", "Frameworks/Synthetic.framework/Synthetic", "PlugIns/Share.appex/Share"}, places); diff != "" {
		t.Error(diff)
	}
	if got := p.verdict(r); got != "official pinned-signer" {
		t.Error(got)
	}
}

func TestIPAFacts(t *testing.T) {
	p := newIPhones(t)
	for _, c := range []struct {
		name, keys, want string
		by               *bundletest.Authority
	}{
		{"for all devices", "<key>ProvisionsAllDevices</key><true/>", "enterprise", p.profiles},
		{"for some devices", "<key>ProvisionedDevices</key><array><string>0</string></array>", "ad-hoc", p.profiles},
		{"for debugging", "<key>ProvisionedDevices</key><array><string>0</string></array><key>Entitlements</key><dict><key>get-task-allow</key><true/></dict>", "development", p.profiles},
		{"for the store", "<key>Entitlements</key><dict><key>get-task-allow</key><false/></dict>", "app-store", p.profiles},
		{"by somebody else", "<key>ProvisionsAllDevices</key><true/>", "enterprise", bundletest.NewHierarchy(t).Issuer},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := p.signal()
			profile := ipatest.Profile(t, c.by, p.Chain(), c.keys+"<key>TeamIdentifier</key><array><string>BBBBBBBBBB</string></array>")
			app.Files["embedded.mobileprovision"] = profile
			app.More = map[string]string{"iTunesMetadata.plist": `<plist><dict><key>itemId</key><integer>4242</integer><key>artistName</key><string>Synthetic</string><key>appleId</key><string>somebody@example.org</string></dict></plist>`}
			r := p.inspect(app.Build(t))
			got := []string{strings.Join(values(r, signatures.IOSProfile), " "), strings.Join(values(r, signatures.IOSTeam), " "), strings.Join(values(r, signatures.IOSItem), " "), strings.Join(values(r, signatures.IOSSeller), " "), strings.Join(values(r, signatures.BundleID), " ")}
			if diff := cmp.Diff([]string{c.want, "BBBBBBBBBB", "4242", "Synthetic", iosSignalID}, got); diff != "" {
				t.Error(diff)
			}
			doubted := slices.ContainsFunc(r.Gaps, func(g inventory.Gap) bool { return strings.Contains(g.What, "profile") })
			if doubted != (c.by != p.profiles) {
				t.Errorf("gaps: %+v", r.Gaps)
			}
			for _, f := range r.Facts {
				if strings.Contains(f.Value, "somebody") {
					t.Error("the person who bought it is told")
				}
			}
		})
	}
}

// TestIPAIsNoOther: a zip file with a folder of this name is none, and two apps in
// one file are not judged as one of them.
func TestIPAIsNoOther(t *testing.T) {
	p := newIPhones(t)
	r := p.inspect(fixture.Zip(fixture.Files{"Payload/readme.txt": []byte("x"), "Payload/a.app/deep/Info.plist": []byte("x")}))
	if r.Format != signatures.Zip {
		t.Errorf("%s", r.Format)
	}
	app := p.signal()
	app.More = map[string]string{"Payload/Other.app/Info.plist": "<plist><dict/></plist>"}
	r = p.inspect(app.Build(t))
	if r.Format != signatures.IPA || len(r.Signatures) != 0 || len(r.Gaps) == 0 {
		t.Errorf("%s, %d signatures, %+v", r.Format, len(r.Signatures), r.Gaps)
	}
}

func TestIPAHostile(t *testing.T) {
	p := newIPhones(t)
	whole := p.signal().Build(t)
	for name, b := range fixture.Hostile(whole, 30, len(whole)/2, len(whole)-22) {
		r := p.inspect(b)
		if got := p.verdict(r); strings.HasPrefix(got, "official") && name != "doubled" && !strings.HasPrefix(name, "0xff") {
			t.Errorf("%s: %s", name, got)
		}
	}
	r := p.in.File(t.Context(), Source{Name: "x.ipa", ReaderAt: fixture.Broken{R: bytes.NewReader(whole), Good: int64(len(whole) / 2)}, Size: int64(len(whole))})
	if strings.HasPrefix(p.verdict(r), "official") {
		t.Error("half a file is official")
	}
}

func FuzzIPA(f *testing.F) {
	p := newIPhones(f)
	app := p.signal()
	app.Files["embedded.mobileprovision"] = ipatest.Profile(f, p.profiles, p.Chain(), "<key>ProvisionsAllDevices</key><true/>")
	f.Add(app.Build(f))
	app.Change = func(m map[string]string) { delete(m, ipatest.Folder+"App") }
	f.Add(app.Build(f))
	f.Fuzz(func(t *testing.T, in []byte) { p.verdict(p.inspect(in)) })
}
