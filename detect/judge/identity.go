package judge

import (
	"cmp"
	"slices"

	"github.com/chatvet/chatvet/detect/inventory"
	"github.com/chatvet/chatvet/signatures"
)

// Labels of inventory.Signature.Pin.
const (
	pinMaker = "maker"
	pinOther = "other"
	pinNone  = "none"
)

// identity says who made a build, as far as that is known, and why.
type identity struct {
	inventory.Identity
	worth   signatures.Strength // how sure the answer is
	reasons []Reason
}

func maker(reason string, because ...Reason) identity {
	return identity{inventory.Identity{State: inventory.Maker, Reason: reason}, signatures.Proof, because}
}

func otherKnown(reason string, because ...Reason) identity {
	return identity{inventory.Identity{State: inventory.OtherKnown, Reason: reason}, signatures.Proof, because}
}

func contradicted(reason string, worth signatures.Strength, because ...Reason) identity {
	return identity{inventory.Identity{State: inventory.Contradicted, Reason: reason}, worth, because}
}

func unknownMaker(reason string, because ...Reason) identity {
	return identity{inventory.Identity{State: inventory.UnknownMaker, Reason: reason}, signatures.Weak, because}
}

// identify says who made a unit that is, or is said to be, a client. It asks at
// every spot that claims the client and keeps the least favourable answer.
func (u *unit) identify(c *signatures.Client) identity {
	var worst identity
	for i, s := range u.claimingSpots(c) {
		id := u.identifyAt(c, s)
		if i == 0 || favour(id.State) < favour(worst.State) {
			worst = id
		}
	}
	return worst
}

// favour orders the answers about one client at several spots or of several
// signatures.
func favour(s inventory.IdentityState) int {
	return slices.Index([]inventory.IdentityState{inventory.Contradicted, inventory.UnknownMaker, inventory.OtherKnown, inventory.Maker}, s)
}

// claimingSpots are the spots to ask about: the files with a strong claim, else
// the parts with one, else whatever claims the client at all, else the build.
func (u *unit) claimingSpots(c *signatures.Client) []spot {
	var byRank [4][]spot
	for _, cl := range u.claims[c] {
		rank := 0
		if !cl.strong() {
			rank += 2
		}
		if cl.fact.Place == "" {
			rank++
		}
		byRank[rank] = append(byRank[rank], spot{cl.fact.part, cl.fact.Place})
	}
	for _, spots := range byRank {
		if len(spots) > 0 {
			slices.SortFunc(spots, func(a, b spot) int {
				return cmp.Or(cmp.Compare(a.part.index, b.part.index), cmp.Compare(a.place, b.place))
			})
			return slices.Compact(spots)
		}
	}
	return []spot{{u.parts[0], ""}}
}

func (u *unit) identifyAt(c *signatures.Client, s spot) identity {
	return u.withBeside(u.byOwnFiles(c, s), c, s)
}

// byOwnFiles answers by the program itself and by what a package's record says.
func (u *unit) byOwnFiles(c *signatures.Client, s spot) identity {
	pins := u.pinsOf(c)
	bySigner, signed := u.bySignatures(c, pins, s)
	pinned := signed && favour(bySigner.State) >= favour(inventory.OtherKnown)
	if changed, program := u.changedFiles(); program || len(changed) > 0 && !pinned {
		return unknownMaker(ReasonDiffersFromPackage, changed...)
	}
	if reason, because := u.incomplete(s); reason != "" {
		return unknownMaker(reason, because)
	}
	if pinned {
		return bySigner
	}
	if id, ok := u.byDistribution(c, pins); ok {
		return id
	}
	if id, ok := u.byBrokenPackage(c, pins); ok {
		return id
	}
	claim := u.claimReason(c, s)
	if claim.Fact.Kind == signatures.PlugInOf {
		claim.Code = ReasonPlugInAdded
		return unknownMaker(ReasonPlugInAdded, claim) // no pin of the client is for it
	}
	if signed && len(pins) > 0 {
		return bySigner
	}
	if u.onlyRecorded() {
		return unknownMaker(ReasonOnlyRecorded, claim)
	}
	if id, ok := u.byPackageRecord(claim); ok {
		return id
	}
	if len(pins) == 0 {
		return unknownMaker(ReasonNoPin, claim)
	}
	return u.withoutSignature(c, pins, s, claim)
}

// withoutSignature answers for what bears no signature at a spot.
func (u *unit) withoutSignature(c *signatures.Client, pins []signatures.Pin, s spot, claim Reason) identity {
	if reason := u.packageSigned(); reason != "" {
		return unknownMaker(reason, claim)
	}
	if !u.saidToBeUnsigned(s) && signable(s.part.build.Format) {
		return unknownMaker(ReasonSignatureNotChecked, claim)
	}
	if pin, ok := u.alwaysSigned(pins, s); ok && !s.carries() && u.stronglyClaimed(c, s) {
		claim.Code, claim.Source = ReasonUnsignedButAlways, sourceOf(c.Sources, pin.AlwaysSigned.Source)
		if u.idShared(c, s) {
			return unknownMaker(ReasonIDSharedWithFork, u.claimReason(c, s))
		}
		return contradicted(ReasonUnsignedButAlways, signatures.Weak, claim)
	}
	if u.makerLeavesUnsigned(pins, s) {
		return unknownMaker(ReasonMakerDoesNotSign, claim)
	}
	if u.newerThan(pins) {
		return unknownMaker(ReasonNewerThanList, claim)
	}
	return unknownMaker(ReasonUnsigned, claim)
}

// incomplete gives the reason why the file at a spot, any file where the spot is
// a whole part, or a file that it is packed in was not read to its end as it
// stood.
func (u *unit) incomplete(s spot) (string, Reason) {
	for i := range s.part.build.Files {
		f := &s.part.build.Files[i]
		if f.State != "" && (s.place == "" || f.Path == s.place) {
			return incompleteFile(f)
		}
	}
	for p := s.part.outer; p != nil; p = p.outer {
		if f := p.files[p.build.Path]; f != nil && f.State != "" {
			return incompleteFile(f)
		}
	}
	return "", Reason{}
}

func incompleteFile(f *inventory.File) (string, Reason) {
	reason := ReasonIncomplete
	if f.State == ReasonUnreadable || f.State == ReasonChangedWhileReading {
		reason = f.State
	}
	return reason, Reason{Fact: signatures.Fact{Kind: signatures.FilePath, Value: f.Path, Place: f.Path}}
}

// claimReason is the fact by which a spot claims a client; where it claims none,
// only where it is, and the code is left to whoever uses it.
func (u *unit) claimReason(c *signatures.Client, s spot) Reason {
	var best *claim
	for i := range u.claims[c] {
		cl := &u.claims[c][i]
		here := cl.fact.part == s.part && cl.fact.Place == s.place
		if here && (best == nil || cl.strong() && !best.strong()) {
			best = cl
		}
	}
	if best == nil {
		return Reason{Fact: signatures.Fact{Kind: signatures.FilePath, Value: u.build().Path, Place: s.place}}
	}
	return Reason{Code: ReasonClaimsClient, Fact: best.fact.Fact, Source: sourceOf(c.Sources, best.ind.Source)}
}

func (u *unit) stronglyClaimed(c *signatures.Client, s spot) bool {
	return slices.ContainsFunc(u.claims[c], func(cl claim) bool {
		return cl.strong() && cl.at(s)
	})
}

// idShared is true where a listed fork bears the same id as the client, so that
// another signer under it is no contradiction.
func (u *unit) idShared(c *signatures.Client, s spot) bool {
	for _, cl := range u.claims[c] {
		if !cl.strong() || !cl.at(s) {
			continue
		}
		if slices.Contains(c.SharedIDs, cl.fact.Value) || slices.ContainsFunc(cl.fact.refs, func(r signatures.Ref) bool {
			return r.Role == signatures.InClaim && r.Client != c && related(c, r.Client)
		}) {
			return true
		}
	}
	return false
}

// keyUnpublished is the channel on which the client is given out under the same
// id, signed by a key that nobody has published; nil where there is none.
func (u *unit) keyUnpublished(c *signatures.Client, s spot) *signatures.UnpublishedKey {
	for i := range c.UnpublishedKeys {
		key := &c.UnpublishedKeys[i]
		if slices.ContainsFunc(u.claims[c], func(cl claim) bool { return cl.strong() && cl.at(s) && cl.fact.Value == key.ID }) {
			return key
		}
	}
	return nil
}

// related is true for a client and its forks, and for forks of one client.
func related(c, d *signatures.Client) bool {
	return c.ForkOf == d.ID || d.ForkOf == c.ID || c.ForkOf != "" && c.ForkOf == d.ForkOf
}

func sourceOf(sources []signatures.Source, n int) *signatures.Source {
	for _, s := range sources {
		if s.N == n {
			return &s
		}
	}
	return nil
}
