package judge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// unit is what one finding is about: a build with everything inside it that is
// not judged on its own.
type unit struct {
	parts  []*part // the build itself first, then what is inside, in order
	facts  []*fact // of all parts, in canonical order
	placed map[spot][]*fact
	wide   []*fact // facts that are seen from more than their own place
	// signers are the facts that each signature yields.
	signers map[*inventory.Signature][]*fact
	// hits are the facts that satisfy an indicator of a rule, by place; wideHits
	// are the wide ones among them.
	hits     map[hit][]*fact
	wideHits map[*signatures.Indicator][]*fact
	// touched are the spots at which a family's indicators are satisfied.
	touched  map[*signatures.Family]map[spot]bool
	digested map[*signatures.Family][]*fact // facts that a digest set lists
	claims   map[*signatures.Client][]claim
	families []*familyState
	searches *searches
	// sdk is the version of Android to judge for; 0 is the newest.
	sdk int
	// platforms the unit can be for; empty where nothing tells.
	platforms map[signatures.Platform]bool
}

// part is one build of a unit.
type part struct {
	index int // in unit.parts
	// searched is true where every pattern that the list asks for in this format
	// was searched for.
	searched bool
	build    *inventory.Build
	outer    *part
	files    map[string]*inventory.File
}

// spot is a place in a part; the empty place is the part as a whole.
type spot struct {
	part  *part
	place string
}

// fact is a fact of a unit with what the list says about it.
type fact struct {
	signatures.Fact
	part *part
	sig  *inventory.Signature // of a signer's facts, nil for others
	refs []signatures.Ref
}

// hit is an indicator of a rule, satisfied at a spot.
type hit struct {
	ind *signatures.Indicator
	at  spot
}

// claim is a fact by which a unit says that it is a client.
type claim struct {
	fact *fact
	ind  *signatures.Indicator
}

// at is true where a claim is made at a spot, or about the whole of its part.
func (c claim) at(s spot) bool {
	return c.fact.part == s.part && (s.place == "" || c.fact.Place == "" || c.fact.Place == s.place)
}

// strong is true for claims that another signer contradicts: ids and the
// product name. File names and labels are too cheap for that.
func (c claim) strong() bool {
	switch c.ind.Kind {
	case signatures.PEProduct, signatures.MSIProduct, signatures.ProductCode, signatures.UpgradeCode, signatures.AppXFamily,
		signatures.BundleID, signatures.APKPackage, signatures.FlatpakID, signatures.SnapName,
		signatures.DebPackage, signatures.RPMPackage, signatures.PacmanPackage:
		return true
	}
	return false
}

func (u *unit) build() *inventory.Build { return u.parts[0].build }

// units says what of a build is judged: the build as one, or, where it is only
// a bag of unrelated things, each thing in it that anything is known about.
func (j *judge) units(b *inventory.Build) []*unit {
	whole := j.newUnit(b)
	if !looseContainer(b.Format) || len(b.Inside) == 0 || whole.concerned(whole.parts[0]) || whole.oneSubject() {
		return []*unit{whole}
	}
	var each []*unit
	for i := range b.Inside {
		each = append(each, j.units(&b.Inside[i])...)
	}
	return each
}

// looseContainer is true for formats that hold anything together; an installer
// or a package is one thing with what is inside.
func looseContainer(f signatures.Format) bool {
	switch f {
	case signatures.Zip, signatures.Tar, signatures.DMG, signatures.SquashFS, signatures.Unknown, "":
		return true
	}
	return false
}

// concerned is true where facts of a part itself claim a client or are evidence
// of a family.
func (u *unit) concerned(p *part) bool {
	for _, claims := range u.claims {
		if slices.ContainsFunc(claims, func(c claim) bool { return c.fact.part == p }) {
			return true
		}
	}
	return slices.ContainsFunc(u.families, func(s *familyState) bool {
		return slices.ContainsFunc(s.items, func(i *item) bool { return i.fact.part == p })
	})
}

// oneSubject is true where all parts that claim a client claim one in common.
func (u *unit) oneSubject() bool {
	claiming := map[*part]bool{}
	claimants := map[*signatures.Client]map[*part]bool{}
	for c, claims := range u.claims {
		claimants[c] = map[*part]bool{}
		for _, cl := range claims {
			claimants[c][cl.fact.part] = true
			claiming[cl.fact.part] = true
		}
	}
	if len(claiming) == 0 {
		return true
	}
	for _, parts := range claimants {
		if len(parts) == len(claiming) {
			return true
		}
	}
	return false
}

func (j *judge) newUnit(b *inventory.Build) *unit {
	u := &unit{
		placed:   map[spot][]*fact{},
		signers:  map[*inventory.Signature][]*fact{},
		hits:     map[hit][]*fact{},
		wideHits: map[*signatures.Indicator][]*fact{},
		touched:  map[*signatures.Family]map[spot]bool{},
		digested: map[*signatures.Family][]*fact{},
		claims:   map[*signatures.Client][]claim{},
		searches: j.searches,
		sdk:      j.sdk,
	}
	u.addPart(b, nil)
	for _, p := range u.parts {
		u.addFacts(j.list, p)
	}
	u.platforms = platformsOf(u)
	u.families = u.judgeFamilies()
	return u
}

func (u *unit) addPart(b *inventory.Build, outer *part) {
	p := &part{index: len(u.parts), build: b, outer: outer, searched: u.searches.complete(b), files: make(map[string]*inventory.File, len(b.Files))}
	for i := range b.Files {
		p.files[b.Files[i].Path] = &b.Files[i]
	}
	u.parts = append(u.parts, p)
	for i := range b.Inside {
		u.addPart(&b.Inside[i], p)
	}
}

// addFacts takes in the facts of a part: those written down as such, the
// digests of its complete files, and what its signatures say of their signers.
func (u *unit) addFacts(list *signatures.List, p *part) {
	for _, f := range p.build.Facts {
		info, known := f.Kind.Info()
		if known && info.Signer {
			continue // only a signature says who signed
		}
		if file := p.files[f.Place]; isDigest(f.Kind) && file != nil {
			continue // taken from the file itself below
		}
		u.addFact(list, &fact{Fact: f, part: p})
	}
	for i := range p.build.Files {
		for _, f := range digestFacts(&p.build.Files[i]) {
			u.addFact(list, &fact{Fact: f, part: p})
		}
	}
	for i := range p.build.Signatures {
		s := &p.build.Signatures[i]
		if s.By == inventory.BySystem {
			continue // whoever owns the machine decides what it trusts
		}
		for _, f := range signerFacts(s) {
			signer := &fact{Fact: f, part: p, sig: s}
			u.signers[s] = append(u.signers[s], signer)
			u.addFact(list, signer)
		}
	}
}

func (u *unit) addFact(list *signatures.List, f *fact) {
	f.refs = list.Match(f.Fact)
	u.facts = append(u.facts, f)
	home := spot{f.part, f.Place}
	wide := f.seenWidely()
	u.placed[home] = append(u.placed[home], f)
	if wide {
		u.wide = append(u.wide, f)
	}
	for _, r := range f.refs {
		switch r.Role {
		case signatures.InRule:
			u.touch(r, f, home, wide)
		case signatures.InClaim:
			u.claims[r.Client] = append(u.claims[r.Client], claim{f, r.Indicator})
		}
	}
}

func (u *unit) touch(r signatures.Ref, f *fact, home spot, wide bool) {
	if u.touched[r.Family] == nil {
		u.touched[r.Family] = map[spot]bool{}
	}
	u.touched[r.Family][home] = true
	if inDigestSet(r.Family, f.Fact) && !slices.Contains(u.digested[r.Family], f) {
		u.digested[r.Family] = append(u.digested[r.Family], f)
	}
	h := hit{r.Indicator, home}
	u.hits[h] = append(u.hits[h], f)
	if wide {
		u.wideHits[r.Indicator] = append(u.wideHits[r.Indicator], f)
	}
}

// at returns the facts that satisfy an indicator of a rule as seen from a spot.
func (u *unit) at(ind *signatures.Indicator, s spot) []*fact {
	return appendWide(u.hits[hit{ind, s}], u.wideHits[ind], s)
}

// seenAt returns all facts that are seen from a spot.
func (u *unit) seenAt(s spot) []*fact { return appendWide(u.placed[s], u.wide, s) }

func appendWide(placed, wide []*fact, s spot) []*fact {
	seen := slices.Clip(placed)
	for _, f := range wide {
		if (f.part != s.part || f.Place != s.place) && f.seenFrom(s) {
			seen = append(seen, f)
		}
	}
	return seen
}

// seenWidely is true where a fact may be seen from other spots than its own.
func (f *fact) seenWidely() bool {
	return f.Place == "" || f.sig != nil || f.Place == f.part.build.Path && isClaim(f.Kind) && len(f.part.build.Inside) > 0
}

// seenFrom is true where a fact of seenWidely says something about spot s: it
// is about the whole build or signature that the spot lies in, or a claim of
// the very container.
func (f *fact) seenFrom(s spot) bool {
	if f.sig != nil {
		return covers(f.part, f.sig, s)
	}
	if f.part == s.part {
		return f.Place == ""
	}
	return s.part.isInside(f.part)
}

func (p *part) isInside(outer *part) bool {
	for q := p.outer; q != nil; q = q.outer {
		if q == outer {
			return true
		}
	}
	return false
}

// claimedClients are the clients that the unit claims to be, by id.
func (u *unit) claimedClients() []*signatures.Client {
	var clients []*signatures.Client
	for c := range u.claims {
		clients = append(clients, c)
	}
	slices.SortFunc(clients, func(a, b *signatures.Client) int { return cmp.Compare(a.ID, b.ID) })
	return clients
}

func isClaim(k signatures.Kind) bool {
	info, _ := k.Info()
	return info.Claim
}

var digestKinds = []signatures.Kind{signatures.FileSHA256, signatures.FileSHA1, signatures.FileMD5}

func isDigest(k signatures.Kind) bool {
	return slices.Contains(digestKinds, k)
}

// digestFacts are the digests of a file that was read to its end and did not
// change meanwhile; of another one they say nothing.
func digestFacts(f *inventory.File) []signatures.Fact {
	if f.State != "" {
		return nil
	}
	var facts []signatures.Fact
	for _, k := range digestKinds {
		if d := digestOf(f, k); d != "" {
			facts = append(facts, signatures.Fact{Kind: k, Value: strings.ToLower(d), Place: f.Path})
		}
	}
	return facts
}

func digestOf(f *inventory.File, k signatures.Kind) string {
	switch k {
	case signatures.FileSHA256:
		return f.SHA256
	case signatures.FileSHA1:
		return f.SHA1
	case signatures.FileMD5:
		return f.MD5
	}
	return ""
}

func inDigestSet(f *signatures.Family, fact signatures.Fact) bool {
	if !isDigest(fact.Kind) {
		return false
	}
	for _, set := range f.Digests {
		if set.Kind == fact.Kind {
			if _, found := slices.BinarySearch(set.Values, fact.Value); found {
				return true
			}
		}
	}
	return false
}
