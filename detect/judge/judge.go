package judge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// Judge judges every build of an inventory that claims to be a client of the
// list or that a family's rule touches. Earlier judgements in it are forgotten.
// Findings are in order of seriousness, then client, then build id. The input
// is not changed. The policy's version of Android decides which signature of a
// package says who made it.
func Judge(inv inventory.Inventory, list *signatures.List, policy Policy) Result {
	out := Result{Inventory: canonical(inv), Findings: []Finding{}}
	j := &judge{list: list, searches: newSearches(list), digests: digestFamilies(list), names: imitable(list), sdk: policy.AndroidSDK}
	for i := range out.Builds {
		for _, u := range j.units(&out.Builds[i]) {
			if f, ok := j.finding(u); ok {
				out.Findings = append(out.Findings, f)
			}
			out.Gaps = append(out.Gaps, j.notSearched(u)...)
		}
	}
	out.Gaps = sortedGaps(out.Gaps)
	slices.SortFunc(out.Findings, compareFindings)
	out.Summary = summarise(out)
	return out
}

// judge holds what is the same for all builds of one judgement.
type judge struct {
	list     *signatures.List
	searches *searches
	digests  map[signatures.Kind][]*signatures.Family
	names    []imitableName
	sdk      int // version of Android; 0: the newest
}

// finding judges one unit; ok is false where nothing in it concerns the list.
func (j *judge) finding(u *unit) (f Finding, ok bool) {
	decided, resembled := split(u.families)
	looks := j.lookAlikes(u)
	if len(u.claims) == 0 && decided == nil && len(resembled) == 0 && len(looks) == 0 {
		return Finding{}, false
	}
	client, id := j.whose(u, decided, resembled)
	if client == nil && len(looks) > 0 {
		client, id = looks[0].client, unknownMaker(ReasonLookAlike)
	}
	v := decide(situation{
		identity:       id.State,
		merelyUnsigned: id.Reason == ReasonUnsignedButAlways,
		confirmed:      kindOf(decided),
		makerSigned:    resemblesMakerSigned(resembled, client),
		resembles:      len(resembled) > 0 || len(looks) > 0,
		lifecycle:      lifecycleOf(u, client),
		alwaysAdvice:   slices.Contains(toldAloud, id.Reason),
	})
	f = Finding{Build: u.build().ID, Verdict: v.verdict, Level: v.level, Resembles: []string{}, Reasons: []Reason{}, Advisories: []string{}, Steps: []signatures.MessageID{}}
	if client != nil {
		f.Client = client.ID
		u.build().Client = client.ID
	}
	u.build().Identity = id.Identity
	if v.basis == byFamily {
		f.Family = decided.family.ID
	}
	f.Strength, f.Reason = strengthAndReason(v, decided, id, client, u)
	f.Reasons = append(reasons(v, decided, resembled, id, client, u), remarks(u, looks, id, client)...)
	for _, r := range resembled {
		f.Resembles = append(f.Resembles, r.family.ID)
	}
	advise(&f, v, decided, client, u)
	f.ID = findingID(f)
	return f, true
}

// toldAloud are the reasons of an unknown identity that are advice by themselves.
var toldAloud = []string{ReasonDiffersFromPackage, ReasonBrokenSignature, ReasonChangedBeside, ReasonUntrustedRoot, ReasonPublicTestKey, ReasonRotatedKey, ReasonPlugInAdded}

// remarks are what is told beside everything that decides.
func remarks(u *unit, looks []lookAlike, id identity, client *signatures.Client) []Reason {
	var all []Reason
	for _, l := range looks {
		all = append(all, Reason{Code: ReasonLookAlike, Fact: l.fact})
	}
	if id.Reason != ReasonPublicTestKey {
		all = append(all, u.publicKeyRemarks()...)
	}
	return append(all, u.wordListRemarks(client)...)
}

// whose chooses the client that the finding is about, and says who made it.
// A family that decides speaks about a client that it imitates.
func (j *judge) whose(u *unit, decided *familyState, resembled []*familyState) (*signatures.Client, identity) {
	candidates := u.claimedClients()
	if decided != nil {
		candidates = slices.DeleteFunc(candidates, func(c *signatures.Client) bool { return !slices.Contains(decided.family.Imitates, c.ID) })
	}
	if len(candidates) == 0 {
		states := resembled
		if decided != nil {
			states = []*familyState{decided}
		}
		candidates = j.imitated(states)
	}
	var best *signatures.Client
	var bestIdentity identity
	for _, c := range candidates {
		id := u.identify(c)
		if best == nil || better(u, c, id, best, bestIdentity) {
			best, bestIdentity = c, id
		}
	}
	if best == nil {
		return nil, identity{Identity: inventory.Identity{State: inventory.UnknownMaker, Reason: ReasonNoPin}}
	}
	u.labelPins(best)
	return best, bestIdentity
}

// imitated returns the first known client that each of the families imitates.
func (j *judge) imitated(states []*familyState) []*signatures.Client {
	for _, s := range states {
		for _, id := range s.family.Imitates {
			if c := j.list.Client(id); c != nil {
				return []*signatures.Client{c}
			}
		}
	}
	return nil
}

// better is true where the answer about c goes before the one about d.
func better(u *unit, c *signatures.Client, id identity, d *signatures.Client, than identity) bool {
	strongly := func(c *signatures.Client) int {
		if slices.ContainsFunc(u.claims[c], claim.strong) {
			return 1
		}
		return 0
	}
	fork := func(c *signatures.Client) int { return min(len(c.ForkOf), 1) }
	return cmp.Or(
		cmp.Compare(precedence(id.State), precedence(than.State)),
		cmp.Compare(strongly(d), strongly(c)),
		cmp.Compare(fork(c), fork(d)),
		cmp.Compare(c.ID, d.ID),
	) < 0
}

// precedence orders the answers about several clients that one build claims.
func precedence(s inventory.IdentityState) int {
	return slices.Index([]inventory.IdentityState{inventory.Maker, inventory.OtherKnown, inventory.Contradicted, inventory.UnknownMaker}, s)
}

var seriousness = []Verdict{Harmful, Mismatch, Regional, Unofficial, Unsupported, Unverified, Independent, Official}

func compareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(slices.Index(seriousness, a.Verdict), slices.Index(seriousness, b.Verdict)),
		cmp.Compare(a.Client, b.Client),
		cmp.Compare(a.Build, b.Build),
		cmp.Compare(a.ID, b.ID),
	)
}

func findingID(f Finding) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Build, string(f.Verdict), f.Family, f.Client}, "\x00")))
	return "f-" + hex.EncodeToString(sum[:8])
}

func summarise(r Result) Summary {
	s := Summary{Gaps: len(r.Gaps)}
	count := map[Verdict]*int{
		Official: &s.Official, Unsupported: &s.Unsupported, Independent: &s.Independent, Regional: &s.Regional,
		Unofficial: &s.Unofficial, Mismatch: &s.Mismatch, Harmful: &s.Harmful, Unverified: &s.Unverified,
	}
	for _, f := range r.Findings {
		*count[f.Verdict]++
	}
	return s
}
