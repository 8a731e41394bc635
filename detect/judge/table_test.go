package judge

import (
	"strings"
	"testing"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// every is DESIGN section 4 written out: for each identity and lifecycle a row,
// for each family state a column. A cell is a verdict and, where there could be
// two, its level (* advice, ! warning, !! strong warning; else the only one).
//
// Columns: no family; resembles one; the same, of a family that the maker
// signed (ms); then each kind confirmed, without and with ms. A family that is
// confirmed may well be one that the maker signed: that changes nothing.
const every = `
identity      lifecycle  none         none,ms      resembles     resembles,ms  trojanised  trojanised,ms  impostor  impostor,ms  regional  regional,ms  mod         mod,ms      archiving   archiving,ms
maker         current    official     official     official      unverified*   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
maker         ended      unsupported  unsupported  unsupported   unverified*   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
maker         withdrawn  unsupported  unsupported  unsupported   unverified*   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
other-known   current    independent  independent  independent   independent   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
other-known   ended      independent  independent  independent   independent   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
other-known   withdrawn  independent  independent  independent   independent   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
contradicted  current    mismatch!!   mismatch!!   mismatch!!    mismatch!!    harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
contradicted  ended      mismatch!!   mismatch!!   mismatch!!    mismatch!!    harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
contradicted  withdrawn  mismatch!!   mismatch!!   mismatch!!    mismatch!!    harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
unsigned      current    mismatch!    mismatch!    mismatch!     mismatch!     harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
unsigned      ended      mismatch!    mismatch!    mismatch!     mismatch!     harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
unsigned      withdrawn  mismatch!    mismatch!    mismatch!     mismatch!     harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
unknown       current    unverified   unverified   unverified*   unverified*   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
unknown       ended      unverified   unverified   unverified*   unverified*   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
unknown       withdrawn  unverified   unverified   unverified*   unverified*   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
told-aloud    current    unverified*  unverified*  unverified*   unverified*   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
told-aloud    ended      unverified*  unverified*  unverified*   unverified*   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
told-aloud    withdrawn  unverified*  unverified*  unverified*   unverified*   harmful     harmful        harmful   harmful      regional  regional     unofficial  unofficial  unofficial  unofficial
`

func TestTable(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(every), "\n")
	columns := strings.Fields(lines[0])[2:]
	cells := 0
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		for i, want := range fields[2:] {
			s := situationOf(t, fields[0], fields[1], columns[i])
			if got := cell(decide(s)); got != want {
				t.Errorf("identity %s, lifecycle %s, family %s: %s, want %s", fields[0], fields[1], columns[i], got, want)
			}
			cells++
		}
	}
	if cells != 6*3*14 {
		t.Errorf("%d combinations are written out, want %d", cells, 6*3*14)
	}
}

func situationOf(t *testing.T, identity, life, family string) situation {
	t.Helper()
	s := situation{identity: inventory.IdentityState(identity)}
	switch identity {
	case "unsigned":
		s.identity, s.merelyUnsigned = inventory.Contradicted, true
	case "told-aloud":
		s.identity, s.alwaysAdvice = inventory.UnknownMaker, true
	}
	s.lifecycle = map[string]lifecycle{"current": current, "ended": ended, "withdrawn": withdrawn}[life]
	name, ms := strings.CutSuffix(family, ",ms")
	switch name {
	case "none":
	case "resembles":
		// Only a resemblance can be one to a family that the maker signed.
		s.resembles, s.makerSigned = true, ms
	default:
		s.confirmed = signatures.FamilyKind(name)
		// A second family may be resembled beside the one that decides.
		s.resembles, s.makerSigned = ms, ms
	}
	return s
}

func cell(o outcome) string {
	marks := map[Level]string{Note: "", Advice: "*", Warning: "!", StrongWarning: "!!"}
	usual := map[Verdict]Level{Harmful: StrongWarning, Regional: Warning, Unofficial: Warning, Unsupported: Advice, Official: Note, Independent: Note}
	if usual[o.verdict] == o.level {
		return string(o.verdict)
	}
	return string(o.verdict) + marks[o.level]
}
