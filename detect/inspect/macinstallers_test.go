package inspect

import (
	"bytes"
	"context"
	"crypto"
	"encoding/binary"
	"math/rand"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inspect/dmg/dmgtest"
	"github.com/chatvet/chatvet/detect/inspect/pkg/pkgtest"
	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/signatures"
)

// Signal's published team and bundle id, in synthetic files that a test's own
// authority signs.
const (
	signalTeam = "U68MSDN6DR"
	signalID   = "org.whispersystems.signal-desktop"
)

// macInstallers is what the tests of this file share.
type macInstallers struct {
	*pkgtest.Hierarchy
	in   *Inspector
	list *signatures.List
	// app signs programs and images, installer signs packages.
	app, installer *pkgtest.Signer
}

func newMacInstallers(t *testing.T) *macInstallers {
	t.Helper()
	list, err := signatures.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	in, err := New(list, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	m := &macInstallers{Hierarchy: pkgtest.NewHierarchy(t), in: in, list: list}
	in.AppleRoots = m.Roots
	m.app, m.installer = m.Team(t, signalTeam, pkgtest.Application), m.Team(t, signalTeam, pkgtest.Installer)
	return m
}

func (m *macInstallers) inspect(name string, b []byte) Result {
	return m.in.File(context.Background(), Source{Name: name, ReaderAt: bytes.NewReader(b), Size: int64(len(b))})
}

// verdict is what a person would be told: verdict and reason, or nothing.
func (m *macInstallers) verdict(name string, r Result) string {
	b := inventory.Build{Product: r.Product, Version: r.Version, Path: name, Format: r.Format, Signatures: r.Signatures,
		Files: []inventory.File{r.File}, Facts: r.Facts, Collected: r.Collected, Inside: r.Inside}
	b.SetID()
	got := judge.Judge(inventory.Inventory{Builds: []inventory.Build{b}}, m.list, judge.Policy{})
	var all []string
	for _, f := range got.Findings {
		all = append(all, string(f.Verdict)+" "+f.Reason)
	}
	return strings.Join(all, "; ")
}

// state is what a signature comes to.
type state struct {
	integrity inventory.Integrity
	trust     inventory.Trust
	kind      string
	team      string
	problem   string // the most telling one
	verdict   string
}

func (m *macInstallers) state(t *testing.T, name string, b []byte) state {
	t.Helper()
	r := m.inspect(name, b)
	if len(r.Signatures) != 1 {
		t.Fatalf("%d signatures: %+v", len(r.Signatures), r.Gaps)
	}
	s := r.Signatures[0]
	got := state{integrity: s.Integrity, trust: s.Trust, verdict: m.verdict(name, r)}
	if len(s.Signers) > 0 {
		got.team = s.Signers[0].TeamID
	}
	if len(s.Problems) > 0 {
		got.problem = s.Problems[0]
	}
	for _, f := range r.Facts {
		if f.Kind == signatures.AppleSignerKind {
			got.kind = f.Value
		}
	}
	return got
}

func macImage() []byte {
	return dmgtest.Build(dmgtest.Partition{Name: "disk image (Apple_HFS : 1)", Chunks: []dmgtest.Chunk{
		{Method: dmgtest.Zlib, Plain: dmgtest.Volume("Signal")}, {Method: dmgtest.Stored, Plain: bytes.Repeat([]byte("synthetic "), 5120)}}})
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

func TestDiskImages(t *testing.T) {
	m := newMacInstallers(t)
	signed := func(s *pkgtest.Signer, identifier, team string) []byte {
		return dmgtest.Sign(macImage(), dmgtest.Signing{Identifier: identifier, Team: team, Message: func(d []byte) []byte { return s.Message(t, d) }})
	}
	genuine := signed(m.app, signalID, signalTeam)
	other := m.Team(t, "EXAMPLE001", pkgtest.Application)
	end := len(genuine)
	for name, test := range map[string]struct {
		image []byte
		want  state
	}{
		"by its maker":                           {genuine, state{"intact", "trusted", "developer-id", signalTeam, "", "official pinned-signer"}},
		"by its maker under the file's name":     {signed(m.app, "Signal", signalTeam), state{"intact", "trusted", "developer-id", signalTeam, "", ""}},
		"under its id by another team":           {signed(other, signalID, "EXAMPLE001"), state{"intact", "trusted", "developer-id", "EXAMPLE001", "", "mismatch other-signer"}},
		"naming a team that is not the signer's": {signed(other, signalID, signalTeam), state{"intact", "untrusted", "developer-id", "EXAMPLE001", "team-mismatch", "mismatch other-signer"}},
		"by somebody who says to be its maker": {signed(pkgtest.Alone(t, signalTeam, pkgtest.Application), signalID, signalTeam),
			state{"intact", "self-signed", "self-signed", signalTeam, "self-signed", "mismatch pinned-name-only"}},
		"by nobody":                         {dmgtest.Sign(macImage(), dmgtest.Signing{Identifier: signalID}), state{"intact", "ad-hoc", "ad-hoc", "", "", "mismatch unsigned-but-maker-signs"}},
		"not signed":                        {macImage(), state{"unsigned", "not-checked", "unsigned", "", "", ""}},
		"with a byte of its data changed":   {flipped(genuine, 200), state{"broken", "trusted", "developer-id", signalTeam, "digest-mismatch", "mismatch broken-signature"}},
		"with its count of sectors changed": {flipped(genuine, end-512+499), state{"broken", "trusted", "developer-id", signalTeam, "special-slot-mismatch", "mismatch broken-signature"}},
		"with a trailer that is not signed": {dmgtest.Sign(macImage(), dmgtest.Signing{Identifier: signalID, Team: signalTeam, WithoutTrailer: true, Message: func(d []byte) []byte { return m.app.Message(t, d) }}),
			state{"broken", "trusted", "developer-id", signalTeam, "special-slot-mismatch", "mismatch broken-signature"}},
		"with something between signature and trailer": {slices.Concat(genuine[:end-512], []byte("added"), genuine[end-512:]),
			state{"unreadable", "not-checked", "other", "", "signature-damaged", ""}},
		"with room behind its signature": {roomier(genuine), state{"unreadable", "not-checked", "other", "", "signature-damaged", ""}},
		"of another version of the format": {dmgtest.Sign(flipped(macImage(), len(macImage())-512+7), dmgtest.Signing{Identifier: signalID, Team: signalTeam, Message: func(d []byte) []byte { return m.app.Message(t, d) }}),
			state{"unreadable", "not-checked", "other", "", "signature-damaged", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, m.state(t, "Signal.dmg", test.image), cmp.AllowUnexported(state{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// roomier puts zeros behind a signature, as programs have them.
func roomier(image []byte) []byte {
	end := len(image) - 512
	trailer := bytes.Clone(image[end:])
	binary.BigEndian.PutUint64(trailer[304:], binary.BigEndian.Uint64(trailer[304:])+16)
	return slices.Concat(image[:end], make([]byte, 16), trailer)
}

// TestEveryByteOfASignedImageCounts changes bytes everywhere: whatever comes out
// is no intact image by its maker.
func TestEveryByteOfASignedImageCounts(t *testing.T) {
	m := newMacInstallers(t)
	b := dmgtest.Sign(macImage(), dmgtest.Signing{Identifier: signalID, Team: signalTeam, Message: func(d []byte) []byte { return m.app.Message(t, d) }})
	body := len(b) - 512
	for at := 0; at < len(b); at += 1 + 61*max(0, min(1, body-at)) {
		if at >= body+304 && at < body+312 {
			continue // the signature's length, which only says where it ends
		}
		r := m.inspect("x.dmg", flipped(b, at))
		for _, s := range r.Signatures {
			if s.Integrity == inventory.Intact && s.Trust == inventory.Trusted && len(s.Problems) == 0 && !unsignedPart(b, at) {
				t.Errorf("byte %d of %d changed: %+v", at, len(b), s)
			}
		}
	}
}

// unsignedPart is true for the message in a signature: it holds what nothing
// signs, such as how its own certificates are written.
func unsignedPart(b []byte, at int) bool {
	message := bytes.Index(b, []byte("\xfa\xde\x0b\x01"))
	index := bytes.Index(b, []byte("\xfa\xde\x0c\xc0"))
	return at >= index && at < index+12+24 || at >= message && at < len(b)-512
}

func TestDiskImageFacts(t *testing.T) {
	m := newMacInstallers(t)
	r := m.inspect("Signal.dmg", macImage())
	var volumes []string
	for _, f := range r.Facts {
		if f.Kind == signatures.DMGVolume {
			volumes = append(volumes, f.Value)
		}
	}
	if !slices.Equal(volumes, []string{"Signal"}) || r.Format != signatures.DMG {
		t.Errorf("%s, volumes %q", r.Format, volumes)
	}
	want := []inventory.Gap{{Where: "Signal.dmg", What: whatInside, Kind: gapNotOpened, Reason: "the files in disk images are not opened yet"}}
	if diff := cmp.Diff(want, r.Gaps); diff != "" {
		t.Error(diff)
	}
}

// packageBy is a package with Signal's app in it, signed in one or both forms.
func packageBy(t *testing.T, bare, message *pkgtest.Signer) pkgtest.Package {
	p := pkgtest.Package{Files: pkgtest.Example("org.example.pkg", signalID), Hash: crypto.SHA256}
	if message != nil {
		p.Message, p.Certificates = func(sum []byte) []byte { return message.Message(t, sum) }, message.Certificates()
	}
	if bare != nil {
		p.Bare, p.Certificates = func(sum []byte) []byte { return bare.Bare(t, crypto.SHA256, sum) }, bare.Certificates()
	}
	return p
}

func TestInstallerPackages(t *testing.T) {
	m := newMacInstallers(t)
	other := m.Team(t, "EXAMPLE001", pkgtest.Installer)
	alone := pkgtest.Alone(t, signalTeam, pkgtest.Installer)
	expired := m.Expired(t, signalTeam, pkgtest.Installer)
	developer := m.Team(t, signalTeam, pkgtest.Developer)
	genuine := packageBy(t, m.installer, m.installer).Build()
	store, submission := m.Team(t, signalTeam, pkgtest.Store), m.Team(t, signalTeam, pkgtest.Submission)
	stamper, stranger := m.Stamper(t), pkgtest.NewHierarchy(t).Stamper(t)
	stamped := func(by *pkgtest.Signer, at time.Time) []byte {
		p := packageBy(t, nil, expired)
		p.Message = func(sum []byte) []byte { return expired.Stamped(t, sum, by, at) }
		return p.Build()
	}
	then, now := time.Now().AddDate(-2, 0, 0), time.Now()
	unlisted := packageBy(t, m.installer, nil)
	unlisted.Files[3].Unlisted = true
	ticket := packageBy(t, m.installer, m.installer)
	ticket.Ticket = []byte("a synthetic ticket")
	swapped := bytes.Replace(genuine, []byte("synthetic payload "), []byte("another payload.. "), 1)
	for name, test := range map[string]struct {
		file []byte
		want state
	}{
		"by its maker, in both forms": {genuine, state{"intact", "trusted", "developer-id", signalTeam, "", "official pinned-signer"}},
		"in the bare form":            {packageBy(t, m.installer, nil).Build(), state{"intact", "trusted", "developer-id", signalTeam, "", "official pinned-signer"}},
		"as a message":                {packageBy(t, nil, m.installer).Build(), state{"intact", "trusted", "developer-id", signalTeam, "", "official pinned-signer"}},
		"with a ticket":               {ticket.Build(), state{"intact", "trusted", "developer-id", signalTeam, "", "official pinned-signer"}},
		"by another team":             {packageBy(t, other, other).Build(), state{"intact", "trusted", "developer-id", "EXAMPLE001", "", "unverified repackaged"}},
		"by two":                      {packageBy(t, m.installer, other).Build(), state{"broken", "trusted", "developer-id", "EXAMPLE001", "signature-invalid", "mismatch broken-signature"}},
		"by somebody who says to be its maker": {packageBy(t, alone, alone).Build(),
			state{"intact", "self-signed", "self-signed", signalTeam, "self-signed", "mismatch pinned-name-only"}},
		"by a certificate that is not for installers": {packageBy(t, developer, developer).Build(),
			state{"intact", "untrusted", "apple-developer", signalTeam, "wrong-usage", "mismatch pinned-name-only"}},
		"by a certificate that has expired": {packageBy(t, expired, nil).Build(),
			state{"intact", "trusted", "developer-id", signalTeam, "expired", "unverified time-unproven"}},
		"by a certificate that has expired, stamped before": {stamped(stamper, then), state{"intact", "trusted", "developer-id", signalTeam, "", "official pinned-signer"}},
		"by a certificate that has expired, stamped after":  {stamped(stamper, now), state{"intact", "trusted", "developer-id", signalTeam, "outside-validity", "unverified time-unproven"}},
		"by a certificate that has expired, stamped by an unknown root": {stamped(stranger, then),
			state{"intact", "trusted", "developer-id", signalTeam, "timestamp-untrusted", "unverified time-unproven"}},
		"by the App Store": {packageBy(t, store, store).Build(), state{"intact", "trusted", "mac-app-store", signalTeam, "", "official pinned-signer"}},
		"as it is sent to the App Store": {packageBy(t, submission, submission).Build(),
			state{"intact", "untrusted", "apple-developer", signalTeam, "wrong-usage", "mismatch pinned-name-only"}},
		"not signed":                        {packageBy(t, nil, nil).Build(), state{"unsigned", "not-checked", "unsigned", "", "", "unverified unsigned"}},
		"with another payload":              {swapped, state{"broken", "trusted", "developer-id", signalTeam, "digest-mismatch", "mismatch broken-signature"}},
		"with a payload that is not listed": {unlisted.Build(), state{"broken", "trusted", "developer-id", signalTeam, "unsigned-member", "mismatch broken-signature"}},
		"with something behind it":          {append(bytes.Clone(genuine), "more"...), state{"intact", "trusted", "developer-id", signalTeam, "appended-data", "official pinned-signer"}},
		"of which the table is cut off":     {genuine[:200], state{"unreadable", "not-checked", "", "", "signature-damaged", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, m.state(t, "Signal.pkg", test.file), cmp.AllowUnexported(state{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTableOfAnotherPackage puts the table of contents of one signed package into
// another: the signature is about another one then.
func TestTableOfAnotherPackage(t *testing.T) {
	m := newMacInstallers(t)
	p := packageBy(t, m.installer, m.installer)
	own := p.Message
	p.Message = func(sum []byte) []byte { return own(make([]byte, len(sum))) }
	p.Bare = nil
	got := m.state(t, "x.pkg", p.Build())
	if got.integrity != inventory.Broken || got.problem != inventory.ProblemSignatureInvalid {
		t.Errorf("%+v", got)
	}
}

// TestBrokenMacInstallers inspects 400 images and packages with bytes changed or
// cut off: each is read within bounds, and none passes for its maker's.
func TestBrokenMacInstallers(t *testing.T) {
	m := newMacInstallers(t)
	kinds := [][]byte{
		dmgtest.Sign(macImage(), dmgtest.Signing{Identifier: signalID, Team: signalTeam, Message: func(d []byte) []byte { return m.app.Message(t, d) }}),
		packageBy(t, m.installer, m.installer).Build(),
	}
	random := rand.New(rand.NewSource(1))
	var before, after runtime.MemStats
	for i := range 400 {
		whole := kinds[i%2]
		b := bytes.Clone(whole)
		for range 1 + random.Intn(6) {
			b[random.Intn(len(b))] = byte(random.Intn(256))
		}
		if i%4 > 1 {
			b = b[:random.Intn(len(b))]
		}
		runtime.ReadMemStats(&before)
		r := m.inspect("x", b)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
			t.Errorf("file %d: %d bytes allocated", i, n)
		}
		changed := bytes.Count(b, nil) != bytes.Count(whole, nil) || !bytes.Equal(b, whole)
		told := len(r.Gaps) > 0 || r.Format == signatures.Unknown
		if changed && !told {
			t.Errorf("file %d: no gap", i)
		}
	}
}
