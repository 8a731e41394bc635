package apple

import (
	"bytes"
	"crypto/x509"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatvet/chatvet/detect/inspect/macho"
	"github.com/chatvet/chatvet/detect/inventory"
)

// told is what matters of an outcome.
type told struct {
	Integrity inventory.Integrity
	Trust     inventory.Trust
	Kind      SignerKind
	Team      string
	Problem   string // the first
}

func tell(s inventory.Signature, c Code) told {
	out := told{Integrity: s.Integrity, Trust: s.Trust, Kind: c.Kind}
	if len(s.Signers) > 0 {
		out.Team = s.Signers[0].TeamID
	}
	if len(s.Problems) > 0 {
		out.Problem = s.Problems[0]
	}
	return out
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// TestSignatures signs an invented program in several ways and changes it.
func TestSignatures(t *testing.T) {
	h := newHierarchy(t)
	other := h.Team(t, "EXAMPLE002")
	signer, stranger := h.Team(t, "EXAMPLE001"), issue(t, nil, subject("EXAMPLE001"), false, markDeveloperID)
	m := made{Code: 20000, Identifier: "example.chat", Team: "EXAMPLE001", Flags: flagRuntime, Signer: signer, Chain: []*x509.Certificate{h.Issuer.Cert}}
	good := m.Build(t)
	arm := m
	arm.CPU = 0x0100000c
	with := func(change func(*made)) []byte { n := m; change(&n); return n.Build(t) }
	adHoc := with(func(m *made) { m.Signer, m.Team, m.Flags = nil, "", flagAdHoc })
	both := universal(good, arm.Build(t))
	trusted := told{inventory.Intact, inventory.Trusted, DeveloperID, "EXAMPLE001", ""}
	broken := func(problem string) told { w := trusted; w.Integrity, w.Problem = inventory.Broken, problem; return w }
	entitled := with(func(m *made) {
		m.Entitlements = `<plist><dict><key>com.example.camera</key><true/></dict></plist>`
	})
	for name, c := range map[string]struct {
		file []byte
		want told
	}{
		"as signed":              {good, trusted},
		"universal":              {both, trusted},
		"with entitlements":      {entitled, trusted},
		"first page changed":     {flip(good, 60), broken(inventory.ProblemDigestMismatch)},
		"last byte changed":      {flip(good, m.Code-1), broken(inventory.ProblemDigestMismatch)},
		"one slice changed":      {flip(both, len(both)-signatureRoom-5), broken(inventory.ProblemDigestMismatch)},
		"other slice changed":    {flip(both, 4096+100), broken(inventory.ProblemDigestMismatch)},
		"entitlements changed":   {bytes.Replace(entitled, []byte("com.example.camera"), []byte("com.example.kamera"), 1), broken(inventory.ProblemSlotMismatch)},
		"between the slices":     {flip(both, 4000), broken(inventory.ProblemAppendedData)},
		"appended":               {append(bytes.Clone(good), "more"...), broken(inventory.ProblemAppendedData)},
		"page digest changed":    {with(func(m *made) { m.Change = func(d []byte) { d[len(d)-1] ^= 1 } }), told{inventory.Broken, inventory.Trusted, DeveloperID, "EXAMPLE001", inventory.ProblemDigestMismatch}},
		"identifier changed":     {with(func(m *made) { m.Change = func(d []byte) { d[60] ^= 1 } }), broken("signature-invalid")},
		"team that is another's": {with(func(m *made) { m.Team = "EXAMPLE002" }), told{inventory.Intact, inventory.Untrusted, DeveloperID, "EXAMPLE001", inventory.ProblemTeam}},
		"ad hoc":                 {adHoc, told{inventory.Intact, inventory.AdHoc, AdHoc, "", ""}},
		"ad hoc, changed":        {flip(adHoc, 100), told{inventory.Broken, inventory.AdHoc, AdHoc, "", inventory.ProblemDigestMismatch}},
		"self-made certificate":  {with(func(m *made) { m.Signer, m.Chain = stranger, nil }), told{inventory.Intact, inventory.SelfSigned, SelfSigned, "EXAMPLE001", "self-signed"}},
		"one slice ad hoc":       {universal(good, adHoc), told{inventory.Intact, inventory.AdHoc, AdHoc, "", inventory.ProblemSlices}},
		"one slice unsigned":     {universal(good, unsigned(arm.Code)), told{inventory.Unsigned, inventory.TrustNotChecked, Unsigned, "", inventory.ProblemSlices}},
		"one unsigned, one bad":  {universal(flip(good, 60), unsigned(arm.Code)), told{inventory.Broken, inventory.Trusted, DeveloperID, "EXAMPLE001", inventory.ProblemSlices}},
		"slices by two makers":   {universal(good, with(func(m *made) { m.Signer, m.Team, m.CPU = other, "EXAMPLE002", 0x0100000c })), told{inventory.Broken, inventory.Trusted, DeveloperID, "EXAMPLE001", inventory.ProblemSlices}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, tell(check(t, c.file, nil, h.Policy))); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// unsigned is a program for another processor, without a signature.
func unsigned(size int) []byte {
	return append(slices.Concat(le(0xfeedfacf, 0x0100000c, 3, uint32(macho.Execute), 0, 0, 0, 0)), make([]byte, size)...)
}

// TestIncompletePass never calls intact what was not read to its end.
func TestIncompletePass(t *testing.T) {
	h := newHierarchy(t)
	m := made{Code: 20000, Identifier: "example.chat", Team: "EXAMPLE001", Signer: h.Team(t, "EXAMPLE001"), Chain: []*x509.Certificate{h.Issuer.Cert}}
	file := m.Build(t)
	prog := readProgram(t, file, h.Policy)
	if s := prog.Signature("program", false); s.Integrity != inventory.IntegrityNotChecked {
		t.Errorf("integrity %q of what nobody read", s.Integrity)
	}
	prog = readProgram(t, file, h.Policy)
	for _, taker := range prog.Takers() {
		taker.Write(file[:12000]) // says that it was all
	}
	if s := prog.Signature("program", true); s.Integrity != inventory.Broken {
		t.Errorf("integrity %q of what ended early", s.Integrity)
	}
}

// TestBundle holds what lies around a program against its special slots.
func TestBundle(t *testing.T) {
	h := newHierarchy(t)
	m := made{Code: 5000, Identifier: "example.chat", Team: "EXAMPLE001", Signer: h.Team(t, "EXAMPLE001"), Chain: []*x509.Certificate{h.Issuer.Cert}}
	tool := m.Build(t)
	m.Info, m.Seal = []byte("what it says"), []byte("what belongs to it")
	app := m.Build(t)
	for name, c := range map[string]struct {
		file    []byte
		around  *Bundle
		want    inventory.Integrity
		problem string
	}{
		"as sealed":                      {app, &Bundle{InfoPlist: m.Info, Seal: m.Seal}, inventory.Intact, ""},
		"out of its bundle":              {app, nil, inventory.Intact, inventory.ProblemOutOfBundle},
		"information changed":            {app, &Bundle{InfoPlist: []byte("other"), Seal: m.Seal}, inventory.Broken, inventory.ProblemSlotMismatch},
		"information missing":            {app, &Bundle{InfoPlist: nil, Seal: m.Seal}, inventory.Broken, inventory.ProblemSlotMismatch},
		"seal changed":                   {app, &Bundle{InfoPlist: m.Info, Seal: []byte("other")}, inventory.Broken, inventory.ProblemSlotMismatch},
		"seal missing":                   {app, &Bundle{InfoPlist: m.Info, Seal: nil}, inventory.Broken, inventory.ProblemSlotMismatch},
		"seal that could not be read":    {app, &Bundle{InfoPlist: m.Info, SealUnread: true}, inventory.Intact, inventory.ProblemOutOfBundle},
		"tool that stands alone":         {tool, nil, inventory.Intact, ""},
		"tool in somebody else's folder": {tool, &Bundle{InfoPlist: m.Info, Seal: m.Seal}, inventory.Broken, inventory.ProblemSlotMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			got := tell(check(t, c.file, c.around, h.Policy))
			if got.Integrity != c.want || got.Problem != c.problem {
				t.Errorf("%s %q, want %s %q", got.Integrity, got.Problem, c.want, c.problem)
			}
		})
	}
}
